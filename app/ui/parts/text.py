"""Text by role. Screens take these instead of ft.Text with sizes, so that 200 % text reaches every word."""

from typing import Any

import flet as ft

from app.ui import theme


def display(value: str, **more: Any) -> ft.Text:
    return ft.Text(value, theme_style=theme.DISPLAY, **more)


def headline(value: str, **more: Any) -> ft.Text:
    return ft.Text(value, theme_style=theme.HEADLINE, **more)


def title(value: str, **more: Any) -> ft.Text:
    return ft.Text(value, theme_style=theme.TITLE, **more)


def body(value: str, **more: Any) -> ft.Text:
    return ft.Text(value, theme_style=theme.BODY, **more)


def soft(value: str, *, color: str = theme.INK_SOFT, **more: Any) -> ft.Text:
    """Secondary text: the smallest there is, and still readable."""
    return ft.Text(value, theme_style=theme.SMALL, color=color, **more)


def label(value: str, **more: Any) -> ft.Text:
    return ft.Text(value, theme_style=theme.LABEL, **more)


def figure(value: str, **more: Any) -> ft.Text:
    """A number that is the point of the screen."""
    return ft.Text(value, theme_style=theme.FIGURE, **more)


def link(value: str, **more: Any) -> ft.Text:
    return ft.Text(value, theme_style=theme.LABEL, color=theme.GREEN, **more)
