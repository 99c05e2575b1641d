"""A device's wrong clock in words a person can weigh: how far off it was, what it wrote, and when the server had it."""

from app.ui.desk import Desk
from app.ui.words.catalogue import say

MATTERS = 300
"""From so many seconds on a wrong clock is worth a word."""
_SPANS = (("years", 31_557_600), ("months", 2_629_800), ("days", 86_400), ("hours", 3_600), ("minutes", 60))


def clock(desk: Desk, skew: int | None) -> str:
    """How wrong a clock was that was `skew` seconds ahead: "the tablet's clock was about 3 years ahead"; empty when
    that does not matter."""
    if skew is None or abs(skew) < MATTERS:
        return ""
    return desk.t("clock.ahead" if skew > 0 else "clock.behind", span=span(desk.lang, abs(skew)))


def note(desk: Desk, skew: int | None, written: str, received: str) -> str:
    """The same with both times; empty when the clock was right enough."""
    told = clock(desk, skew)
    if not told:
        return ""
    began = told[:1].upper() + told[1:]
    return desk.t("clock.note", clock=began, written=desk.moment(written), received=desk.moment(received))


def span(lang: str, seconds: int) -> str:
    """So many seconds in the largest unit that there is about one of."""
    unit, size = next((u for u in _SPANS if seconds >= u[1] * 0.95), _SPANS[-1])
    return say(lang, f"clock.{unit}", n=max(1, round(seconds / size)))
