"""Exact numbers that may be unknown within bounds, and truth that may be unknown.

A number is an int or a Fraction when it is known and a Range when it is not; truth is True, False or None; a code is
text or None. Every operation here promises *containment*: whatever the unknown turns out to be, the result for it
lies within the result given here. It may give a wider range than needed (it forgets that two ranges come from one
unknown), never a narrower one.

Infinity (`math.inf`) stands only in the bounds of a Range and is never stored or sent.
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

Exact: TypeAlias = int | Fraction
Bound: TypeAlias = int | Fraction | float
"""An exact number or ±math.inf; no other float."""


@dataclass(frozen=True, slots=True)
class Range:
    """An unknown number between two bounds, both included."""

    low: Bound
    high: Bound


Quantity: TypeAlias = int | Fraction | Range
Truth: TypeAlias = bool | None

ANY = Range(-math.inf, math.inf)
SOME = Range(0, math.inf)
"""An unknown amount that cannot be negative."""


def low(q: Quantity) -> Bound:
    return q.low if isinstance(q, Range) else q


def high(q: Quantity) -> Bound:
    return q.high if isinstance(q, Range) else q


def span(least: Bound, most: Bound) -> Quantity:
    """The range between two bounds; the number itself when they are the same."""
    if least == most and not isinstance(least, float):
        return least
    return Range(least, most)


def whole(number: Exact) -> Exact:
    """The same number, as an int when it is one."""
    return number.numerator if number.denominator == 1 else number


def hull(a: Quantity, b: Quantity) -> Quantity:
    """The least range that holds both."""
    return span(min(low(a), low(b)), max(high(a), high(b)))


def add(a: Quantity, b: Quantity) -> Quantity:
    if isinstance(a, Range) or isinstance(b, Range):
        return span(low(a) + low(b), high(a) + high(b))
    return a + b


def minus(a: Quantity) -> Quantity:
    return span(-a.high, -a.low) if isinstance(a, Range) else -a


def subtract(a: Quantity, b: Quantity) -> Quantity:
    if isinstance(a, Range) or isinstance(b, Range):
        return span(low(a) - high(b), high(a) - low(b))
    return a - b


def multiply(a: Quantity, b: Quantity) -> Quantity:
    if type(a) is int and type(b) is int:  # the usual case, and `isinstance` of a Fraction is slow
        return a * b
    if isinstance(a, Range) or isinstance(b, Range):
        corners = [_product(x, y) for x in (low(a), high(a)) for y in (low(b), high(b))]
        return span(min(corners), max(corners))
    return whole(Fraction(a * b))


def divide(a: Quantity, b: Quantity) -> Quantity:
    """a ÷ b; wholly unknown when b may be zero."""
    if low(b) <= 0 <= high(b):
        return ANY
    if isinstance(b, Range):
        return multiply(a, span(_inverse(b.high), _inverse(b.low)))
    if isinstance(a, Range):
        return multiply(a, Fraction(1, 1) / b)
    return whole(Fraction(a) / b)


def less(a: Quantity, b: Quantity) -> Truth:
    """a < b"""
    if high(a) < low(b):
        return True
    return False if low(a) >= high(b) else None


def same(a: Quantity, b: Quantity) -> Truth:
    """a = b"""
    if isinstance(a, Range) or isinstance(b, Range):
        return None if low(a) <= high(b) and low(b) <= high(a) else False
    return a == b


def negate(t: Truth) -> Truth:
    return None if t is None else not t


def total_of_unknown(each: Quantity) -> Quantity:
    """The sum over an unknown number of rows, none included, that each lie within a range."""
    return span(-math.inf if low(each) < 0 else 0, math.inf if high(each) > 0 else 0)


ROUNDING = ("up", "down", "nearest")


def rounded(q: Quantity, step: Exact, way: str) -> Quantity:
    """The multiple of a step next to a number; `nearest` takes halves up. Every way keeps order."""
    if isinstance(q, Range):
        return span(*(b if isinstance(b, float) else _step(b, step, way) for b in (q.low, q.high)))
    return _step(q, step, way)


def _step(number: Exact, step: Exact, way: str) -> Exact:
    count = Fraction(number) / step
    if way == "up":
        steps = math.ceil(count)
    elif way == "down":
        steps = math.floor(count)
    else:
        steps = math.floor(count + Fraction(1, 2))
    return whole(Fraction(steps * step))


def _product(x: Bound, y: Bound) -> Bound:
    # Nothing times without bound is nothing: the unknown itself is some finite number.
    return 0 if x == 0 or y == 0 else x * y


def _inverse(b: Bound) -> Bound:
    return 0 if isinstance(b, float) else Fraction(1, 1) / b
