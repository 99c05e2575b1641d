"""A signature as text: pen strokes to SVG path data and back.

A signature is an answer, so it must be small, canonical and readable by anything that draws SVG. Strokes are brought to
a fixed box of 600 × 300 units, whatever the size of the pad, rounded to whole units and thinned until they fit the
limit: what a pen on paper would not show is dropped first (Ramer 1972; Douglas and Peucker 1973).

Evolution rule: `M x y` begins a stroke and `L x y …` continues it; the box never changes. A reader skips what it cannot
read, so a later form may add commands.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TypeAlias

Point: TypeAlias = tuple[int, int]
Stroke: TypeAlias = tuple[Point, ...]

BOX = (600, 300)
LIMIT = 20_000
"""The most bytes a signature may take (ASCII, so also characters)."""

MANY = 1500


def fit(strokes: Sequence[Sequence[tuple[float, float]]], width: float, height: float) -> tuple[Stroke, ...]:
    """Strokes drawn on a pad of that size, in the units of the box; a point outside the pad is put on its edge."""
    if width <= 0 or height <= 0:
        return ()
    across, down = BOX[0] / width, BOX[1] / height
    fitted = (
        tuple(_distinct((_within(x * across, BOX[0]), _within(y * down, BOX[1])) for x, y in stroke))
        for stroke in strokes
    )
    return tuple(s for s in fitted if s)


def to_path(strokes: Sequence[Stroke], limit: int = LIMIT) -> str:
    """SVG path data of strokes in the box, at most `limit` long; empty for no strokes."""
    strokes = [_sparse(s) for s in strokes]
    slack = 0.8
    text = _text([_thin(s, slack) for s in strokes])
    while len(text) > limit:
        slack *= 1.6
        if slack > BOX[0]:
            strokes = strokes[: len(strokes) // 2]
        text = _text([_thin(s, slack) for s in strokes])
    return text


def from_path(text: str) -> tuple[Stroke, ...]:
    """The strokes of path data; whatever is not a move or a line to whole units is skipped."""
    strokes: list[list[Point]] = []
    for command, figures in re.findall(r"([A-Za-z])([^A-Za-z]*)", text):
        numbers = [int(n) for n in re.findall(r"-?\d{1,6}", figures)]
        points = list(zip(numbers[::2], numbers[1::2], strict=False))
        if command == "M":
            strokes.append(points)
        elif command == "L" and strokes:
            strokes[-1] += points
    return tuple(tuple(s) for s in strokes if s)


def _text(strokes: Sequence[Stroke]) -> str:
    return "".join(_stroke_text(s) for s in strokes)


def _stroke_text(stroke: Stroke) -> str:
    start, *rest = [f"{x} {y}" for x, y in stroke]
    # A dot is a line to itself: a bare move draws nothing.
    return f"M{start}L{' '.join(rest or [start])}"


def _distinct(points: Iterator[Point]) -> Iterator[Point]:
    last: Point | None = None
    for point in points:
        if point != last:
            yield point
        last = point


def _sparse(stroke: Stroke) -> Stroke:
    """A stroke of at most `MANY` points; only a scribble has more, and thinning it would take seconds."""
    step = -(-len(stroke) // MANY)
    return stroke if step <= 1 else (*stroke[:-1:step], stroke[-1])


def _within(value: float, top: int) -> int:
    return min(top, max(0, round(value)))


def _thin(stroke: Stroke, slack: float) -> Stroke:
    """The stroke without points nearer than `slack` to the line between those that stay; its ends always stay."""
    if len(stroke) < 3:
        return stroke
    keep = {0, len(stroke) - 1}
    spans = [(0, len(stroke) - 1)]
    while spans:
        first, last = spans.pop()
        far, at = 0.0, first
        for i in range(first + 1, last):
            away = _away(stroke[i], stroke[first], stroke[last])
            if away > far:
                far, at = away, i
        if far > slack:
            keep.add(at)
            spans += [(first, at), (at, last)]
    return tuple(stroke[i] for i in sorted(keep))


def _away(point: Point, start: Point, end: Point) -> float:
    """How far a point is from the segment between two others."""
    (px, py), (ax, ay), (bx, by) = point, start, end
    dx, dy = bx - ax, by - ay
    long = dx * dx + dy * dy
    along = 0.0 if long == 0 else max(0.0, min(1.0, ((px - ax) * dx + (py - ay) * dy) / long))
    return float(((px - ax - along * dx) ** 2 + (py - ay - along * dy) ** 2) ** 0.5)
