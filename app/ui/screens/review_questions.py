"""What has to be cleared up before anybody can decide: three lists under one heading, with how much waits in each."""

from collections.abc import Sequence

import flet as ft

from app.review.answers import Counts
from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, text
from app.ui.parts.frame import frame
from app.ui.screens.review_queue import desk_buttons, who

LISTS = ("conflicts", "duplicates", "held")


def questions(
    desk: Desk, shown: str, counts: Counts | None, body: Sequence[ft.Control], *, notices: bool = True
) -> ft.Control:
    """The screen of one of the lists, with the way to the other two above it."""
    return frame(
        desk,
        desk.t("tab.questions"),
        [_lists(desk, shown, counts), *body],
        subtitle=who(desk),
        buttons=desk_buttons(desk),
        notices=notices,
        id=f"questions-{shown}",
    )


def switch(desk: Desk, options: Sequence[tuple[str, str, str]], shown: str) -> ft.Control:
    """Ways to lists beside each other, wrapped where the line is too short: (name, words, address)."""
    return ft.Row([_way(desk, *o, lit=o[0] == shown) for o in options], wrap=True, spacing=8, run_spacing=8)


def _lists(desk: Desk, shown: str, counts: Counts | None) -> ft.Control:
    waiting = {} if counts is None else dict(zip(LISTS, (counts.disputed, counts.duplicates, counts.held), strict=True))
    return switch(
        desk,
        [(n, f"{desk.t(f'questions.{n}')} {waiting.get(n, '')}".strip(), f"/desk/{n}") for n in LISTS],
        shown,
    )


def _way(desk: Desk, name: str, words: str, address: str, *, lit: bool) -> ft.Control:
    return actions.named(
        f"list-{name}",
        ft.Semantics(
            selected=lit,
            button=True,
            content=ft.Container(
                text.label(words, color=theme.GREEN_DEEP if lit else theme.INK_SOFT),
                padding=ft.Padding.symmetric(vertical=12, horizontal=18),
                bgcolor=theme.GREEN_SOFT if lit else theme.CARD,
                border=ft.Border.all(1.5 if lit else 1, theme.GREEN if lit else theme.LINE_STRONG),
                border_radius=theme.RADIUS,
                ink=True,
                on_click=lambda: desk.go(address),
            ),
        ),
    )
