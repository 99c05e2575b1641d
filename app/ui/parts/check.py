"""The check before finishing: everything missing or doubtful, each one tap from where it is mended."""

from collections.abc import Callable, Sequence

import flet as ft

from app.ui.parts import actions, cards, status, text
from app.ui.parts.actions import Handler
from app.ui.parts.likeness import asked, likeness
from app.ui.parts.sheet import Sheet
from app.ui.parts.shown import Asking
from app.ui.theme import RADIUS, tone
from app.ui.words.catalogue import say
from schemas.forms.runtime import Trouble

WANTED = "answer_wanted"
MISSING = frozenset({"answer_required", WANTED})
"""The problem codes of a question without an answer: one that has to be answered, and one that may stay unknown."""


@ft.component
def Check(asking: Asking, sheet: Sheet, lang: str, finish: Handler, look: Callable[[str], None]) -> ft.Control:
    """Lists what is to mend, and who may be in another household, which `look` opens; `finish` runs when nothing
    prevents it and the visitor says so."""
    _, said = ft.use_state(0)
    troubles, names = sheet.troubles(), sheet.names()
    hard = [t for t in troubles if t.hard]
    blank = [t for t in troubles if not t.hard and t.code == WANTED]
    soft = [t for t in troubles if not t.hard and t.code != WANTED]
    parts: list[ft.Control] = []
    if asking.problem:
        parts.append(status.banner(asking.problem, "bad"))
    parts += _doubles(sheet, lang, look, lambda: said(lambda n: n + 1))
    if hard:
        parts.append(_list(say(lang, "finish.hard", n=len(hard)), hard, names, sheet, lang))
    elif not blank and not soft:
        parts.append(status.banner(say(lang, "finish.clear"), "ok"))
    if blank:
        parts.append(_list(say(lang, "finish.blank", n=len(blank)), blank, names, sheet, lang))
    if soft:
        parts.append(_list(say(lang, "finish.soft", n=len(soft)), soft, names, sheet, lang))
    if not hard:
        parts.append(text.soft(say(lang, "finish.text")))
        words = say(lang, "finish.anyway" if blank or soft else "finish.go")
        go = actions.primary(words, finish, icon=ft.Icons.TASK_ALT, id="finish.go", disabled=asking.busy)
        parts.append(ft.Row([go], alignment=ft.MainAxisAlignment.END))
    return ft.Column(parts, spacing=18, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


def _doubles(sheet: Sheet, lang: str, look: Callable[[str], None], again: Callable[[], None]) -> list[ft.Control]:
    """The households that somebody in this visit may belong to; nothing when there are none."""
    found = sheet.visit.known_here()
    if not found:
        return []

    def buttons(household: str) -> list[ft.Control]:
        def other() -> None:
            sheet.visit.is_another(household)
            again()

        return [
            actions.secondary(say(lang, "same.open"), lambda: look(household), id=f"open-{household}"),
            actions.quiet(say(lang, "same.other"), other, id=f"other-{household}"),
        ]

    shown = [likeness(lang, c, buttons(c.household)) for c in found]
    return [asked(say(lang, "same.in_visit"), say(lang, "same.ask_body"), shown, id="doubles")]


def _list(title: str, troubles: Sequence[Trouble], names: dict[str, str], sheet: Sheet, lang: str) -> ft.Control:
    """The troubles under their sections, in the order of the form."""
    parts: list[ft.Control] = []
    for section in sheet.contents.sections:
        mine = [t for t in troubles if t.section == section.path]
        if mine:
            entries: list[ft.Control] = [_entry(t, names, sheet) for t in mine]
            heading = ft.Container(text.label(section.label), padding=ft.Padding.only(left=14, top=12))
            parts.append(cards.card([heading, *entries], spacing=0, padding=0))
    return cards.section(title, parts)


def _entry(found: Trouble, names: dict[str, str], sheet: Sheet) -> ft.Control:
    shade = tone("bad" if found.hard else "warn")
    words: list[ft.Control] = [text.body(names.get(found.path, ""))]
    if found.code not in MISSING:  # that it is missing stands above them all
        words.append(text.soft(found.message, color=shade.ink))
    return ft.Semantics(
        identifier=f"mend:{found.path}",
        button=True,
        content=ft.Container(
            ft.Row(
                [
                    ft.Icon(shade.icon, color=shade.ink, size=22),
                    ft.Column(words, spacing=0, expand=True),
                    ft.Icon(ft.Icons.CHEVRON_RIGHT, color=ft.Colors.ON_SURFACE_VARIANT),
                ],
                spacing=12,
            ),
            padding=ft.Padding.symmetric(vertical=12, horizontal=14),
            border_radius=RADIUS,
            ink=True,
            on_click=lambda _: sheet.jump(found),
        ),
    )
