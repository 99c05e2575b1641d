"""The mark: a door standing ajar under a roof, drawn in code so that it needs no picture and no network."""

import flet as ft
from flet import canvas

from app.ui import theme


def mark(size: float = 56, colour: str = theme.GREEN, door: str = theme.SEAL) -> ft.Control:
    """The door under the roof, `size` pixels square."""

    def at(x: float, y: float) -> tuple[float, float]:
        return x * size / 64, y * size / 64

    stroke = ft.Paint(
        color=colour,
        stroke_width=size * 4.4 / 64,
        style=ft.PaintingStyle.STROKE,
        stroke_cap=ft.StrokeCap.ROUND,
        stroke_join=ft.StrokeJoin.ROUND,
    )
    roof = canvas.Path(
        [canvas.Path.MoveTo(*at(7, 30)), canvas.Path.LineTo(*at(32, 9)), canvas.Path.LineTo(*at(57, 30))],
        paint=stroke,
    )
    walls = canvas.Path(
        [
            canvas.Path.MoveTo(*at(14, 28)),
            canvas.Path.LineTo(*at(14, 55)),
            canvas.Path.LineTo(*at(50, 55)),
            canvas.Path.LineTo(*at(50, 28)),
        ],
        paint=stroke,
    )
    leaf = canvas.Path(
        [
            canvas.Path.MoveTo(*at(26, 55)),
            canvas.Path.LineTo(*at(26, 34)),
            canvas.Path.LineTo(*at(39, 30)),
            canvas.Path.LineTo(*at(39, 59)),
            canvas.Path.Close(),
        ],
        paint=ft.Paint(color=door, style=ft.PaintingStyle.FILL),
    )
    knob = canvas.Circle(*at(35.5, 45), radius=size * 1.7 / 64, paint=ft.Paint(color=theme.CARD))
    return ft.Semantics(
        exclude_semantics=True, content=canvas.Canvas([roof, walls, leaf, knob], width=size, height=size)
    )
