"""A section of the form: its questions in one column, or two where there is room for both to be comfortable.

`PARTS` gives each type of question its part. Each part is a memo on its own box: redrawn when its question changes.
"""

import flet as ft

from app.ui.parts import text
from app.ui.parts.choices import Choices, lies_open
from app.ui.parts.photo import Photo
from app.ui.parts.question import Note, memo
from app.ui.parts.repeats import rows
from app.ui.parts.sheet import Sheet
from app.ui.parts.shown import Cluster, Field, Node, Rows
from app.ui.parts.signature import Signature
from app.ui.parts.typed import Typed
from app.ui.theme import GREEN_DEEP
from app.ui.words.catalogue import say
from schemas.forms.runtime import Question

SHORT = 14
"""A question with a longer label or longer choices takes the whole width."""


def body(nodes: tuple[Node, ...], sheet: Sheet, lang: str, columns: int) -> ft.Control:
    """Questions, groups and repeats in their order."""
    if not nodes:
        return ft.Text(say(lang, "visit.nothing"), color=ft.Colors.ON_SURFACE_VARIANT)
    return ft.ResponsiveRow(
        # A row on its way out may be drawn once more before the section that held it; its questions are gone by then.
        [_placed(n, sheet, lang, columns) for n in nodes if not isinstance(n, Field) or n.path in sheet.boxes],
        columns=columns,
        spacing=8,
        run_spacing=14,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )


PARTS = {
    "note": Note,
    "calculate": Note,
    "select_one": Choices,
    "select_multiple": Choices,
    "signature": Signature,
    "image": Photo,
}
"""The part for each type of question; every other type is typed."""


def is_short(question: Question) -> bool:
    """Whether a question is comfortable in half the width."""
    if len(question.label) > SHORT * 2 or len(question.hint) > SHORT * 3:
        return False
    match question.type:
        case "integer" | "decimal" | "date":
            return True
        case "text":
            return "multiline" not in question.appearance and len(question.label) <= SHORT
        case "select_one":
            return not lies_open(question) or sum(len(c.label) + 4 for c in question.choices) <= SHORT + 2
        case _:
            return False


def _placed(node: Node, sheet: Sheet, lang: str, columns: int) -> ft.Control:
    match node:
        case Field():
            box = sheet.boxes[node.path]
            short = columns > 1 and is_short(box.question)
            return ft.Container(
                memo(PARTS.get(box.question.type, Typed))(box, sheet, lang, key=node.path),
                key=node.path,
                col=1 if short else columns,
            )
        case Cluster():
            return _headed(node, sheet, body(node.nodes, sheet, lang, columns), columns)
        case Rows():
            return _headed(node, sheet, rows(node, sheet, lang, columns, body), columns)


def _headed(node: Cluster | Rows, sheet: Sheet, content: ft.Control, columns: int) -> ft.Control:
    """A group or repeat under its heading; one that is a whole section has the section's."""
    parts: list[ft.Control] = []
    if node.path != sheet.layout.section:
        inset = ft.Padding.symmetric(horizontal=10)
        if node.label:
            title = text.title(node.label, color=GREEN_DEEP)
            parts.append(ft.Container(ft.Semantics(header=True, content=title), padding=inset))
        if node.hint:
            parts.append(ft.Container(text.soft(node.hint), padding=inset))
    parts.append(content)
    return ft.Container(
        ft.Column(parts, spacing=10, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        key=node.path,
        col=columns,
        padding=ft.Padding.only(top=6),
    )
