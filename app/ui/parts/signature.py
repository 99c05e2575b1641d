"""Signing: a preview in the form, and a pad that fills a dialog of its own.

The pad is not in the form because a form scrolls: an upward stroke would move the page instead of the pen. While
somebody signs, the strokes are kept here only; *done* turns them into the answer (`strokes.to_path`).
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import flet as ft
import flet.canvas as cv

from app.ui.parts import strokes
from app.ui.parts.question import pressed
from app.ui.parts.sheet import Sheet
from app.ui.parts.shown import Box
from app.ui.theme import CARD, INK, RADIUS, SMALL
from app.ui.words.catalogue import say

Drawn: TypeAlias = tuple[tuple[tuple[float, float], ...], ...]
"""Strokes as they were drawn, in pixels; the last is the one under the pen, empty while it is up."""

NEAR = 2.0
"""Points nearer than so many pixels to the last are not drawn: they cost a message each and show nothing."""


@ft.component
def Signature(box: Box, sheet: Sheet, lang: str) -> ft.Control:
    question = box.question
    signing, set_signing = ft.use_state(False)

    def signed(path: str) -> None:
        set_signing(False)
        if path:
            sheet.answer(question.path, path)

    ft.use_dialog(
        _dialog(question.label, lang, ft.context.page.width or 400, signed, lambda: set_signing(False))
        if signing
        else None
    )
    text = question.value if isinstance(question.value, str) else ""
    begin = ft.OutlinedButton(
        say(lang, "part.sign_again" if text else "part.sign"),
        icon=ft.Icons.DRAW_OUTLINED,
        disabled=question.readonly,
        on_click=lambda _: set_signing(True),
    )
    shown: list[ft.Control] = []
    if text:
        shown.append(
            ft.Semantics(
                label=f"{question.label}：{say(lang, 'part.signed')}",
                image=True,
                content=ft.Container(
                    drawing(strokes.from_path(text), 240),
                    bgcolor=CARD,
                    border=ft.Border.all(1, ft.Colors.OUTLINE_VARIANT),
                    border_radius=RADIUS,
                ),
            )
        )
    return pressed(box, sheet, lang, shown, begin)


def drawing(drawn: Sequence[strokes.Stroke], width: float) -> cv.Canvas:
    """Strokes in the units of the box, drawn at a width in the proportions they were made in."""
    scale = width / strokes.BOX[0]
    scaled = [[(x * scale, y * scale) for x, y in s] for s in drawn]
    return cv.Canvas([_pen(s, 2.0) for s in scaled], width=width, height=strokes.BOX[1] * scale)


def _dialog(
    title: str, lang: str, width: float, signed: Callable[[str], None], dismissed: Callable[[], None]
) -> ft.AlertDialog:
    across = max(260.0, min(720.0, width - 64))
    return ft.AlertDialog(
        title=title,
        modal=True,
        inset_padding=12,
        content_padding=16,
        content=Pad(lang, across, across / 2, signed, dismissed),
        on_dismiss=lambda _: dismissed(),
    )


@ft.component
def Pad(
    lang: str, width: float, height: float, signed: Callable[[str], None], dismissed: Callable[[], None]
) -> ft.Control:
    """The pad. Ends with `signed(path data)` or `dismissed()`."""
    blank: Drawn = ((),)
    drawn, set_drawn = ft.use_state(blank)

    def down(e: ft.DragStartEvent[ft.GestureDetector]) -> None:
        here = (e.local_position.x, e.local_position.y)
        set_drawn(lambda now: (*now[:-1], (here,)))

    def move(e: ft.DragUpdateEvent[ft.GestureDetector]) -> None:
        here = (e.local_position.x, e.local_position.y)
        set_drawn(lambda now: (*now[:-1], (*now[-1], here)) if _far(now[-1], here) else now)

    def up(_: object) -> None:
        set_drawn(lambda now: (*now, ()) if now[-1] else now)

    def done(_: object) -> None:
        signed(strokes.to_path(strokes.fit(drawn, width, height)))

    pad = ft.GestureDetector(
        drag_interval=8,
        mouse_cursor=ft.MouseCursor.PRECISE,
        on_pan_start=down,
        on_pan_update=move,
        on_pan_end=up,
        content=ft.Container(
            ft.Stack(
                [
                    ft.Container(left=24, right=24, top=height * 0.78, height=1, bgcolor=ft.Colors.OUTLINE_VARIANT),
                    cv.Canvas([_pen(s, 2.8) for s in drawn if s], width=width, height=height),
                ]
            ),
            width=width,
            height=height,
            bgcolor="#FFFFFF",
            border=ft.Border.all(1.5, ft.Colors.OUTLINE),
            border_radius=RADIUS,
        ),
    )
    empty = not any(drawn)
    return ft.Column(
        [
            ft.Text(say(lang, "part.sign_pad"), theme_style=SMALL, color=ft.Colors.ON_SURFACE_VARIANT),
            ft.Semantics(identifier="sign.pad", label=say(lang, "part.sign_pad"), content=pad),
            ft.Row(
                [
                    _named("sign.cancel", ft.TextButton(say(lang, "part.cancel"), on_click=lambda _: dismissed())),
                    _named(
                        "sign.clear",
                        ft.TextButton(say(lang, "part.clear"), disabled=empty, on_click=lambda _: set_drawn(blank)),
                    ),
                    _named("sign.done", ft.FilledButton(say(lang, "part.sign_done"), disabled=empty, on_click=done)),
                ],
                alignment=ft.MainAxisAlignment.END,
                wrap=True,
            ),
        ],
        tight=True,
        spacing=12,
        width=width,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )


def _named(identifier: str, control: ft.Control) -> ft.Control:
    return ft.Semantics(identifier=identifier, content=control)


def _far(stroke: Sequence[tuple[float, float]], here: tuple[float, float]) -> bool:
    if not stroke:
        return True
    (ax, ay), (bx, by) = stroke[-1], here
    return abs(ax - bx) + abs(ay - by) >= NEAR


def _pen(stroke: Sequence[tuple[float, float]], thick: float) -> cv.Path:
    (x, y), *rest = stroke
    # A dot is drawn as a line of no length with a round end.
    elements: list[cv.Path.PathElement] = [cv.Path.MoveTo(x, y)]
    elements += [cv.Path.LineTo(px, py) for px, py in rest or [(x + 0.1, y)]]
    return cv.Path(
        elements,
        paint=ft.Paint(
            color=INK,
            stroke_width=thick,
            style=ft.PaintingStyle.STROKE,
            stroke_cap=ft.StrokeCap.ROUND,
            stroke_join=ft.StrokeJoin.ROUND,
        ),
    )
