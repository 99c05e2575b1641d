"""Writing, listing and finding in an open vault."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from app.vault.drafts import Draft
from app.vault.summary import Known, Summary, VisitLine
from app.vault.working import WorkingCopy
from schemas import codec, ids, merge
from schemas.change import START
from schemas.problems import Failed
from tests.app.vault.county import (
    OTHER,
    PIN,
    VILLAGE,
    County,
    admitted,
    edit,
    member,
    new_id,
    registered,
    sync,
    vault,
)


def test_what_was_written_is_there_after_the_next_unlock(tmp_path: Path) -> None:
    mine = admitted(tmp_path / "v", County())
    h, m = new_id(), new_id()
    mine.write([registered(h, head="陈大山", address="云岭乡三组"), member(h, m, name="陈大山", relation="01")])
    mine.lock()

    again = vault(tmp_path / "v").unlock("wangfang", PIN)

    assert [r.id for r in again.household(h)] == [h, m]
    root = again.record(h)
    assert root is not None
    assert root.area == VILLAGE
    assert root.heads.value("head") == "陈大山"
    assert again.record(new_id()) is None
    assert again.household(new_id()) == []


def test_own_changes_are_numbered_and_chained(tmp_path: Path) -> None:
    mine = admitted(tmp_path / "v", County())
    h, m = new_id(), new_id()
    first, second = mine.write([registered(h), member(h, m, name="李梅")])
    (third,) = mine.write([edit(mine, m, name="李小梅")])
    assert [c.n for c in (first, second, third)] == [1, 2, 3]
    assert [c.prev for c in (first, second, third)] == [START, first.id, second.id]
    assert {c.author for c in (first, second, third)} == {"wangfang"}
    assert {c.device for c in (first, second, third)} == {mine.device()}
    assert third.seen == {second.id}


def test_one_bad_draft_writes_nothing_of_the_whole(tmp_path: Path) -> None:
    mine = admitted(tmp_path / "v", County())
    h = new_id()
    with pytest.raises(Failed, match="unknown_slot"):
        mine.write([registered(h), member(h, new_id(), nickname="阿狗")])
    assert mine.household(h) == []
    assert mine.waiting() == []
    assert mine.summaries() == []
    assert [c.n for c in mine.write([registered(h)])] == [1]


def test_a_draft_must_fit_a_household_of_the_persons_areas(tmp_path: Path) -> None:
    mine = admitted(tmp_path / "v", County())
    h, m = new_id(), new_id()
    with pytest.raises(Failed, match="unknown_household"):
        mine.write([member(new_id(), m, name="无家")])
    with pytest.raises(Failed, match="not_your_area"):
        mine.write([registered(h, area=OTHER)])
    mine.write([registered(h), registered(m)])
    with pytest.raises(Failed, match="bad_id"):
        mine.write([member(h, m, name="张冠李戴")])


def test_a_summary_tells_a_household_in_short(tmp_path: Path) -> None:
    mine = admitted(tmp_path / "v", County())
    h, a, b, v = new_id(), new_id(), new_id(), new_id()
    mine.write(
        [
            registered(
                h, phone="13800000001", address="清溪镇", planned_on="2026-03-05", hukou="rural", status="applying"
            ),
            member(h, a, name="欧阳建国", relation="02", national_id="11010519491231002x"),
            member(h, b, name="阿依古丽·买买提"),
        ]
    )
    visit = {"visited_on": "2026-03-02", "outcome": "done", "status": "done"}
    mine.write([Draft(h, v, "visit", "", visit)])

    (short,) = mine.summaries()

    assert (short.head, short.members, short.phone) == ("欧阳建国", 2, "13800000001")
    assert short.names == ("欧阳建国", "阿依古丽·买买提")
    assert short.id_tails == ("002X", "")
    assert short.visits == (VisitLine(v, "2026-03-02", "done", "done"),)
    assert (short.planned_on, short.status, short.hukou, short.gone) == ("2026-03-05", "applying", "rural", False)
    assert ids.is_short_code(ids.short_code(short.household))


def test_summaries_follow_every_write_and_other_sessions_too(tmp_path: Path) -> None:
    mine = admitted(tmp_path / "v", County())
    beside = vault(tmp_path / "v").unlock("wangfang", PIN)
    h, m = new_id(), new_id()
    assert mine.summaries() == beside.summaries() == []
    mine.write([registered(h, head="周平"), member(h, m, name="周平")])
    assert [s.head for s in beside.summaries()] == ["周平"]
    beside.write([edit(beside, h, head="周安"), edit(beside, m, merge.seeing_all, gone="yes")])
    assert [(s.head, s.members) for s in mine.summaries()] == [("周安", 0)]


def test_a_national_id_is_found_however_it_is_typed(tmp_path: Path) -> None:
    mine = admitted(tmp_path / "v", County(), areas=(VILLAGE, OTHER))
    h, k, a, b = new_id(), new_id(), new_id(), new_id()
    mine.write([registered(h), member(h, a, national_id="11010519491231002X")])
    mine.write([registered(k, area=OTHER), member(k, b, national_id="11010519491231002X")])
    assert mine.find_national_id(" 110105 19491231 002x ") == sorted([a, b])
    assert mine.find_national_id("１１０１０５１９４９１２３１００２Ｘ") == sorted([a, b])
    mine.write([edit(mine, b, national_id=None)])
    assert mine.find_national_id("11010519491231002X") == [a]


def test_a_double_is_found_by_either_side_of_a_conflict(tmp_path: Path) -> None:
    mine = admitted(tmp_path / "v", County())
    h, m = new_id(), new_id()
    mine.write([registered(h), member(h, m, national_id="11010519491231002X")])
    mine.write([edit(mine, m, lambda *_: frozenset(), national_id="990101195003071234")])
    assert mine.find_national_id("11010519491231002X") == mine.find_national_id("990101195003071234") == [m]


def test_two_tablets_that_edit_apart_see_one_conflict_and_lose_nothing(tmp_path: Path) -> None:
    county = County()
    a = admitted(tmp_path / "a", county)
    b = admitted(tmp_path / "b", county)
    h = new_id()
    a.write([registered(h, phone="1")])
    sync(a, county)
    sync(b, county)
    a.write([edit(a, h, phone="2")])
    b.write([edit(b, h, phone="3")])
    for tablet in (a, b, a):
        sync(tablet, county)
    left, right = a.record(h), b.record(h)
    assert left is not None
    assert right is not None
    assert left.heads == right.heads
    assert sorted(left.heads.conflicts()["phone"].values()) == ["2", "3"]
    assert [s.conflicts for s in a.summaries()] == [1]
    b.write([edit(b, h, merge.seeing_all, phone="2")])
    for tablet in (b, a):
        sync(tablet, county)
    assert [s.conflicts for s in a.summaries()] == [0]


def test_an_open_vault_that_was_locked_says_so_to_everything(tmp_path: Path) -> None:
    mine = admitted(tmp_path / "v", County())
    h = new_id()
    mine.write([registered(h)])
    mine.summaries()
    mine.lock()
    assert mine.closed
    for ask in (mine.summaries, mine.waiting_count, mine.cursors, mine.areas, lambda: mine.record(h)):
        with pytest.raises(Failed, match="locked"):
            ask()


def test_what_is_stored_of_a_household_and_an_open_visit_has_these_bytes() -> None:
    """Rows sealed by an earlier release must be read by every later one (evolution rules in `summary`, `working`)."""
    line = VisitLine("v", "2026-03-02", "done", "returned")
    person, link = Known("m", ("周平",), ("1958-04-03",)), {"early": [], "live": {"verdict": {"c": "same"}}}
    short = Summary(
        "h", VILLAGE, "周平", "1", "清溪", 1, ("002X",), ("周平",), None, "", "", 0, "rural", False, False, False,
        (line,), (person,), (link,),
    )  # fmt: skip
    stored = (
        '{"address":"清溪","area":"990101200203","assigned_to":"","conflicts":0,"contested":false,"gone":false,'
        '"head":"周平","household":"h","hukou":"rural","id_tails":["002X"],"left":false,'
        '"links":[{"early":[],"live":{"verdict":{"c":"same"}}}],"members":1,"names":["周平"],'
        '"people":[["m",["周平"],["1958-04-03"]]],"phone":"1","planned_on":null,"status":"","v":2,'
        '"visits":[["v","2026-03-02","done","returned"]]}'
    )
    assert codec.encode(short.wire()).decode() == stored
    assert Summary.from_wire(codec.decode(stored.encode())) == short
    assert Summary.from_wire({"v": 0}) is None
    first_release: dict[str, Any] = {
        "visit": "v", "household": "h", "form_hash": "f", "answers": {"a": "1"},
        "seen": {"h": {"phone": ["c"]}}, "shown": {"h": {"phone": "1"}}, "started_at": "2026-03-02T01:30:00.000Z",
    }  # fmt: skip
    assert first_release.items() <= asdict(WorkingCopy(**first_release)).items()


def test_a_summary_of_another_release_is_made_anew(tmp_path: Path) -> None:
    mine = admitted(tmp_path / "v", County())
    h = new_id()
    mine.write([registered(h, head="周平")])
    _, sealed = mine._ring.seal("summary", VILLAGE, h, 1, {"v": 0, "of": "an earlier app"})
    with mine._store.writing() as sql:
        sql.exec_driver_sql("update summary set sealed = ?", (sealed,))
    assert [s.head for s in mine.summaries()] == ["周平"]
