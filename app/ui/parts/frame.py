"""The frame of a screen: a header with the way back, one column that scrolls, and the screen's main action below it."""

from collections.abc import Sequence

import flet as ft

from app.ui import theme
from app.ui.desk import Desk, Notice
from app.ui.parts import actions, status, text


def frame(
    desk: Desk,
    title: str,
    body: Sequence[ft.Control],
    *,
    back: str = "",
    subtitle: str = "",
    buttons: Sequence[ft.Control] = (),
    footer: Sequence[ft.Control] = (),
    column: int = theme.COLUMN,
    scroll: bool = True,
    notices: bool = True,
    id: str = "",
) -> ft.Control:
    """A whole screen. `back` is the route the arrow leads to, `footer` the actions that stay in reach of the thumb,
    `column` the widest the content may become. With `scroll` off the body fills the height and scrolls by itself;
    `notices` is off for a list that stands beside the screen which tells them."""
    narrow = not desk.wide
    edge = 16 if narrow else 28
    content = ft.Column(
        list(body),
        spacing=theme.GAP + 4,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
        expand=not scroll,
    )
    inner = ft.Container(
        content,
        padding=ft.Padding.only(left=edge, right=edge, top=4, bottom=28 if scroll else 0),
        width=column,
        expand=not scroll,
    )
    main: ft.Control = (
        ft.Column(
            [inner],
            scroll=ft.ScrollMode.AUTO,
            expand=True,
            horizontal_alignment=ft.CrossAxisAlignment.CENTER,
        )
        if scroll
        else inner
    )
    parts: list[ft.Control] = [_header(desk, title, subtitle, back, buttons, column, edge)]
    if notices and desk.notice is not None:
        parts.append(_notice(desk, desk.notice, column, edge))
    parts.append(main)
    if footer:
        parts.append(_footer(footer, column, edge))
    return actions.named(
        id,
        ft.Column(parts, spacing=0, expand=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH),
    )


def _centred(content: ft.Control, column: int, padding: ft.Padding) -> ft.Control:
    # A column clamps a child to its own width; a row would let it overflow.
    return ft.Column(
        [ft.Container(content, width=column, padding=padding)],
        horizontal_alignment=ft.CrossAxisAlignment.CENTER,
        spacing=0,
    )


def _header(
    desk: Desk, title: str, subtitle: str, back: str, buttons: Sequence[ft.Control], column: int, edge: float
) -> ft.Control:
    words: list[ft.Control] = [
        ft.Semantics(header=True, content=text.headline(title, max_lines=2, overflow=ft.TextOverflow.ELLIPSIS))
    ]
    if subtitle:
        words.append(text.soft(subtitle, max_lines=3, overflow=ft.TextOverflow.ELLIPSIS))
    row: list[ft.Control] = [ft.Column(words, spacing=0, expand=True, tight=True), *buttons]
    if back:
        row.insert(
            0,
            actions.icon(ft.Icons.ARROW_BACK, desk.t("shell.back"), lambda: desk.go(back), id="back"),
        )
    padding = ft.Padding.only(left=edge - (12 if back else 0), right=edge, top=14, bottom=12)
    return _centred(
        ft.Row(row, spacing=6, vertical_alignment=ft.CrossAxisAlignment.CENTER),
        column,
        padding,
    )


def _notice(desk: Desk, notice: Notice, column: int, edge: float) -> ft.Control:
    told = status.banner(
        notice.text, notice.tone, dismiss=lambda: desk.dismiss(), dismiss_label=desk.t("shell.dismiss")
    )
    return _centred(told, column, ft.Padding.only(left=edge, right=edge, bottom=12))


def _footer(controls: Sequence[ft.Control], column: int, edge: float) -> ft.Control:
    bar = ft.Row(list(controls), spacing=12, alignment=ft.MainAxisAlignment.END)
    return ft.Container(
        _centred(bar, column, ft.Padding.symmetric(vertical=12, horizontal=edge)),
        bgcolor=theme.CARD,
        border=ft.Border.only(top=ft.BorderSide(1, theme.LINE)),
    )
