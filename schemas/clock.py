"""Time and randomness as things that are passed in, so that no rule reads them by itself."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

CHINA = timezone(timedelta(hours=8), "UTC+8")
"""Calendar days in the law are days in China, whatever the device's zone says."""


@dataclass(frozen=True)
class Clock:
    """Where the time and random bytes come from. `now` is aware and in UTC."""

    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    random: Callable[[int], bytes] = secrets.token_bytes

    def today(self) -> date:
        return self.now().astimezone(CHINA).date()

    def stamp(self) -> str:
        """Now as ISO 8601 in UTC with milliseconds: `2026-11-23T01:02:03.456Z`."""
        return stamp(self.now())

    def unix_ms(self) -> int:
        return int(self.now().timestamp() * 1000)


def stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def parse_stamp(text: str) -> datetime:
    """The moment of a stamp; raises ValueError when it is not one or has no zone."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a stamp needs a zone")
    return moment.astimezone(UTC)
