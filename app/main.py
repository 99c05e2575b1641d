"""The client: builds the vault's door and the desk, and hands them to the shell.

`window` is what Flet calls once for every window: once in the packaged app, once for every browser tab on a web host
(`app.web`). `client` makes it for a vault folder. Errors that nothing else has caught end as a notice on the screen and
a line in the log that tells where, never what.
"""

import argparse
import asyncio
import logging
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import flet as ft

from app import garbage
from app.door import Door
from app.review.client import Review
from app.ui import guard, look
from app.ui.desk import Desk
from app.ui.parts import text
from app.ui.shell import App
from app.vault.device_secret import DeviceSecret
from schemas.clock import Clock
from schemas.problems import Failed

ASSETS = Path(__file__).parent / "assets"
KEY_STORE_SECONDS = 20
SERVER = "http://127.0.0.1:8601"

Window = Callable[[ft.Page], Coroutine[Any, Any, None]]

log = logging.getLogger("ruhu.main")


def client(door: Door, review_url: str = "", clock: Clock | None = None) -> Window:
    """What Flet calls for each window on this door. `review_url` is the review API's address, the door's server when
    empty."""

    async def window(page: ft.Page) -> None:
        desk = Desk(door, Review(review_url or door.server_url or SERVER), clock or Clock())
        await show(page, desk)

    return window


async def show(page: ft.Page, desk: Desk) -> None:
    """Draw the desk in a window and keep it alive whatever goes wrong."""
    guard.quiet_logs()
    desk.memory = ft.SharedPreferences()
    desk.route = page.route or "/"
    _measure(page, desk)

    def moved(event: ft.RouteChangeEvent) -> None:
        desk.route = event.route

    def resized() -> None:
        _measure(page, desk)

    page.on_route_change = moved
    page.on_resize = resized
    page.on_close = desk.lock
    page.render_views(App, desk)
    guard.keep(page, desk.trouble)
    lang, scale = await look.recall(desk.memory)
    if (lang, scale) != (desk.lang, desk.scale):
        look.speak(page, lang)
        look.enlarge(page, scale)
        desk.lang, desk.scale = lang, scale
        page.update()


def _measure(page: ft.Page, desk: Desk) -> None:
    desk.width, desk.height = page.width or desk.width, page.height or desk.height


class PlatformSecret(DeviceSecret):
    """The device's secret in the platform's key store (Android Keystore, Windows DPAPI, …). The store answers on the
    window's event loop; the vault asks from a worker thread."""

    def __init__(self, page: ft.Page) -> None:
        from flet_secure_storage import SecureStorage

        self._store = SecureStorage()
        self._loop = page.loop

    def get(self) -> bytes | None:
        kept = self._wait(self._store.get("ruhu.device"))
        return bytes.fromhex(kept) if isinstance(kept, str) else None

    def put(self, secret: bytes) -> None:
        self._wait(self._store.set("ruhu.device", secret.hex()))

    def _wait(self, asked: Coroutine[Any, Any, Any]) -> Any:
        try:
            return asyncio.run_coroutine_threadsafe(asked, self._loop).result(KEY_STORE_SECONDS)
        except (RuntimeError, TimeoutError) as error:
            # Not None: a store that is slow to answer is not an empty one, and its secret must not be made anew.
            log.warning("key store: %s", type(error).__name__)
            raise Failed("key_store") from None


async def packaged(page: ft.Page) -> None:
    """The window of the packaged app: the vault lies in the app's own storage, its secret in the key store."""
    folder = Path(os.environ.get("FLET_APP_STORAGE_DATA", ".")) / "vault"
    secret = PlatformSecret(page)
    try:
        door = await asyncio.to_thread(lambda: Door(folder, secret=secret))
    except Failed as failed:
        page.add(ft.SafeArea(ft.Column([text.body(failed.say(lang)) for lang in look.LOCALES])))
        return
    await client(door)(page)


def main(argv: Sequence[str] = ()) -> int:
    """`ruhu app`: the client in a window of its own."""
    options = argparse.ArgumentParser(prog="ruhu app", description="The client in a window of its own.")
    options.add_argument("--data", type=Path, default=Path.home() / ".ruhu", help="folder of the sealed vault")
    options.add_argument("--server", default=SERVER, help="address of the county's server")
    chosen = options.parse_args(list(argv))
    try:
        door = Door(chosen.data / "vault", chosen.server)
    except Failed as failed:
        sys.stderr.write(f"{failed.say('zh')}\n{failed.say('en')}\n")
        return 1
    garbage.seldom()
    ft.run(client(door), before_main=look.dress, assets_dir=str(ASSETS), no_cdn=True)
    return 0


if __name__ == "__main__":
    garbage.seldom()
    ft.run(packaged, before_main=look.dress, assets_dir=str(ASSETS))
