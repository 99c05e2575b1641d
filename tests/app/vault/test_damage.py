"""Damaged rows: named, mended from the changes where that can be, and never in the way of the rest."""

from pathlib import Path

import pytest

from app.vault.checking import Damage
from app.vault.open import Open
from app.vault.working import WorkingCopy
from schemas.problems import Failed
from schemas.wire import Cursor
from tests.app.vault.county import VILLAGE, County, admitted, edit, keys, member, new_id, registered, sync


def scribble(mine: Open, table: str, where: str, value: str) -> None:
    """Flips a bit of sealed values, as a bad sector would."""
    with mine._store.writing() as sql:
        rows = sql.exec_driver_sql(f"select rowid, sealed from {table} where {where}", (value,)).all()
        assert rows
        for row, sealed in rows:
            flipped = sealed[:-1] + bytes([sealed[-1] ^ 1])
            sql.exec_driver_sql(f"update {table} set sealed = ? where rowid = ?", (flipped, row))


@pytest.fixture
def mine(tmp_path: Path) -> Open:
    return admitted(tmp_path / "v", County())


def test_a_damaged_record_is_worked_out_anew_from_its_changes(mine: Open) -> None:
    h, m = new_id(), new_id()
    mine.write([registered(h, head="周平"), member(h, m, name="周平")])
    mine.write([edit(mine, m, name="周安")])
    scribble(mine, "record", "id = ?", m)
    assert mine.verify() == [Damage("record", m, VILLAGE, "unreadable")]
    held = mine.record(m)
    assert held is not None
    assert held.heads.value("name") == "周安"
    mine.repair()
    assert mine.verify() == []


def test_a_damaged_summary_is_made_anew(mine: Open) -> None:
    h = new_id()
    mine.write([registered(h, head="周平")])
    scribble(mine, "summary", "household = ?", h)
    assert mine.verify() == [Damage("summary", h, VILLAGE, "unreadable")]
    assert mine.summaries()[0].head == "周平"
    mine.repair()
    assert mine.verify() == []


def test_a_record_damaged_beyond_repair_is_named_and_the_rest_is_usable(mine: Open) -> None:
    h, m, other = new_id(), new_id(), new_id()
    mine.write([registered(h, head="周平"), member(h, m, name="周平"), registered(other, head="吴敏")])
    scribble(mine, "record", "id = ?", m)
    scribble(mine, "change", "record = ?", m)
    named = {(d.what, d.fault) for d in mine.verify()}
    assert named == {("record", "unreadable"), ("change", "unreadable")}
    with pytest.raises(Failed, match="damaged"):
        mine.record(m)
    with pytest.raises(Failed, match="damaged"):
        mine.household(h)
    mine.write([edit(mine, other, phone="1"), edit(mine, h, phone="2")])
    assert {s.head: s.phone for s in mine.summaries()} == {"吴敏": "1", "周平": "2"}


def test_a_damaged_record_does_not_stop_its_areas_feed(tmp_path: Path) -> None:
    county = County()
    mine, other = admitted(tmp_path / "a", county), admitted(tmp_path / "b", county)
    h, k = new_id(), new_id()
    other.write([registered(h, head="周平"), registered(k, head="吴敏")])
    sync(other, county)
    sync(mine, county)
    scribble(mine, "record", "id = ?", h)
    scribble(mine, "change", "record = ?", h)
    other.write([edit(other, h, phone="1"), edit(other, k, phone="2")])
    sync(other, county)
    sync(mine, county)
    assert mine.household(k)[0].heads.value("phone") == "2"

    mine.fetch_again(VILLAGE)
    sync(mine, county)

    assert mine.verify() == []
    assert mine.household(h)[0].heads.values() == {"area": VILLAGE, "head": "周平", "phone": "1"}


def test_fetching_an_area_again_keeps_what_was_never_sent(tmp_path: Path) -> None:
    county = County()
    mine = admitted(tmp_path / "a", county)
    h = new_id()
    mine.write([registered(h, head="周平")])
    sync(mine, county)
    mine.write([edit(mine, h, phone="1")])
    mine.fetch_again(VILLAGE)
    assert mine.cursors() == {VILLAGE: Cursor()}
    assert mine.waiting_count() == 1
    sync(mine, county)
    assert mine.verify() == []
    assert mine.household(h)[0].heads.value("phone") == "1"
    assert mine.waiting_count() == 0


def test_a_row_put_back_to_an_older_state_is_noticed(mine: Open) -> None:
    h = new_id()
    mine.write([registered(h, phone="1")])
    with mine._store.reading() as sql:
        old = sql.exec_driver_sql("select rev, sealed from record where id = ?", (h,)).one()
    mine.write([edit(mine, h, phone="2")])
    with mine._store.writing() as sql:
        sql.exec_driver_sql("update record set rev = ?, sealed = ? where id = ?", (*old, h))
    assert mine.verify() == [Damage("record", h, VILLAGE, "differs")]
    mine.repair()
    assert mine.household(h)[0].heads.value("phone") == "2"


def test_a_deleted_change_breaks_the_chain_it_was_in(tmp_path: Path) -> None:
    county = County()
    mine = admitted(tmp_path / "a", county)
    h = new_id()
    mine.write([registered(h, phone="1")])
    sync(mine, county)
    (second,) = mine.write([edit(mine, h, phone="2")])
    with mine._store.writing() as sql:
        sql.exec_driver_sql("delete from change where id = ?", (second.id,))
    assert {(d.what, d.fault) for d in mine.verify()} == {("account", "broken"), ("record", "differs")}
    with mine._store.writing() as sql:
        sql.exec_driver_sql("delete from change")
    assert {(d.what, d.fault) for d in mine.verify()} == {
        ("account", "broken"),
        ("feed", "broken"),
        ("record", "differs"),
    }


def test_a_damaged_unsent_change_comes_back_out_of_its_record_when_the_device_enrols_anew(tmp_path: Path) -> None:
    county = County()
    mine = admitted(tmp_path / "a", county)
    h = new_id()
    mine.write([registered(h, head="周平")])
    (lost,) = mine.write([edit(mine, h, phone="1")])
    scribble(mine, "change", "id = ?", lost.id)
    with pytest.raises(Failed, match="damaged"):
        mine.unsent(10**9)
    mine.renew(county.grant(), keys())
    assert [dict(c.sets) for c in mine.unsent(10**9)] == [{"area": VILLAGE, "head": "周平"}, {"phone": "1"}]
    assert mine.household(h)[0].heads.values() == {"area": VILLAGE, "head": "周平", "phone": "1"}
    assert mine.verify() == []


def test_a_damaged_working_copy_and_photo_are_named(mine: Open, tmp_path: Path) -> None:
    h, v, other = new_id(), new_id(), new_id()
    mine.write([registered(h)])
    mine.save_working(WorkingCopy(v, h, "f", {}))
    mine.save_working(WorkingCopy(other, h, "f", {}))
    photo = mine.put_attachment(h, v, "inside", "image/jpeg", b"photo")
    scribble(mine, "working", "visit = ?", v)
    (file,) = (tmp_path / "v" / "attachments").iterdir()
    file.write_bytes(file.read_bytes()[:-1])
    assert {(d.what, d.id) for d in mine.verify()} == {("working", v), ("attachment", photo)}
    assert [copy.visit for copy in mine.all_working()] == [other]
    with pytest.raises(Failed, match="damaged"):
        mine.attachment(photo)
