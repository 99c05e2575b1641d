"""What one window shows: where it is, who is in, which language, and what it has to tell.

Every screen is a component that receives the `Desk`. Only the shell watches it (`Desk.changed`) and draws the screen of
the moment again when a field changes; a screen that watched it too would be drawn once more on its way out, when what
it shows is no longer there. The desk knows no control. What a person types before it is saved lives in the screen or
in the vault's working copy, never here.

Slow work (keys, disk, network) runs off the event loop, which all windows of a web host share: `await desk.off(…)`.
"""

import asyncio
import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import flet as ft

from app.review.answers import Login
from app.review.client import Review
from app.ui import look
from app.ui.guard import place
from app.ui.parts.sheet import Sheet
from app.ui.pulse import Pulse
from app.ui.seams import Door, Inside, SyncState
from app.ui.theme import TWO_PANES, WIDE, Tone
from app.ui.words import catalogue
from app.work.work import Work
from schemas import problems, records
from schemas.clock import CHINA, Clock, parse_stamp
from schemas.codec import Value
from schemas.problems import Failed

log = logging.getLogger("ruhu.ui")

T = TypeVar("T")


@dataclass(frozen=True)
class Notice:
    """One thing to tell the person, shown above the screen until it is dismissed or the next one comes."""

    text: str
    tone: Tone


@ft.observable
@dataclass
class Finding:
    """What is looked for among the households, or with `gone` among those that were removed. Kept above the screen, so
    that turning the tablet forgets nothing."""

    text: str = ""
    area: str | None = None
    gone: bool = False


@ft.observable
@dataclass(eq=False)
class Changed:
    """Counts the changes of a desk; the shell is drawn again at each."""

    times: int = 0


@dataclass(eq=False)
class Desk:
    """One window. `fresh` counts up when what the vault holds has changed, so that lists are read again. `review`
    asks the review API; `login` is who has logged in to it; `sheet` is the visit being filled in, if one is. `shut`:
    the county has withdrawn this device, and its vault is closed for good."""

    door: Door
    review: Review
    clock: Clock = field(default_factory=Clock)
    lang: str = "zh"
    scale: float = 1.0
    route: str = "/"
    width: float = 1200
    height: float = 800
    inside: Inside | None = None
    login: Login | None = None
    memory: ft.SharedPreferences | None = None
    notice: Notice | None = None
    fresh: int = 0
    waiting: int = 0
    pulse: Pulse = field(default_factory=Pulse)
    _closing: asyncio.Future[None] | None = field(default=None, init=False)
    finding: Finding = field(default_factory=Finding)
    sheet: Sheet | None = None
    shut: bool = False
    _areas: dict[str, str] = field(default_factory=dict, init=False)
    changed: Changed = field(default_factory=Changed)

    def __setattr__(self, name: str, value: Any) -> None:
        known = name in self.__dict__
        same = known and (self.__dict__[name] is value or self.__dict__[name] == value)
        object.__setattr__(self, name, value)
        if known and not same and not name.startswith("_"):
            self.changed.times += 1

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

    def date(self, day: dt.date | None) -> str:
        """A day as people write it: 11月23日 / 23 Nov, with the year when it is not the current one."""
        if day is None:
            return ""
        year = day.year != self.today().year
        if self.lang == "zh":
            return f"{day.year}年{day.month}月{day.day}日" if year else f"{day.month}月{day.day}日"
        text = f"{day.day} {_MONTHS[day.month - 1]}"
        return f"{text} {day.year}" if year else text

    def day_of(self, text: str) -> str:
        """An ISO date as people write it; the text itself when it is none."""
        try:
            return self.date(dt.date.fromisoformat(text))
        except ValueError:
            return text

    def moment(self, stamp: str) -> str:
        """A stamp as a day and a time in China: 今天 10:20 / 22 Nov 10:20."""
        at = parse_stamp(stamp).astimezone(CHINA)
        day = self.t("day.today") if at.date() == self.today() else self.date(at.date())
        return f"{day} {at:%H:%M}"

    def today(self) -> dt.date:
        return self.inside.work.day() if self.inside else self.clock.today()

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

    def speak(self, lang: str) -> None:
        """Change the language of this window, and remember it on this device."""
        self.lang = lang
        look.speak(ft.context.page, lang)
        self._remember(look.LANG, lang)

    def enlarge(self, scale: float) -> None:
        """Change the size of text in this window, and remember it on this device."""
        self.scale = scale
        look.enlarge(ft.context.page, scale)
        self._remember(look.SCALE, str(scale))

    def _remember(self, key: str, value: str) -> None:
        if self.memory is not None:
            ft.context.page.run_task(look.remember, self.memory, key, value)

    async def off(self, act: Callable[..., T], *args: Any) -> T:
        """Run blocking work off the event loop. Whatever goes wrong comes back as a Failed, which every screen can
        tell and get over; what is nobody's plan is `app_error`, and the log has the place of it."""
        try:
            return await asyncio.to_thread(act, *args)
        except Failed:
            raise
        except Exception as error:  # noqa: BLE001 - a screen that waits for an answer must get one
            log.error("work failed: %s", place(error))  # noqa: TRY400 - what it says may be personal
            raise Failed("app_error") from None

    def enter(self, inside: Inside) -> None:
        """Put an open vault behind this window and follow its sync. Call on the event loop, in the page's context."""
        self.inside = inside
        self.notice = None
        self.shut = False
        self._areas = {a.code: a.name for a in inside.work.areas()}
        self.finding.text, self.finding.area, self.finding.gone = "", None, False
        self.pulse.follow(inside.runner, self._synced)
        inside.runner.start()

    def _synced(self, before: SyncState | None, now: SyncState) -> None:
        if self.inside is None:
            return
        if now.shut_out:
            self.shut = True
            self.lock()
            return
        self.waiting = now.waiting
        # A round may be over before its beginning was shown.
        if before is not None and not now.running and (before.running or before.last_contact != now.last_contact):
            self._look_after(self.inside.work)
            self.refresh()

    def _look_after(self, work: Work) -> None:
        """Say which villages have come and gone since the person last looked."""
        now = {a.code: a.name for a in work.areas()}
        for gone, there, key in ((self._areas, now, "trouble.areas_fewer"), (now, self._areas, "trouble.areas_more")):
            names = [name for code, name in gone.items() if code not in there]
            if names:
                self.tell(self.t(key, names=("、" if self.lang == "zh" else ", ").join(names)), "info")
        self._areas = now

    def understood(self) -> None:
        """The person has read that this device is withdrawn; the door is shown again."""
        self.shut = False

    def lock(self) -> None:
        """Close the vault of this window; the route stays, so that unlocking returns to it."""
        if self.inside is not None:
            inside, self.inside, self.sheet = self.inside, None, None
            self.pulse.rest()
            # Ending a sync may wait for the network; the screen does not.
            self._closing = asyncio.get_running_loop().run_in_executor(None, inside.close)
        self.notice = None

    def leave(self) -> None:
        """Forget the supervisor's login in this window."""
        self.login = None
        self.notice = None

    def refresh(self) -> None:
        """Have every list read again, because what the vault holds has changed."""
        self.fresh += 1

    def wrote(self) -> None:
        """Something was written here: show it, count it as waiting, and send it if there is a network."""
        self.refresh()
        self.pulse.look()
        if self.inside is not None:
            self.inside.runner.start()


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
