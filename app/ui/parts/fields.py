"""Fields for words typed by hand: large, labelled, the complaint under it in words.

Flutter shrinks a label to three quarters when it moves up onto the line, so the label starts large enough to be read
there too.
"""

from typing import Any

import flet as ft

from app.ui import theme


def field(
    label: str, value: str = "", *, error: str | None = None, helper: str | None = None, **more: Any
) -> ft.TextField:
    """A text field. `error` shows under it; give None when there is none."""
    return ft.TextField(
        label=ft.Text(label, theme_style=theme.PROMPT, weight=ft.FontWeight.W_400, color=theme.INK_SOFT),
        value=value,
        error=error,
        helper=helper,
        border=theme.outline(),
        filled=True,
        fill_color=theme.CARD,
        content_padding=ft.Padding.symmetric(vertical=18, horizontal=16),
        error_max_lines=3,
        helper_max_lines=3,
        **more,
    )


def digits(label: str, value: str = "", *, length: int, error: str | None = None, **more: Any) -> ft.TextField:
    """A field for a secret number."""
    return field(
        label,
        value,
        error=error,
        password=True,
        can_reveal_password=True,
        keyboard_type=ft.KeyboardType.NUMBER,
        input_filter=ft.InputFilter(r"^\d*$"),
        max_length=length,
        counter="",
        **more,
    )


def secret(label: str, value: str = "", *, error: str | None = None, **more: Any) -> ft.TextField:
    """A field for a passphrase or password."""
    return field(label, value, error=error, password=True, can_reveal_password=True, **more)
