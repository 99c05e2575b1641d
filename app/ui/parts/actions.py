"""Buttons: one primary a screen, the rest quieter. All are at least 48 high and carry an identifier for tests and
for the accessibility tree."""

from collections.abc import Callable
from typing import Any

import flet as ft

from app.ui import theme

Handler = Callable[..., Any]


def primary(text: str, on_click: Handler, *, icon: ft.IconData | None = None, id: str = "", **more: Any) -> ft.Control:
    return named(id, ft.FilledButton(text, icon=icon, on_click=on_click, **more))


def secondary(
    text: str, on_click: Handler, *, icon: ft.IconData | None = None, id: str = "", **more: Any
) -> ft.Control:
    return named(id, ft.OutlinedButton(text, icon=icon, on_click=on_click, **more))


def quiet(text: str, on_click: Handler, *, icon: ft.IconData | None = None, id: str = "", **more: Any) -> ft.Control:
    return named(id, ft.TextButton(text, icon=icon, on_click=on_click, **more))


def danger(text: str, on_click: Handler, *, icon: ft.IconData | None = None, id: str = "", **more: Any) -> ft.Control:
    bad = theme.tone("bad")
    style = ft.ButtonStyle(color=bad.ink, side=ft.BorderSide(1.5, bad.ink))
    return named(id, ft.OutlinedButton(text, icon=icon, on_click=on_click, style=style, **more))


def icon(symbol: ft.IconData, tooltip: str, on_click: Handler, *, id: str = "", **more: Any) -> ft.Control:
    return named(id, ft.IconButton(symbol, tooltip=tooltip, on_click=on_click, **more))


def named(id: str, control: ft.Control) -> ft.Control:
    """The control under an identifier (`flt-semantics-identifier` in the page, resource-id on Android)."""
    if not id:
        return control
    return ft.Semantics(identifier=id, content=control, expand=control.expand, col=control.col)
