"""One whole round over a road: what the session asks is carried to the server and the answer taken, until it is over.

The road may be a network or a test; photos go only while it is quick enough for them.
"""

from collections.abc import Callable
from typing import Protocol

from app.sync.session import Answer, Ask, Outcome, Progress, Session
from app.sync.store import Store
from schemas.clock import Clock
from schemas.problems import Failed

GOOD_RATE = 16 * 1024.0
"""Bytes a second from which photos go by themselves: a photo in half a minute or less."""


class Road(Protocol):
    """How a round reaches the server: gives the answer to an ask or raises Failed. `rate` is what it has carried, in
    bytes a second, or None while it has carried too little to tell."""

    @property
    def rate(self) -> float | None: ...
    def __call__(self, ask: Ask) -> Answer: ...
    def close(self) -> None: ...


def good(road: Road) -> bool:
    """Whether photos may go by this road. One that has carried nothing yet is tried: a chunk tells."""
    return road.rate is None or road.rate >= GOOD_RATE


def sync_once(
    store: Store,
    road: Callable[[Ask], Answer],
    on_progress: Callable[[Progress], None] = lambda _: None,
    *,
    clock: Clock | None = None,
    halted: Callable[[], bool] = lambda: False,
    photos: Callable[[], bool] = lambda: True,
) -> Outcome:
    """One whole round. Failures are in the outcome's `problems`, never raised; `halted` is looked at between asks, and
    `photos`, whether the link is good enough for them, before each chunk of one."""
    session = Session(store, clock or Clock(), photos=photos)
    try:
        while (asked := session.ask()) is not None:
            on_progress(session.progress)
            if halted():
                session.end(Failed("stopped"))
                break
            session.take(_answer(road, asked))
    except Failed as problem:
        session.end(problem)
    on_progress(session.progress)
    return session.outcome()


def _answer(road: Callable[[Ask], Answer], asked: Ask) -> Answer | Failed:
    try:
        return road(asked)
    except Failed as refusal:
        return refusal
