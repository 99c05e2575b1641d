"""The last thing a withdrawn device says: where the work went, and that the vault is closed for good."""

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, cards, text
from app.ui.parts.frame import frame


@ft.component
def ShutOut(desk: Desk, key: str = "") -> ft.Control:
    shade = theme.tone("info")
    sign = ft.Container(
        ft.Icon(ft.Icons.LOCK_OUTLINE, size=40, color=shade.ink),
        width=80,
        height=80,
        bgcolor=shade.ground,
        border_radius=40,
        alignment=ft.Alignment.CENTER,
    )
    lines: list[ft.Control] = [
        ft.Row([sign]),  # a card stretches what lies in it
        text.headline(desk.t("shut.title")),
        text.body(desk.t("shut.handed")),
        text.body(desk.t("shut.closed")),
        text.body(desk.t("shut.left")),
        text.body(desk.t("shut.todo"), color=theme.INK_SOFT),
    ]
    go = actions.primary(desk.t("shut.go"), desk.understood, id="understood", expand=not desk.wide)
    return frame(
        desk, desk.t("app.name"), [cards.card(lines, spacing=14, padding=24)], footer=[go], column=560, id="shut"
    )
