"""Registering a household that nobody knew of: just enough to go and visit it.

What may be the same household, registered before, is shown before anything is written."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, cards, fields, text
from app.ui.parts.figures import read_day
from app.ui.parts.frame import frame
from app.ui.parts.likeness import asked, likeness
from app.work.candidates import Candidate
from app.work.register import Entry
from app.work.work import AreaName
from schemas.problems import Failed

Put = Callable[[str, str], None]
Complaint = Callable[[str], str | None]
Another = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class Typed:
    """What has been typed."""

    area: str = ""
    head: str = ""
    address: str = ""
    phone: str = ""
    hukou: str = "rural"
    national_id: str = ""
    born: str = ""

    def missing(self) -> frozenset[str]:
        return frozenset(name for name in ("area", "head", "address") if not getattr(self, name).strip())

    @property
    def odd_day(self) -> bool:
        return bool(self.born.strip()) and read_day(self.born) is None

    def entry(self) -> Entry:
        return Entry(
            self.area,
            self.head.strip(),
            self.address.strip(),
            self.phone.strip(),
            self.hukou,
            self.national_id.strip(),
            read_day(self.born) or "",
        )


@ft.component
def Register(desk: Desk, key: str = "") -> ft.Control:
    work = desk.work
    areas = ft.use_memo(work.areas, [work])
    typed, set_typed = ft.use_state(Typed(area=areas[0].code if len(areas) == 1 else ""))
    tried, set_tried = ft.use_state(False)
    busy, set_busy = ft.use_state(False)
    found, set_found = ft.use_state(tuple[Candidate, ...]())
    others, set_others = ft.use_state(frozenset[str]())
    missing = typed.missing() if tried else frozenset()
    left = [c for c in found if c.household not in others]

    def put(name: str, value: str) -> None:
        set_typed(lambda now: replace(now, **{name: value}))
        set_found(())

    def error(name: str) -> str | None:
        return desk.t("register.need") if name in missing else None

    async def write(apart: frozenset[str]) -> None:
        try:
            made = await desk.off(work.register, typed.entry(), sorted(apart))
        finally:
            set_busy(False)
        desk.wrote()
        desk.go(f"/household/{made}")

    async def submit() -> None:
        set_tried(True)
        if busy or typed.missing() or typed.odd_day:
            return
        set_busy(True)
        try:
            if left:  # they are on the screen, and none of them is it
                await write(others | {c.household for c in left})
                return
            now = await desk.off(work.known_here, typed.entry())
            if any(c.household not in others for c in now):
                set_found(now)
                set_busy(False)
                return
            await write(others)
        except Failed as failed:
            set_busy(False)
            desk.trouble(failed)

    async def another(household: str) -> None:
        set_others(others | {household})
        if len(left) == 1 and not busy:
            set_busy(True)
            await write(others | {household})

    body: list[ft.Control] = [_form(desk, typed, areas, put, error, tried)]
    if left:
        # In the place of the form: whoever goes on has seen them.
        shown = [likeness(desk.lang, c, _choices(desk, c, another)) for c in left]
        edit = actions.quiet(desk.t("same.edit"), lambda: set_found(()), icon=ft.Icons.EDIT_OUTLINED, id="edit")
        body = [asked(desk.t("same.ask"), desk.t("same.ask_body"), shown, id="doubles"), ft.Row([edit])]
    go = actions.primary(
        desk.t("same.register" if left else "register.submit"), submit, disabled=busy, id="submit", expand=True
    )
    return frame(desk, desk.t("register.title"), body, back="/households", footer=[go], column=560, id="register-form")


def _choices(desk: Desk, found: Candidate, another: Another) -> list[ft.Control]:
    async def other() -> None:
        await another(found.household)

    return [
        actions.secondary(
            desk.t("same.open"),
            lambda: desk.go(f"/household/{found.household}"),
            icon=ft.Icons.CHECK,
            id=f"open-{found.household}",
        ),
        actions.quiet(desk.t("same.other"), other, id=f"other-{found.household}"),
    ]


def _form(desk: Desk, typed: Typed, areas: Sequence[AreaName], put: Put, error: Complaint, tried: bool) -> ft.Control:
    def entry(name: str, value: str, **more: Any) -> ft.Control:
        return fields.field(desk.t(f"register.{name}"), value, on_change=lambda e: put(name, e.control.value), **more)

    area = ft.Semantics(
        identifier="area",
        label=desk.t("register.area"),
        content=ft.Dropdown(
            value=typed.area or None,
            options=[ft.DropdownOption(a.code, a.name) for a in areas],
            label=desk.t("register.area"),
            error_text=error("area"),
            on_select=lambda e: put("area", e.control.value or ""),
            expand=True,
            expanded_insets=0,
            border=theme.outline(),
            filled=True,
            fill_color=theme.CARD,
        ),
    )
    hukou = ft.RadioGroup(
        ft.Row(
            [ft.Radio(value=code, label=desk.label("hukou", code)) for code in desk.work.labels("hukou")],
            spacing=20,
            wrap=True,
        ),
        value=typed.hukou,
        on_change=lambda e: put("hukou", e.control.value),
    )
    odd = desk.t("register.born_wrong") if tried and typed.odd_day else None
    return cards.card(
        [
            text.body(desk.t("register.body")),
            area,
            entry("head", typed.head, error=error("head")),
            entry("address", typed.address, error=error("address")),
            entry("phone", typed.phone, keyboard_type=ft.KeyboardType.PHONE),
            entry("national_id", typed.national_id, helper=desk.t("register.know"), autocorrect=False),
            entry("born", typed.born, error=odd, hint_text=desk.t("register.born_hint")),
            ft.Column([text.soft(desk.t("register.hukou")), hukou], spacing=4),
        ],
        spacing=18,
    )
