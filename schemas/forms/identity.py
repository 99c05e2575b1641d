"""What people write in a home: identity numbers, names and telephone numbers, tidied and looked at, never refused.

An identity number is judged by GB 11643-1999: 17 digits and a check character by ISO 7064 MOD 11-2, digits 7–14 the day
of birth. Its first six digits are not judged: people keep the code of where they were first registered, and codes
change. Numbers of 15 digits (before 1999) are brought to 18. Every finding here is a warning:
a doorstep is no place to argue with a card.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

HALF_WIDTH = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}
"""For `str.translate`: full-width signs and digits, as Chinese keyboards give them, to the usual ones."""
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_DOTS = dict.fromkeys(map(ord, "•‧・∙⋅･․●▪"), "·")
_EARLIEST = 1900


def check_character(body: str) -> str:
    """The eighteenth character of an identity number for its first 17 digits."""
    return _CHECKS[sum(w * int(c) for w, c in zip(_WEIGHTS, body, strict=True)) % 11]


def tidy_national_id(text: str) -> str:
    """Half-width, without spaces, capital X; a number of 15 digits as the 18 it became in 1999."""
    out = re.sub(r"[\s\-]", "", text.translate(HALF_WIDTH)).upper()
    if re.fullmatch(r"\d{15}", out, re.ASCII):
        body = out[:6] + "19" + out[6:]
        return body + check_character(body)
    return out


def national_id_problem(text: str, today: date) -> str | None:
    """The code of what is wrong with an identity number, or None."""
    if len(text) != 18:
        return "id_length"
    if not re.fullmatch(r"\d{17}[\dX]", text, re.ASCII):
        return "id_digits"
    day = born(text)
    if day is None or day.year < _EARLIEST:
        return "id_date"
    if day > today:
        return "id_future"
    return None if check_character(text[:17]) == text[17] else "id_check"


def born(national_id: str) -> date | None:
    """The day of birth in an identity number of 18 characters; None when its digits are no day."""
    try:
        return date(int(national_id[6:10]), int(national_id[10:12]), int(national_id[12:14]))
    except ValueError:
        return None


def tidy_name(text: str) -> str:
    """One kind of dot (·, U+00B7) between the parts of a name, single spaces; rare characters stay as they are."""
    return " ".join(re.sub(r"\s*·\s*", "·", text.translate(_DOTS)).split())


def name_problem(text: str, _: date) -> str | None:
    """A name holds letters of any script, the dot, spaces and the signs of Latin names."""
    plain = all(c in "·.' -" or unicodedata.category(c)[0] in "LM" or _is_rare(c) for c in text)
    return None if plain else "name_signs"


def _is_rare(character: str) -> bool:
    # Han characters newer than the interpreter's Unicode tables have no category yet.
    return ord(character) >= 0x20000 or 0xE000 <= ord(character) <= 0xF8FF


def tidy_phone(text: str) -> str:
    return re.sub(r"\s+", " ", text.translate(HALF_WIDTH)).strip()


def phone_problem(text: str, _: date) -> str | None:
    """Eleven digits from 1; for a landline seven or eight, or with its area code from 0; 400 and 800 numbers."""
    digits = re.sub(r"[\s\-+()]", "", text)
    known = re.fullmatch(r"(86)?1\d{10}|0\d{9,11}|86[2-9]\d{8,10}|[2-9]\d{6,7}|[48]00\d{7}", digits, re.ASCII)
    return None if known else "phone_digits"


@dataclass(frozen=True)
class Format:
    """How a kind of text is tidied when a person types it, and what may be odd about it."""

    tidy: Callable[[str], str]
    problem: Callable[[str, date], str | None]


FORMATS: Mapping[str, Format] = {
    "national_id": Format(tidy_national_id, national_id_problem),
    "name": Format(tidy_name, name_problem),
    "phone": Format(tidy_phone, phone_problem),
}
"""By the name that a form gives in `bind::ruhu:format`."""
