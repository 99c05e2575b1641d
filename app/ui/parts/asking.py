"""Asking the review API from a screen: what came, what is still on its way, what went wrong, trying again, and asking
for the page that follows.

The desk keeps nothing, so every screen begins by asking. An answer belongs to the question it was asked with; one that
comes late, after the person has moved on, is dropped. A login that is over leads back to the login screen.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar, cast

import flet as ft

from app.ui.desk import Desk
from app.ui.parts import actions, status, text
from schemas.problems import Failed

T = TypeVar("T")


@dataclass(frozen=True)
class Asked(Generic[T]):
    """The state of one question: `value` once it has come, `failed` when it could not. `question` is what it belongs
    to."""

    question: tuple[object, ...]
    value: T | None = None
    failed: Failed | None = None


def use_asked(desk: Desk, ask: Callable[[], T], *question: object) -> tuple[Asked[T], Callable[[T], None]]:
    """A hook: asks when the screen opens, when the question changes and when `desk.fresh` counts up. Comes back with
    the state and a way to put in a newer answer that another call has brought."""
    asked, set_asked = ft.use_state(Asked[T](question))
    current = ft.use_ref(question)
    current.current = question

    async def load() -> None:
        try:
            answer = Asked(question, await desk.off(ask))
        except Failed as failed:
            if over(desk, failed):
                return
            answer = Asked[T](question, failed=failed)
        if current.current == question:
            set_asked(answer)

    def put(value: T) -> None:
        if current.current == question:
            set_asked(Asked(question, value))

    ft.use_effect(load, [*question, desk.fresh])
    return (asked if asked.question == question else Asked(question)), put


def use_more(desk: Desk, put: Callable[[T], None]) -> Callable[[Callable[[], T]], ft.Control]:
    """A hook: makes the button below a page that another follows, from what asks for that one and comes back with both
    as one answer. It takes no press while that is on its way."""
    busy, set_busy = ft.use_state(False)

    async def more(ask: Callable[[], T]) -> None:
        set_busy(True)
        longer = await act(desk, ask)
        if longer is not None:
            put(longer)
        set_busy(False)

    return lambda ask: actions.secondary(desk.t("review.more"), partial(more, ask), disabled=busy, id="more")


def over(desk: Desk, failed: Failed) -> bool:
    """Whether a failure means that the login is over; if so the desk has been left and says why."""
    if failed.code != "session_over":
        return False
    desk.leave()
    desk.tell(desk.problem(failed), "warn")
    return True


def use_pick(kind: type[T]) -> tuple[T | None, Callable[[T | None], None]]:
    """A hook: what has been picked, nothing at first; `kind` is only for the type checker."""
    return ft.use_state(cast("T | None", None))


async def act(desk: Desk, doing: Callable[[], T]) -> T | None:
    """Does something at the server for the person; what comes back, or None after telling them why it could not."""
    try:
        return await desk.off(doing)
    except Failed as failed:
        if not over(desk, failed):
            desk.trouble(failed)
        return None


def not_yet(desk: Desk, failed: Failed | None) -> list[ft.Control]:
    """What stands in the place of an answer that is not there: that it is on its way, or why it could not come, and
    trying again."""
    if failed is not None:
        again = actions.quiet(desk.t("review.again"), desk.refresh, id="again")
        return [status.banner(desk.problem(failed), "bad", action=again)]
    ring = ft.ProgressRing(width=22, height=22, stroke_width=3)
    return [
        ft.Container(
            ft.Row([ring, text.soft(desk.t("review.asking"))], spacing=14),
            padding=ft.Padding.symmetric(vertical=24, horizontal=8),
        )
    ]
