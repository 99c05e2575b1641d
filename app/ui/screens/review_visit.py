"""One visit on the supervisor's desk: may it be decided, what stands in the way, what the rules propose and why, what
the visit found and changed. Approving and returning are at the bottom, in reach; when approving is not possible the
screen says why before anybody presses."""

from collections.abc import Awaitable, Callable, Sequence

import flet as ft

from app.review.answers import Case, Section, Slot, VisitPage
from app.review.disputes import Conflict, Side
from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, cards, status, text, verdict
from app.ui.parts.asking import act, not_yet, use_asked
from app.ui.parts.frame import frame
from app.ui.screens.review_beside import besides, told_otherwise
from app.ui.screens.review_clock import note
from app.ui.screens.review_conflicts import Conflicts
from app.ui.screens.review_decide import Approve, Return, visit_slots
from app.ui.screens.review_pictures import SIGNERS, Photos, signatures
from app.ui.screens.review_queue import VERDICT_TONE, status_of
from app.ui.screens.review_values import Reading, lines
from schemas.codec import NotCanonical
from schemas.policy.result import Result

COLUMN = 900


@ft.component
def ReviewVisit(desk: Desk, visit: str) -> ft.Control:
    review = desk.review
    asked, put = use_asked(desk, lambda: review.visit(visit), "visit", visit)
    panel, set_panel = ft.use_state("")
    busy, set_busy = ft.use_state(False)
    back = "" if desk.two_panes else f"/desk?status={status_of(desk.route)}"
    page = asked.value

    async def took(done: VisitPage | None, told: str) -> bool:
        """Shows the page that an act has brought; whether there was one."""
        set_busy(False)
        if done is None:
            return False
        put(done)
        set_panel("")
        desk.refresh()
        desk.tell(told, "ok")
        return True

    async def approve(reason: str) -> None:
        if page is None or busy:
            return
        set_busy(True)
        chosen = page.assessment.id if page.assessment and page.outcome == "done" else None
        await took(await act(desk, lambda: review.approve(visit, chosen, reason)), desk.t("decide.done"))

    async def give_back(comment: str, comments: dict[str, str]) -> None:
        if not busy:
            set_busy(True)
            await took(await act(desk, lambda: review.return_visit(visit, comment, comments)), desk.t("return.done"))

    async def assess() -> None:
        if not busy:
            set_busy(True)
            await took(await act(desk, lambda: review.assess(visit)), desk.t("review.assessed"))

    async def settle(conflict: Conflict, side: Side, reason: str) -> bool:
        def both() -> VisitPage:
            review.settle(conflict.record, conflict.slot, side.change, conflict.seen, reason)
            return review.visit(visit)

        return await took(await act(desk, both), desk.t("conflict.settled"))

    if page is None:
        return frame(desk, desk.t("queue.title"), not_yet(desk, asked.failed), back=back)
    reading = Reading(desk.lang, page.members, page.people)
    body = [
        *_standing(desk, page, assess, busy),
        *([Conflicts(desk, page.conflicts, reading, page.may.settle, settle)] if page.conflicts else []),
        *_result(desk, page, assess, busy),
        *told_otherwise(desk, page.doubles, reading),
        *_sections(desk, page, reading),
        *([Photos(desk, page.photos)] if page.photos else []),
        *_cases(desk, page.cases),
    ]
    if panel == "approve":
        body.append(Approve(desk, page, busy, approve, lambda: set_panel("")))
    if panel == "return":
        body.append(Return(desk, page, busy, give_back, lambda: set_panel("")))
    return frame(
        desk,
        page.head or desk.t("review.nameless"),
        body,
        subtitle=" · ".join([page.area_name, desk.t("review.code", code=page.short_code)]),
        back=back,
        footer=_footer(desk, page, busy, set_panel),
        column=COLUMN,
        id="review-visit",
    )


def _footer(desk: Desk, page: VisitPage, busy: bool, set_panel: Callable[[str], None]) -> list[ft.Control]:
    if page.status != "done" or page.may.blocked == ("forbidden",):
        return []
    close = page.outcome != "done"
    return [
        actions.secondary(
            desk.t("review.return"),
            lambda: set_panel("return"),
            icon=ft.Icons.REPLY,
            disabled=busy or not page.may.give_back,
            id="return",
        ),
        actions.primary(
            desk.t("review.close_visit" if close else "review.approve"),
            lambda: set_panel("approve"),
            icon=ft.Icons.CHECK,
            disabled=busy or not page.may.approve,
            id="approve",
        ),
    ]


def _standing(desk: Desk, page: VisitPage, assess: Callable[[], Awaitable[None]], busy: bool) -> list[ft.Control]:
    """Where the visit stands: who made it, whether it is settled, and what is in the way of deciding."""
    day = desk.day_of(page.visited_on or "") or "—"
    device = desk.t("conflict.desk") if page.device_name == "desk" else page.device_name
    out: list[ft.Control] = [
        ft.Column(
            [
                text.body(desk.t("review.by", name=page.name, day=day)),
                text.soft(desk.t("review.from", at=desk.moment(page.received_at), device=device)),
            ],
            spacing=0,
        )
    ]
    if wrong := note(desk, page.skew, page.written_at, page.received_at):
        out.append(status.banner(wrong, "warn"))
    said = page.review if isinstance(page.review, dict) else {}
    if page.status in ("accepted", "returned") and said.get("at"):
        by = str(said.get("by", ""))
        told = desk.t(f"review.{page.status}", name=page.people.get(by, by), at=desk.moment(said["at"]))
        comment = f"：{said['comment']}" if said.get("comment") else ""
        out.append(status.banner(told + comment, "ok" if page.status == "accepted" else "warn"))
        return out
    if any(s.slot == "kin" and (s.value or {}).get("is_kin") == "yes" for s in visit_slots(page)):
        out.append(status.banner(desk.t("review.kin"), "warn"))
    if page.provisional:
        out.append(status.banner(desk.t("review.provisional", n=sum(c.kind != "case" for c in page.conflicts)), "bad"))
    if page.stale:
        again = actions.secondary(desk.t("review.assess"), assess, disabled=busy, id="assess")
        out.append(status.banner(desk.t("review.stale"), "warn", action=again if page.may.assess else None))
    out += besides(desk, page.doubles)
    why = [desk.t(f"blocked.{code}") for code in page.may.blocked if code not in ("provisional", "stale")]
    if why:
        out.append(status.banner(desk.t("review.why_not", why="；".join(why)), "warn"))
    return out


def _result(desk: Desk, page: VisitPage, assess: Callable[[], Awaitable[None]], busy: bool) -> list[ft.Control]:
    if page.assessment is None:
        if page.outcome != "done":
            told = desk.t("review.no_visit", outcome=desk.label("outcome", page.outcome))
            return [cards.section(desk.t("review.result"), [status.banner(told, "info")])]
        again = actions.secondary(desk.t("review.assess_first"), assess, disabled=busy, id="assess")
        told_none = status.banner(desk.t("review.no_result"), "warn", action=again if page.may.assess else None)
        return [cards.section(desk.t("review.result"), [told_none])]
    try:
        result = Result.from_wire(page.assessment.result)
    except NotCanonical:
        return [status.banner(desk.t("review.no_result"), "warn")]
    return [cards.section(desk.t("review.result"), [verdict.result(result, desk.lang, page.members)])]


def _sections(desk: Desk, page: VisitPage, reading: Reading) -> list[ft.Control]:
    by_kind: dict[str, list[Section]] = {}
    for section in page.sections:
        by_kind.setdefault(section.kind, []).append(section)
    out = [_record(desk, desk.t("review.found"), s, reading) for s in by_kind.get("visit", [])]
    out += [_record(desk, desk.t("review.household"), s, reading) for s in by_kind.get("household", [])]
    if members := by_kind.get("member"):
        people: list[ft.Control] = [ft.Container(_member(desk, m, reading), col={"xs": 12, "lg": 6}) for m in members]
        beside = ft.ResponsiveRow(people, spacing=12, run_spacing=12)
        out.append(cards.section(desk.t("review.members"), [beside]))
    return out


def _record(desk: Desk, title: str, section: Section, reading: Reading) -> ft.Control:
    return cards.section(title, [cards.card(_slots(desk, section.slots, reading), spacing=14)])


def _member(desk: Desk, section: Section, reading: Reading) -> ft.Control:
    rest = [s for s in section.slots if s.slot != "name"]
    title = text.title(section.title or desk.t("review.nameless"))
    removed = [status.chip(desk.t("gone.removed"), "plain")] if section.gone else []
    head = ft.Row([title, *removed], wrap=True, spacing=10)
    return cards.card([head, *_slots(desk, rest, reading)], spacing=10)


def _slots(desk: Desk, slots: Sequence[Slot], reading: Reading) -> list[ft.Control]:
    return [cards.pair(desk.pick(s.label), _value(desk, s, reading), wide=desk.width >= 480) for s in slots]


def _value(desk: Desk, slot: Slot, reading: Reading) -> ft.Control:
    """The value, and under it what it was before this visit, whether it is in conflict, what was asked for."""
    value, drawn = slot.value, list[ft.Control]()
    if slot.slot == "signatures" and isinstance(value, dict):
        drawn = signatures(desk, value)
        value = {k: v for k, v in value.items() if k not in SIGNERS} if drawn else value
    parts: list[ft.Control] = []
    if drawn:
        parts.append(ft.Row(drawn, wrap=True, spacing=14, run_spacing=10))
    if value or not drawn:
        parts += [text.body(line) for line in lines(slot.slot, slot.type, slot.codes, value, reading)]
    if slot.changed:
        old = "；".join(lines(slot.slot, slot.type, slot.codes, slot.before, reading))
        parts.append(
            ft.Row(
                [
                    status.chip(desk.t("review.changed"), "info", icon=ft.Icons.EDIT_OUTLINED),
                    text.soft(desk.t("review.before", value=old)),
                ],
                wrap=True,
                spacing=8,
                run_spacing=2,
            )
        )
    if slot.conflict:
        parts.append(status.chip(desk.t("conflict.title"), "bad", icon=ft.Icons.CALL_SPLIT))
    if slot.comment:
        parts.append(text.soft(desk.t("review.commented", text=slot.comment)))
    return ft.Column(parts, spacing=3, tight=True)


def _cases(desk: Desk, cases: Sequence[Case]) -> list[ft.Control]:
    if not cases:
        return []
    return [cards.section(desk.t("review.cases"), [cards.card([_case(desk, c) for c in cases])])]


def _case(desk: Desk, case: Case) -> ft.Control:
    decision = case.decision if isinstance(case.decision, dict) else {}
    words = desk.label("verdict", decision.get("verdict")) or desk.label("stage", case.stage)
    amount = decision.get("amount")
    parts: list[ft.Control] = [text.label(desk.label("programme", case.programme))]
    if decision.get("on"):
        parts.append(text.soft(desk.t("review.decided_on", day=desk.day_of(str(decision["on"])))))
    if amount:
        parts.append(text.body(desk.t("review.month", amount=desk.money(amount))))
    if decision.get("reason"):
        parts.append(text.soft(str(decision["reason"])))
    tone: theme.Tone = VERDICT_TONE.get(str(decision.get("verdict")), "info")
    return ft.Row(
        [ft.Column(parts, spacing=2, expand=True), status.chip(words, tone)],
        vertical_alignment=ft.CrossAxisAlignment.START,
    )
