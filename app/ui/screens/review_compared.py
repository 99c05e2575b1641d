"""Two records next to each other: what they tell alike stands once, what differs stands twice and is marked."""

from collections.abc import Sequence

import flet as ft

from app.review.registrations import Compared
from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import cards, status, text
from app.ui.screens.review_values import Reading, lines

BESIDE = 620
"""From this width of the window on two values stand side by side."""


def compared(desk: Desk, rows: Sequence[Compared], reading: Reading) -> ft.Control:
    """A card of all these slots, those that differ first."""
    if not rows:
        return cards.card([text.soft(desk.t("double.no_rows"))])
    ordered = sorted(rows, key=lambda row: not row.differs)
    return cards.card([_row(desk, row, reading) for row in ordered], spacing=6, padding=12)


def mark(desk: Desk, side: int) -> ft.Control:
    """Which of the two registrations something belongs to."""
    return ft.Container(
        ft.Text(desk.t("double.b" if side else "double.a"), theme_style=theme.SMALL, color=theme.GREEN_DEEP),
        padding=ft.Padding.symmetric(horizontal=8, vertical=1),
        bgcolor=theme.GREEN_SOFT,
        border_radius=theme.RADIUS,
    )


def _row(desk: Desk, row: Compared, reading: Reading) -> ft.Control:
    label = desk.pick(row.label)
    if not row.differs:
        value = text.body("；".join(_lines(row, 0, reading)), selectable=True)
        return ft.Container(
            cards.pair(label, value, wide=desk.width >= 480), padding=ft.Padding.symmetric(horizontal=8, vertical=4)
        )
    sides: list[ft.Control] = [
        ft.Container(_side(desk, row, side, reading), col={"xs": 12, "sm": 6}) for side in (0, 1)
    ]
    shade = theme.tone("warn")
    head = ft.Row(
        [text.soft(label, color=shade.ink), status.chip(desk.t("double.differs"), "warn")],
        alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
        wrap=True,
        run_spacing=2,
    )
    return ft.Container(
        ft.Column(
            [head, ft.ResponsiveRow(sides, spacing=10, run_spacing=6)],
            spacing=4,
            horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        ),
        padding=ft.Padding.only(left=8, right=8, top=6, bottom=8),
        bgcolor=shade.ground,
        border=ft.Border.all(1, shade.line),
        border_radius=theme.RADIUS,
    )


def _side(desk: Desk, row: Compared, side: int, reading: Reading) -> ft.Control:
    said = ft.Column(
        [text.body(line, selectable=True) for line in _lines(row, side, reading)], spacing=0, tight=True, expand=True
    )
    return ft.Row([mark(desk, side), said], spacing=8, vertical_alignment=ft.CrossAxisAlignment.START)


def _lines(row: Compared, side: int, reading: Reading) -> tuple[str, ...]:
    return lines(row.slot, row.type, row.codes, row.values[side], reading)
