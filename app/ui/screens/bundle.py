"""Sync without a network: records leave as a sealed file on a stick, and what the server answers comes back as one."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, cards, files, status, text
from app.ui.parts.frame import frame
from app.ui.seams import Bundles, Parcel
from app.ui.words import carried as words
from schemas.problems import Failed

ROOM_IN_MEMORY = 32 * 1024 * 1024
"""How much goes into one file where the platform takes a file only as a whole: in the browser and on a phone."""


@dataclass(frozen=True)
class Told:
    """What came of the last thing done, shown under what was done."""

    about: str = ""
    words: str = ""
    tone: theme.Tone = "ok"


@ft.component
def Bundle(desk: Desk, key: str = "") -> ft.Control:
    desk.work  # noqa: B018 - nobody sees this screen but through the door
    inside = desk.inside
    dialogs: ft.MutableRef[files.Files] = ft.use_ref()
    busy, set_busy = ft.use_state("")
    told, tell = ft.use_state(Told())
    carried, set_carried = ft.use_state(frozenset[str]())

    def act(about: str, work: Callable[[Bundles, files.Files], Awaitable[Told | None]]) -> actions.Handler:
        async def run() -> None:
            if busy or inside is None:
                return
            set_busy(about)
            tell(Told())
            try:
                if dialogs.current is None:
                    dialogs.current = files.Files()
                tell(await work(inside.bundles, dialogs.current) or Told())
            except Failed as failed:
                tell(Told(about, desk.problem(failed), "bad"))
            finally:
                set_busy("")

        return run

    async def save(bundles: Bundles, dialog: files.Files) -> Told | None:
        room = ROOM_IN_MEMORY if files.whole() else None
        parcel = await desk.off(bundles.export, room, carried)
        if not await _delivered(desk, dialog, parcel):
            return None
        set_carried(parcel.carried if parcel.left else frozenset())
        return Told("save", words.saved(desk.lang, parcel))

    async def load(bundles: Bundles, dialog: files.Files) -> Told | None:
        chosen = await dialog.chosen(bundles.folder)
        if chosen is None:
            return None
        try:
            found = await desk.off(bundles.load, chosen.path)
        finally:
            chosen.drop()
        if found.shut_out:
            desk.shut = True
            desk.lock()
            return None
        desk.wrote()
        tone: theme.Tone = "warn" if found.problem is not None else "ok" if found.safe else "info"
        return Told("load", words.loaded(desk.lang, found), tone)

    async def carry(bundles: Bundles, dialog: files.Files) -> Told | None:
        chosen = await dialog.chosen(bundles.folder)
        if chosen is None:
            return None
        try:
            parcel = await desk.off(bundles.carry, chosen.path, chosen.name)
        finally:
            chosen.drop()
        if not await _delivered(desk, dialog, parcel):
            return None
        return Told("carry", desk.t("bundle.carried"))

    again = desk.t("bundle.save_next") if carried else desk.t("bundle.save")
    body = [
        text.body(desk.t("bundle.intro")),
        _card(desk, "save", again, ft.Icons.SAVE_ALT, act("save", save), busy, told),
        _card(desk, "load", desk.t("bundle.load"), ft.Icons.MARK_EMAIL_READ_OUTLINED, act("load", load), busy, told),
        _card(desk, "carry", desk.t("bundle.carry"), ft.Icons.LOCAL_SHIPPING_OUTLINED, act("carry", carry), busy, told),
    ]
    return frame(desk, desk.t("bundle.title"), body, back="/sync", id="bundle")


async def _delivered(desk: Desk, dialog: files.Files, parcel: Parcel) -> bool:
    """Whether the person has put the file where they want it. What lies here is sealed and goes either way."""
    try:
        return await dialog.save(desk, parcel.name, parcel.file)
    finally:
        with suppress(OSError):
            parcel.file.unlink(missing_ok=True)


def _card(
    desk: Desk, about: str, label: str, symbol: ft.IconData, on_click: actions.Handler, busy: str, told: Told
) -> ft.Control:
    doing = {"save": "bundle.saving", "load": "bundle.loading", "carry": "bundle.carrying"}[about]
    make = actions.primary if about == "save" else actions.secondary
    button = make(
        desk.t(doing) if busy == about else label, on_click, icon=symbol, disabled=bool(busy), id=f"bundle-{about}"
    )
    lines: list[ft.Control] = [
        text.title(desk.t(f"bundle.{about}_title")),
        text.body(desk.t(f"bundle.{about}_body")),
        ft.Row([button], wrap=True),
    ]
    if busy == about:
        lines.append(ft.ProgressBar(bar_height=6, border_radius=3))
    if told.about == about:
        lines.append(status.banner(told.words, told.tone))
    return cards.card(lines)
