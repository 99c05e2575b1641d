"""Sync in the background: rounds when asked and by themselves, and what a screen may know of them.

The runner owns one thread. It runs a round when asked, and again after a while by itself (`app.sync.pace`). It writes
to the vault and never to a screen: screens read `state()` and are told through `subscribe` that it changed.

One road to the server is kept open between rounds, because opening one costs a slow line more than a round that finds
nothing new. It is closed after a failure, when nobody used it for a while, when the device has enrolled anew, and at
the end. Records go first; photos go while the road is quick enough for them, or when the person says so.
"""

import logging
import random
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import replace
from functools import partial

from app.sync.outcome import Outcome, Progress
from app.sync.pace import EVERY, Pace
from app.sync.phases import Phase
from app.sync.round import Road, good, sync_once
from app.sync.state import SyncState, counted
from app.sync.store import Store
from schemas.clock import Clock
from schemas.problems import Failed

log = logging.getLogger("ruhu.sync")

IDLE = 60.0
"""Seconds after which an unused road is closed: by then somebody on the way may have forgotten it."""


class Runner:
    """Rounds for one person's open vault, until `stop`. `connect` opens a road; it may raise Failed. `turn` is held
    during each round; runners of the same vault share one, so that two never send or receive the same thing at once.
    No call waits for the network."""

    def __init__(
        self,
        store: Store,
        connect: Callable[[], Road],
        *,
        clock: Clock | None = None,
        every: float = EVERY,
        chance: Callable[[], float] = random.random,
        turn: AbstractContextManager[object] | None = None,
    ) -> None:
        self._store = store
        self._connect = connect
        self._turn = turn or nullcontext()
        self._road: Road | None = None
        self._hung_up = False
        self._forced = False
        self._clock = clock or Clock()
        self._pace = Pace(every, chance)
        self._watchers: list[Callable[[SyncState], None]] = []
        self._changed = threading.Condition()
        self._wanted = False
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._state = counted(SyncState(), store)

    def state(self) -> SyncState:
        """What is known now; the counts of what waits are read from the vault afresh."""
        with self._changed:
            state = self._state
        return counted(state, self._store)

    def subscribe(self, watcher: Callable[[SyncState], None]) -> Callable[[], None]:
        """Calls `watcher` with every new state, on the runner's thread; gives back what ends that."""
        with self._changed:
            self._watchers.append(watcher)

        def unsubscribe() -> None:
            with self._changed, suppress(ValueError):
                self._watchers.remove(watcher)

        return unsubscribe

    def start(self) -> None:
        """A round as soon as may be; the first call starts the thread. Harmless while a round runs."""
        with self._changed:
            if self._stopping:
                return
            self._wanted = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="ruhu-sync", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def stop(self) -> None:
        """No more rounds, and none can be started again; the running one ends at its next answer or time-out."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def join(self, seconds: float) -> bool:
        """Waits until the thread has ended after `stop`; whether it has."""
        with self._changed:
            thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return thread is None or not thread.is_alive()

    def set_offline(self, offline: bool) -> None:
        """While offline no request is made; coming back asks for a round."""
        self._set(lambda now: replace(now, offline=offline))
        if not offline:
            self.start()

    def send_photos(self) -> None:
        """A round as soon as may be that sends photos however slow the link is."""
        with self._changed:
            self._forced = True
        self.start()

    def hang_up(self) -> None:
        """The next round opens a road of its own: this device is another one at the server now."""
        with self._changed:
            self._hung_up = True

    def _run(self) -> None:
        try:
            while self._await_turn():
                try:
                    with self._turn:
                        self._round()
                except Exception as error:  # noqa: BLE001 - nothing may end the thread for the rest of the day
                    # Only the kind of error is logged: its text may hold personal data.
                    log.error("round ended in %s", type(error).__name__)  # noqa: TRY400
                    self._ended(None, Failed("internal"))
        finally:
            self._close()

    def _await_turn(self) -> bool:
        """Waits until a round is due, and closes the road when that takes long; False when there are to be no more."""
        with self._changed:
            while not self._stopping:
                wait = self._wait()
                if self._road is not None and (wait is None or wait > IDLE):
                    if not self._changed.wait_for(lambda: self._stopping or self._due(), IDLE):
                        self._close()
                    wait = None if wait is None else wait - IDLE
                self._changed.wait_for(lambda: self._stopping or self._due(), wait)
                if not self._stopping and not self._state.offline:
                    self._wanted = False
                    return True
            return False

    def _due(self) -> bool:
        return self._wanted and not self._state.offline

    def _wait(self) -> float | None:
        return None if self._state.offline else self._pace.seconds()

    def _round(self) -> None:
        kept = ("offline", "last_contact", "photos_paused", "skew")
        self._set(lambda now: SyncState(True, phase=Phase.PUSH, **{name: getattr(now, name) for name in kept}))
        try:
            road = self._opened()
        except Failed as problem:
            self._ended(None, problem)
            return
        with self._changed:
            forced = self._forced
        outcome = sync_once(
            self._store,
            road,
            self._progress,
            clock=self._clock,
            halted=self._halted,
            photos=lambda: forced or good(road),
        )
        if outcome.problems:
            self._close()
        else:
            with self._changed:
                self._forced = self._forced and not forced
        self._ended(outcome, outcome.problems[0] if outcome.problems else None)

    def _opened(self) -> Road:
        with self._changed:
            anew, self._hung_up = self._hung_up, False
        if anew:
            self._close()
        if self._road is None:
            self._road = self._connect()
        return self._road

    def _close(self) -> None:
        if self._road is not None:
            self._road.close()
            self._road = None

    def _ended(self, outcome: Outcome | None, problem: Failed | None) -> None:
        self._pace.ended(problem)
        if problem is not None:
            log.warning("round ended: %s", problem.code)
        told = None if problem is not None and problem.code == "stopped" else problem
        rested = partial(replace, running=False, phase=None, problem=told)
        if outcome is None:
            self._set(rested)
            return
        ended = {"safe": outcome.safe, "photos_paused": outcome.photos_paused, "shut_out": outcome.shut_out}
        still = outcome.waiting > 0
        self._set(lambda now: rested(now, resending=now.resending and still, **ended))

    def _halted(self) -> bool:
        with self._changed:
            return self._stopping or self._state.offline

    def _progress(self, p: Progress) -> None:
        self._set(
            lambda now: replace(
                now,
                phase=p.phase,
                sent=p.sent,
                to_send=p.to_send,
                received=p.received,
                resending=p.resending,
                skew=now.skew if p.skew is None else p.skew,
            )
        )

    def _set(self, then: Callable[[SyncState], SyncState]) -> None:
        with self._changed:
            self._state = then(self._state)
        self._tell()

    def _tell(self) -> None:
        state = self.state()
        with self._changed:
            watchers = list(self._watchers)
        for watcher in watchers:
            try:
                watcher(state)
            except Exception as error:  # noqa: BLE001 - a screen that fails must not stop what saves the day's work
                log.error("a watcher failed: %s", type(error).__name__)  # noqa: TRY400
