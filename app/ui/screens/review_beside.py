"""On a visit's page: that the household, or somebody in it, is registered elsewhere too, what was granted there, and
what that registration tells otherwise."""

from collections.abc import Sequence
from functools import partial

import flet as ft

from app.review.registrations import Beside, Told
from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import actions, cards, status, text
from app.ui.parts.naming import listed
from app.ui.screens.review_values import Reading, lines

_TONE: dict[str, theme.Tone] = {"household": "warn", "person": "warn", "open": "info"}


def besides(desk: Desk, doubles: Sequence[Beside]) -> list[ft.Control]:
    """A banner for each registration beside this one, with the way to compare the two."""
    return [_banner(desk, beside) for beside in doubles]


def told_otherwise(desk: Desk, doubles: Sequence[Beside], reading: Reading) -> list[ft.Control]:
    """What the other registrations tell otherwise, each in a section of its own."""
    return [
        cards.section(
            desk.t("beside.title"), [cards.card([_row(desk, told, reading) for told in beside.told], spacing=14)]
        )
        for beside in doubles
        if beside.told
    ]


def _banner(desk: Desk, beside: Beside) -> ft.Control:
    words = [
        desk.t(
            f"beside.{beside.how}",
            place=beside.area_name,
            head=(beside.head or desk.t("review.nameless")) if beside.visible else desk.t("doubles.beyond"),
            code=beside.short_code,
            people=listed([name for name in beside.people if name], desk.lang),
        )
    ]
    words += [
        desk.t("beside.granted", programme=desk.label("programme", case.programme), amount=desk.money(case.amount))
        for case in beside.decided
        if case.verdict == "eligible"
    ]
    look = actions.quiet(
        desk.t("beside.look"),
        partial(desk.go, f"/desk/duplicates/{beside.low}/{beside.high}"),
        id=f"compare-{beside.household[:8]}",
    )
    return status.banner("\n".join(words), _TONE.get(beside.how, "info"), action=look)


def _row(desk: Desk, told: Told, reading: Reading) -> ft.Control:
    what = desk.pick(told.label)
    called = desk.t("conflict.of", who=told.title, what=what) if told.title else what
    here, there = ("；".join(lines(told.slot, told.type, told.codes, value, reading)) for value in told.values)
    values = ft.Column(
        [text.body(desk.t("beside.here", value=here)), text.soft(desk.t("beside.there", value=there))], spacing=2
    )
    return cards.pair(called, values, wide=desk.width >= 480)
