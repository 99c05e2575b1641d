"""One answer: from what a person typed, or a draft holds, to what the form can use.

An answer that cannot be read is kept as it was typed and carries a problem: nothing a person wrote is ever lost, and no
input raises. Canonical answers hold no floats: text, whole numbers, decimals as text (`"12.5"`), days as ISO 8601,
lists of codes.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from schemas.codec import LARGEST, Value
from schemas.forms import values
from schemas.forms.identity import FORMATS, HALF_WIDTH
from schemas.forms.model import Element
from schemas.forms.values import Atom


@dataclass(frozen=True, slots=True)
class Answer:
    """`value` is what is stored, None for no answer; `atom` what expressions see; `problem` a code or None."""

    value: Value = None
    atom: Atom = ""
    problem: str | None = None

    @property
    def given(self) -> bool:
        return self.value is not None


NONE = Answer()
_SEPARATORS = str.maketrans("", "", ",，' \u00a0")
_FULL_WIDTH: dict[int, int | str] = {**HALF_WIDTH, ord("。"): "."}


def read(element: Element, value: Any, *, typed: bool = True) -> Answer:
    """An answer from a value; `typed` tidies what a person just wrote and is off for drafts and records."""
    if isinstance(value, str):
        # Half of a surrogate pair can come out of a broken keyboard and cannot be stored.
        value = unicodedata.normalize("NFC", value.encode("utf-8", "ignore").decode())
    if value is None or (isinstance(value, str) and not value.strip()):
        return NONE
    return _READERS[element.type](element, value, typed)


def unread(value: Any, problem: str) -> Answer:
    return Answer(str(value), "", problem)


def _text(element: Element, value: Any, typed: bool) -> Answer:
    if not isinstance(value, str):
        value = str(value)
    if typed:
        form = FORMATS.get(element.format)
        value = form.tidy(value) if form else value.strip()
    return Answer(value, value) if value else NONE


def _figure(value: Any) -> Decimal | None:
    if isinstance(value, bool):
        return None
    line = str(value).translate(_FULL_WIDTH).translate(_SEPARATORS).removesuffix("元")
    many = line.endswith("万")
    line = line.removesuffix("万")
    if len(line) > 40 or not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)", line, re.ASCII):
        return None
    return Decimal(line) * (10_000 if many else 1)


def _integer(_: Element, value: Any, __: bool) -> Answer:
    figure = _figure(value)
    if figure is None or figure != int(figure):
        return unread(value, "answer_integer")
    if abs(figure) > LARGEST:
        return unread(str(value), "answer_large")
    return Answer(int(figure), Decimal(int(figure)))


def _decimal(element: Element, value: Any, _: bool) -> Answer:
    figure = _figure(value)
    if figure is None:
        return unread(value, "answer_decimal")
    if abs(figure) * 100 > LARGEST:
        return unread(str(value), "answer_large")
    if element.unit == "fen" and figure * 100 != int(figure * 100):
        return unread(str(value), "answer_fen")
    return Answer(values.plain(figure), figure)


def _day(_: Element, value: Any, __: bool) -> Answer:
    day = value.date() if isinstance(value, datetime) else value
    if not isinstance(day, date):
        line = str(value).translate(_FULL_WIDTH)
        match = re.fullmatch(r"\s*(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d\d)(\d\d))\s*", line, re.ASCII)
        if not match:
            return unread(value, "answer_date")
        year, month, number = match[1], match[2] or match[4], match[3] or match[5]
        try:
            day = date(int(year), int(month), int(number))
        except ValueError:
            return unread(value, "answer_date")
    return Answer(day.isoformat(), day)


def _one(_: Element, value: Any, __: bool) -> Answer:
    return Answer(str(value), str(value))


def _several(_: Element, value: Any, __: bool) -> Answer:
    found = [str(v) for v in value] if isinstance(value, list | tuple | set) else str(value).split()
    chosen = list(dict.fromkeys(found))
    return Answer(chosen, " ".join(chosen)) if chosen else NONE


_READERS: dict[str, Callable[[Element, Any, bool], Answer]] = {
    "text": _text,
    "image": _text,
    "signature": _text,
    "integer": _integer,
    "decimal": _decimal,
    "date": _day,
    "select_one": _one,
    "select_multiple": _several,
    "calculate": _text,
    "note": _text,
}
