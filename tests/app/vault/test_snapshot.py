"""An area as it stands, part by part: resumed, never taken twice or out of turn, and own work on top of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.vault.open import Open
from app.vault.working import WorkingCopy
from schemas.change import Change
from schemas.problems import Failed
from schemas.wire import Cursor, Pages, SetAside, Snapshot
from tests.app.vault.county import VILLAGE, County, Known, admitted, asked, edit, member, new_id, pull, registered, sync


@pytest.fixture
def county() -> County:
    return County(full=False)


@pytest.fixture
def mine(tmp_path: Path, county: County) -> Open:
    return admitted(tmp_path / "mine", county)


@pytest.fixture
def other(tmp_path: Path, county: County) -> Open:
    return admitted(tmp_path / "other", county)


@pytest.fixture
def village(other: Open, county: County) -> list[str]:
    """Four households of a colleague, with a member each and a history."""
    ids = [new_id() for _ in range(4)]
    for i, h in enumerate(ids):
        other.write([registered(h, head=f"户{i}"), member(h, new_id(), name="某")])
        for phone in ("1", "2", "3"):
            other.write([edit(other, h, phone=phone)])
    sync(other, county)
    return ids


def parts(county: County, count: int, device: str = "") -> list[Snapshot]:
    found: list[Snapshot] = []
    since = ""
    while not found or since:
        found.append(county.snapshot(VILLAGE, device, since, count))
        since = found[-1].after
    return found


def test_an_area_comes_as_it_stands_and_its_feed_goes_on_from_there(
    mine: Open, other: Open, county: County, village: list[str]
) -> None:
    pull(mine, county, 3)
    assert mine.summaries() == other.summaries()
    assert mine.cursors()[VILLAGE].seq == len(county.feeds[VILLAGE])
    assert mine.changes(village[0]) == []
    other.write([edit(other, village[0], phone="4")])
    sync(other, county)
    pull(mine, county)
    assert mine.summaries() == other.summaries()
    assert len(mine.changes(village[0])) == 1
    assert mine.verify() == []


def test_what_happens_between_two_parts_is_applied_once(
    mine: Open, other: Open, county: County, village: list[str]
) -> None:
    first = county.snapshot(VILLAGE, count=3)
    mine.receive_snapshot(first)
    assert mine.cursors()[VILLAGE] == Cursor(first.seq, first.chain, first.after)
    for h in village:
        other.write([edit(other, h, phone="4"), member(h, new_id(), name="新")])
    sync(other, county)
    pull(mine, county, 2)
    assert mine.cursors()[VILLAGE].after == ""
    assert mine.summaries() == other.summaries()
    assert [s.conflicts for s in mine.summaries()] == [0] * 4
    assert mine.verify() == []


def test_a_part_that_comes_twice_late_or_out_of_turn_changes_nothing(
    mine: Open, other: Open, county: County, village: list[str]
) -> None:
    first, second, *rest = parts(county, 3)
    assert mine.receive_snapshot(second) == 0
    assert mine.receive_snapshot(first) == 3
    assert mine.receive_snapshot(first) == 0
    assert mine.receive_snapshot(second) == 3
    for part in rest:
        mine.receive_snapshot(part)
    other.write([edit(other, village[0], phone="9")])
    sync(other, county)
    pull(mine, county)
    for part in (first, second, *rest):
        assert mine.receive_snapshot(part) == 0
    assert mine.receive_page(county.page(VILLAGE, 0)) == 0
    assert mine.summaries() == other.summaries()


def test_a_part_that_the_county_did_not_seal_or_that_is_out_of_order_writes_nothing(
    mine: Open, county: County, village: list[str]
) -> None:
    good = county.snapshot(VILLAGE, count=3)
    bad = [
        replace(good, seal=""),
        replace(good, seq=good.seq + 1),
        replace(good, seal=County().seal(VILLAGE, good.seq, good.chain)),
        replace(good, heads=good.heads[::-1]),
        replace(good, after="zzz"),
        replace(good, heads=(), after=good.after),
        replace(good, heads=(good.heads[0], good.heads[0])),
    ]
    for part in bad:
        with pytest.raises(Failed, match="chain_broken"):
            mine.receive_snapshot(part)
        assert (mine.cursors(), mine.summaries()) == ({VILLAGE: Cursor()}, [])
    came = mine.receive_pages(Pages("", snapshots=(bad[0],)))
    assert ([p.code for p in came.problems], came.moved) == (["chain_broken"], False)


def test_own_work_that_the_server_has_not_taken_is_on_top(
    mine: Open, other: Open, county: County, village: list[str]
) -> None:
    pull(mine, county)
    (held,) = mine.write([edit(mine, village[0], phone="held")])
    mine.receive_receipt(replace(county.take(VILLAGE), device=mine.device(), first=1, upto=1))
    county.known[mine.device()] = Known(1, {1: "moved"})
    (unsent,) = mine.write([edit(mine, village[1], phone="unsent")])
    alone = new_id()
    mine.write([registered(alone, head="新户")])
    mine.fetch_again(VILLAGE)
    pull(mine, county, 2)
    root = mine.record(village[0])
    assert root is not None
    assert set(root.heads.live["phone"]) == {held.id}
    second = mine.record(village[1])
    assert second is not None
    assert set(second.heads.live["phone"]) == {unsent.id}
    assert alone in {s.household for s in mine.summaries()}
    assert mine.verify() == []
    assert [(h.reason, h.household) for h in mine.held()] == [("moved", village[0])]


def test_own_work_in_the_snapshot_is_not_applied_again(
    mine: Open, other: Open, county: County, village: list[str]
) -> None:
    pull(mine, county)
    mine.write([edit(mine, village[0], phone="mine")])
    sync(mine, county)
    pull(other, county)
    other.write([edit(other, village[0], phone="theirs")])
    sync(other, county)
    mine.fetch_again(VILLAGE)
    pull(mine, county, 2)
    assert mine.summaries() == other.summaries()
    assert mine.household(village[0])[0].heads.conflicts() == {}


def test_a_household_that_is_not_in_the_snapshot_any_more_leaves_but_not_with_work_in_it(
    mine: Open, county: County, village: list[str]
) -> None:
    pull(mine, county)
    kept, open_, *gone = village
    mine.write([edit(mine, kept, phone="unsent")])
    mine.save_working(WorkingCopy(new_id(), open_, "f", {}))
    county.feeds[VILLAGE] = []
    county.take(VILLAGE, *_strange(county, mine))
    mine.rebase(VILLAGE)
    mine.receive_pages(county.pull(asked(mine)))
    assert {kept, open_} < {s.household for s in mine.summaries()}
    assert not set(gone) & {s.household for s in mine.summaries()}
    assert mine.record(gone[0]) is None
    assert mine.verify() == []


def test_what_was_written_here_before_the_snapshot_came_stays_in_sight_once_it_is_sent(
    mine: Open, county: County, village: list[str]
) -> None:
    begun, girl = new_id(), new_id()
    mine.write([registered(begun, head="新户"), member(begun, new_id(), name="某")])
    pull(mine, county, 3)
    assert begun in [s.household for s in mine.summaries()]
    mine.write([member(village[0], girl, name="小满")])
    mine.fetch_again(VILLAGE)
    pull(mine, county, 3)  # it knows neither the new household nor the new member yet
    sync(mine, county)
    assert mine.waiting_count() == 0
    assert {begun, *village} <= {s.household for s in mine.summaries()}


def test_a_change_that_was_let_rest_is_applied_no_longer(
    mine: Open, other: Open, county: County, village: list[str]
) -> None:
    pull(mine, county)
    mine.write([edit(mine, village[0], phone="let rest")])
    own = new_id()
    mine.write([registered(own, head="新户")])
    mine.write([edit(mine, own, head="let rest too")])
    receipt = county.take(VILLAGE, mine.unsent(10**9)[1])
    mine.receive_receipt(replace(receipt, first=2, upto=3))
    device = county.known[mine.device()] = Known(3, {1: "not_your_role", 3: "not_your_role"})
    pull(mine, county)
    assert {s.head for s in mine.summaries()} >= {"let rest too"}
    device.held, device.dismissed = {}, {1, 3}
    pull(mine, county)
    pull(mine, county)
    assert mine.held() == []
    assert mine.household(village[0])[0].heads.value("phone") == "3"
    assert mine.household(own)[0].heads.value("head") == "新户"
    assert mine.verify() == []
    pull(mine, county)
    assert mine.household(village[0])[0].heads.value("phone") == "3"


def test_a_server_that_has_less_than_it_gave_receipts_for_is_sent_it_again(mine: Open, county: County) -> None:
    h = new_id()
    mine.write([registered(h, phone="1")])
    mine.write([edit(mine, h, phone="2")])
    sync(mine, county)
    mine.write([edit(mine, h, phone="3")])
    sync(mine, county)
    feed = county.feeds[VILLAGE]
    county.feeds[VILLAGE] = feed[:1]
    county.known[mine.device()].upto = 1
    lost = county.pull(asked(mine))
    assert lost.lost == (VILLAGE,)
    stale = mine.receive_pages(lost, live=False)
    assert (stale.resend, mine.waiting_count()) == (False, 0)
    assert mine.receive_pages(lost).resend
    assert [c.n for c in mine.unsent(10**9)] == [2, 3]
    mine.rebase(VILLAGE)
    sync(mine, county)
    assert county.feeds[VILLAGE] == feed
    assert mine.household(h)[0].heads.values() == {"area": VILLAGE, "phone": "3"}
    assert mine.verify() == []


def test_what_a_vault_can_witness_is_sealed_and_whole(mine: Open, other: Open, county: County) -> None:
    assert mine.witness(VILLAGE) is None
    h = new_id()
    other.write([registered(h)])
    sync(other, county)
    pull(mine, county)
    assert mine.witness(VILLAGE) is None, "known from a snapshot, nothing of the feed is here"
    written = [c for phone in "123" for c in other.write([edit(other, h, phone=phone)])]
    sync(other, county)
    pull(mine, county, 2)
    witness = mine.witness(VILLAGE)
    assert witness is not None
    assert witness.ids == tuple(c.id for c in written)
    assert (witness.before, witness.seq) == (county.chain_at(VILLAGE, 1), 4)
    assert witness.seal == county.seal(VILLAGE, 4, county.chain_at(VILLAGE, 4))
    assert mine.lacked(witness.ids[1:], 10**6) == written[1:]
    assert mine.lacked(witness.ids, 1) == written[:1]
    assert mine.lacked(["unknown"], 1) == []


def test_held_is_what_the_server_says_it_holds(mine: Open, county: County) -> None:
    h = new_id()
    mine.write([registered(h)])
    mine.receive_receipt(county.take(VILLAGE, *mine.unsent(10**9)))
    mine.receive_pages(Pages("", upto=1, held=(SetAside(1, "moved"), SetAside(7, "moved"))))
    assert mine.held_count() == 1
    mine.receive_pages(Pages("", upto=1))
    assert mine.held_count() == 0


def _strange(county: County, mine: Open) -> list[Change]:
    """What somebody else wrote in the village, whose household alone is left there."""
    stranger = admitted(mine._folder.parent / "stranger", county)
    return stranger.write([registered(new_id(), head="别家")])
