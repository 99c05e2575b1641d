"""The client in the browser: Python and the vault stay on the host that serves the page.

Right for a supervisor, for workstations on a station's own network and for trying things out. In the field a tablet
runs the packaged app: without its host a web page is nothing.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import secrets
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flet_web import fastapi
from flet_web.fastapi.serve_fastapi_web_app import serve_fastapi_web_app

from app import garbage
from app.door import Door
from app.main import ASSETS, SERVER, client
from app.ui import guard, look
from schemas.bundle import LIMIT
from schemas.clock import Clock
from schemas.problems import Failed

log = logging.getLogger("ruhu.web")

IDLE_SECONDS = 900
"""How long a window that lost its page is kept for coming back."""


def web_app(door: Door, review_url: str = "", clock: Clock | None = None) -> Any:
    """The ASGI application that serves the client of a door. Everything comes from this host, no CDN."""
    guard.quiet_logs()
    return fastapi.app(
        client(door, review_url, clock),
        before_main=look.dress,
        assets_dir=str(ASSETS),
        no_cdn=True,
        session_timeout_seconds=IDLE_SECONDS,
        # Sealed files that somebody loads or carries come into the door's own folder, by an address made for each.
        upload_dir=str(door.parcels),
        max_upload_size=LIMIT,
        secret_key=secrets.token_hex(32),
    )


def main(argv: Sequence[str] = ()) -> int:
    """`ruhu web`: serve the client until Ctrl-C."""
    options = argparse.ArgumentParser(prog="ruhu web", description="The client in the browser.")
    options.add_argument("--data", type=Path, default=Path.home() / ".ruhu", help="folder of the sealed vault")
    options.add_argument("--server", default=SERVER, help="address of the county's server")
    options.add_argument("--host", default="127.0.0.1", help="address to listen on")
    options.add_argument("--port", type=int, default=8600)
    chosen = options.parse_args(list(argv))
    garbage.seldom()
    try:
        serve_web(Door(chosen.data / "vault", chosen.server), chosen.host, chosen.port)
    except Failed as failed:
        sys.stderr.write(f"{failed.say('zh')}\n{failed.say('en')}\n")
        return 1
    return 0


def serve_web(door: Door, host: str = "127.0.0.1", port: int = 8600) -> None:
    """Serve the client of a door until Ctrl-C. Raises Failed("port_busy") when something else is there."""
    try:
        socket.create_server((host, port)).close()
    except OSError:
        raise Failed("port_busy", port=port) from None
    sys.stdout.write(f"入户 Ruhu  http://{host}:{port}\n")
    sys.stdout.flush()

    # What `web_app` hands over by name, this way of serving reads from the environment.
    os.environ.setdefault("FLET_SECRET_KEY", secrets.token_hex(32))
    os.environ.setdefault("FLET_MAX_UPLOAD_SIZE", str(LIMIT))

    async def serve() -> None:
        handle = await serve_fastapi_web_app(
            client(door),
            look.dress,
            host,
            host,
            port,
            page_name="",
            assets_dir=str(ASSETS),
            upload_dir=str(door.parcels),
            no_cdn=True,
            log_level="warning",
        )
        await handle.serve_task

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve())
