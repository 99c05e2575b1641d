"""A signature as text: small, canonical, and never a reason to fail."""

from hypothesis import given, settings
from hypothesis import strategies as st

from app.ui.parts import strokes

POINTS = st.tuples(st.floats(-50, 900), st.floats(-50, 400))
DRAWN = st.lists(st.lists(POINTS, max_size=60), max_size=8)


def test_a_stroke_is_a_move_and_lines_in_the_units_of_the_box() -> None:
    drawn = [[(0.0, 0.0), (150.0, 50.0), (300.0, 0.0)]]
    assert strokes.to_path(strokes.fit(drawn, 300, 100)) == "M0 0L300 150 600 0"


def test_a_dot_survives_as_a_line_to_itself() -> None:
    assert strokes.to_path(strokes.fit([[(30.0, 10.0)]], 300, 100)) == "M60 30L60 30"


def test_points_on_a_straight_line_are_dropped() -> None:
    line = [(float(x), 50.0) for x in range(301)]
    assert strokes.to_path(strokes.fit([line], 300, 100)) == "M0 150L600 150"


def test_a_pad_that_has_no_size_yet_yields_nothing() -> None:
    assert strokes.fit([[(1.0, 1.0)]], 0, 0) == ()
    assert strokes.to_path(()) == ""


@given(DRAWN)
def test_what_is_written_is_read_back_inside_the_box(drawn: list[list[tuple[float, float]]]) -> None:
    fitted = strokes.fit(drawn, 600, 300)
    read = strokes.from_path(strokes.to_path(fitted))
    assert len(read) == len(fitted)
    for before, after in zip(fitted, read, strict=True):
        assert (after[0], after[-1]) == (before[0], before[-1])
        assert set(after) <= set(before)
        assert all(0 <= x <= 600 and 0 <= y <= 300 for x, y in after)


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 2**32))
def test_the_wildest_scribble_fits_the_limit(seed: int) -> None:
    points = [((seed * (i + 1) * 7919) % 601, (seed * (i + 3) * 104729) % 201) for i in range(9000)]
    path = strokes.to_path([tuple(points)], limit=2000)
    assert 0 < len(path) <= 2000
    assert strokes.from_path(path)


def test_many_small_strokes_fit_the_limit_too() -> None:
    dots = [((i % 600, i % 200),) for i in range(5000)]
    assert 0 < len(strokes.to_path(dots)) <= strokes.LIMIT


@given(st.text())
def test_text_that_is_no_signature_is_skipped_and_never_raises(text: str) -> None:
    strokes.from_path(text)
