"""Somebody deleted what somebody else was writing to: both are shown, and a person says whether it is gone."""

import pytest

from schemas import merge
from schemas.codec import Value
from sync_server import open_conflicts
from sync_server.authoring import Draft
from tests.sync_server.acts import approve, page, refused, settle
from tests.sync_server.desk import CountyHouse, Tablet, Visited


@pytest.fixture
def contested(house: CountyHouse, visited: Visited) -> Visited:
    """One tablet corrects the child's name; another, which has not heard of it, deletes the child."""
    child = visited.members[2]
    before = house.heads(child)
    other = Tablet(house, "zhao", "赵的平板")
    sets, seen = merge.delete(before)
    visited.tablet.edit(visited.household, child, "member", {"name": "钱晓雨"})
    other.write(Draft(visited.household, child, "member", "", sets, seen))
    return visited


def only(visited: Visited) -> dict[str, Value]:
    (conflict,) = page(visited)["conflicts"]
    found: dict[str, Value] = conflict
    return found


def side(conflict: dict[str, Value], value: str) -> int:
    return next(i for i, s in enumerate(conflict["sides"]) if s["value"] == value)


def listed(house: CountyHouse, user: str = "li") -> list[dict[str, Value]]:
    person = house.person(user)
    told: list[dict[str, Value]] = house.server.db.transaction(lambda tx: open_conflicts.listed(tx, person, None, 20))[
        "households"
    ]
    return told


def test_a_delete_shows_what_was_written_behind_its_back_and_by_whom(contested: Visited) -> None:
    conflict = only(contested)
    assert (conflict["slot"], conflict["title"]) == ("gone", "钱晓雨")
    by_value = {s["value"]: s["name"] for s in conflict["sides"]}
    assert by_value == {"yes": "赵慧", "no": "王小明"}
    assert [(b["slot"], b["value"], b["name"]) for b in conflict["behind"]] == [("name", "钱晓雨", "王小明")]
    with refused("provisional"):
        approve(contested)


def test_gone_after_all_closes_it(house: CountyHouse, contested: Visited) -> None:
    conflict = only(contested)
    settle(contested, conflict, side(conflict, "yes"), "户口已迁出")
    assert page(contested)["conflicts"] == []
    child = house.heads(contested.members[2])
    assert (child.gone, child.contested(), child.value("gone_why")) == (True, {}, "户口已迁出")
    section = next(s for s in page(contested)["sections"] if s["record"] == contested.members[2])
    assert section["gone"] is True


def test_settling_another_slot_of_a_removed_record_does_not_contest_its_removal(
    house: CountyHouse, contested: Visited
) -> None:
    child = contested.members[2]
    third = Tablet(house, "zhao", "赵的第二台")
    third.write(Draft(contested.household, child, "member", "", {"name": "钱小雨"}, frozenset()))
    gone = next(c for c in page(contested)["conflicts"] if c["slot"] == "gone")
    settle(contested, gone, side(gone, "yes"), "户口已迁出")
    name = only(contested)
    assert name["slot"] == "name"
    settle(contested, name, side(name, "钱小雨"), "按户口本")
    assert page(contested)["conflicts"] == []
    held = house.heads(child)
    assert (held.gone, held.contested(), held.value("name"), held.value("gone_why")) == (
        True,
        {},
        "钱小雨",
        "户口已迁出",
    )


def test_still_here_brings_it_back_with_all_that_is_in_it(house: CountyHouse, contested: Visited) -> None:
    conflict = only(contested)
    settle(contested, conflict, side(conflict, "no"), "仍在读，住校")
    child = house.heads(contested.members[2])
    assert (child.gone, child.contested(), child.conflicts()) == (False, {}, {})
    assert (child.value("name"), child.value("born")) == ("钱晓雨", "2014-09-01")


def test_what_is_written_while_somebody_decides_is_not_deleted_unseen(house: CountyHouse, contested: Visited) -> None:
    conflict = only(contested)
    contested.tablet.edit(contested.household, contested.members[2], "member", {"student": "yes"})
    with refused("changed_meanwhile"):
        settle(contested, conflict, side(conflict, "yes"), "户口已迁出")


def test_a_household_that_was_deleted_while_somebody_worked_on_it_asks_for_a_reason(
    house: CountyHouse, visited: Visited
) -> None:
    other = Tablet(house, "zhao", "赵的平板")
    sets, seen = merge.delete(house.heads(visited.household))
    visited.tablet.edit(visited.household, visited.household, "household", {"phone": "13911112222"})
    other.write(Draft(visited.household, visited.household, "household", "", sets, seen))
    conflict = only(visited)
    assert conflict["effect"] == "decision"
    with refused("reason_needed"):
        settle(visited, conflict, side(conflict, "no"))
    settle(visited, conflict, side(conflict, "yes"), "重复登记")
    assert "household_gone" in page(visited)["may"]["blocked"]


def test_conflicts_that_no_visit_waits_for_are_listed_too(house: CountyHouse, contested: Visited) -> None:
    (found,) = listed(house)
    assert (found["household"], found["visit"]) == (contested.household, contested.visit)
    assert [c["slot"] for c in found["conflicts"]] == ["gone"]
    assert listed(house, "sun") == []
    quiet = contested.house.new_id()
    for tablet, phone in ((contested.tablet, "1"), (Tablet(house, "zhao", "三"), "2")):
        root = {"area": "990101100201", "head": "孙七", "phone": phone}
        tablet.write(Draft(quiet, quiet, "household", "", root))
    found = next(f for f in listed(house) if f["household"] == quiet)
    assert (found["visit"], [c["effect"] for c in found["conflicts"]]) == (None, ["none"])
    assert ("li", "conflicts_read", "open") in house.audited()


def test_the_visit_says_how_far_its_tablet_was_ahead_and_when_the_server_had_it(house: CountyHouse) -> None:
    ahead = 3 * 365 * 24 * 3600
    visited = Visited.made(house, Tablet(house, "wang", "平板一", ahead=ahead))
    shown = page(visited)
    assert shown["skew"] == ahead
    assert shown["written_at"].startswith("2029-11")
    assert shown["received_at"].startswith("2026-11-20")
