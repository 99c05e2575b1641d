"""Households that may be one: shown with what they share, and the two things a person can say about it."""

from collections.abc import Sequence

import flet as ft

from app.ui import theme
from app.ui.parts import actions, cards, status, text
from app.ui.words.catalogue import say
from app.work.candidates import Candidate


def likeness(lang: str, found: Candidate, buttons: Sequence[ft.Control]) -> ft.Control:
    """One household with what may make it the same, and what can be done about it."""
    place = [found.address] if found.area_name in found.address else [found.area_name, found.address]
    where = " · ".join(x for x in (*place, say(lang, "household.code", code=found.code)) if x)
    return ft.Semantics(
        identifier=f"candidate-{found.household}",
        container=True,
        content=cards.card(
            [
                text.title(found.head or found.name or say(lang, "row.nameless")),
                text.soft(where),
                status.note(say(lang, f"same.why_{found.why}", name=found.name), "warn", icon=ft.Icons.GROUPS),
                ft.Row(list(buttons), wrap=True, spacing=10, run_spacing=8),
            ],
            spacing=8,
        ),
    )


def asked(title: str, body: str, candidates: Sequence[ft.Control], *, id: str = "") -> ft.Control:
    """The question above the candidates."""
    shade = theme.tone("warn")
    head = ft.Row(
        [
            ft.Icon(ft.Icons.GROUPS_OUTLINED, size=28, color=shade.ink),
            ft.Column(
                [text.title(title, color=shade.ink), *([text.body(body)] if body else [])],
                spacing=2,
                expand=True,
                tight=True,
            ),
        ],
        spacing=14,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )
    return actions.named(
        id,
        ft.Container(
            ft.Column([head, *candidates], spacing=12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
            padding=16,
            bgcolor=shade.ground,
            border=ft.Border.all(1, shade.line),
            border_radius=theme.RADIUS,
        ),
    )
