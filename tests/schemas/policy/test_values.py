"""Unknown numbers: whatever the unknown turns out to be, the result for it lies within the result for the range."""

import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from schemas.policy import values
from schemas.policy.values import ANY, SOME, Quantity, Range

exact = st.integers(-50, 50) | st.fractions(-50, 50, max_denominator=12)


@st.composite
def within(draw: st.DrawFn) -> tuple[Quantity, int | Fraction]:
    """A quantity, and one number that it may turn out to be."""
    a, x, b = sorted(draw(st.tuples(exact, exact, exact)))
    low = -math.inf if draw(st.booleans()) else a
    high = math.inf if draw(st.booleans()) else b
    return values.span(low, high), x


def holds(q: Quantity, x: int | Fraction) -> bool:
    return values.low(q) <= x <= values.high(q)


@given(within(), within())
def test_arithmetic_contains_what_it_would_be_for_any_values(
    a: tuple[Quantity, Fraction], b: tuple[Quantity, Fraction]
) -> None:
    (p, x), (q, y) = a, b
    assert holds(values.add(p, q), x + y)
    assert holds(values.subtract(p, q), x - y)
    assert holds(values.multiply(p, q), x * y)
    assert holds(values.minus(p), -x)
    assert holds(values.hull(p, q), x)
    assert holds(values.hull(p, q), y)
    if y != 0:
        assert holds(values.divide(p, q), Fraction(x) / y)


@given(within(), within())
def test_a_comparison_that_is_settled_is_right(a: tuple[Quantity, Fraction], b: tuple[Quantity, Fraction]) -> None:
    (p, x), (q, y) = a, b
    assert values.less(p, q) in (None, x < y)
    assert values.same(p, q) in (None, x == y)


@given(exact, exact)
def test_known_numbers_are_reckoned_exactly(x: Fraction, y: Fraction) -> None:
    assert values.add(x, y) == x + y
    assert values.multiply(x, y) == x * y
    assert y == 0 or values.divide(x, y) == Fraction(x) / y
    assert values.less(x, y) is (x < y)


@given(within(), st.sampled_from([1, 10, 100]), st.sampled_from(values.ROUNDING))
def test_rounding_keeps_order_and_lands_on_the_step(a: tuple[Quantity, Fraction], step: int, way: str) -> None:
    q, x = a
    once = values.rounded(x, step, way)
    assert isinstance(once, int)
    assert once % step == 0
    assert abs(once - x) < step
    assert holds(values.rounded(q, step, way), once)


def test_rounding_says_which_way() -> None:
    assert [values.rounded(Fraction(50), 100, way) for way in ("up", "down", "nearest")] == [100, 0, 100]
    assert values.rounded(Fraction(1, 3), 1, "up") == 1


def test_nothing_times_an_unknown_is_nothing() -> None:
    assert values.multiply(0, SOME) == 0
    assert values.divide(1, Range(0, 5)) == ANY


def test_many_rows_of_an_unknown_amount_come_to_anything_above_nothing() -> None:
    assert values.total_of_unknown(Range(0, 5)) == SOME
    assert values.total_of_unknown(Range(-1, 0)) == Range(-math.inf, 0)
    assert values.total_of_unknown(0) == 0
