"""The worker's day: what is unfinished, what came back, whom to visit next, and whether everything is safe."""

from collections.abc import Sequence
from datetime import date

import flet as ft

from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, cards, status, text
from app.ui.parts.frame import frame
from app.ui.parts.household_row import household_row
from app.ui.parts.strip import SyncStrip
from app.work.lines import Line

MOST = 20
"""How many planned visits the day shows; the rest are found under Households."""


@ft.component
def Today(desk: Desk, key: str = "") -> ft.Control:
    work = desk.work
    day = ft.use_memo(work.today, [desk.fresh, work])
    left = len(day.drafts) + len(day.returned) + len(day.planned)
    body: list[ft.Control] = [_headline(desk, left), SyncStrip(desk, desk.pulse, key="strip")]
    groups = (
        ("drafts", day.drafts, True),
        ("returned", day.returned, False),
        ("planned", day.planned[:MOST], False),
        ("done", day.done, False),
    )
    for name, lines, visit in groups:
        if lines:
            body.append(_group(desk, name, lines, len(getattr(day, name)), visit))
    if len(day.planned) > MOST:
        more = desk.t("today.more", n=len(day.planned) - MOST)
        body.append(actions.quiet(more, lambda: desk.go("/households"), id="more"))
    if left + len(day.done) == 0:
        find = actions.secondary(desk.t("today.find"), lambda: desk.go("/households"), icon=ft.Icons.SEARCH, id="find")
        body.append(status.empty(ft.Icons.WB_SUNNY_OUTLINED, desk.t("today.empty"), desk.t("today.empty_body"), find))
    return frame(desk, long_date(desk, day.on), body, subtitle=_who(desk), id="today")


def long_date(desk: Desk, day: date) -> str:
    """A day with its weekday: 11月23日 星期一 / Monday 23 Nov."""
    return desk.t("day.long", date=desk.date(day), weekday=desk.t(f"day.{day.weekday()}"))


def _who(desk: Desk) -> str:
    me = desk.work.me()
    return f"{me.name} · {me.county_name}"


def _headline(desk: Desk, left: int) -> ft.Control:
    words = desk.t("today.left", n=left) if left else desk.t("today.clear")
    return text.body(words, color=theme.INK_SOFT)


def _group(desk: Desk, name: str, lines: Sequence[Line], total: int, visit: bool) -> ft.Control:
    def opener(line: Line) -> ft.Control:
        route = f"/visit/{line.visit_in}" if visit else f"/household/{line.household}"
        return household_row(desk, line, lambda: desk.go(route))

    return cards.section(
        desk.t(f"today.{name}"),
        [opener(line) for line in lines],
        trailing=text.soft(desk.t("today.count", n=total)),
    )
