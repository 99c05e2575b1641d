"""What one window shows, as an observable: where it is, who is in, which language, and what it has to tell.

Every screen is a component that receives the `Desk` and is drawn again when one of its fields changes. The desk knows
no control. What a person types before it is saved lives in the screen or in the vault's working copy, never here.

Slow work (keys, disk, network) runs off the event loop, which all windows of a web host share: `await desk.off(…)`.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

import flet as ft

from app.ui.seams import Door, Inside
from app.ui.theme import TWO_PANES, WIDE, Tone
from app.ui.words import catalogue
from app.work.work import Work
from schemas import problems, records
from schemas.codec import Value
from schemas.problems import Failed

T = TypeVar("T")


@dataclass(frozen=True)
class Notice:
    """One thing to tell the person, shown above the screen until it is dismissed or the next one comes."""

    text: str
    tone: Tone


@ft.observable
@dataclass
class Desk:
    """One window. `fresh` counts up when what the vault holds has changed, so that lists are read again."""

    door: Door
    lang: str = "zh"
    scale: float = 1.0
    route: str = "/"
    width: float = 1200
    height: float = 800
    inside: Inside | None = None
    review: Any = None
    notice: Notice | None = None
    fresh: int = 0

    @property
    def work(self) -> Work:
        """The open vault's work; only screens behind the door ask."""
        if self.inside is None:
            raise Failed("locked")
        return self.inside.work

    @property
    def wide(self) -> bool:
        return self.width >= WIDE

    @property
    def two_panes(self) -> bool:
        return self.width >= TWO_PANES

    def t(self, key: str, **figures: object) -> str:
        """Words of the catalogue in the window's language."""
        return catalogue.say(self.lang, key, **figures)

    def label(self, table: str, code: Value) -> str:
        """A code of a code table in words; empty for none."""
        return "" if code in (None, "") else records.label(table, code, self.lang)

    def pick(self, by_language: Any) -> str:
        """The window's language out of {"zh": …, "en": …}."""
        return str(by_language.get(self.lang) or by_language.get("zh") or "")

    def date(self, day: date | None) -> str:
        """A day as people write it: 11月23日 / 23 Nov, with the year when it is not the current one."""
        if day is None:
            return ""
        year = day.year != self.today().year
        if self.lang == "zh":
            return f"{day.year}年{day.month}月{day.day}日" if year else f"{day.month}月{day.day}日"
        text = f"{day.day} {_MONTHS[day.month - 1]}"
        return f"{text} {day.year}" if year else text

    def today(self) -> date:
        return self.inside.work.day() if self.inside else date.today()

    def money(self, fen: int | None) -> str:
        """Fen as yuan: 1,234.50 元 / ¥1,234.50; a dash when unknown."""
        if fen is None:
            return "—"
        yuan, rest = divmod(abs(fen), 100)
        digits = f"{'-' if fen < 0 else ''}{yuan:,}" + (f".{rest:02d}" if rest else "")
        return f"{digits} 元" if self.lang == "zh" else f"¥{digits}"

    def problem(self, failed: Failed) -> str:
        return problems.say(failed.code, self.lang, failed.figures)

    def tell(self, text: str, tone: Tone = "info") -> None:
        self.notice = Notice(text, tone)

    def trouble(self, error: BaseException) -> None:
        """Tell of an error in the person's words. Anything but a known problem shows as a fault of the app, unnamed."""
        failed = error if isinstance(error, Failed) else Failed("app_error")
        self.notice = Notice(self.problem(failed), "bad")

    def dismiss(self) -> None:
        self.notice = None

    def go(self, route: str) -> None:
        """Open a route; the address bar and the back button follow."""
        self.notice = None
        ft.context.page.navigate(route)

    async def off(self, act: Callable[..., T], *args: Any) -> T:
        """Run blocking work off the event loop."""
        return await asyncio.to_thread(act, *args)

    def enter(self, inside: Inside) -> None:
        self.inside = inside
        self.notice = None

    def lock(self) -> None:
        """Close the vault of this window; the route stays, so that unlocking returns to it."""
        if self.inside is not None:
            self.inside.work.lock()
            self.inside = None
        self.notice = None

    def refresh(self) -> None:
        self.fresh += 1


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
