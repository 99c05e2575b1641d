"""What goes out, what came back, what came down: nothing twice, nothing lost, nothing believed unchecked."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.vault.open import Open
from app.vault.working import WorkingCopy
from schemas import codec, merge, signing
from schemas.problems import Failed
from schemas.wire import Cursor, Echo, Entry, Held, Page, Receipt
from tests.app.vault.county import (
    OTHER,
    PIN,
    VILLAGE,
    County,
    Known,
    admitted,
    edit,
    keys,
    member,
    new_id,
    pull,
    registered,
    sync,
    vault,
)


@pytest.fixture
def county() -> County:
    return County()


@pytest.fixture
def mine(tmp_path: Path, county: County) -> Open:
    return admitted(tmp_path / "mine", county)


@pytest.fixture
def other(tmp_path: Path, county: County) -> Open:
    return admitted(tmp_path / "other", county)


def test_what_waits_is_sent_in_order_and_in_parts(mine: Open) -> None:
    h = new_id()
    mine.write([registered(h)])
    for i in range(9):
        mine.write([edit(mine, h, phone=str(i))])
    everything = mine.unsent(10**9)
    assert [c.n for c in everything] == list(range(1, 11))
    assert mine.waiting() == everything
    assert [c.n for c in mine.unsent(1)] == [1]
    two = sum(len(codec.encode(c.wire())) for c in everything[:2])
    assert [c.n for c in mine.unsent(two)] == [1, 2]
    assert (mine.waiting_count(), mine.waiting_in(h), mine.waiting_in(new_id())) == (10, 10, 0)
    assert mine.waiting_by_household() == {h: 10}


def test_a_receipt_ends_the_waiting_and_a_gap_is_answered_with_what_was_sent_before(mine: Open, county: County) -> None:
    h = new_id()
    mine.write([registered(h), member(h, new_id(), name="甲")])
    batch = mine.unsent(10**9)
    receipt = county.take(VILLAGE, *batch)
    mine.receive_receipt(receipt)
    mine.receive_receipt(receipt)
    assert mine.waiting_count() == 0
    assert mine.unsent(10**9) == []
    (third,) = mine.write([edit(mine, h, phone="3")])
    assert mine.unsent(10**9) == [third]
    assert mine.unsent(10**9, since=2) == [batch[1], third]
    assert mine.unsent(1, since=2) == [batch[1]]


def test_a_lost_receipt_is_made_good_by_the_echo(mine: Open, county: County) -> None:
    h = new_id()
    mine.write([registered(h, phone="1")])
    county.take(VILLAGE, *mine.unsent(10**9))
    assert mine.waiting_count() == 1
    pull(mine, county)
    assert mine.waiting_count() == 0
    assert mine.household(h)[0].heads.conflicts() == {}
    assert mine.verify() == []


def test_a_page_that_comes_twice_or_in_overlapping_parts_is_taken_once(mine: Open, other: Open, county: County) -> None:
    h = new_id()
    other.write([registered(h, phone="0")])
    for i in range(1, 6):
        other.write([edit(other, h, phone=str(i))])
    sync(other, county)
    assert mine.receive_page(county.page(VILLAGE, 0, 2)) == 2
    assert mine.receive_page(county.page(VILLAGE, 0, 2)) == 0
    assert mine.receive_page(county.page(VILLAGE, 1, 4)) == 2
    assert mine.receive_page(county.page(VILLAGE, 0, 1)) == 0
    assert mine.cursors()[VILLAGE].seq == 4
    assert mine.receive_page(county.page(VILLAGE, 4)) == 2
    assert mine.receive_page(county.page(VILLAGE, 6)) == 0
    assert mine.household(h)[0].heads.values() == {"area": VILLAGE, "phone": "5"}
    assert mine.verify() == []


def test_a_page_that_is_not_the_servers_own_log_writes_nothing(mine: Open, other: Open, county: County) -> None:
    h, forged_h = new_id(), new_id()
    other.write([registered(h), registered(forged_h)])
    sync(other, county)
    good = county.page(VILLAGE, 0)
    (strange,) = other.write([edit(other, h, phone="110")])
    first, second = good.entries
    assert isinstance(second, Entry)
    bad = [
        replace(good, entries=(second,)),
        replace(good, entries=(first, Entry(3, second.change))),
        replace(good, entries=(second, first)),
        replace(good, entries=(first, Entry(2, strange))),
        replace(good, entries=(first, Entry(2, replace(second.change, sets={"phone": "110"})))),
        replace(good, chain=codec.short_digest("another")),
        replace(good, seal=""),
        replace(good, seal=county.page(VILLAGE, 0, 1).seal),
        replace(good, seal=County().seal(VILLAGE, 2, good.chain)),
        replace(good, entries=(first, Echo(2, 7))),
        Page(VILLAGE, (), codec.short_digest("another"), 0, ""),
    ]
    for page in bad:
        with pytest.raises(Failed, match="chain_broken"):
            mine.receive_page(page)
        assert (mine.cursors(), mine.summaries()) == ({VILLAGE: Cursor()}, [])
    assert mine.receive_page(good) == 2
    with pytest.raises(Failed, match="chain_broken"):
        mine.receive_page(replace(good, entries=(first, Entry(2, strange))))


def test_a_page_of_somebody_elses_area_is_refused(mine: Open, county: County) -> None:
    with pytest.raises(Failed, match="not_your_area"):
        mine.receive_page(county.page(OTHER, 0))


def test_what_is_held_is_told_until_a_supervisor_has_dealt_with_it(mine: Open, county: County) -> None:
    h = new_id()
    first, second = mine.write([registered(h), member(h, new_id(), name="甲")])
    device = mine.device()
    mine.receive_receipt(Receipt(device, 1, 2, (county.take(VILLAGE, first).verdicts[0], Held("unknown_slot"))))
    assert county.known[device].upto == 1
    county.known[device] = Known(2, {2: "moved", 9: "not here"})
    (held,) = mine.held()
    assert (held.id, held.reason, held.household, held.record) == (second.id, "unknown_slot", h, second.record)
    assert mine.waiting_count() == 0
    pull(mine, county)
    assert [(x.id, x.reason) for x in mine.held()] == [(second.id, "moved")]
    assert mine.held_count() == 1
    county.take(VILLAGE, second)
    pull(mine, county)
    assert mine.held() == []
    mine.write([edit(mine, h, phone="1")])
    mine.receive_receipt(Receipt(device, 3, 3, (Held("moved"),)))
    assert mine.held_count() == 1
    county.known[device] = Known(3)
    pull(mine, county)
    assert (mine.held(), mine.waiting_count()) == ([], 0)
    assert mine.verify() == []


def test_changes_of_a_newer_app_are_kept_and_do_no_harm(mine: Open, county: County, other: Open) -> None:
    h, m = new_id(), new_id()
    (known,) = other.write([registered(h, head="周平")])
    newer = replace(known, record=m, kind="spaceship", sets={"speed": 9}, n=2, prev=known.id)
    county.take(VILLAGE, known, newer)
    mine.receive_page(county.page(VILLAGE, 0))
    assert [r.kind for r in mine.household(h)] == ["household", "spaceship"]
    assert mine.summaries()[0].head == "周平"
    assert mine.changes(m) == [newer]


def test_the_device_signs_with_the_key_it_enrolled_with(tmp_path: Path, county: County) -> None:
    new = keys()
    mine = vault(tmp_path / "x").admit(county.grant(), new, PIN, None, "")
    signature = mine.sign(signing.PUSH, b"id")
    assert signing.verifies(new.sign_public_hex, signing.PUSH, b"id", signature)
    assert not signing.verifies(new.sign_public_hex, signing.REQUEST, b"id", signature)


def test_the_last_contact_is_remembered(mine: Open) -> None:
    assert mine.last_contact() is None
    mine.contacted("2026-03-02T01:30:00.000Z")
    assert mine.last_contact() == "2026-03-02T01:30:00.000Z"


def test_a_device_put_back_from_a_backup_enrols_anew_and_issues_anew_what_was_not_sent(
    tmp_path: Path, mine: Open, county: County
) -> None:
    h, m = new_id(), new_id()
    mine.write([registered(h, phone="0"), member(h, m, name="甲")])
    sync(mine, county)
    mine.write([edit(mine, h, phone="1"), edit(mine, m, name="乙")])
    mine.write([edit(mine, h, phone="2")])
    held = mine.record(h)
    assert held is not None
    seen = {h: {"phone": sorted(merge.seeing(held.heads, ["phone"]))}}
    mine.save_working(WorkingCopy("visit", h, "f", {}, seen=seen))
    old = mine.unsent(10**9)
    grant = county.grant()

    mine.renew(grant, keys())

    new = mine.unsent(10**9)
    assert [(c.n, c.device, c.sets) for c in new] == [(i, grant.device, c.sets) for i, c in enumerate(old, 1)]
    assert [c.prev for c in new] == ["", new[0].id, new[1].id]
    assert new[2].seen == {new[0].id}
    copy = mine.working(h)
    assert copy is not None
    assert copy.seen == {h: {"phone": [new[2].id]}}
    assert mine.household(h)[0].heads.values() == {"area": VILLAGE, "phone": "2"}
    assert mine.summaries()[0].conflicts == 0
    assert mine.verify() == []
    sync(mine, county)
    assert mine.waiting_count() == 0
    assert mine.verify() == []
    fresh = admitted(tmp_path / "fresh", county)
    sync(fresh, county)
    assert fresh.summaries() == mine.summaries()


def test_a_grant_of_somebody_else_renews_nothing(mine: Open, county: County) -> None:
    for grant in (county.grant("liqiang"), County().signed(county.grant())):
        with pytest.raises(Failed, match="bad_grant"):
            mine.renew(grant)
    mine.renew(county.grant(areas=(VILLAGE, OTHER), name="王小芳"))
    assert (mine.name, len(mine.areas())) == ("王小芳", 2)
    mine.write([registered(new_id(), area=OTHER)])
