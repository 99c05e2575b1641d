"""Registering a household that nobody knew of: just enough to go and visit it."""

from dataclasses import dataclass, replace

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, cards, fields, text
from app.ui.parts.frame import frame


@dataclass(frozen=True)
class Entry:
    """What has been typed."""

    area: str = ""
    head: str = ""
    address: str = ""
    phone: str = ""
    hukou: str = "rural"

    def missing(self) -> frozenset[str]:
        return frozenset(name for name in ("area", "head", "address") if not getattr(self, name).strip())


@ft.component
def Register(desk: Desk, key: str = "") -> ft.Control:
    work = desk.work
    areas = ft.use_memo(work.areas, [work])
    entry, set_entry = ft.use_state(Entry(area=areas[0].code if len(areas) == 1 else ""))
    tried, set_tried = ft.use_state(False)
    missing = entry.missing() if tried else frozenset()

    def put(name: str, value: str) -> None:
        set_entry(lambda now: replace(now, **{name: value}))

    def error(name: str) -> str | None:
        return desk.t("register.need") if name in missing else None

    async def submit() -> None:
        set_tried(True)
        if entry.missing():
            return
        made = await desk.off(
            work.register, entry.area, entry.head.strip(), entry.address.strip(), entry.phone.strip(), entry.hukou
        )
        desk.wrote()
        desk.go(f"/household/{made}")

    area = ft.Semantics(
        identifier="area",
        label=desk.t("register.area"),
        content=ft.Dropdown(
            value=entry.area or None,
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
            [ft.Radio(value=code, label=desk.label("hukou", code)) for code in work.labels("hukou")],
            spacing=20,
            wrap=True,
        ),
        value=entry.hukou,
        on_change=lambda e: put("hukou", e.control.value),
    )
    form = cards.card(
        [
            text.body(desk.t("register.body")),
            area,
            fields.field(
                desk.t("register.head"),
                entry.head,
                error=error("head"),
                on_change=lambda e: put("head", e.control.value),
            ),
            fields.field(
                desk.t("register.address"),
                entry.address,
                error=error("address"),
                on_change=lambda e: put("address", e.control.value),
            ),
            fields.field(
                desk.t("register.phone"),
                entry.phone,
                keyboard_type=ft.KeyboardType.PHONE,
                on_change=lambda e: put("phone", e.control.value),
            ),
            ft.Column([text.soft(desk.t("register.hukou")), hukou], spacing=4),
        ],
        spacing=18,
    )
    go = actions.primary(desk.t("register.submit"), submit, id="submit", expand=True)
    return frame(
        desk, desk.t("register.title"), [form], back="/households", footer=[go], column=560, id="register-form"
    )
