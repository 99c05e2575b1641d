"""What stands open at the desk, in a window without a browser: doubles decided in each of the ways there are, and how
a wrong clock is told."""

from dataclasses import replace

import flet as ft
import pytest

from app.review.registrations import DoublePage, PersonPair
from app.ui.screens.review_answer import NONE, ONE, TWO, Answer, parted
from app.ui.screens.review_clock import span
from schemas import merge
from schemas.codec import Value
from sync_server.authoring import Draft
from tests.app.ui.harness import Window
from tests.app.ui.test_review import Office, log_in_then, office
from tests.sync_server.desk import Tablet

__all__ = ["office"]

AGEN: dict[str, Value] = {"name": "钱阿根", "born": "1956-03-02", "national_id": "990101195603020011", "present": "yes"}
PAGE = DoublePage(
    low="a", high="b", why="national_id", joined="", open=True, sides=(), rows=(), said=(), seen=(), may=True,
    beyond=False, pairs=(PersonPair("m n", "national_id", "", ()), PersonPair("o p", "name_born", "", ())),
)  # fmt: skip


def registered(office: Office, user: str) -> tuple[str, str]:
    tablet = Tablet(office.house, user, f"{user}的平板")
    household, member = office.house.new_id(), office.house.new_id()
    tablet.write(
        Draft(household, household, "household", "", {"area": "990101100201", "head": "钱阿根"}),
        Draft(household, member, "member", "", AGEN),
    )
    return household, member


async def choose(window: Window, *tiles: str) -> None:
    for tile in tiles:
        await window.press(tile)


async def test_somebody_in_two_households_is_decided_person_by_person(office: Office) -> None:
    (one, mine), (other, theirs) = registered(office, "wang"), registered(office, "zhao")
    low, high = sorted((one, other))
    async with office.window(f"/desk/duplicates/{low}/{high}") as window:
        await log_in_then(window, "li", "decide")
        await choose(window, "answer-two", f"pair-same-{min(mine, theirs)[:8]}", "basis-visit")
        await window.press("decide")
        await window.until(lambda: window.says("同一人在两处"))
    assert office.house.value(merge.link_id(low, high), "verdict") == "different"
    link = merge.link_id(mine, theirs)
    assert (office.house.value(link, "verdict"), office.house.value(link, "basis")) == ("same", "visit")


async def test_a_person_entered_twice_in_one_household(office: Office) -> None:
    household, member = registered(office, "wang")
    twice = office.house.new_id()
    Tablet(office.house, "zhao", "赵").write(Draft(household, twice, "member", "", AGEN))
    async with office.window(f"/desk/duplicates/{household}/{household}") as window:
        await log_in_then(window, "li", "decide")
        assert window.says("同一户内")
        await choose(window, f"pair-same-{min(member, twice)[:8]}", "basis-papers")
        await window.press("decide")
        await window.until(lambda: window.says("一人登记了两次") or window.says("同一人登记了两次"))
    assert office.house.value(merge.link_id(member, twice), "verdict") == "same"


async def test_whoever_may_only_look_is_asked_nothing(office: Office) -> None:
    (one, _), (other, _) = registered(office, "wang"), registered(office, "zhao")
    low, high = sorted((one, other))
    async with office.window(f"/desk/duplicates/{low}/{high}") as window:
        await log_in_then(window, "wu", "review-double")
        assert not window.all(ft.Semantics, identifier="decide")


async def test_the_list_speaks_english(office: Office) -> None:
    registered(office, "wang")
    registered(office, "zhao")
    async with office.window("/desk/duplicates") as window:
        await window.press("language")
        await window.type("User name", "li")
        await window.type("Password", "one for the desk")
        await window.press("submit")
        await window.until(lambda: window.says("Same national ID"))
        assert window.says("Doubles 1")


@pytest.mark.parametrize(
    ("answer", "households", "people"),
    [
        (Answer(ONE, {}, "papers"), "same", {}),
        (Answer(NONE, {"m n": "same"}, "papers"), "different", {"m n": "different", "o p": "different"}),
        (Answer(TWO, {"m n": "same", "o p": "different"}, "papers"), "different", {"m n": "same", "o p": "different"}),
    ],
)
def test_each_answer_says_something_of_the_households_and_of_everybody(
    answer: Answer, households: str, people: dict[str, str]
) -> None:
    assert answer.complete(PAGE)
    assert (answer.households(PAGE), answer.of_people(PAGE)) == (households, people)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(),
        Answer(ONE),
        Answer(basis="papers"),
        Answer(TWO, {"m n": "same"}, "papers"),
        Answer(TWO, {"m n": "different", "o p": "different"}, "papers"),
    ],
)
def test_half_an_answer_is_none(answer: Answer) -> None:
    assert not answer.complete(PAGE)


def test_parting_takes_everything_back() -> None:
    assert parted(PAGE).of_people(PAGE) == {"m n": "different", "o p": "different"}
    within = replace(PAGE, high="a")
    assert parted(within).of_people(within) == {"m n": "different", "o p": "different"}
    assert parted(within).households(within) == ""


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (300, "约 5 分钟", "about 5 minutes"),
        (3600, "约 1 小时", "about an hour"),
        (86_400 * 2, "约 2 天", "about 2 days"),
        (86_400 * 30, "约 1 个月", "about a month"),
        (86_400 * 365 * 3, "约 3 年", "about 3 years"),
        (86_400 * 365 * 56, "约 56 年", "about 56 years"),
    ],
)
def test_a_wrong_clock_is_told_in_the_largest_unit(seconds: int, zh: str, en: str) -> None:
    assert (span("zh", seconds), span("en", seconds)) == (zh, en)
