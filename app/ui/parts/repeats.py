"""Repeats: people, incomes, assets, papers — one card a row, added and removed with one tap.

Short rows lie open, and a removed one can be had back. Long ones (people) fold to a line that says who it is, what is
known and what is missing, and open in place, one at a time; removing one asks first, because a person who is removed
leaves the household's record.
"""

from collections.abc import Callable

import flet as ft

from app.ui.parts import status
from app.ui.parts.question import memo, trouble
from app.ui.parts.sheet import Sheet
from app.ui.parts.shown import Fold, Node, Removal, Row, Rows
from app.ui.theme import CARD, LINE, RADIUS, SMALL, TITLE, tone
from app.ui.words.catalogue import say

Body = Callable[[tuple[Node, ...], Sheet, str, int], ft.Control]
"""Draws the questions of a row, so that rows and questions need not know each other's modules."""


def rows(node: Rows, sheet: Sheet, lang: str, columns: int, body: Body) -> ft.Control:
    """A repeat with its rows."""
    card = memo(FoldedCard if node.folds else OpenCard)
    parts: list[ft.Control] = [
        card(sheet.folds[row.path], node, row, i, sheet, lang, columns, body, key=row.path)
        for i, row in enumerate(node.rows, 1)
        if row.path in sheet.folds
    ]
    if not parts:
        parts.append(ft.Text(say(lang, "part.no_rows"), theme_style=SMALL, color=ft.Colors.ON_SURFACE_VARIANT))
    parts += [trouble(t) for t in node.troubles]
    parts.append(memo(Removed)(sheet, sheet.removed, node.path, lang, key=f"removed {node.path}"))
    if node.can_add:
        add = ft.OutlinedButton(
            say(lang, "part.add", what=_inside(node.label, lang)),
            icon=ft.Icons.ADD,
            on_click=lambda _: sheet.add(node.path),
        )
        parts.append(ft.Row([ft.Semantics(identifier=f"add:{node.path}", content=add)]))
    return ft.Column(parts, spacing=12, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)


@ft.component
def OpenCard(
    fold: Fold, node: Rows, row: Row, number: int, sheet: Sheet, lang: str, columns: int, body: Body
) -> ft.Control:
    """A short row."""
    title = fold.title or say(lang, "part.row", n=number)
    head: list[ft.Control] = [ft.Text(title, theme_style=TITLE, expand=True)]
    if node.can_remove:
        head.append(_remove(row, lang, lambda: sheet.remove(node.path, row.instance, title)))
    return _card([ft.Container(ft.Row(head), padding=ft.Padding.only(left=10)), body(row.nodes, sheet, lang, columns)])


@ft.component
def FoldedCard(
    fold: Fold, node: Rows, row: Row, number: int, sheet: Sheet, lang: str, columns: int, body: Body
) -> ft.Control:
    """A long row: its head, and its questions while it is open."""
    asking, set_asking = ft.use_state(False)
    name = fold.title or say(lang, "part.unnamed")

    def remove() -> None:
        set_asking(False)
        sheet.remove(node.path, row.instance)

    ft.use_dialog(_ask(name, node.label, lang, remove, lambda: set_asking(False)) if asking else None)
    parts: list[ft.Control] = [_head(fold, row, name, lang)]
    if fold.open:
        parts += [ft.Divider(), body(row.nodes, sheet, lang, columns)]
        if node.can_remove:
            parts.append(ft.Row([_remove(row, lang, lambda: set_asking(True))], alignment=ft.MainAxisAlignment.END))
    return _card(parts)


@ft.component
def Removed(sheet: Sheet, gone: Removal, path: str, lang: str) -> ft.Control:
    """What was just removed from a repeat, and the way back."""
    if gone.path != path or not gone.answers:
        return ft.Container(visible=False)
    undo = ft.TextButton(say(lang, "part.undo"), icon=ft.Icons.UNDO, on_click=lambda _: sheet.restore())
    return status.banner(
        say(lang, "part.removed", what=gone.title),
        "plain",
        action=ft.Semantics(identifier=f"undo:{path}", content=undo),
    )


def _head(fold: Fold, row: Row, name: str, lang: str) -> ft.Control:
    words: list[ft.Control] = [ft.Text(name, theme_style=TITLE)]
    if fold.summary:
        words.append(ft.Text(fold.summary, theme_style=SMALL, color=ft.Colors.ON_SURFACE_VARIANT))
    if fold.troubles:
        words.append(ft.Row([status.chip(say(lang, "visit.to_mend", n=fold.troubles), "warn")]))
    line = ft.Row(
        [
            ft.Container(
                ft.Text(name[:1], theme_style=TITLE, color=ft.Colors.ON_PRIMARY_CONTAINER),
                width=48,
                height=48,
                border_radius=24,
                alignment=ft.Alignment.CENTER,
                bgcolor=ft.Colors.PRIMARY_CONTAINER,
            ),
            ft.Column(words, spacing=2, expand=True),
            ft.Icon(
                ft.Icons.EXPAND_LESS if fold.open else ft.Icons.EXPAND_MORE,
                semantics_label=say(lang, "part.fold" if fold.open else "part.open"),
            ),
        ],
        spacing=14,
    )

    def turn(_: object) -> None:
        fold.open = not fold.open

    return ft.Semantics(
        identifier=f"fold:{row.path}",
        button=True,
        expanded=fold.open,
        content=ft.Container(line, ink=True, border_radius=RADIUS, padding=4, on_click=turn),
    )


def _card(parts: list[ft.Control]) -> ft.Control:
    return ft.Container(
        ft.Column(parts, spacing=10, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
        padding=ft.Padding.symmetric(vertical=12, horizontal=10),
        bgcolor=CARD,
        border=ft.Border.all(1, LINE),
        border_radius=RADIUS,
    )


def _remove(row: Row, lang: str, remove: Callable[[], None]) -> ft.Control:
    button = ft.TextButton(
        say(lang, "part.remove"),
        icon=ft.Icons.DELETE_OUTLINE,
        style=ft.ButtonStyle(color=tone("bad").ink),
        on_click=lambda _: remove(),
    )
    return ft.Semantics(identifier=f"remove:{row.path}", content=button)


def _ask(name: str, what: str, lang: str, remove: Callable[[], None], dismissed: Callable[[], None]) -> ft.AlertDialog:
    return ft.AlertDialog(
        title=say(lang, "part.remove_ask", what=name),
        content=ft.Text(say(lang, "part.remove_text", what=name, where=_inside(what, lang))),
        actions=[
            _named("remove.keep", ft.TextButton(say(lang, "part.cancel"), on_click=lambda _: dismissed())),
            _named("remove.go", ft.FilledButton(say(lang, "part.remove"), on_click=lambda _: remove())),
        ],
        on_dismiss=lambda _: dismissed(),
    )


def _named(identifier: str, control: ft.Control) -> ft.Control:
    return ft.Semantics(identifier=identifier, content=control)


def _inside(label: str, lang: str) -> str:
    """A label as it stands inside a sentence."""
    return label if lang == "zh" else label[:1].lower() + label[1:]
