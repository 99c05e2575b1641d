"""Status in words: chips, banners and what an empty list says. Colour only repeats what the icon and the text say."""

from typing import Any

import flet as ft

from app.ui import theme
from app.ui.parts import text
from app.ui.parts.actions import Handler


def chip(words: str, tone: theme.Tone = "plain", *, icon: ft.IconData | None = None) -> ft.Control:
    shade = theme.tone(tone)
    return ft.Container(
        # Wrapped, not flexed: a chip may stand where there is no bound to flex in, and its words may be long.
        ft.Row(
            [
                ft.Icon(icon or shade.icon, size=18, color=shade.ink),
                ft.Text(words, theme_style=theme.SMALL, color=shade.ink),
            ],
            spacing=5,
            run_spacing=0,
            wrap=True,
            vertical_alignment=ft.CrossAxisAlignment.CENTER,
        ),
        padding=ft.Padding.only(left=8, right=10, top=3, bottom=3),
        bgcolor=shade.ground,
        border=ft.Border.all(1, shade.line),
        border_radius=theme.RADIUS,
    )


def note(words: str, tone: theme.Tone = "plain", *, icon: ft.IconData | None = None) -> ft.Control:
    """A line of a card that may be long: no chip, but the same sign and ink."""
    shade = theme.tone(tone)
    return ft.Row(
        [
            ft.Icon(icon or shade.icon, size=20, color=shade.ink),
            ft.Text(words, theme_style=theme.SMALL, color=shade.ink, expand=True),
        ],
        spacing=8,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )


def banner(
    words: str,
    tone: theme.Tone = "info",
    *,
    action: ft.Control | None = None,
    dismiss: Handler | None = None,
    dismiss_label: str = "",
    **more: Any,
) -> ft.Control:
    """A message that stays. Read out when it appears."""
    shade = theme.tone(tone)
    row: list[ft.Control] = [
        ft.Icon(shade.icon, color=shade.ink, size=24),
        ft.Text(words, theme_style=theme.BODY, color=shade.ink, expand=True),
    ]
    if action is not None:
        row.append(action)
    if dismiss is not None:
        row.append(ft.IconButton(ft.Icons.CLOSE, icon_color=shade.ink, tooltip=dismiss_label, on_click=dismiss))
    return ft.Semantics(
        live_region=True,
        content=ft.Container(
            ft.Row(row, spacing=12, vertical_alignment=ft.CrossAxisAlignment.CENTER),
            padding=ft.Padding.only(left=16, right=8, top=10, bottom=10),
            bgcolor=shade.ground,
            border=ft.Border.all(1, shade.line),
            border_radius=theme.RADIUS,
            **more,
        ),
    )


def empty(symbol: ft.IconData, title: str, words: str, action: ft.Control | None = None) -> ft.Control:
    """What a list says when there is nothing in it, and what to do about it."""
    lines: list[ft.Control] = [
        ft.Container(
            ft.Icon(symbol, size=36, color=theme.GREEN),
            width=76,
            height=76,
            bgcolor=theme.GREEN_SOFT,
            border_radius=38,
            alignment=ft.Alignment.CENTER,
        ),
        text.title(title, text_align=ft.TextAlign.CENTER),
        text.soft(words, text_align=ft.TextAlign.CENTER),
    ]
    if action is not None:
        lines.append(action)
    return ft.Container(
        ft.Column(lines, spacing=12, horizontal_alignment=ft.CrossAxisAlignment.CENTER),
        padding=ft.Padding.symmetric(vertical=40, horizontal=24),
        alignment=ft.Alignment.CENTER,
    )
