"""The changes that were set aside: who made them, why they were held, what they would set and what is there now. A
supervisor takes one into the record, and answers for it, or lets it rest; either way nothing is lost."""

from collections.abc import Awaitable, Callable
from functools import partial

import flet as ft

from app.review.answers import Counts, HeldChange, Slot
from app.ui.desk import Desk
from app.ui.parts import actions, cards, status, text
from app.ui.parts.asking import act, not_yet, use_asked
from app.ui.screens.review_questions import questions
from app.ui.screens.review_values import Reading, lines
from schemas.problems import Failed

Decide = Callable[[HeldChange, bool], Awaitable[None]]


@ft.component
def ReviewHeld(desk: Desk) -> ft.Control:
    review = desk.review

    def ask() -> tuple[Counts, tuple[HeldChange, ...]]:
        return review.counts(), review.held()

    asked, _ = use_asked(desk, ask, "held")
    busy, set_busy = ft.use_state(False)
    decides = desk.login is not None and desk.login.role == "supervisor"

    async def decide(change: HeldChange, take: bool) -> None:
        if busy:
            return

        def send() -> bool:
            (review.release if take else review.dismiss)(change.change)
            return True

        set_busy(True)
        done = await act(desk, send)
        set_busy(False)
        if done:
            desk.refresh()
            desk.tell(desk.t("held.taken" if take else "held.rested"), "ok")

    if asked.value is None:
        body = not_yet(desk, asked.failed)
    else:
        _, changes = asked.value
        body = [_change(desk, c, decide if decides and not busy else None) for c in changes]
        body = body or [status.empty(ft.Icons.INBOX_OUTLINED, desk.t("held.empty"), desk.t("held.empty_body"))]
        if changes:
            body.insert(0, text.body(desk.t("held.body")))
    return questions(desk, "held", asked.value[0] if asked.value else None, body)


def _change(desk: Desk, change: HeldChange, decide: Decide | None) -> ft.Control:
    whose = change.head or desk.t("held.unknown")
    place = " · ".join(x for x in (change.area_name, change.short_code) if x)
    came = desk.t("held.by", name=change.name, device=change.device_name, at=desk.moment(change.received_at))
    parts: list[ft.Control] = [
        ft.Row(
            [text.title(whose), text.soft(place)],
            alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
            wrap=True,
            run_spacing=0,
        ),
        text.soft(came),
        text.soft(desk.t("held.written", at=desk.moment(change.at))),
        status.banner(_why(desk, change), "warn"),
        *(_slot(desk, change, slot) for slot in change.slots),
    ]
    if decide is not None:
        take = actions.secondary(
            desk.t("held.take"), partial(decide, change, True), icon=ft.Icons.CHECK, id=f"take-{change.change[:8]}"
        )
        parts.append(
            ft.Row(
                [
                    actions.quiet(desk.t("held.rest"), partial(decide, change, False), id=f"rest-{change.change[:8]}"),
                    *([take] if change.answerable else []),
                ],
                alignment=ft.MainAxisAlignment.END,
                wrap=True,
            )
        )
    return cards.card(parts)


def _why(desk: Desk, change: HeldChange) -> str:
    """Why a change was held, for whoever is to answer for it; the catalogue's words for a reason not known here."""
    key = f"held.why.{change.reason}"
    if change.reason == "moved":
        there = bool(change.area_name and change.moves_to)
        return desk.t(key if there else f"{key}_unknown", here=change.area_name, there=change.moves_to)
    words = desk.t(key)
    return desk.problem(Failed(change.reason)) if words == key else words


def _slot(desk: Desk, change: HeldChange, slot: Slot) -> ft.Control:
    reading = Reading(desk.lang, {})
    value = "；".join(lines(slot.slot, slot.type, slot.codes, slot.value, reading))
    old = "；".join(lines(slot.slot, slot.type, slot.codes, slot.before, reading))
    if slot.slot == "area":  # a code tells nobody which village that is
        value, old = change.moves_to or value, change.area_name or old
    words: list[ft.Control] = [text.body(value)]
    if slot.changed:
        words.append(text.soft(desk.t("held.now", value=old)))
    return cards.pair(desk.pick(slot.label), ft.Column(words, spacing=2, tight=True), wide=desk.width >= 480)
