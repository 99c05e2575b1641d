"""One household: who lives there, what is known, what happened, and the one thing to do next."""

from collections.abc import Sequence

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, cards, status, text
from app.ui.parts.frame import frame
from app.ui.parts.household_row import chips, initial
from app.work.household import CaseLine, Fact, HouseholdPage, MemberCard, VisitLine
from app.work.lines import Line
from schemas.problems import Failed

VISIT_TONE: dict[str, theme.Tone] = {"draft": "info", "done": "info", "returned": "warn", "accepted": "ok"}
VERDICT_TONE: dict[str, theme.Tone] = {"eligible": "ok", "not": "plain", "undetermined": "warn"}


@ft.component
def Household(desk: Desk, household: str, key: str = "") -> ft.Control:
    work = desk.work

    def read() -> HouseholdPage | Failed:
        try:
            return work.household(household)
        except Failed as failed:
            return failed

    page = ft.use_memo(read, [desk.fresh, work, household])
    back = "" if desk.two_panes else "/households"
    if isinstance(page, Failed):
        return frame(
            desk,
            desk.t("households.title"),
            [status.empty(ft.Icons.SEARCH_OFF, desk.t("households.none"), desk.problem(page))],
            back="/households",
        )
    line = page.line
    start = desk.t("household.resume" if line.working else "household.redo" if line.returned else "household.start")
    go = actions.primary(
        start,
        lambda: desk.go(f"/visit/{household}"),
        icon=ft.Icons.EDIT_NOTE if line.working else ft.Icons.DOOR_FRONT_DOOR_OUTLINED,
        id="start",
        expand=not desk.wide,
    )
    body = [
        *_state(desk, page),
        _members(desk, page.members),
        _facts(desk, page.facts),
        *_cases(desk, page.cases),
        _visits(desk, page.visits, household),
    ]
    return frame(
        desk,
        line.head or desk.t("row.nameless"),
        body,
        subtitle=_where(desk, line),
        back=back,
        footer=[go],
        id="household",
    )


def _where(desk: Desk, line: Line) -> str:
    place = [line.address] if line.area_name in line.address else [line.area_name, line.address]
    return " · ".join(x for x in (*place, desk.t("household.code", code=line.code)) if x)


def _state(desk: Desk, page: HouseholdPage) -> list[ft.Control]:
    out: list[ft.Control] = []
    told = chips(desk, page.line)
    if told:
        out.append(ft.Row(told, wrap=True, spacing=8, run_spacing=8))
    returned = next((v for v in page.visits if v.status == "returned" and v.comment), None)
    if returned is not None:
        out.append(status.banner(desk.t("household.returned", comment=returned.comment), "warn"))
    if page.conflicts:
        out.append(status.banner(desk.t("household.conflict", n=page.conflicts), "bad"))
    return out


def _facts(desk: Desk, facts: Sequence[Fact]) -> ft.Control:
    rows: list[ft.Control] = [_fact(desk, f) for f in facts]
    if not rows:
        rows = [text.soft(desk.t("household.no_facts"))]
    return cards.section(desk.t("household.facts"), [cards.card(rows, spacing=14)])


def _fact(desk: Desk, fact: Fact) -> ft.Control:
    value = fact.text
    shown: ft.Control = text.body(desk.pick(value), selectable=True)
    if fact.slot == "planned_on":
        shown = text.body(desk.day_of(desk.pick(value)))
    if fact.rivals:
        joined = (" ／ " if desk.lang == "zh" else " / ").join(desk.pick(r) for r in fact.rivals)
        shown = ft.Column(
            [shown, status.chip(desk.t("household.rivals", values=joined), "bad", icon=ft.Icons.CALL_SPLIT)],
            spacing=6,
            tight=True,
        )
    return cards.pair(desk.pick(fact.label), shown, wide=desk.scale <= 1.25)


def _members(desk: Desk, members: Sequence[MemberCard]) -> ft.Control:
    if not members:
        rows: list[ft.Control] = [text.soft(desk.t("household.no_members"))]
    else:
        rows = []
        for member in members:
            if rows:
                rows.append(ft.Divider())
            rows.append(_member(desk, member))
    count = text.soft(desk.t("row.members", n=len(members)))
    return cards.section(desk.t("household.members"), [cards.card(rows)], trailing=count)


def _member(desk: Desk, member: MemberCard) -> ft.Control:
    age = desk.t("household.age_unknown") if member.age is None else desk.t("household.age", n=member.age)
    about = [desk.pick(member.relation), desk.pick(member.sex), age]
    lines: list[ft.Control] = [
        text.title(member.name or desk.t("row.nameless")),
        text.soft(" · ".join(x for x in about if x)),
    ]
    if member.id_tail:
        lines.append(text.soft(desk.t("household.id_tail", tail=member.id_tail)))
    told: list[ft.Control] = [status.chip(desk.pick(t), "plain", icon=ft.Icons.LABEL_OUTLINE) for t in member.tags]
    if member.conflicts:
        told.append(status.chip(desk.t("row.conflicts", n=member.conflicts), "bad", icon=ft.Icons.CALL_SPLIT))
    if told:
        lines.append(ft.Container(ft.Row(told, wrap=True, spacing=6, run_spacing=6), padding=ft.Padding.only(top=4)))
    return ft.Row(
        [initial(member.name), ft.Column(lines, spacing=1, expand=True, tight=True)],
        spacing=14,
        vertical_alignment=ft.CrossAxisAlignment.START,
    )


def _cases(desk: Desk, cases: Sequence[CaseLine]) -> list[ft.Control]:
    if not cases:
        return []
    return [cards.section(desk.t("household.cases"), [cards.card([_case(desk, c) for c in cases])])]


def _case(desk: Desk, case: CaseLine) -> ft.Control:
    words = desk.label("verdict", case.verdict) if case.verdict else desk.label("stage", case.stage)
    left: list[ft.Control] = [text.title(desk.label("programme", case.programme))]
    if case.decided_on:
        left.append(text.soft(desk.date(case.decided_on)))
    right: list[ft.Control] = [status.chip(words, VERDICT_TONE.get(case.verdict or "", "info"))]
    if case.amount:
        left.append(text.body(desk.t("household.per_month", amount=desk.money(case.amount))))
    return ft.Row(
        [ft.Column(left, spacing=2, expand=True, tight=True), *right], vertical_alignment=ft.CrossAxisAlignment.START
    )


def _visits(desk: Desk, visits: Sequence[VisitLine], household: str) -> ft.Control:
    if not visits:
        return cards.section(desk.t("household.visits"), [cards.card([text.soft(desk.t("household.no_visits"))])])
    return cards.section(desk.t("household.visits"), [_visit(desk, v, household) for v in visits])


def _visit(desk: Desk, visit: VisitLine, household: str) -> ft.Control:
    when = desk.date(visit.visited_on) if visit.visited_on else "—"
    content = ft.Row(
        [
            ft.Column(
                [text.title(when), text.soft(desk.label("outcome", visit.outcome))], spacing=0, expand=True, tight=True
            ),
            status.chip(desk.label("visit_status", visit.status), VISIT_TONE.get(visit.status, "plain")),
            ft.Icon(ft.Icons.CHEVRON_RIGHT, color=theme.LINE_STRONG),
        ],
        spacing=10,
    )
    return cards.pressable(content, lambda: desk.go(f"/result/{household}/{visit.visit}"), id=f"visit-{visit.visit}")
