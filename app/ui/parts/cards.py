"""Cards and rows: the surfaces things lie on."""

from collections.abc import Sequence
from typing import Any

import flet as ft

from app.ui import theme
from app.ui.parts import text
from app.ui.parts.actions import Handler, named


def card(controls: Sequence[ft.Control], *, spacing: float = 12, padding: float = 18, **more: Any) -> ft.Control:
    """A quiet sheet with a hairline round it."""
    return ft.Container(
        ft.Column(list(controls), spacing=spacing, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        padding=padding,
        bgcolor=theme.CARD,
        border=ft.Border.all(1, theme.LINE),
        border_radius=theme.RADIUS,
        **more,
    )


def pressable(content: ft.Control, on_click: Handler, *, id: str = "", selected: bool = False) -> ft.Control:
    """A card that opens something."""
    return named(
        id,
        ft.Container(
            content,
            key=id or None,
            padding=ft.Padding.symmetric(vertical=14, horizontal=16),
            bgcolor=theme.GREEN_SOFT if selected else theme.CARD,
            border=ft.Border.all(1.5 if selected else 1, theme.GREEN if selected else theme.LINE),
            border_radius=theme.RADIUS,
            ink=True,
            on_click=on_click,
        ),
    )


def section(title: str, controls: Sequence[ft.Control], *, trailing: ft.Control | None = None) -> ft.Control:
    """A heading with what belongs under it."""
    head: list[ft.Control] = [ft.Semantics(header=True, content=text.title(title, color=theme.GREEN_DEEP))]
    if trailing is not None:
        head.append(trailing)
    return ft.Column(
        [ft.Row(head, wrap=True, alignment=ft.MainAxisAlignment.SPACE_BETWEEN, run_spacing=0), *controls],
        spacing=10,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def pair(label: str, value: ft.Control | str, *, wide: bool = True) -> ft.Control:
    """A label and its value: side by side where there is room, else one above the other."""
    shown = text.body(value, selectable=True) if isinstance(value, str) else value
    if not wide:
        return ft.Column([text.soft(label), shown], spacing=2, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return ft.Row(
        [
            ft.Container(text.soft(label), width=116, padding=ft.Padding.only(top=2)),
            ft.Container(shown, expand=True),
        ],
        vertical_alignment=ft.CrossAxisAlignment.START,
        spacing=12,
    )
