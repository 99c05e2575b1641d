"""What questionnaire functions do with text and days: XPath 1.0 §4.2 and the ODK specification, on plain values."""

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cache

from schemas.forms import values
from schemas.forms.values import MATH, Operand

_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_DAYS = "MonTueWedThuFriSatSun"


def texts(arguments: Sequence[Operand]) -> list[str]:
    return [values.text(atom) for value in arguments for atom in values.atoms(value)]


def integer(value: Operand) -> int | None:
    found = values.number(value)
    return int(found) if found.is_finite() else None


def substring(value: Operand, start: Operand, length: Operand | None = None) -> Operand:
    """XPath's substring counts from 1 and rounds both figures (XPath 1.0 §4.2)."""
    line = values.text(value)
    first = values.rounded(values.number(start))
    last = Decimal("Infinity") if length is None else MATH.add(first, values.rounded(values.number(length)))
    return "".join(
        c
        for i, c in enumerate(line, 1)
        if values.less(first, Decimal(i), or_equal=True) and values.less(Decimal(i), last)
    )


def substr(value: Operand, start: Operand, end: Operand | None = None) -> Operand:
    """ODK's substr counts from 0, up to but without `end`; negative figures count from the end."""
    first, last = integer(start), None if end is None else integer(end)
    return "" if first is None else values.text(value)[first:last]


def translate(value: Operand, old: Operand, new: Operand) -> Operand:
    source, target = values.text(old), values.text(new)
    table = {ord(c): (target[i] if i < len(target) else None) for i, c in reversed(list(enumerate(source)))}
    return values.text(value).translate(table)


@cache
def _pattern(source: str) -> re.Pattern[str] | None:
    try:
        return re.compile(source)
    except re.error:
        return None


def regex(value: Operand, pattern: Operand) -> Operand:
    """ODK's regex: the whole text must match."""
    found = _pattern(values.text(pattern))
    return bool(found and found.fullmatch(values.text(value)))


def before(value: Operand, mark: Operand) -> Operand:
    head, found, _ = values.text(value).partition(values.text(mark) or "\0")
    return head if found else ""


def after(value: Operand, mark: Operand) -> Operand:
    sign = values.text(mark)
    return values.text(value).partition(sign)[2] if sign else values.text(value)


def day(value: Operand) -> Operand:
    day = values.as_date(value)
    return "" if day is None else day


def format_day(value: Operand, pattern: Operand) -> Operand:
    """ODK's format-date: %Y %y %m %n %b %d %e %a; n and e are without a leading zero, b and a English everywhere."""
    found = values.as_date(value)
    if found is None:
        return ""
    parts = {
        "Y": f"{found.year:04d}",
        "y": f"{found.year % 100:02d}",
        "m": f"{found.month:02d}",
        "n": str(found.month),
        "b": _MONTHS[3 * found.month - 3 : 3 * found.month],
        "d": f"{found.day:02d}",
        "e": str(found.day),
        "a": _DAYS[3 * found.weekday() : 3 * found.weekday() + 3],
    }
    return re.sub(r"%([YymnbdEea])", lambda m: parts[m[1].lower() if m[1] == "E" else m[1]], values.text(pattern))


def join(separator: Operand, *rest: Operand) -> Operand:
    return values.text(separator).join(texts(rest))
