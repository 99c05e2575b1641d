"""An open visit with its photos, the documents it runs on, and how it ends."""

import os
from pathlib import Path

import pytest

from app.vault.drafts import Draft
from app.vault.open import Open
from app.vault.working import WorkingCopy
from schemas import codec
from schemas.clock import Clock
from schemas.problems import Failed
from schemas.wire import CHUNK_BYTES
from tests.app.vault.county import PIN, County, admitted, new_id, registered, sync, vault


@pytest.fixture
def county() -> County:
    return County()


@pytest.fixture
def mine(tmp_path: Path, county: County) -> Open:
    return admitted(tmp_path / "v", county)


def household(mine: Open) -> str:
    h = new_id()
    mine.write([registered(h)])
    return h


def test_an_open_visit_is_where_it_was_left(mine: Open, tmp_path: Path) -> None:
    h, v = household(mine), new_id()
    copy = WorkingCopy(v, h, "hash", {"a": 1}, {h: {"phone": ["x"]}}, {h: {"phone": "1"}}, "2026-03-02T01:30:00.000Z")
    mine.save_working(copy)
    mine.save_working(copy.with_answers({"a": 2, "members": [{"_id": "1"}]}))
    mine.lock()
    again = vault(tmp_path / "v").unlock("wangfang", PIN)
    assert again.working(h) == copy.with_answers({"a": 2, "members": [{"_id": "1"}]})
    assert again.all_working() == [again.working(h)]
    assert again.working(new_id()) is None
    again.drop_working(v)
    assert again.working(h) is None
    with pytest.raises(Failed, match="unknown_household"):
        again.save_working(WorkingCopy(v, new_id(), "hash", {}))


def test_finishing_a_visit_writes_it_records_its_photos_and_ends_the_working_copy(
    mine: Open, county: County, tmp_path: Path
) -> None:
    h, v = household(mine), new_id()
    mine.save_working(WorkingCopy(v, h, "f", {}))
    data = Clock().random(2 * CHUNK_BYTES + 5)
    kept = mine.put_attachment(h, v, "inside", "image/jpeg", data)
    retaken = mine.put_attachment(h, v, "inside", "image/jpeg", b"blurred")
    assert mine.attachment(retaken) == b"blurred"
    assert mine.chunks_waiting() == []

    written = mine.write([Draft(h, v, "visit", "f", {"evidence": [{"id": "1", "photo": kept}]})], ends=v)

    assert [c.kind for c in written] == ["visit", "attachment"]
    assert mine.all_working() == []
    with pytest.raises(Failed, match="not_found"):
        mine.attachment(retaken)
    assert len(list((tmp_path / "v" / "attachments").iterdir())) == 1
    record = mine.record(kept)
    assert record is not None
    assert record.heads.values() == {
        "visit": v,
        "sha256": codec.sha256(data),
        "size": len(data),
        "type": "image/jpeg",
        "purpose": "inside",
        "chunks": [codec.sha256(data[i : i + CHUNK_BYTES]) for i in (0, CHUNK_BYTES, 2 * CHUNK_BYTES)],
    }
    sync(mine, county)
    assert mine.photos_waiting() == 1
    names = mine.chunks_waiting()
    assert names == record.heads.value("chunks")
    parts = [mine.chunk(name) for name in names]
    assert b"".join(part for part in parts if part is not None) == data
    mine.chunks_safe(names[:2])
    assert mine.chunks_waiting() == names[2:]
    assert mine.photos_waiting() == 1
    mine.chunks_safe(names)
    assert (mine.chunks_waiting(), mine.photos_waiting()) == ([], 0)
    assert mine.chunk(names[0]) is None
    assert mine.attachment(kept) == data
    assert mine.verify() == []


def test_a_visit_finished_in_another_window_is_over_in_this_one(mine: Open, tmp_path: Path) -> None:
    h, v = household(mine), new_id()
    copy = WorkingCopy(v, h, "f", {})
    mine.save_working(copy)
    finish = [Draft(h, v, "visit", "f", {"status": "done"})]
    vault(tmp_path / "v").unlock("wangfang", PIN).write(finish, ends=v)
    for again in (
        lambda: mine.write(finish, ends=v),
        lambda: mine.save_working(copy),
        lambda: mine.drop_working(v),
    ):
        with pytest.raises(Failed, match="visit_over"):
            again()
    assert mine.waiting_count() == 2
    assert mine.all_working() == []


def test_a_visit_that_cannot_be_written_stays_open_with_its_photos(mine: Open) -> None:
    h, v = household(mine), new_id()
    mine.save_working(WorkingCopy(v, h, "f", {}))
    photo = mine.put_attachment(h, v, "inside", "image/jpeg", b"photo")
    with pytest.raises(Failed, match="bad_value"):
        mine.write([Draft(h, v, "visit", "f", {"evidence": "not a table"})], ends=v)
    assert mine.working(h) is not None
    assert mine.attachment(photo) == b"photo"


def test_dropping_an_open_visit_drops_its_photos_but_not_those_recorded_before(mine: Open, tmp_path: Path) -> None:
    h, v = household(mine), new_id()
    mine.save_working(WorkingCopy(v, h, "f", {}))
    mine.save_working(WorkingCopy(v, h, "f", {}))
    before = mine.put_attachment(h, v, "inside", "image/jpeg", b"before")
    mine.write([Draft(h, v, "visit", "f", {"evidence": [{"photo": before}]})], ends=v)
    mine.save_working(WorkingCopy(v, h, "f", {}))
    mine.put_attachment(h, v, "inside", "image/jpeg", b"after")
    mine.drop_working(v)
    assert mine.attachment(before) == b"before"
    assert len(list((tmp_path / "v" / "attachments").iterdir())) == 1


def test_a_photo_of_another_tablet_is_kept_only_when_it_is_the_one_recorded(tmp_path: Path, county: County) -> None:
    mine, other = admitted(tmp_path / "a", county), admitted(tmp_path / "b", county)
    h, v = household(mine), new_id()
    mine.save_working(WorkingCopy(v, h, "f", {}))
    mine.save_working(WorkingCopy(v, h, "f", {}))
    photo = mine.put_attachment(h, v, "inside", "image/jpeg", b"photo")
    mine.write([Draft(h, v, "visit", "f", {"evidence": [{"photo": photo}]})], ends=v)
    sync(mine, county)
    sync(other, county)
    with pytest.raises(Failed, match="not_found"):
        other.attachment(photo)
    with pytest.raises(Failed, match="bad_chunk"):
        other.receive_attachment(photo, b"another")
    with pytest.raises(Failed, match="not_found"):
        other.receive_attachment(new_id(), b"photo")
    other.receive_attachment(photo, b"photo")
    other.receive_attachment(photo, b"photo")
    assert other.attachment(photo) == b"photo"
    assert (other.photos_waiting(), other.chunks_waiting()) == (0, [])


def test_what_a_cut_left_behind_is_swept_after_a_day(tmp_path: Path, mine: Open) -> None:
    h = household(mine)
    photo = mine.put_attachment(h, new_id(), "inside", "image/jpeg", b"photo")
    folder = tmp_path / "v" / "attachments"
    for file in (*folder.iterdir(), folder / "ab.part", folder / "cd"):
        file.touch()
        os.utime(file, (0, 0))
    (folder / "fresh.part").touch()
    vault(tmp_path / "v")
    assert sorted(f.name for f in folder.iterdir() if len(f.name) < 32) == ["fresh.part"]
    assert mine.attachment(photo) == b"photo"


def test_documents_are_those_the_county_signed(mine: Open, county: County) -> None:
    form, data = county.document({"form": 1})
    pack, packed = county.document({"pack": 1}, "pack", "cn-2021")
    assert mine.document(form.hash) is None
    mine.put_document(form, data)
    mine.put_document(form, data)
    mine.put_document(pack, packed)
    assert (mine.documents("form"), mine.documents("pack")) == ([form], [pack])
    assert mine.document(form.hash) == {"form": 1}
    forged, forged_data = County().document({"form": 2})
    for item, content in ((forged, forged_data), (form, b"{}"), (form, data + b" ")):
        with pytest.raises(Failed, match="bad_signature"):
            mine.put_document(item, content)
    assert mine.documents("form") == [form]


def test_a_withdrawn_form_is_no_longer_listed_but_still_opens_old_visits(mine: Open, county: County) -> None:
    old, old_data = county.document({"form": 1})
    new, new_data = county.document({"form": 2})
    mine.put_document(old, old_data)
    mine.put_document(new, new_data)
    assert mine.documents("form") == [old, new]
    mine.receive_library([new])
    assert mine.documents("form") == [new]
    assert mine.document(old.hash) == {"form": 1}
    mine.receive_library([old, new])
    assert mine.documents("form") == [old, new]


def test_a_document_changed_on_the_disk_is_not_there(mine: Open, county: County) -> None:
    form, data = county.document({"standard": 66500})
    mine.put_document(form, data)
    with mine._store.writing() as sql:
        sql.exec_driver_sql("update document set data = cast(replace(data, '66500', '99999') as blob)")
    assert mine.document(form.hash) is None
    mine.put_document(form, data)
    assert mine.document(form.hash) == {"standard": 66500}
