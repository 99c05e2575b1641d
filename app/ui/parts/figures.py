"""Figures and days as people write them, and back: money, sums, dates.

Answers are canonical text (`12.5`, `2026-11-23`); people write `12.50`, `1500*12`, `1953.4.12`. Reading is forgiving
and never guesses: what cannot be read comes back as None and stays on the screen as it was typed.
"""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

_SUM = re.compile(r"\d+(?:\.\d*)?(?:[-+*]\d+(?:\.\d*)?)*")
_DAY = re.compile(r"(\d{4})(?:[-/.年 ](\d{1,2})[-/.月 ](\d{1,2})日?|(\d{2})(\d{2}))")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．＋－＊×xX，,。", "0123456789.+-****  .")


def reckon(text: str) -> str | None:
    """A sum worked out exactly: `1500*12`, `800+1,200`. None when it is not one; no brackets, no division."""
    plain = text.translate(_FULL_WIDTH).replace(" ", "")
    if not _SUM.fullmatch(plain) or len(plain) > 60:
        return None
    total = Decimal(0)
    for sign, term in re.findall(r"([-+]?)([^-+]+)", plain):
        product = Decimal(1)
        for factor in term.split("*"):
            product *= Decimal(factor)
        total += -product if sign == "-" else product
    text = f"{total:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def is_sum(text: str) -> bool:
    """Whether a text is a sum to work out rather than one figure."""
    return bool(re.search(r"[-+*×xX＊＋－]", text.strip()[1:]))


def fen(text: str) -> int | None:
    """A figure or sum in yuan as fen, half a fen up; None when it is neither."""
    worth = reckon(text)
    return None if worth is None else int((Decimal(worth) * 100).to_integral_value(ROUND_HALF_UP))


def yuan(fen: int, lang: str = "zh") -> str:
    """Money for reading: 64800 → `648 元`, 123450 → `1,234.50 元`."""
    sign, whole = ("-" if fen < 0 else ""), abs(fen)
    figure = f"{sign}{whole // 100:,}" + (f".{whole % 100:02d}" if whole % 100 else "")
    return f"{figure} 元" if lang == "zh" else f"¥{figure}"


def read_day(text: str) -> str | None:
    """The ISO date a person wrote: `19530412`, `1953-4-12`, `1953.4.12`, `1953年4月12日`; None when it is no day."""
    found = _DAY.fullmatch(text.translate(_FULL_WIDTH).strip())
    if not found:
        return None
    year, *rest = found.groups()
    month, day = (part for part in rest if part)
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def day(iso: str, lang: str = "zh") -> str:
    """A day for reading: `2026年11月23日` or `23 Nov 2026`; the text itself when it is no day."""
    try:
        on = date.fromisoformat(iso)
    except ValueError:
        return iso
    return f"{on.year}年{on.month}月{on.day}日" if lang == "zh" else f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def picked(value: date | datetime | None) -> date | None:
    """The day chosen in a calendar. The client sends its own local midnight as an instant; half a day later is the
    same day in every zone from UTC-12 (exclusive) to UTC+12."""
    if isinstance(value, datetime):
        return (value.astimezone(UTC) + timedelta(hours=12)).date()
    return value


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
