"""The table of contents of a visit: every section with its progress and what is to mend, any of them one tap away."""

import flet as ft

from app.ui.parts import text
from app.ui.parts.sheet import Sheet
from app.ui.parts.shown import Contents
from app.ui.theme import RADIUS, Tone, tone
from app.ui.words.catalogue import say
from schemas.forms.runtime import Section


@ft.component
def Sections(contents: Contents, sheet: Sheet, lang: str) -> ft.Control:
    """All sections in their order."""
    return ft.Column(
        [_entry(s, s.path == contents.current, s.path in contents.strict, sheet, lang) for s in contents.sections],
        spacing=4,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


@ft.component
def Where(contents: Contents, sheet: Sheet, lang: str) -> ft.Control:
    """Where we are, in one line that opens the contents: for windows without room for a list at the side."""
    at, of = contents.at(), len(contents.sections)
    here = contents.sections[at].label if contents.sections else ""
    words = ft.Column(
        [text.title(here), text.soft(say(lang, "visit.section_at", at=at + 1, of=of))], spacing=0, expand=True
    )

    def open_contents(_: object) -> None:
        sheet.asking.panel = "sections"

    return ft.Column(
        [
            ft.Semantics(
                identifier="visit.sections",
                button=True,
                content=ft.Container(
                    ft.Row([words, ft.Icon(ft.Icons.FORMAT_LIST_BULLETED, color=ft.Colors.PRIMARY)], spacing=10),
                    ink=True,
                    border_radius=RADIUS,
                    padding=ft.Padding.symmetric(vertical=6, horizontal=10),
                    on_click=open_contents,
                ),
            ),
            ft.ProgressBar(value=(at + 1) / of if of else 0, bar_height=4, border_radius=2),
        ],
        spacing=4,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def progress(section: Section, strict: bool, lang: str) -> tuple[str, Tone]:
    """A section's state in words and its tone. What is missing counts once the section has been left."""
    if section.problems and strict:
        return say(lang, "visit.to_mend", n=section.problems), "warn"
    if not section.expected and not section.given:
        return say(lang, "visit.optional"), "plain"
    if section.warnings and strict:
        return say(lang, "visit.to_check", n=section.warnings), "warn"
    if not section.problems and section.answered == section.expected:
        return say(lang, "visit.complete"), "ok"
    return say(lang, "visit.answered", answered=section.answered, expected=section.expected), "plain"


def _entry(section: Section, here: bool, strict: bool, sheet: Sheet, lang: str) -> ft.Control:
    words, name = progress(section, strict, lang)
    shade = tone(name)
    return ft.Semantics(
        key=section.path,
        identifier=f"section:{section.path}",
        button=True,
        selected=here,
        content=ft.Container(
            ft.Row(
                [
                    ft.Icon(shade.icon, color=shade.ink, size=22),
                    ft.Column(
                        [
                            text.label(section.label, weight=ft.FontWeight.W_700 if here else ft.FontWeight.W_500),
                            text.soft(words, color=shade.ink),
                        ],
                        spacing=0,
                        expand=True,
                    ),
                ],
                spacing=12,
            ),
            padding=ft.Padding.symmetric(vertical=8, horizontal=12),
            border_radius=RADIUS,
            bgcolor=ft.Colors.PRIMARY_CONTAINER if here else None,
            ink=True,
            on_click=lambda _: sheet.go(section.path),
        ),
    )
