"""The same family, registered by two tablets that could not know of each other: found, looked at, decided, undone."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import delete, select

from schemas import merge
from schemas.codec import Value
from schemas.problems import Failed
from sync_server import cases, doubles, duplicates, erasure, joined, joining, side_by_side, verify, visit_page
from sync_server import tables as t
from sync_server.authoring import Draft
from sync_server.db import Tx
from tests.sync_server.desk import COUNTY, OTHER_TOWN, VILLAGE, CountyHouse, Tablet, Visited

AGEN: dict[str, Value] = {"name": "钱阿根", "born": "1956-03-02", "national_id": "990101195603020011", "present": "yes"}


@dataclass
class Home:
    """A household with one member, as a tablet registers it."""

    household: str
    member: str


def registered(house: CountyHouse, tablet: Tablet, area: str = VILLAGE, **member: Value) -> Home:
    home = Home(house.new_id(), house.new_id())
    slots = {k: v for k, v in {**AGEN, **member}.items() if v is not None}
    tablet.write(
        Draft(home.household, home.household, "household", "", {"area": area, "head": str(slots["name"])}),
        Draft(home.household, home.member, "member", "", slots),
    )
    return home


def waiting(house: CountyHouse, user: str = "li") -> list[dict[str, Value]]:
    person = house.person(user)
    page: list[dict[str, Value]] = house.server.db.transaction(lambda tx: doubles.queue(tx, person, None, 50))["items"]
    return page


def between(one: Home, other: Home) -> tuple[str, str]:
    low, high = sorted((one.household, other.household))
    return low, high


def decide(
    house: CountyHouse, one: Home, other: Home, households: str, people: dict[str, str] | None = None, user: str = "li"
) -> None:
    person, (low, high) = house.person(user), between(one, other)

    def act(tx: Tx) -> None:
        seen = side_by_side.read(tx, person, low, high)["seen"]
        joining.decide(tx, person, low, high, households, people or {}, "papers", seen)

    house.server.db.transaction(act)


def pair(one: Home, other: Home) -> str:
    return " ".join(sorted((one.member, other.member)))


def sound(house: CountyHouse) -> None:
    """The index is what the heads say, and everything else is as it must be."""
    assert house.server.db.snapshot(lambda tx: verify.county(tx, COUNTY)) == []


@pytest.fixture
def tablets(house: CountyHouse) -> tuple[Tablet, Tablet]:
    return Tablet(house, "wang", "王的平板"), Tablet(house, "zhao", "赵的平板")


def test_two_tablets_that_register_one_family_are_found_out(house: CountyHouse, tablets: tuple[Tablet, Tablet]) -> None:
    one = registered(house, tablets[0])
    assert waiting(house) == []
    other = registered(house, tablets[1], name="钱 阿根")
    (item,) = waiting(house)
    assert (item["low"], item["high"]) == between(one, other)
    assert (item["why"], item["people"], item["open"]) == ("national_id", ["钱阿根"], True)
    assert [s["visible"] for s in item["sides"]] == [True, True]
    sound(house)


def test_name_birth_and_village_are_enough_and_a_village_further_is_not(
    house: CountyHouse, tablets: tuple[Tablet, Tablet]
) -> None:
    registered(house, tablets[0], national_id=None)
    registered(house, tablets[1], OTHER_TOWN, national_id=None)
    assert waiting(house) == []
    registered(house, tablets[1], national_id=None)
    (item,) = waiting(house)
    assert item["why"] == "name_born"
    sound(house)


def test_a_corrected_number_ends_the_candidate_and_a_mistyped_one_makes_it(
    house: CountyHouse, tablets: tuple[Tablet, Tablet]
) -> None:
    registered(house, tablets[0])
    other = registered(house, tablets[1], name="赵四", born="1960-01-01")
    assert len(waiting(house)) == 1
    tablets[1].edit(other.household, other.member, "member", {"national_id": "990101196001010019"})
    assert waiting(house) == []
    tablets[1].edit(other.household, other.member, "member", {"national_id": "990101 1956 0302 0011"})
    assert len(waiting(house)) == 1
    sound(house)


def test_a_household_that_is_deleted_or_moves_takes_its_candidates_along(
    house: CountyHouse, tablets: tuple[Tablet, Tablet]
) -> None:
    registered(house, tablets[0], national_id=None)
    other = registered(house, tablets[1], national_id=None)
    tablets[1].edit(other.household, other.household, "household", {"area": OTHER_TOWN})
    assert waiting(house) == []
    sound(house)
    tablets[1].edit(other.household, other.household, "household", {"area": VILLAGE})
    assert len(waiting(house)) == 1
    sets, seen = merge.delete(house.heads(other.household))
    tablets[1].write(Draft(other.household, other.household, "household", "", sets, seen))
    assert waiting(house) == []
    sound(house)


def test_a_person_entered_twice_in_one_household_is_a_candidate_of_its_own(
    house: CountyHouse, tablets: tuple[Tablet, Tablet]
) -> None:
    home = registered(house, tablets[0])
    twice = house.new_id()
    tablets[0].write(Draft(home.household, twice, "member", "", AGEN))
    (item,) = waiting(house)
    assert item["low"] == item["high"] == home.household
    decide(house, home, home, "", {" ".join(sorted((home.member, twice))): "same"})
    assert waiting(house) == []
    sound(house)


def test_joining_makes_the_people_one_and_parting_gives_back_what_was(
    house: CountyHouse, tablets: tuple[Tablet, Tablet]
) -> None:
    one, other = registered(house, tablets[0]), registered(house, tablets[1], name="钱阿艮")
    before = [house.heads(r) for r in (one.household, one.member, other.household, other.member)]
    decide(house, one, other, "same")
    assert waiting(house) == []
    assert house.value(merge.link_id(one.household, other.household), "verdict") == "same"
    assert house.value(merge.link_id(one.member, other.member), "verdict") == "same"
    seen_as_one = merge.view([house.heads(one.member), house.heads(other.member)])
    assert set(seen_as_one.conflicts()) == {"name"}
    (item,) = house.server.db.transaction(lambda tx: doubles.settled(tx, house.person("li")))["items"]
    assert (item["joined"], item["same"]) == ("same", 1)
    decide(house, one, other, "different", {pair(one, other): "different"})
    assert [house.heads(r) for r in (one.household, one.member, other.household, other.member)] == before
    assert waiting(house) == []
    assert house.value(merge.link_id(one.member, other.member), "verdict") == "different"
    sound(house)


def test_one_more_person_found_in_joined_households_asks_nobody_again(
    house: CountyHouse, tablets: tuple[Tablet, Tablet]
) -> None:
    one, other = registered(house, tablets[0]), registered(house, tablets[1])
    decide(house, one, other, "same")
    fresh: dict[str, Value] = {"name": "陈阿凤", "born": "1958-07-15"}
    tablets[0].write(Draft(one.household, house.new_id(), "member", "", fresh))
    tablets[1].write(Draft(other.household, house.new_id(), "member", "", fresh))
    assert waiting(house) == []
    decide(house, one, other, "different", {pair(one, other): "different"})
    assert len(waiting(house)) == 1
    sound(house)


def test_two_people_who_say_different_things_are_shown_as_a_contradiction(
    house: CountyHouse, tablets: tuple[Tablet, Tablet]
) -> None:
    one, other = registered(house, tablets[0]), registered(house, tablets[1])
    low, high = between(one, other)
    link = merge.link_id(low, high)
    for tablet, sets in ((tablets[0], merge.join(low, high)), (tablets[1], merge.part(low, high))):
        tablet.write(Draft(low, link, "link", "", sets))
    (item,) = waiting(house)
    assert (item["rival"], item["joined"]) == (True, "rival")
    page = house.server.db.transaction(lambda tx: side_by_side.read(tx, house.person("li"), low, high))
    assert {(s["verdict"], s["name"]) for s in page["said"]} == {("same", "王小明"), ("different", "赵慧")}
    decide(house, one, other, "different", {pair(one, other): "different"})
    assert waiting(house) == []
    assert "verdict" not in house.heads(link).conflicts()
    sound(house)


def test_what_was_said_meanwhile_is_not_passed_over(house: CountyHouse, tablets: tuple[Tablet, Tablet]) -> None:
    one, other = registered(house, tablets[0]), registered(house, tablets[1])
    low, high = between(one, other)
    tablets[0].write(Draft(low, merge.link_id(low, high), "link", "", merge.join(low, high)))
    with pytest.raises(Failed, match="changed_meanwhile"):
        house.server.db.transaction(
            lambda tx: joining.decide(tx, house.person("li"), low, high, "different", {}, "papers", [])
        )


def test_a_decision_says_what_it_rests_on_and_only_a_supervisor_takes_it(
    house: CountyHouse, tablets: tuple[Tablet, Tablet]
) -> None:
    one, other = registered(house, tablets[0]), registered(house, tablets[1])
    low, high = between(one, other)

    def say(user: str, basis: str) -> None:
        person = house.person(user)
        house.server.db.transaction(lambda tx: joining.decide(tx, person, low, high, "same", {}, basis, []))

    with pytest.raises(Failed, match="reason_needed"):
        say("li", "")
    with pytest.raises(Failed, match="forbidden"):
        say("wu", "papers")
    with pytest.raises(Failed, match="not_found"):
        say("sun", "papers")


def test_a_double_beyond_the_scope_shows_a_place_and_a_code_and_nothing_else(
    house: CountyHouse, tablets: tuple[Tablet, Tablet]
) -> None:
    here = registered(house, tablets[0])
    there = registered(house, tablets[1], OTHER_TOWN, name="钱阿艮")
    (item,) = waiting(house)
    mine, other = sorted(item["sides"], key=lambda s: not s["visible"])
    assert (mine["household"], mine["head"], item["people"]) == (here.household, "钱阿根", ["钱阿根"])
    assert (other["area_name"], other["head"], other["address"], other["members"]) == ("云岭乡 云顶村", "", "", 0)
    low, high = between(here, there)
    page = house.server.db.transaction(lambda tx: side_by_side.read(tx, house.person("li"), low, high))
    assert (page["may"], page["beyond"]) == (False, True)
    assert "钱阿艮" not in str(page)
    with pytest.raises(Failed, match="not_your_area"):
        decide(house, here, there, "same")
    (seen,) = waiting(house, "sun")
    assert seen["people"] == ["钱阿艮"]
    assert ("li", "file_read", here.household) in house.audited()
    assert ("li", "file_read", there.household) not in house.audited()


def test_the_queue_goes_on_where_a_page_ended(house: CountyHouse, tablets: tuple[Tablet, Tablet]) -> None:
    for number in range(5):
        for tablet in tablets:
            registered(house, tablet, national_id=None, name=f"钱{'一二三四五'[number]}")
    registered(house, tablets[0])
    registered(house, tablets[1])
    person = house.person("li")

    def page(after: str | None) -> dict[str, Value]:
        return house.server.db.transaction(lambda tx: doubles.queue(tx, person, after, 2))

    pages = [page(None)]
    while pages[-1]["next"]:
        pages.append(page(pages[-1]["next"]))
    seen = [item for one in pages for item in one["items"]]
    assert [i["why"] for i in seen] == ["national_id"] + ["name_born"] * 5
    assert len({(i["low"], i["high"]) for i in seen}) == 6
    assert house.server.db.snapshot(lambda tx: doubles.count(tx, person)) == 6


def test_a_programme_is_granted_to_a_household_once(house: CountyHouse, tablets: tuple[Tablet, Tablet]) -> None:
    one, other = Visited.made(house, tablets[0]), Visited.made(house, tablets[1])
    li = house.person("li")
    first, second = Home(one.household, one.members[0]), Home(other.household, other.members[0])
    decide(house, first, second, "same")
    house.server.db.transaction(lambda tx: cases.approve(tx, li, one.visit, one.assessment, "核实"))
    page = house.server.db.transaction(lambda tx: visit_page.read(tx, li, other.visit))
    assert "registered_twice" in page["may"]["blocked"]
    (beside,) = page["doubles"]
    assert (beside["how"], beside["short_code"][4], beside["decided"][0]["verdict"]) == ("household", "-", "eligible")
    with pytest.raises(Failed, match="registered_twice"):
        house.server.db.transaction(lambda tx: cases.approve(tx, li, other.visit, other.assessment, "核实"))
    with_all = {" ".join(sorted(two)): "different" for two in zip(one.members, other.members, strict=True)}
    decide(house, first, second, "different", with_all)
    house.server.db.transaction(lambda tx: cases.approve(tx, li, other.visit, other.assessment, "核实"))
    sound(house)


def test_a_person_is_counted_in_one_household(house: CountyHouse, tablets: tuple[Tablet, Tablet]) -> None:
    one, other = Visited.made(house, tablets[0]), Visited.made(house, tablets[1])
    li = house.person("li")
    first, second = Home(one.household, one.members[0]), Home(other.household, other.members[0])
    child = " ".join(sorted((one.members[2], other.members[2])))
    decide(house, first, second, "different", {pair(first, second): "different", child: "same"})
    house.server.db.transaction(lambda tx: cases.approve(tx, li, one.visit, one.assessment, "核实"))
    with pytest.raises(Failed, match="counted_twice"):
        house.server.db.transaction(lambda tx: cases.approve(tx, li, other.visit, other.assessment, "核实"))
    tablets[0].edit(one.household, one.members[2], "member", {"present": "no"})
    house.server.db.transaction(lambda tx: cases.approve(tx, li, other.visit, other.assessment, "核实"))


def test_registrations_are_one_through_a_third(house: CountyHouse, tablets: tuple[Tablet, Tablet]) -> None:
    a, b, c = (registered(house, tablets[i % 2]) for i in range(3))
    decide(house, a, b, "same")
    decide(house, b, c, "same")
    assert house.server.db.snapshot(lambda tx: joined.registrations(tx, COUNTY, a.household)) == {
        a.household,
        b.household,
        c.household,
    }


def test_an_index_that_is_not_what_the_heads_say_is_found_and_made_anew(
    house: CountyHouse, tablets: tuple[Tablet, Tablet]
) -> None:
    registered(house, tablets[0])
    registered(house, tablets[1])
    house.server.db.transaction(lambda tx: tx.execute(delete(t.duplicate)))
    house.server.db.transaction(lambda tx: tx.execute(delete(t.trace)))
    found = house.server.db.snapshot(lambda tx: verify.county(tx, COUNTY))
    assert {f.what for f in found} == {"trace_wrong", "duplicate_wrong"}
    house.server.db.transaction(duplicates.fill)
    sound(house)
    assert len(waiting(house)) == 1


def test_a_number_typed_for_want_of_one_does_not_flood_the_desk(
    house: CountyHouse, tablets: tuple[Tablet, Tablet]
) -> None:
    crowd = [registered(house, tablets[n % 2], name=f"甲{n}", national_id="000000") for n in range(16)]
    sound(house)
    assert len(waiting(house)) == 15
    tablets[0].edit(crowd[7].household, crowd[7].member, "member", {"national_id": None})
    sound(house)
    assert len(waiting(house)) == 14
    for home in crowd[8:13]:
        tablets[0].edit(home.household, home.member, "member", {"national_id": None})
    sound(house)
    assert len(waiting(house)) == 45
    erased = crowd[0].household
    house.server.db.transaction(lambda tx: erasure.erase(tx, COUNTY, erased, "县人民法院（2026）样01行初3号"))
    sound(house)


def test_two_writers_who_bring_one_person_at_the_same_moment_are_found_out(house: CountyHouse) -> None:
    def bring(tablet: Tablet, area: str) -> None:
        for number in range(8):
            registered(house, tablet, area, name=f"人{area[-1]}{number}", born=None, national_id=f"9901{number:014}")

    here, there = Tablet(house, "wang", "王"), Tablet(house, "zhao", "赵")
    with ThreadPoolExecutor(2) as pool:
        for done in (pool.submit(bring, here, VILLAGE), pool.submit(bring, there, OTHER_TOWN)):
            done.result()
    sound(house)
    assert len(waiting(house)) == 8


def test_the_index_holds_no_names(house: CountyHouse, tablets: tuple[Tablet, Tablet]) -> None:
    registered(house, tablets[0])
    rows = house.server.db.snapshot(lambda tx: tx.execute(select(t.trace.c.token)).scalars().all())
    assert len(rows) == 2
    assert all(isinstance(token, int) for token in rows)


def test_nothing_is_decided_on_a_household_that_counts_a_person_twice(house: CountyHouse, visited: Visited) -> None:
    child = house.heads(visited.members[2]).values()
    twice = house.new_id()
    visited.tablet.write(Draft(visited.household, twice, "member", "", child))
    home = Home(visited.household, visited.members[2])
    decide(house, home, home, "", {" ".join(sorted((visited.members[2], twice))): "same"})
    again = replace(visited, members=(*visited.members, twice)).again()
    with pytest.raises(Failed, match="member_twice"):
        house.server.db.transaction(
            lambda tx: cases.approve(tx, house.person("li"), again.visit, again.assessment, "核实")
        )
    sets, seen = merge.delete(house.heads(twice))
    visited.tablet.write(Draft(visited.household, twice, "member", "", sets, seen))
    page = house.server.db.transaction(lambda tx: visit_page.read(tx, house.person("li"), again.visit))
    assert "member_twice" not in page["may"]["blocked"]
