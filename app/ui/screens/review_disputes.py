"""Every household about which two people say different things, whether or not a visit waits on it: the conflicts of
each one below its name, to be settled here."""

from functools import partial

import flet as ft

from app.review.answers import Counts
from app.review.disputes import Conflict, Disputed, Disputes, Side
from app.ui.desk import Desk
from app.ui.parts import actions, cards, status, text
from app.ui.parts.asking import act, not_yet, use_asked, use_more
from app.ui.screens.review_conflicts import Conflicts, Settle
from app.ui.screens.review_questions import questions
from app.ui.screens.review_values import Reading


@ft.component
def ReviewDisputes(desk: Desk) -> ft.Control:
    review = desk.review

    def ask() -> tuple[Counts, Disputes]:
        return review.counts(), review.disputes()

    asked, put = use_asked(desk, ask, "disputes")
    more = use_more(desk, put)

    async def settle(conflict: Conflict, side: Side, reason: str) -> bool:
        def both() -> tuple[Counts, Disputes]:
            review.settle(conflict.record, conflict.slot, side.change, conflict.seen, reason)
            return ask()

        done = await act(desk, both)
        if done is not None:
            put(done)
            desk.tell(desk.t("conflict.settled"), "ok")
        return done is not None

    def following(counts: Counts, disputes: Disputes) -> tuple[Counts, Disputes]:
        page = review.disputes(disputes.next)
        return counts, Disputes(disputes.households + page.households, page.next)

    if asked.value is None:
        body = not_yet(desk, asked.failed)
    else:
        counts, disputes = asked.value
        body = [_household(desk, each, settle) for each in disputes.households]
        body = body or [status.empty(ft.Icons.DONE_ALL, desk.t("disputes.empty"), desk.t("disputes.empty_body"))]
        if disputes.next is not None:
            body.append(more(partial(following, counts, disputes)))
    return questions(desk, "conflicts", asked.value[0] if asked.value else None, body)


def _household(desk: Desk, disputed: Disputed, settle: Settle) -> ft.Control:
    decides = desk.login is not None and desk.login.role == "supervisor"
    see: ft.Control = text.soft(desk.t("disputes.no_visit"))
    if disputed.visit is not None:
        visit = disputed.visit
        see = actions.quiet(desk.t("disputes.visit"), lambda: desk.go(f"/desk/visits/{visit}"), id=f"visit-{visit[:8]}")
    code = desk.t("review.code", code=disputed.short_code)
    head = ft.Row(
        [
            ft.Column(
                [
                    text.title(disputed.head or desk.t("review.nameless")),
                    text.soft(f"{disputed.area_name} · {code}"),
                ],
                spacing=0,
                tight=True,
            ),
            see,
        ],
        alignment=ft.MainAxisAlignment.SPACE_BETWEEN,
        wrap=True,
    )
    reading = Reading(desk.lang, disputed.members, disputed.people)
    return cards.card(
        [head, Conflicts(desk, disputed.conflicts, reading, decides, settle, titled=False)], key=disputed.household
    )
