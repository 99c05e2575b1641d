"""The changes that were set aside: who made them, why they were held, what they would set and what is there now. A
supervisor takes one into the record, and answers for it, or lets it rest; either way nothing is lost."""

from collections.abc import Awaitable, Callable
from functools import partial

import flet as ft

from app.review.answers import HeldChange, Slot
from app.ui.desk import Desk
from app.ui.parts import actions, cards, status, text
from app.ui.parts.frame import frame
from app.ui.screens.review_asking import act, failure, use_asked, waiting
from app.ui.screens.review_queue import desk_buttons, who
from app.ui.screens.review_values import Reading, lines
from schemas.problems import Failed

Decide = Callable[[HeldChange, bool], Awaitable[None]]


@ft.component
def ReviewHeld(desk: Desk) -> ft.Control:
    asked, _ = use_asked(desk, desk.review.held, "held")
    busy, set_busy = ft.use_state(False)
    decides = desk.login is not None and desk.login.role == "supervisor"

    async def decide(change: HeldChange, take: bool) -> None:
        if busy:
            return

        def send() -> bool:
            (desk.review.release if take else desk.review.dismiss)(change.change)
            return True

        set_busy(True)
        done = await act(desk, send)
        set_busy(False)
        if done:
            desk.refresh()
            desk.tell(desk.t("held.taken" if take else "held.rested"), "ok")

    body: list[ft.Control]
    if asked.failed is not None:
        body = [failure(desk, asked.failed, desk.refresh)]
    elif asked.value is None:
        body = [waiting(desk.lang)]
    else:
        body = [_change(desk, c, decide if decides and not busy else None) for c in asked.value]
        body = body or [status.empty(ft.Icons.INBOX_OUTLINED, desk.t("held.empty"), desk.t("held.empty_body"))]
        if asked.value:
            body.insert(0, text.body(desk.t("held.body")))
    return frame(desk, desk.t("held.title"), body, subtitle=who(desk), buttons=desk_buttons(desk), id="held")


def _change(desk: Desk, change: HeldChange, decide: Decide | None) -> ft.Control:
    whose = change.head or desk.t("held.unknown")
    place = " · ".join(x for x in (change.area_name, change.short_code) if x)
    came = desk.t("held.by", name=change.name, device=change.device_name, at=desk.moment(change.received_at))
    parts: list[ft.Control] = [
        ft.Row([text.title(whose, expand=True), text.soft(place)]),
        text.soft(came),
        status.banner(desk.problem(Failed(change.reason)), "warn"),
        *(_slot(desk, slot) for slot in change.slots),
    ]
    if decide is not None:
        parts.append(
            ft.Row(
                [
                    actions.quiet(desk.t("held.rest"), partial(decide, change, False), id=f"rest-{change.change[:8]}"),
                    actions.secondary(
                        desk.t("held.take"),
                        partial(decide, change, True),
                        icon=ft.Icons.CHECK,
                        id=f"take-{change.change[:8]}",
                    ),
                ],
                alignment=ft.MainAxisAlignment.END,
                wrap=True,
            )
        )
    return cards.card(parts)


def _slot(desk: Desk, slot: Slot) -> ft.Control:
    reading = Reading(desk.lang, {})
    value = "；".join(lines(slot.slot, slot.type, slot.codes, slot.value, reading))
    words: list[ft.Control] = [text.body(value)]
    if slot.changed:
        old = "；".join(lines(slot.slot, slot.type, slot.codes, slot.before, reading))
        words.append(text.soft(desk.t("held.now", value=old)))
    return cards.pair(desk.pick(slot.label), ft.Column(words, spacing=2, tight=True), wide=desk.width >= 480)
