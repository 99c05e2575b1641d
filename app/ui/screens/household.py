"""One household: who lives there, what is known, what happened, and the one thing to do next."""

from collections.abc import Awaitable, Callable, Sequence

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, cards, status, text
from app.ui.parts.frame import frame
from app.ui.parts.household_row import chips
from app.ui.parts.people import members, removed
from app.ui.parts.registrations import doubted, joined
from app.work.household import CaseLine, Fact, HouseholdPage, VisitLine
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

    def settle(act: Callable[[str, str], None], told: str) -> Callable[[str], Awaitable[None]]:
        """Say of another household whether it is this one."""

        async def run(other: str) -> None:
            try:
                await desk.off(act, household, other)
            except Failed as failed:
                desk.trouble(failed)
                return
            desk.wrote()
            desk.tell(desk.t(told), "ok")

        return run

    back = "" if desk.two_panes else "/households"
    if isinstance(page, Failed):
        return frame(
            desk,
            desk.t("households.title"),
            [status.empty(ft.Icons.SEARCH_OFF, desk.t("households.none"), desk.problem(page))],
            back="/households",
        )
    line = page.line
    if line.gone:
        return _removed(desk, page, back)
    start = desk.t("household.resume" if line.working else "household.redo" if line.returned else "household.start")
    go = actions.primary(
        start,
        lambda: desk.go(f"/visit/{line.visit_in}"),
        icon=ft.Icons.EDIT_NOTE if line.working else ft.Icons.DOOR_FRONT_DOOR_OUTLINED,
        id="start",
        expand=not desk.wide,
    )
    body = [
        *_state(desk, page),
        *doubted(desk, page, settle(work.join, "same.joined"), settle(work.part, "same.noted")),
        *joined(desk, page, settle(work.part, "joined.parted")),
        members(desk, page.members, household, managed=True),
        _facts(desk, page.facts),
        *_cases(desk, page.cases),
        _visits(desk, page.visits),
        *removed(desk, page.removed, household),
    ]
    return frame(
        desk,
        line.head or desk.t("row.nameless"),
        body,
        subtitle=_where(desk, line),
        back=back,
        buttons=[_menu(desk, line)],
        footer=[go],
        id="household",
    )


def _removed(desk: Desk, page: HouseholdPage, back: str) -> ft.Control:
    """A household that was removed: as it was, with the reason, to be had back."""
    line = page.line
    words = desk.t("remove.gone_why", why=page.why) if page.why else desk.t("remove.gone")
    restore = actions.primary(
        desk.t("manage.restore"),
        lambda: desk.go(f"/household/{line.household}/restore"),
        icon=ft.Icons.RESTORE,
        id="restore",
        expand=not desk.wide,
    )
    body = [
        status.banner(words, "warn"),
        members(desk, page.members, line.household, managed=False),
        _facts(desk, page.facts),
        *_cases(desk, page.cases),
        _visits(desk, page.visits),
    ]
    return frame(
        desk,
        line.head or desk.t("row.nameless"),
        body,
        subtitle=_where(desk, line),
        back=back,
        footer=[restore],
        id="household",
    )


def _menu(desk: Desk, line: Line) -> ft.Control:
    """What is done to a household rarely."""

    def item(key: str, symbol: ft.IconData, route: str) -> ft.PopupMenuItem:
        return ft.PopupMenuItem(desk.t(key), icon=symbol, on_click=lambda: desk.go(route))

    items = [
        item("manage.move", ft.Icons.MOVE_DOWN, f"/household/{line.household}/move"),
        item("manage.remove", ft.Icons.DELETE_OUTLINE, f"/household/{line.household}/remove"),
    ]
    return actions.named(
        "manage", ft.PopupMenuButton(items=items, icon=ft.Icons.MORE_VERT, tooltip=desk.t("manage.title"))
    )


def _where(desk: Desk, line: Line) -> str:
    place = [line.address] if line.area_name in line.address else [line.area_name, line.address]
    return " · ".join(x for x in (*place, desk.t("household.code", code=" · ".join(line.codes))) if x)


def _state(desk: Desk, page: HouseholdPage) -> list[ft.Control]:
    out: list[ft.Control] = []
    told = chips(desk, page.line)
    if told:
        out.append(ft.Row(told, wrap=True, spacing=8, run_spacing=8))
    returned = next((v for v in page.visits if v.status == "returned" and v.comment), None)
    if returned is not None:
        out.append(status.banner(desk.t("household.returned", comment=returned.comment), "warn"))
    if page.line.contested:
        out.append(status.banner(desk.t("remove.contested"), "bad"))
    if page.moving_to:
        out.append(status.banner(desk.t("move.under_way", name=page.moving_to_name), "info"))
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
    if fact.elsewhere:
        told = [
            text.soft(desk.t("joined.elsewhere", code=code, value=desk.day_of(desk.pick(value))))
            for code, value in fact.elsewhere
        ]
        shown = ft.Column([shown, *told], spacing=2, tight=True)
    return cards.pair(desk.pick(fact.label), shown, wide=desk.scale <= 1.25)


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


def _visits(desk: Desk, visits: Sequence[VisitLine]) -> ft.Control:
    if not visits:
        return cards.section(desk.t("household.visits"), [cards.card([text.soft(desk.t("household.no_visits"))])])
    return cards.section(desk.t("household.visits"), [_visit(desk, v) for v in visits])


def _visit(desk: Desk, visit: VisitLine) -> ft.Control:
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
    return cards.pressable(
        content, lambda: desk.go(f"/result/{visit.household}/{visit.visit}"), id=f"visit-{visit.visit}"
    )
