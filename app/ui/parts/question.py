"""What every question looks like: its label, its hint with the article behind it, its control, and what is wrong.

Sizes come from the theme's roles, so that text grows to 200 % and nothing here has a fixed height.
"""

from collections.abc import Callable, Sequence
from typing import Any, cast

import flet as ft

from app.ui.parts.sheet import Sheet
from app.ui.parts.shown import Box
from app.ui.theme import BODY, RADIUS, SMALL, TITLE, tone
from app.ui.words.catalogue import say
from schemas.forms.runtime import Trouble


def framed(box: Box, lang: str, control: ft.Control, *, comment: str = "", quiet: bool = False) -> ft.Control:
    """A question round its control. `quiet` keeps troubles back while somebody is still typing."""
    question = box.question
    parts: list[ft.Control] = [label(question.label, question.required, lang)]
    if question.hint:
        parts.append(ft.Text(question.hint, theme_style=SMALL, color=ft.Colors.ON_SURFACE_VARIANT))
    if comment:
        parts.append(remark(say(lang, "visit.comment", text=comment)))
    parts.append(control)
    if not quiet or box.strict:
        parts += [trouble(t) for t in box.shown_troubles()]
    return ft.Container(
        key=anchor(question.path),
        content=ft.Column(parts, spacing=8, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        padding=ft.Padding.symmetric(vertical=6, horizontal=10),
        border_radius=RADIUS,
        bgcolor=tone("warn").ground if box.lit else None,
    )


def pressed(box: Box, sheet: Sheet, lang: str, shown: Sequence[ft.Control], button: ft.Control | None) -> ft.Control:
    """A question that is answered by pressing a button: what is `shown` of the answer, the button, None where it may
    not be answered, and one that takes the answer back."""
    question = box.question
    parts = list(shown)
    if button is not None:
        buttons: list[ft.Control] = [ft.Semantics(identifier=f"q:{question.path}", content=button)]
        if question.value and not question.readonly:
            clear = ft.TextButton(
                say(lang, "part.clear"), icon=ft.Icons.CLOSE, on_click=lambda _: sheet.answer(question.path, None)
            )
            buttons.append(ft.Semantics(identifier=f"clear:{question.path}", content=clear))
        parts.append(ft.Row(buttons, wrap=True))
    column = ft.Column(parts, spacing=10, horizontal_alignment=ft.CrossAxisAlignment.START)
    return framed(box, lang, column, comment=sheet.comment(question.path))


memo: Callable[[Callable[..., ft.Control]], Callable[..., ft.Control]] = cast(Any, ft.memo)
"""A component that is drawn again only when its arguments or what it watches have changed."""


def anchor(path: str) -> ft.ScrollKey:
    """A place to scroll to."""
    return cast(ft.ScrollKey, cast(Any, ft.ScrollKey)(path))  # flet leaves its constructor untyped


def label(text: str, required: bool, lang: str) -> ft.Control:
    spans = [ft.TextSpan(" *", ft.TextStyle(color=ft.Colors.ERROR), semantics_label=say(lang, "part.required"))]
    return ft.Text(text, theme_style=TITLE, spans=spans if required else [])


def trouble(found: Trouble) -> ft.Control:
    """One thing wrong, in words beside a sign: never by colour alone."""
    shade = tone("bad" if found.hard else "warn")
    return ft.Row(
        [
            ft.Icon(shade.icon, color=shade.ink, size=20),
            ft.Text(found.message, theme_style=SMALL, color=shade.ink, expand=True),
        ],
        spacing=6,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )


def remark(text: str) -> ft.Control:
    shade = tone("info")
    return ft.Container(
        content=ft.Row(
            [
                ft.Icon(ft.Icons.RATE_REVIEW_OUTLINED, color=shade.ink, size=20),
                ft.Text(text, color=shade.ink, expand=True),
            ],
            spacing=8,
        ),
        padding=12,
        bgcolor=shade.ground,
        border_radius=RADIUS,
    )


@ft.component
def Note(box: Box, sheet: Sheet, lang: str) -> ft.Control:
    """A line of the questionnaire that asks nothing: an explanation or a figure worked out."""
    shade = tone("info")
    return ft.Container(
        content=ft.Row(
            [
                ft.Icon(ft.Icons.CALCULATE_OUTLINED, color=shade.ink),
                ft.Text(box.question.label, theme_style=BODY, expand=True),
            ],
            spacing=10,
            vertical_alignment=ft.CrossAxisAlignment.START,
        ),
        padding=14,
        bgcolor=shade.ground,
        border=ft.Border.all(1, shade.line),
        border_radius=RADIUS,
    )
