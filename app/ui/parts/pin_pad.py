"""Six places and ten large keys: a PIN typed with a thumb, without the system's keyboard over half the screen."""

from collections.abc import Awaitable, Callable

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, status, text

LENGTH = 6
KEY = 76


@ft.component
def Pad(
    desk: Desk,
    filled: int,
    busy: bool,
    said: str,
    press: Callable[[str], Awaitable[None]],
    rub: Callable[[], None],
    key: str = "",
) -> ft.Control:
    """Six places and ten large keys."""

    def place(digit: str) -> ft.Control:
        async def pressed() -> None:
            await press(digit)

        return _key(text.headline(digit), pressed, f"key-{digit}", digit, busy)

    rows = [[place(d) for d in row] for row in ("123", "456", "789")]
    erase = _key(
        ft.Icon(ft.Icons.BACKSPACE_OUTLINED, color=theme.INK), rub, "key-delete", desk.t("unlock.delete"), busy
    )
    rows.append([ft.Container(width=KEY), place("0"), erase])
    below: ft.Control
    if busy:
        below = ft.Row(
            [ft.ProgressRing(width=22, height=22, stroke_width=3), text.body(desk.t("unlock.opening"))],
            alignment=ft.MainAxisAlignment.CENTER,
            spacing=12,
        )
    elif said:
        below = status.banner(said, "bad")
    else:
        below = text.soft(desk.t("unlock.pin"), text_align=ft.TextAlign.CENTER)
    return ft.Column(
        [
            _places(desk, filled),
            below,
            *(ft.Row(row, alignment=ft.MainAxisAlignment.CENTER, spacing=18) for row in rows),
        ],
        spacing=12,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _places(desk: Desk, filled: int) -> ft.Control:
    dots = [
        ft.Container(
            width=18,
            height=18,
            border_radius=9,
            bgcolor=theme.GREEN if i < filled else theme.CARD,
            border=ft.Border.all(2, theme.GREEN if i < filled else theme.LINE_STRONG),
        )
        for i in range(LENGTH)
    ]
    return ft.Semantics(
        label=desk.t("unlock.filled", n=filled),
        content=ft.Container(
            ft.Row(list[ft.Control](dots), alignment=ft.MainAxisAlignment.CENTER, spacing=14),
            padding=ft.Padding.symmetric(vertical=8),
        ),
    )


def _key(content: ft.Control, on_click: actions.Handler, id: str, label: str, busy: bool) -> ft.Control:
    return ft.Semantics(
        identifier=id,
        label=label,
        button=True,
        exclude_semantics=False,
        content=ft.Container(
            content,
            width=KEY,
            height=64,
            border_radius=32,
            bgcolor=theme.SUNKEN,
            alignment=ft.Alignment.CENTER,
            ink=True,
            disabled=busy,
            opacity=0.5 if busy else 1.0,
            on_click=on_click,
        ),
    )
