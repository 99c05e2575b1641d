"""The sync as a window shows it. The runner calls from its own thread, often; the window wants the newest state, on its
event loop, once a turn."""

import asyncio
import contextvars
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import flet as ft

from app.ui.seams import Runner, SyncState

Told = Callable[[SyncState | None, SyncState], None]


@ft.observable
@dataclass(eq=False)
class Pulse:
    """`state` is None while nobody is in."""

    state: SyncState | None = None
    _runner: Runner | None = field(default=None, init=False)
    _end: Callable[[], None] | None = field(default=None, init=False)
    _look: Callable[[], None] | None = field(default=None, init=False)

    def follow(self, runner: Runner, told: Told) -> None:
        """Show a runner from now on; `told` hears of each state shown, with the one before. Call on the event loop, in
        the context of the page to be drawn."""
        self.rest()
        loop = asyncio.get_running_loop()
        newest: deque[SyncState] = deque(maxlen=1)

        def show() -> None:
            if newest and self._runner is runner:
                before, self.state = self.state, newest.pop()
                told(before, self.state)

        def heard(state: SyncState) -> None:
            newest.append(state)
            if not loop.is_closed():
                loop.call_soon_threadsafe(show, context=context)

        context = contextvars.copy_context()
        self._runner = runner
        self._look = lambda: heard(runner.state())
        self._end = runner.subscribe(heard)
        self.look()

    def look(self) -> None:
        """Ask the runner now, because what waits has changed without it."""
        if self._look is not None:
            self._look()

    def rest(self) -> None:
        """Show no runner."""
        if self._end is not None:
            self._end()
        self._end = self._look = None
        self._runner = None
        self.state = None
