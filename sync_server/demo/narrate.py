"""Telling what happens, step by step, and stopping at the first thing that is not as it must be."""

import time
from collections.abc import Callable

from schemas.problems import Failed


class NotAsItMust(Exception):
    """A check of the walk failed; the text says which, without anything personal."""


class Narrator:
    """Prints numbered steps with what was found. `must` raises NotAsItMust."""

    def __init__(self, tell: Callable[[str], None] = print) -> None:
        self._tell = tell
        self._steps = 0
        self._checks = 0
        self._began = time.monotonic()

    def step(self, title: str) -> None:
        self._steps += 1
        self._tell(f"\n{self._steps:2}. {title}")

    def note(self, text: str) -> None:
        self._tell(f"    {text}")

    def must(self, holds: bool, what: str) -> None:
        """Tell a fact that has to hold; stop when it does not."""
        self._checks += 1
        self._tell(f"  {'✓' if holds else '✗'} {what}")
        if not holds:
            raise NotAsItMust(what)

    def refused(self, code: str, act: Callable[[], object], what: str) -> None:
        """Do what must be refused with this problem, and tell how it was said."""
        try:
            act()
        except Failed as failed:
            self.must(failed.code == code, f"{what} is refused: {failed.say('en')}")
        else:
            self.must(False, f"{what} is refused")

    def end(self) -> None:
        self._tell(
            f"\n{self._steps} steps, {self._checks} checks, {time.monotonic() - self._began:.1f} s: all as it must be."
        )
