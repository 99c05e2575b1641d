"""What stands in the way of a decision: two tellings of a fact, facts that moved, people who press at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

from schemas import ids
from schemas.problems import Failed
from sync_server import library
from sync_server.authoring import Draft
from sync_server.db import Tx
from tests.sync_server.acts import approve, assess, page, queue, refused, rival, settle
from tests.sync_server.desk import COUNTY, CountyHouse, Tablet, Visited


def test_two_tellings_make_the_result_provisional_until_one_is_chosen(house: CountyHouse, visited: Visited) -> None:
    rival(visited, "household", visited.household, "address", "桥头 21 号")
    assert queue(house)["visits"][0]["conflicts"] == 1
    with refused("provisional"):
        approve(visited)
    (conflict,) = page(visited)["conflicts"]
    assert {(s["name"], s["device_name"], s["value"]) for s in conflict["sides"]} == {
        ("王小明", "平板一", "桥头 12 号"),
        ("赵慧", "平板二", "桥头 21 号"),
    }
    assert conflict["effect"] == "none"
    chosen = next(i for i, s in enumerate(conflict["sides"]) if s["value"] == "桥头 21 号")
    settle(visited, conflict, chosen)
    assert house.value(visited.household, "address") == "桥头 21 号"
    assert house.heads(visited.household).conflicts() == {}
    approve(visited)


def test_conflicts_that_decide_come_first_and_say_what_each_side_would_decide(
    house: CountyHouse, visited: Visited
) -> None:
    rich = [{"id": "w9", "item": "wage", "gross": 20_000_000, "cost": 0}]
    rival(visited, "household", visited.household, "address", "桥头 21 号")
    rival(visited, "visit", visited.visit, "income_wage", rich)
    first, second = page(visited)["conflicts"]
    assert (first["slot"], first["effect"]) == ("income_wage", "decision")
    assert {s["proposals"][0]["verdict"] for s in first["sides"]} == {"eligible", "not"}
    assert (second["slot"], second["effect"]) == ("address", "none")
    poor = next(i for i, s in enumerate(first["sides"]) if s["proposals"][0]["verdict"] == "eligible")
    with refused("reason_needed"):
        settle(visited, first, poor)
    settle(visited, first, poor, "村里核实没有打工")
    settle(visited, second, 0)
    assert not page(visited)["stale"]
    approve(visited)


def test_a_side_that_came_meanwhile_is_not_closed_unseen(house: CountyHouse, visited: Visited) -> None:
    rival(visited, "household", visited.household, "address", "桥头 21 号")
    (conflict,) = page(visited)["conflicts"]
    third = Tablet(house, "zhao", "平板三")
    third.write(Draft(visited.household, visited.household, "household", "", {"address": "桥头 33 号"}))
    with refused("changed_meanwhile"):
        settle(visited, conflict, 0)
    (conflict,) = page(visited)["conflicts"]
    assert len(conflict["sides"]) == 3
    settle(visited, conflict, 0)
    with refused("changed_meanwhile"):
        settle(visited, conflict, 0)


def test_facts_that_moved_make_the_result_stale_and_assessing_again_mends_it(
    house: CountyHouse, visited: Visited
) -> None:
    visited.tablet.edit(visited.household, visited.members[2], "member", {"present": "no"})
    visited.tablet.edit(visited.household, visited.visit, "visit", {"members": visited.living[:2]})
    assert queue(house)["visits"][0]["stale"]
    assert page(visited)["may"]["blocked"] == ["stale"]
    with refused("stale"):
        approve(visited)
    made = assess(visited)
    shown = page(visited)
    assert shown["assessment"]["id"] == made
    assert not shown["stale"]
    with refused("changed_meanwhile"):
        approve(visited)
    approve(visited, assessment=made)


def test_a_name_or_phone_that_changes_makes_nothing_stale(visited: Visited) -> None:
    visited.tablet.edit(visited.household, visited.household, "household", {"phone": "13912345678"})
    assert not page(visited)["stale"]
    approve(visited)


def test_a_result_that_the_rules_would_not_give_is_not_believed(house: CountyHouse, visited: Visited) -> None:
    forged = house.heads(visited.assessment).values()
    forged["result"]["programmes"][0]["amount"] += 100_000
    visited.tablet.write(Draft(visited.household, house.new_id(), "assessment", "", forged))
    shown = page(visited)
    assert shown["assessment"]["id"] == visited.assessment
    unreadable = {**forged, "result": {"v": 1, "programmes": "yes"}}
    visited.tablet.write(Draft(visited.household, house.new_id(), "assessment", "", unreadable))
    assert page(visited)["assessment"]["id"] == visited.assessment


def test_a_pack_that_is_no_longer_in_force_decides_nothing(house: CountyHouse, visited: Visited) -> None:
    (pack,) = house.packs().values()
    content = {**pack.wire(), "version": pack.version + 1}
    house.server.db.transaction(lambda tx: library.publish(tx, COUNTY, library.PACK, pack.name, content))
    with refused("stale"):
        approve(visited)
    approve(visited, assessment=assess(visited))


def test_two_supervisors_press_at_once_and_one_decides(house: CountyHouse, visited: Visited) -> None:
    def press(_: int) -> str:
        try:
            approve(visited)
        except Failed as failed:
            return failed.code
        return "approved"

    with ThreadPoolExecutor(4) as hands:
        said = sorted(hands.map(press, range(4)))
    assert said == ["already_decided", "already_decided", "already_decided", "approved"]
    assert [a for a in house.audited() if a[1] == "visit_approved"] == [("li", "visit_approved", visited.visit)]


def test_a_decision_waits_for_what_is_being_sent_at_that_moment(house: CountyHouse, visited: Visited) -> None:
    other = Tablet(house, "zhao", "平板二")
    sent = other.signed(Draft(visited.household, visited.household, "household", "", {"hukou": "urban"}))
    arrived, commit = threading.Event(), threading.Event()

    def slowly(tx: Tx) -> None:
        other.push(tx, sent)
        arrived.set()
        assert commit.wait(30)

    def decide() -> str:
        try:
            approve(visited)
        except Failed as failed:
            return failed.code
        return "approved"

    with ThreadPoolExecutor(2) as hands:
        pushing = hands.submit(house.server.db.transaction, slowly)
        assert arrived.wait(30)
        deciding = hands.submit(decide)
        commit.set()
        pushing.result()
        assert deciding.result() == "provisional"


def test_two_decisions_that_crossed_are_shown_with_the_next_visit_and_settled_there(
    house: CountyHouse, visited: Visited
) -> None:
    approve(visited)
    case = ids.derived_id("case", visited.household, "dibao")
    crossed = {**house.value(case, "decision"), "amount": 100, "reason": "在途的另一份决定"}
    Tablet(house, "li", "平板四").write(Draft(visited.household, case, "case", "", {"decision": crossed}))
    again = visited.again(visited_on="2026-12-20")
    shown = page(again)
    (conflict,) = shown["conflicts"]
    assert (conflict["kind"], conflict["slot"], conflict["effect"]) == ("case", "decision", "none")
    assert shown["cases"][0]["conflict"]
    assert not shown["provisional"]
    assert shown["may"]["settle"]
    side = next(i for i, s in enumerate(conflict["sides"]) if s["value"]["amount"] != 100)
    settle(again, conflict, side)
    assert house.heads(case).conflicts() == {}
