"""Stories of the supervisor's desk, on a real server: what waits, what stands in the way, what is decided."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from schemas import codec, ids, merge, wire
from schemas.codec import Value
from schemas.problems import Failed
from sync_server import audit, cases, chunks, devices, feed, held, library, photos, review, steward, visit_page
from sync_server.authoring import Draft
from sync_server.db import Tx
from sync_server.settings import Settings
from tests.sync_server.desk import COUNTY, OTHER_TOWN, VILLAGE, CountyHouse, Tablet, Visited


@pytest.fixture
def house(chosen: Settings) -> Iterator[CountyHouse]:
    house = CountyHouse.open(chosen)
    yield house
    house.server.close()


@pytest.fixture
def visited(house: CountyHouse) -> Visited:
    return Visited.made(house, Tablet(house, "wang", "平板一"))


def page(visited: Visited, user: str = "li") -> dict[str, Value]:
    house = visited.house
    return house.server.db.transaction(lambda tx: visit_page.read(tx, house.person(user), visited.visit))


def approve(visited: Visited, reason: str = "", assessment: str | None = "", user: str = "li") -> None:
    house = visited.house
    chosen = visited.assessment or None if assessment == "" else assessment
    house.server.db.transaction(lambda tx: cases.approve(tx, house.person(user), visited.visit, chosen, reason))


def give_back(visited: Visited, comment: str, comments: dict[str, Value], user: str = "li") -> None:
    house = visited.house
    house.server.db.transaction(lambda tx: cases.give_back(tx, house.person(user), visited.visit, comment, comments))


def settle(visited: Visited, shown: Value, side: int, reason: str = "", user: str = "li") -> None:
    house, chosen = visited.house, shown["sides"][side]["change"]
    house.server.db.transaction(
        lambda tx: cases.settle(tx, house.person(user), shown["record"], shown["slot"], chosen, shown["seen"], reason)
    )


def assess(visited: Visited, user: str = "li") -> str:
    house = visited.house
    return house.server.db.transaction(lambda tx: cases.assess(tx, house.person(user), visited.visit))


def rival(visited: Visited, kind: str, record: str, slot: str, value: Value) -> None:
    """Another tablet sets a slot without having seen what is there: both stay."""
    other = Tablet(visited.house, "zhao", "平板二")
    other.write(Draft(visited.household, record, kind, "", {slot: value}))


def queue(
    house: CountyHouse, user: str = "li", status: str = "done", after: str | None = None, limit: int = 50
) -> Value:
    return house.server.db.transaction(lambda tx: review.queue(tx, house.person(user), status, after, limit))


def refused(code: str) -> "pytest.RaisesExc[Failed]":
    return pytest.raises(Failed, check=lambda failed: failed.code == code)


def test_a_finished_visit_waits_in_the_queue_of_its_own_town(house: CountyHouse, visited: Visited) -> None:
    (row,) = queue(house)["visits"]
    assert row["visit"] == visited.visit
    assert (row["head"], row["area_name"], row["visitor"]) == ("钱阿根", "清溪镇 桥头村", "王小明")
    assert row["verdict"] == "eligible"
    assert row["amount"] > 0
    assert (row["conflicts"], row["stale"]) == (0, False)
    assert queue(house, "sun")["visits"] == []
    with refused("not_found"):
        page(visited, "sun")


def test_the_queue_comes_in_pages_and_no_visit_is_left_out(house: CountyHouse) -> None:
    tablet = Tablet(house, "zhao", "平板二")
    made = {Visited.made(house, tablet, area).visit for area in (VILLAGE, OTHER_TOWN, VILLAGE, VILLAGE, VILLAGE)}
    seen: list[str] = []
    after = None
    while True:
        got = queue(house, "wu", after=after, limit=2)
        seen += [row["visit"] for row in got["visits"]]
        after = got["next"]
        if after is None:
            break
    assert len(seen) == 5
    assert set(seen) == made
    counts = house.server.db.snapshot(lambda tx: review.counts(tx, house.person("li")))
    assert counts == {"status": {"done": 4, "returned": 0, "accepted": 0}, "conflicts": 0}


def test_a_page_key_that_is_none_is_malformed(house: CountyHouse) -> None:
    with refused("malformed"):
        queue(house, after="yesterday")
    with refused("malformed"):
        queue(house, status="draft")


def test_the_page_shows_what_the_visit_changed_and_who_made_it(visited: Visited) -> None:
    shown = page(visited)
    assert (shown["name"], shown["device_name"], shown["skew"]) == ("王小明", "平板一", 0)
    root = next(s for s in shown["sections"] if s["kind"] == "household")
    phone = next(s for s in root["slots"] if s["slot"] == "phone")
    assert (phone["value"], phone["before"], phone["changed"]) == ("13700000000", "13800000000", True)
    assert [s["title"] for s in shown["sections"] if s["kind"] == "member"] == ["钱阿根", "陈阿凤", "钱小雨"]
    assert shown["assessment"]["id"] == visited.assessment
    assert shown["may"] == {"approve": True, "give_back": True, "settle": False, "assess": True, "blocked": []}


def test_a_second_visit_is_shown_beside_the_first(house: CountyHouse, visited: Visited) -> None:
    approve(visited)
    house.hands.pass_by(days=30)
    again = visited.again(visited_on="2026-12-20", income_wage=[])
    slots = {s["slot"]: s for s in next(s for s in page(again)["sections"] if s["kind"] == "visit")["slots"]}
    assert slots["income_wage"]["changed"]
    assert slots["income_wage"]["before"][0]["gross"] == 1_200_000
    assert not slots["income_transfer"]["changed"]


def test_a_wrong_clock_is_shown_and_refuses_nothing(house: CountyHouse) -> None:
    fast = Visited.made(house, Tablet(house, "wang", "平板一", ahead=7200))
    assert page(fast)["skew"] == 7200
    approve(fast)


def test_approving_decides_the_case_and_the_tablet_learns_of_it(house: CountyHouse, visited: Visited) -> None:
    amount = page(visited)["assessment"]["result"]["programmes"][0]["amount"]
    approve(visited, "符合条件")
    case = ids.derived_id("case", visited.household, "dibao")
    decision = house.value(case, "decision")
    assert (decision["verdict"], decision["amount"], decision["by"]) == ("eligible", amount, "li")
    assert decision["assessment"] == visited.assessment
    assert house.value(case, "stage") == "decided"
    assert house.value(visited.visit, "status") == "accepted"
    assert house.value(visited.visit, "review")["comment"] == "符合条件"
    pulled = house.server.db.snapshot(
        lambda tx: feed.pull(
            tx,
            devices.find(tx, visited.tablet.device),
            house.person("wang"),
            wire.Pull(wire.PROTOCOL, visited.tablet.device, {VILLAGE: 0}, 10**6),
        )
    )
    kinds = [entry.change.kind for p in pulled.pages for entry in p.entries if entry.change.author == "li"]
    assert kinds == ["visit", "case", "event"]
    assert ("li", "visit_approved", visited.visit) in house.audited()


def test_a_visit_is_decided_once(visited: Visited) -> None:
    approve(visited)
    with refused("already_decided"):
        approve(visited)
    with refused("already_decided"):
        give_back(visited, "再看看", {})
    with refused("already_decided"):
        assess(visited)
    assert page(visited)["may"]["blocked"] == ["already_decided"]


def test_the_next_decision_takes_the_place_of_the_last_without_a_conflict(house: CountyHouse, visited: Visited) -> None:
    approve(visited)
    house.hands.pass_by(days=30)
    again = visited.again(visited_on="2026-12-20", income_wage=[], income_transfer=[])
    approve(again)
    case = ids.derived_id("case", visited.household, "dibao")
    assert house.heads(case).conflicts() == {}
    assert house.value(case, "decision")["assessment"] == again.assessment
    assert house.value(case, "opened_on") == "2026-11-20"


def test_a_refusal_needs_a_reason_in_writing(house: CountyHouse) -> None:
    rich = {"id": "w9", "item": "wage", "gross": 20_000_000, "cost": 0}
    visited = Visited.made(house, Tablet(house, "wang", "平板一"), income_wage=[rich])
    assert queue(house)["visits"][0]["verdict"] == "not"
    with refused("reason_needed"):
        approve(visited, "   ")
    approve(visited, "月人均收入高于标准")
    decision = house.value(ids.derived_id("case", visited.household, "dibao"), "decision")
    assert (decision["verdict"], decision["amount"], decision["reason"]) == ("not", 0, "月人均收入高于标准")


def test_what_nobody_asked_leaves_it_undetermined_and_undecided(house: CountyHouse) -> None:
    visited = Visited.made(house, Tablet(house, "wang", "平板一"), income_wage=None)
    assert queue(house)["visits"][0]["verdict"] == "undetermined"
    with refused("undetermined"):
        approve(visited, "看着困难")
    give_back(visited, "请问清工资", {"income_wage": "问有没有打工"})
    assert house.value(visited.visit, "status") == "returned"


def test_returning_says_what_to_look_at_again(house: CountyHouse, visited: Visited) -> None:
    with refused("reason_needed"):
        give_back(visited, " ", {"assets": ""})
    with refused("malformed"):
        give_back(visited, "", {"no_such_slot": "?"})
    give_back(visited, "存款要核对", {"assets": "请带存折"})
    noted = house.value(visited.visit, "review")
    assert (noted["comment"], noted["comments"], noted["by"]) == ("存款要核对", {"assets": "请带存折"}, "li")
    assert queue(house)["visits"] == []
    assert [r["visit"] for r in queue(house, status="returned")["visits"]] == [visited.visit]
    assert [e for e in house.audited() if e[1] == "visit_returned"] == [("li", "visit_returned", visited.visit)]


def test_a_door_nobody_opened_is_accepted_and_decides_nothing(house: CountyHouse) -> None:
    visited = Visited.made(house, Tablet(house, "wang", "平板一"), outcome="refused")
    with refused("not_assessed"):
        assess(visited)
    approve(visited, "已记录拒访")
    assert house.value(visited.visit, "status") == "accepted"
    assert house.heads(ids.derived_id("case", visited.household, "dibao")) == merge.NOTHING


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


def test_an_auditor_reads_everything_and_changes_nothing(house: CountyHouse, visited: Visited) -> None:
    shown = page(visited, "wu")
    assert shown["may"] == {
        "approve": False, "give_back": False, "settle": False, "assess": False, "blocked": ["forbidden"],
    }  # fmt: skip
    with refused("forbidden"):
        approve(visited, user="wu")
    with refused("forbidden"):
        give_back(visited, "?", {}, user="wu")
    with refused("forbidden"):
        assess(visited, "wu")
    with refused("forbidden"):
        house.server.db.transaction(lambda tx: steward.new_code(tx, house.person("wu"), "wang"))
    with refused("forbidden"):
        house.server.db.transaction(lambda tx: steward.revoke(tx, house.person("wu"), visited.tablet.device))


def test_a_steward_opens_nobodys_file_and_a_visitor_has_no_desk(house: CountyHouse, visited: Visited) -> None:
    for user in ("zhou", "wang"):
        with refused("forbidden"):
            page(visited, user)
        with refused("forbidden"):
            queue(house, user)
    with refused("forbidden"):
        house.server.db.snapshot(lambda tx: steward.everyone(tx, house.person("li")))


def test_every_reading_of_a_file_leaves_a_line_and_the_chain_holds(house: CountyHouse, visited: Visited) -> None:
    page(visited)
    page(visited, "wu")
    queue(house, "wu")
    lines = house.audited()
    assert lines[-3:] == [
        ("li", "file_read", visited.household),
        ("wu", "file_read", visited.household),
        ("wu", "queue_read", "done"),
    ]
    assert house.server.db.snapshot(lambda tx: audit.broken(tx, COUNTY)) is None
    assert "钱阿根" not in str(lines)


def test_a_decision_that_fails_leaves_no_trace_of_itself(house: CountyHouse, visited: Visited) -> None:
    rival(visited, "household", visited.household, "address", "桥头 21 号")
    before = house.audited()
    with refused("provisional"):
        approve(visited)
    assert house.audited() == before
    assert house.value(visited.visit, "status") == "done"


def test_the_steward_sees_people_and_devices_makes_codes_and_revokes(house: CountyHouse, visited: Visited) -> None:
    zhou = house.person("zhou")
    db = house.server.db
    people = {p["user"]: p for p in db.snapshot(lambda tx: steward.everyone(tx, zhou))}
    assert (people["wang"]["areas"], people["wang"]["devices"]) == (["清溪镇 桥头村"], 1)
    assert people["li"]["areas"] == ["清溪镇"]
    given = db.transaction(lambda tx: steward.new_code(tx, zhou, "zhao"))
    assert len(given["code"]) == 11
    assert ("zhou", "code_given", "zhao") in house.audited()
    db.transaction(lambda tx: steward.revoke(tx, zhou, visited.tablet.device))
    (device,) = db.snapshot(lambda tx: steward.all_devices(tx, zhou))
    assert device["revoked_at"] is not None
    assert {p["user"]: p["devices"] for p in db.snapshot(lambda tx: steward.everyone(tx, zhou))}["wang"] == 0


def test_the_audit_is_read_from_its_end_in_pages(house: CountyHouse, visited: Visited) -> None:
    def read(user: str, after: int | None) -> dict[str, Value]:
        return house.server.db.transaction(lambda tx: steward.audit_page(tx, house.person(user), after, 3))

    total = len(house.audited())
    first = read("wu", None)
    assert [r["n"] for r in first["rows"]] == [total, total - 1, total - 2]
    rest: list[int] = []
    after = first["next"]
    while after is not None:
        got = read("wu", after)
        rest += [r["n"] for r in got["rows"]]
        after = got["next"]
    assert rest == list(range(total - 3, 0, -1))
    with refused("forbidden"):
        read("li", None)


def test_a_photo_is_shown_once_all_of_it_has_come_and_each_look_is_noted(house: CountyHouse, visited: Visited) -> None:
    db, li = house.server.db, house.person("li")
    data, photo = b"\xff\xd8\xff a picture", house.new_id()
    named = codec.sha256(data)
    about = {
        "visit": visited.visit, "sha256": named, "size": len(data), "type": "text/html", "purpose": "inside",
        "chunks": [named],
    }  # fmt: skip
    visited.tablet.write(Draft(visited.household, photo, "attachment", "", about))
    assert page(visited)["photos"] == [{"id": photo, "purpose": "inside", "size": len(data), "received": False}]
    with refused("not_found"):
        db.transaction(lambda tx: photos.opened(tx, li, photo))
    db.transaction(lambda tx: chunks.put(tx, devices.find(tx, visited.tablet.device), named, data))
    assert page(visited)["photos"][0]["received"]
    assert db.transaction(lambda tx: photos.opened(tx, li, photo)) == (data, "application/octet-stream")
    assert house.audited()[-1] == ("li", "photo_read", visited.household)
    with refused("not_found"):
        db.transaction(lambda tx: photos.opened(tx, house.person("sun"), photo))
    with refused("forbidden"):
        db.transaction(lambda tx: photos.opened(tx, house.person("zhou"), photo))


def test_a_person_whose_scope_is_empty_sees_nothing(house: CountyHouse, visited: Visited) -> None:
    nobody = replace(house.person("li"), scope=())
    assert house.server.db.transaction(lambda tx: review.queue(tx, nobody, "done", None, 50))["visits"] == []


def test_what_somebody_wrote_outside_their_village_is_held_until_a_supervisor_looks(
    house: CountyHouse, visited: Visited
) -> None:
    db, li = house.server.db, house.person("li")
    sun = Tablet(house, "sun", "平板三")
    sun.write(Draft(visited.household, visited.household, "household", "", {"address": "桥头 99 号"}), held=True)
    (shown,) = db.transaction(lambda tx: held.listed(tx, li))
    assert (shown["reason"], shown["head"], shown["name"]) == ("not_your_area", "钱阿根", "孙主任")
    assert [(s["slot"], s["value"], s["before"]) for s in shown["slots"]] == [("address", "桥头 99 号", "桥头 12 号")]
    assert db.snapshot(lambda tx: held.count(tx, li)) == 1
    assert db.transaction(lambda tx: held.listed(tx, house.person("sun"))) == []
    with refused("not_found"):
        db.transaction(lambda tx: held.release(tx, house.person("sun"), shown["change"]))
    with refused("forbidden"):
        db.transaction(lambda tx: held.release(tx, house.person("wu"), shown["change"]))
    db.transaction(lambda tx: held.release(tx, li, shown["change"]))
    assert db.transaction(lambda tx: held.listed(tx, li)) == []
    assert set(house.heads(visited.household).conflicts()) == {"address"}
    with refused("not_found"):
        db.transaction(lambda tx: held.dismiss(tx, li, shown["change"]))


def test_a_held_change_that_is_let_rest_changes_nothing_and_stays_kept(house: CountyHouse, visited: Visited) -> None:
    db, li = house.server.db, house.person("li")
    sun = Tablet(house, "sun", "平板三")
    (change,) = sun.write(Draft(visited.household, visited.household, "household", "", {"phone": "1"}), held=True)
    db.transaction(lambda tx: held.dismiss(tx, li, change.id))
    assert db.transaction(lambda tx: held.listed(tx, li)) == []
    assert house.value(visited.household, "phone") == "13700000000"
    assert ("li", "held_dismissed", change.id) in house.audited()


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
