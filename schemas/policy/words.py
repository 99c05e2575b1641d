"""Numbers, dates and codes as people read them, in Chinese and English.

A number that is not whole is said to be about so much, an unknown one is said by its bounds; nothing is ever shown as
more certain or more exact than it is.
"""

import re
from collections.abc import Mapping
from fractions import Fraction
from math import floor

from schemas.policy.values import Bound, Range

LANGUAGES = ("zh", "en")
Words = Mapping[str, str]
"""A text by language."""

_UNITS: Mapping[str, tuple[str, str, str]] = {
    # What follows the number: in Chinese, in English for one, in English for several.
    "fen": ("元", " yuan", " yuan"),
    "people": ("人", " person", " people"),
    "years": ("岁", " year old", " years old"),
    "months": ("个月", " month", " months"),
    "dwellings": ("套", " dwelling", " dwellings"),
    "m2": ("平方米", " m²", " m²"),
    "times": ("倍", " times", " times"),
    "share": ("%", "%", "%"),
}
_PLAIN = ("", "", "")
UNITS = ("truth", "number", "text", "level", *_UNITS)


def say(value: object, unit: str, lang: str) -> str:
    """A value of a unit in words. Truth and codes are said plainly; an unknown says so."""
    if type(value) is int:
        return _number(value, unit, lang)
    match value:
        case None:
            return "未知" if lang == "zh" else "unknown"
        case bool():
            return {"zh": ("否", "是"), "en": ("no", "yes")}[lang][value]
        case Range(low=low, high=high):
            return _range(low, high, unit, lang)
        case Fraction():
            return _number(value, unit, lang)
        case _:
            return str(value)


def _range(low: Bound, high: Bound, unit: str, lang: str) -> str:
    if isinstance(low, float) and isinstance(high, float):
        return say(None, unit, lang)
    if isinstance(high, float):
        return _frame(("不少于{}", "at least {}"), lang, say(low, unit, lang))
    if isinstance(low, float):
        return _frame(("不超过{}", "at most {}"), lang, say(high, unit, lang))
    between = ("{}至{}", "{} to {}")
    return _frame(between, lang, say(low, unit, lang), say(high, unit, lang))


def _frame(frames: tuple[str, str], lang: str, *parts: str) -> str:
    return frames[lang == "en"].format(*parts)


def _number(number: int | Fraction, unit: str, lang: str) -> str:
    # Everything shown has two decimals at most: work in whole hundredths of what is shown.
    hundredths = number if unit == "fen" else number * 10000 if unit == "share" else number * 100
    shown = hundredths if type(hundredths) is int else floor(hundredths + Fraction(1, 2))
    whole, rest = divmod(abs(shown), 100)
    text = f"{whole:,}" if lang == "en" else str(whole)
    if rest:
        text += f".{rest:02}" if unit == "fen" or rest % 10 else f".{rest // 10}"
    if shown < 0:
        text = "-" + text
    zh, one, many = _UNITS.get(unit, _PLAIN)
    text += zh if lang == "zh" else one if number == 1 else many
    return text if shown == hundredths else _frame(("约{}", "about {}"), lang, text)


_CITATION = re.compile(r"(?P<basis>\S+)(?: art\.(?P<article>\d+)(?P<items>(?:\(\d+\))*)| (?P<place>\S+))?")


def citation_basis(citation: str) -> str | None:
    """The key of the legal basis that a citation such as `CN-2021 art.13(1)` or `ZJ-2003 三(一)` begins with; None when
    it is not a citation."""
    match = _CITATION.fullmatch(citation)
    return match["basis"] if match else None


def cite(citation: str, number: Words, lang: str) -> str:
    """A citation in full: `民发〔2021〕57号第十三条第（一）项` or `Min Fa [2021] No. 57, art. 13(1)`."""
    match = _CITATION.fullmatch(citation)
    if match is None:
        return citation
    name = number[lang]
    if match["article"] is None:
        return name + (match["place"] or "") if lang == "zh" else f"{name} {match['place'] or ''}".rstrip()
    if lang == "en":
        return f"{name}, art. {match['article']}{match['items']}"
    items = "".join(f"（{_chinese(int(n))}）" for n in re.findall(r"\d+", match["items"]))
    return f"{name}第{_chinese(int(match['article']))}条{f'第{items}项' if items else ''}"


def _chinese(number: int) -> str:
    """1 to 99 in Chinese numerals."""
    tens, ones = divmod(number, 10)
    digits = "〇一二三四五六七八九"
    head = "" if tens == 0 else "十" if tens == 1 else f"{digits[tens]}十"
    return head + (digits[ones] if ones or not tens else "")
