"""When the next round is due that nobody asked for.

After a failure that time may mend (no network, server down) it waits longer each time, with jitter, so that a town
whose signal comes back does not ask all at once. A refusal that only a person can mend is not repeated any sooner.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from schemas.problems import Failed, catalogue

EVERY = 300.0
"""Seconds between rounds while all is well."""
FIRST_WAIT = 4.0
LONGEST_WAIT = 900.0


@dataclass
class Pace:
    """`every`: seconds between rounds while all is well; `chance` draws from 0 to 1."""

    every: float
    chance: Callable[[], float]
    _failures: int = field(default=0, init=False)

    def ended(self, problem: Failed | None) -> None:
        """Takes note of how a round ended: well, or in this."""
        self._failures = self._failures + 1 if problem is not None and _may_pass(problem) else 0

    def seconds(self) -> float:
        """How long to wait for the next round, from now."""
        if not self._failures:
            return self.every
        doubled: float = FIRST_WAIT * 2 ** min(self._failures - 1, 20)
        return min(doubled, LONGEST_WAIT) * (0.5 + self.chance())


def _may_pass(problem: Failed) -> bool:
    """Whether waiting may mend it, so that it is tried again sooner than usual."""
    known = catalogue().get(problem.code)
    return known is not None and known.fault in ("network", "server")
