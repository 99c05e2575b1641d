"""Stories of the supervisor's desk, on a real server: what waits, what is shown, what is decided."""

from schemas import ids, merge
from sync_server import review
from tests.sync_server.acts import approve, assess, give_back, page, queue, refused, rival
from tests.sync_server.desk import OTHER_TOWN, VILLAGE, CountyHouse, Tablet, Visited


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
    cursor = visited.tablet.cursor(VILLAGE)
    approve(visited, "符合条件")
    case = ids.derived_id("case", visited.household, "dibao")
    decision = house.value(case, "decision")
    assert (decision["verdict"], decision["amount"], decision["by"]) == ("eligible", amount, "li")
    assert decision["assessment"] == visited.assessment
    assert house.value(case, "stage") == "decided"
    assert house.value(visited.visit, "status") == "accepted"
    assert house.value(visited.visit, "review")["comment"] == "符合条件"
    assert [change.kind for change in visited.tablet.news(VILLAGE, cursor)] == ["visit", "case", "event", "household"]
    assert house.value(visited.household, "status") == "receiving"
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


def test_a_decision_that_fails_leaves_no_trace_of_itself(house: CountyHouse, visited: Visited) -> None:
    rival(visited, "household", visited.household, "address", "桥头 21 号")
    before = house.audited()
    with refused("provisional"):
        approve(visited)
    assert house.audited() == before
    assert house.value(visited.visit, "status") == "done"
