"""What expressions compute with: text, exact numbers, booleans, dates and sets of nodes, and how one becomes another.

XPath 1.0 §4 gives the rules; dates follow the ODK specification (a date as a number is its days since 1970). Numbers
are decimals and not the doubles of XPath, because these expressions add up money: 0.1 + 0.2 is 0.3 here.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Context, Decimal
from typing import Protocol, TypeAlias

Atom: TypeAlias = str | Decimal | bool | date
"""A single value. Emptiness is the empty text."""


class Node(Protocol):
    """A place among the answers, or an item of a choice list, as expressions see it."""

    @property
    def name(self) -> str: ...

    @property
    def parent(self) -> "Node | None": ...

    def named(self, name: str) -> Sequence["Node"]:
        """The children of this name, in order; every child for `*`."""
        ...

    def atom(self) -> Atom:
        """The answer here; empty text for none and for a group."""
        ...

    def counts(self) -> bool:
        """Whether the node is relevant: one that is not is invisible to every path."""
        ...


Nodes: TypeAlias = list[Node]
Operand: TypeAlias = Atom | Nodes

NAN = Decimal("NaN")
MATH = Context(prec=34, Emax=400, Emin=-400, traps=[])
"""Decimal128's precision; what does not fit is NaN or Infinity and never raises."""
_EPOCH = date(1970, 1, 1)
_NUMBER = re.compile(r"\s*-?(\d+(\.\d*)?|\.\d+)\s*", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def text(value: Operand) -> str:
    """XPath's string(): the first node's for nodes, no trailing zeros for numbers, ISO 8601 for dates."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case Decimal():
            return plain(value)
        case date():
            return value.isoformat()
    return text(value[0].atom()) if value else ""


def number(value: Operand) -> Decimal:
    """XPath's number(): NaN for what is none, which includes empty text."""
    match value:
        case bool():
            return Decimal(int(value))
        case Decimal():
            return value
        case str():
            if _NUMBER.fullmatch(value):
                return Decimal(value.strip())
            day = as_date(value)
            return NAN if day is None else Decimal((day - _EPOCH).days)
        case date():
            return Decimal((value - _EPOCH).days)
    return number(value[0].atom()) if value else NAN


def truth(value: Operand) -> bool:
    """XPath's boolean()."""
    match value:
        case bool():
            return value
        case Decimal():
            return not value.is_nan() and value != 0
        case str():
            return value != ""
        case date():
            return True
    return bool(value)


def as_date(value: Operand) -> date | None:
    """The day a value names: a date, an ISO 8601 text or days since 1970; None when it names none."""
    if isinstance(value, list):
        return as_date(value[0].atom()) if value else None
    if isinstance(value, date):
        return value
    if isinstance(value, Decimal) and value.is_finite() and abs(value) < 700_000:
        return _EPOCH + timedelta(days=int(value))
    if isinstance(value, str) and _DATE.match(value):
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            return None
    return None


def plain(value: Decimal) -> str:
    """A number as people write it: `12`, `12.5`, `NaN`; never an exponent."""
    if not value.is_finite():
        return "NaN" if value.is_nan() else ("Infinity" if value > 0 else "-Infinity")
    out = f"{value:f}"
    if "." in out:
        out = out.rstrip("0").rstrip(".")
    return "0" if out == "-0" else out


def rounded(value: Decimal, places: int = 0) -> Decimal:
    """XPath's round: half up, also below zero (-2.5 is -2); to so many places, or powers of ten when negative."""
    if not value.is_finite():
        return value
    step = Decimal(1).scaleb(-max(-30, min(30, places)))
    scaled = MATH.add(MATH.divide(value, step), Decimal("0.5"))
    return MATH.multiply(scaled.to_integral_value(ROUND_FLOOR), step)


def atoms(value: Operand) -> list[Atom]:
    return [node.atom() for node in value] if isinstance(value, list) else [value]


def equal(left: Operand, right: Operand) -> bool:
    """XPath's =, true for nodes when it is true for some pair of them (XPath 1.0 §3.4)."""
    return _some(left, right, _same)


def unequal(left: Operand, right: Operand) -> bool:
    return _some(left, right, lambda a, b: not _same(a, b))


def less(left: Operand, right: Operand, *, or_equal: bool = False) -> bool:
    """XPath's < and <=: numbers and days only, false where either side is neither."""
    return _some(left, right, lambda a, b: _below(number(a), number(b), or_equal))


def _below(left: Decimal, right: Decimal, or_equal: bool) -> bool:
    if left.is_nan() or right.is_nan():
        return False
    return left <= right if or_equal else left < right


def _some(left: Operand, right: Operand, test: Callable[[Atom, Atom], bool]) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return test(truth(left), truth(right))
    return any(test(a, b) for a in atoms(left) for b in atoms(right))


def _same(left: Atom, right: Atom) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return truth(left) == truth(right)
    if isinstance(left, Decimal) or isinstance(right, Decimal):
        first, second = number(left), number(right)
        return not first.is_nan() and not second.is_nan() and first == second
    return text(left) == text(right)
