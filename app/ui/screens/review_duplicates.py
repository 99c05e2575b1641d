"""The list of suspected doubles: who it is about, why they may be one, and where the two registrations are. What was
decided stays listed behind it, so that it can be looked at again and taken back."""

from functools import partial
from urllib.parse import parse_qs, urlsplit

import flet as ft

from app.review.answers import Counts
from app.review.registrations import Double, Doubles, Registration
from app.ui import theme
from app.ui.desk import Desk
from app.ui.parts import cards, status, text
from app.ui.parts.asking import not_yet, use_asked, use_more
from app.ui.parts.naming import listed
from app.ui.screens.review_questions import questions, switch
from schemas.merge import SAME

WHY_TONE: dict[str, theme.Tone] = {"national_id": "warn", "name_born": "info"}


@ft.component
def ReviewDuplicates(desk: Desk) -> ft.Control:
    decided = shows_decided(desk.route)
    review = desk.review

    def ask() -> tuple[Counts, Doubles]:
        return review.counts(), review.decided_doubles() if decided else review.doubles()

    asked, put = use_asked(desk, ask, "duplicates", decided)
    more = use_more(desk, put)

    def following(counts: Counts, doubles: Doubles) -> tuple[Counts, Doubles]:
        page = review.doubles(doubles.next)
        return counts, Doubles(doubles.items + page.items, page.next)

    if asked.value is None:
        body = not_yet(desk, asked.failed)
    else:
        counts, doubles = asked.value
        body = [_open_or_decided(desk, decided), *(_row(desk, item, decided) for item in doubles.items)]
        if not doubles.items:
            body.append(_nothing(desk, decided))
        if doubles.next is not None:
            body.append(more(partial(following, counts, doubles)))
    beside = desk.two_panes and desk.route.split("?")[0] != "/desk/duplicates"
    return questions(desk, "duplicates", asked.value[0] if asked.value else None, body, notices=not beside)


def shows_decided(route: str) -> bool:
    """Whether an address asks for what was decided."""
    return parse_qs(urlsplit(route).query).get("decided", [""])[0] == "1"


def verdict(desk: Desk, joined: str, same: int, *, inside: bool) -> ft.Control:
    """What was decided of a double, in a few words: what is said of the households, and of how many people."""
    if joined == SAME:
        return status.chip(desk.t("doubles.said_household"), "ok")
    if same:
        return status.chip(desk.t("doubles.said_inside" if inside else "doubles.said_person", n=same), "ok")
    return status.chip(desk.t("doubles.said_different"), "plain", icon=ft.Icons.CALL_SPLIT)


def place(desk: Desk, side: Registration) -> str:
    """A registration in a line."""
    code = desk.t("review.code", code=side.short_code)
    whose = (side.head or desk.t("review.nameless")) if side.visible else desk.t("doubles.beyond")
    return f"{side.area_name} · {whose} · {code}"


def _open_or_decided(desk: Desk, decided: bool) -> ft.Control:
    ways = [
        ("open", desk.t("doubles.open"), "/desk/duplicates"),
        ("decided", desk.t("doubles.decided"), "/desk/duplicates?decided=1"),
    ]
    return switch(desk, ways, "decided" if decided else "open")


def _nothing(desk: Desk, decided: bool) -> ft.Control:
    title = desk.t("doubles.none_decided" if decided else "doubles.empty")
    return status.empty(ft.Icons.PEOPLE_OUTLINE, title, desk.t("doubles.empty_body"))


def _row(desk: Desk, double: Double, decided: bool) -> ft.Control:
    names = listed([n for n in double.people if n], desk.lang) or next((s.head for s in double.sides if s.head), "")
    lines: list[ft.Control] = [
        text.title(names or desk.t("review.nameless")),
        *(text.soft(place(desk, side)) for side in double.sides),
        ft.Row(_chips(desk, double, decided), wrap=True, spacing=6, run_spacing=6),
    ]
    here = desk.route.split("?")[0] == f"/desk/duplicates/{double.low}/{double.high}"
    query = "?decided=1" if decided else ""
    return cards.pressable(
        ft.Column(lines, spacing=3),
        lambda: desk.go(f"/desk/duplicates/{double.low}/{double.high}{query}"),
        id=f"double-{double.low}-{double.high}",
        selected=here,
    )


def _chips(desk: Desk, double: Double, decided: bool) -> list[ft.Control]:
    if decided:
        return [verdict(desk, double.joined, double.same, inside=double.low == double.high)]
    out = [status.chip(desk.t(f"doubles.why_{double.why}"), WHY_TONE.get(double.why, "plain"))]
    if double.rival:
        out.append(status.chip(desk.t("doubles.rival"), "bad", icon=ft.Icons.CALL_SPLIT))
    if double.low == double.high:
        out.append(status.chip(desk.t("doubles.inside"), "plain"))
    if not all(side.visible for side in double.sides):
        out.append(status.chip(desk.t("doubles.beyond"), "plain", icon=ft.Icons.VISIBILITY_OFF_OUTLINED))
    return out
