"""A brake on guessing: whoever guesses wrong again and again from one address has to wait, longer each time.

Nothing of it is stored, and its memory is bounded: the addresses that were heard of least recently are forgotten first,
and an address that has been quiet for an hour starts anew. Somebody with very many addresses meets a second brake that
counts all wrong guesses together; it never makes anyone wait for long, because it makes the honest wait as well.
"""

import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from schemas.clock import Clock
from schemas.problems import Failed

PATIENCE = 10
"""Wrong guesses from one address before the first wait."""
LONGEST = timedelta(minutes=15)
PATIENCE_WITH_ALL = 200
LONGEST_FOR_ALL = timedelta(seconds=10)
FORGETS = timedelta(hours=1)
KNOWN = 10_000
"""How many addresses are remembered."""
_EVERYONE = ""


@dataclass
class _Tries:
    wrong: int
    until: datetime
    last: datetime


class Brake:
    """Counts wrong guesses by address. May be used by many threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._tries: OrderedDict[str, _Tries] = OrderedDict()

    @contextmanager
    def guessing(self, address: str, wrong: str) -> Iterator[None]:
        """Around one guess; a Failed of the code `wrong` counts against the address, and one that goes through clears
        it. Raises Failed("wait") with the seconds, before anything is tried."""
        who = _neighbourhood(address)
        self._check(who)
        try:
            yield
        except Failed as failed:
            if failed.code == wrong:
                self._count(who)
            raise
        with self._lock:
            self._tries.pop(who, None)

    def _check(self, who: str) -> None:
        now = self._clock.now()
        with self._lock:
            until = max((self._tries[w].until for w in (who, _EVERYONE) if w in self._tries), default=now)
        if until > now:
            raise Failed("wait", seconds=int((until - now).total_seconds()) + 1)

    def _count(self, who: str) -> None:
        now = self._clock.now()
        with self._lock:
            for name, patience, longest in (
                (who, PATIENCE, LONGEST),
                (_EVERYONE, PATIENCE_WITH_ALL, LONGEST_FOR_ALL),
            ):
                known = self._tries.pop(name, None)
                wrong = 1 if known is None or now - known.last > FORGETS else known.wrong + 1
                wait = timedelta(seconds=2 ** min(wrong - patience, 20)) if wrong >= patience else timedelta()
                self._tries[name] = _Tries(wrong, now + min(wait, longest), now)
            while len(self._tries) > KNOWN:
                self._tries.popitem(last=False)


def _neighbourhood(address: str) -> str:
    """Who an address counts as: itself, or its /64 where one subscriber has more addresses than anybody can count."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address[:64] or "nowhere"
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is None:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)
