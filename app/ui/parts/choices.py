"""Questions answered by choosing: a few choices lie open as tiles, many open a list to search.

A tile is as tall as a thumb, says its state by a tick and to a screen reader, and needs one tap. Choosing again takes a
choice back where the question need not be answered.
"""

from collections.abc import Callable

import flet as ft

from app.ui.parts.naming import listed
from app.ui.parts.question import framed
from app.ui.parts.sheet import Sheet
from app.ui.parts.shown import Box
from app.ui.theme import BODY, RADIUS, SMALL, TARGET, outline
from app.ui.words.catalogue import say
from schemas.codec import Value
from schemas.forms.runtime import Offer, Question

OPEN = 8
"""The most choices that lie open."""
SEARCH = 12
"""From so many choices on the list has a search field."""


def lies_open(question: Question) -> bool:
    """Whether all choices are shown at once."""
    if "minimal" in question.appearance:
        return False
    return len(question.choices) <= OPEN or "quick" in question.appearance or question.type == "select_multiple"


@ft.component
def Choices(box: Box, sheet: Sheet, lang: str) -> ft.Control:
    question = box.question
    listing, set_listing = ft.use_state(False)

    def choose(value: str) -> None:
        set_listing(False)
        sheet.answer(question.path, chosen(question, value))

    ft.use_dialog(
        ft.AlertDialog(
            title=question.label,
            content=_Listing(question, lang, choose),
            content_padding=ft.Padding.symmetric(vertical=12, horizontal=8),
            inset_padding=20,
            actions=[ft.TextButton(say(lang, "part.cancel"), on_click=lambda _: set_listing(False))],
            on_dismiss=lambda _: set_listing(False),
        )
        if listing
        else None
    )
    if lies_open(question):
        control: ft.Control = ft.Row(
            [_tile(question, c, choose) for c in question.choices], wrap=True, spacing=10, run_spacing=10
        )
    else:
        control = _closed(question, lang, lambda: set_listing(True))
    return framed(
        box,
        lang,
        ft.Semantics(identifier=f"q:{question.path}", content=control),
        comment=sheet.comment(question.path),
    )


def chosen(question: Question, value: str) -> Value:
    """The answer after a choice was tapped."""
    if question.type == "select_multiple":
        have = list(question.value or ())
        now = [v for v in have if v != value] if value in have else [*have, value]
        return [c.value for c in question.choices if c.value in now] or None
    if value == question.value:
        return value if question.required else None
    return value


def is_chosen(question: Question, value: str) -> bool:
    return value in question.value if isinstance(question.value, list) else value == question.value


def _tile(question: Question, choice: Offer, choose: Callable[[str], None]) -> ft.Control:
    on = is_chosen(question, choice.value)
    many = question.type == "select_multiple"
    sign = (
        (ft.Icons.CHECK_BOX if on else ft.Icons.CHECK_BOX_OUTLINE_BLANK)
        if many
        else (ft.Icons.RADIO_BUTTON_CHECKED if on else ft.Icons.RADIO_BUTTON_UNCHECKED)
    )
    ink = ft.Colors.ON_PRIMARY_CONTAINER if on else ft.Colors.ON_SURFACE
    return ft.Semantics(
        key=choice.value,
        identifier=f"q:{question.path}={choice.value}",
        checked=on,
        content=ft.Container(
            content=ft.Row(
                [
                    ft.Icon(sign, color=ft.Colors.PRIMARY if on else ft.Colors.OUTLINE, size=22),
                    ft.Text(choice.label, theme_style=BODY, color=ink, weight=ft.FontWeight.W_600 if on else None),
                ],
                spacing=8,
                tight=True,
            ),
            padding=ft.Padding.only(left=12, right=18, top=11, bottom=11),
            border=ft.Border.all(2 if on else 1, ft.Colors.PRIMARY if on else ft.Colors.OUTLINE),
            border_radius=RADIUS,
            bgcolor=ft.Colors.PRIMARY_CONTAINER if on else ft.Colors.SURFACE_CONTAINER_LOWEST,
            ink=True,
            on_click=None if question.readonly else lambda _: choose(choice.value),
        ),
    )


def _closed(question: Question, lang: str, open_list: Callable[[], None]) -> ft.Control:
    """A long list, closed: what was chosen, and a sign that tapping opens it."""
    picked = [c.label for c in question.choices if is_chosen(question, c.value)]
    text = listed(picked, lang) or say(lang, "part.choose")
    return ft.Container(
        content=ft.Row(
            [
                ft.Text(text, theme_style=BODY, expand=True, color=None if picked else ft.Colors.ON_SURFACE_VARIANT),
                ft.Icon(ft.Icons.EXPAND_MORE, color=ft.Colors.ON_SURFACE_VARIANT),
            ],
        ),
        padding=ft.Padding.symmetric(vertical=13, horizontal=14),
        border=ft.Border.all(1, ft.Colors.OUTLINE),
        border_radius=RADIUS,
        bgcolor=ft.Colors.SURFACE_CONTAINER_LOWEST,
        ink=True,
        on_click=None if question.readonly else lambda _: open_list(),
    )


@ft.component
def _Listing(question: Question, lang: str, choose: Callable[[str], None]) -> ft.Control:
    wanted, set_wanted = ft.use_state("")
    hits = [c for c in question.choices if wanted.casefold() in c.label.casefold()]
    search = ft.TextField(
        hint_text=say(lang, "part.search"),
        prefix_icon=ft.Icons.SEARCH,
        border=outline(),
        on_change=lambda e: set_wanted(e.control.value.strip()),
    )
    rows: list[ft.Control] = [_line(question, c, choose) for c in hits]
    if not rows:
        rows = [ft.Text(say(lang, "part.no_match"), theme_style=SMALL)]
    return ft.Container(
        width=440,
        content=ft.Column(
            [
                *(
                    [ft.Container(search, padding=ft.Padding.symmetric(horizontal=8))]
                    if len(question.choices) > SEARCH
                    else []
                ),
                ft.Column(rows, spacing=0, scroll=ft.ScrollMode.AUTO, height=min(420, (TARGET + 8) * len(rows))),
            ],
            tight=True,
            spacing=8,
        ),
    )


def _line(question: Question, choice: Offer, choose: Callable[[str], None]) -> ft.Control:
    on = is_chosen(question, choice.value)
    return ft.Semantics(
        key=choice.value,
        identifier=f"choice:{choice.value}",
        checked=on,
        content=ft.ListTile(
            title=ft.Text(choice.label, theme_style=BODY, weight=ft.FontWeight.W_600 if on else None),
            trailing=ft.Icon(ft.Icons.CHECK, color=ft.Colors.PRIMARY) if on else None,
            min_height=TARGET + 8,
            content_padding=ft.Padding.symmetric(horizontal=14),
            shape=ft.RoundedRectangleBorder(radius=RADIUS),
            on_click=lambda _: choose(choice.value),
        ),
    )
