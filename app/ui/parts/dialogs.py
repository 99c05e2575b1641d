"""The dialog in which somebody at the desk decides: what about, a way out, and the one button that does it."""

from collections.abc import Callable

import flet as ft

from app.ui.desk import Desk
from app.ui.parts import actions

WIDTH = 480
"""As wide as a sentence reads well."""


def deciding(
    desk: Desk, title: str, body: list[ft.Control], go: ft.Control, close: Callable[[], None]
) -> ft.AlertDialog:
    """`go` is the button that decides; `close` is called for the way out and for a press beside the dialog."""
    column = ft.Column(body, tight=True, spacing=14, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return ft.AlertDialog(
        title=title,
        content=ft.Container(column, width=WIDTH),
        scrollable=True,
        actions=[actions.quiet(desk.t("decide.cancel"), close, id="cancel"), go],
        on_dismiss=lambda _: close(),
    )
