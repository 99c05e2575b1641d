"""What somebody reads who has the files: nothing about anybody."""

import logging
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from app.vault import tables
from app.vault.drafts import Draft
from app.vault.open import Open
from app.vault.sealing import AES, SM
from app.vault.working import WorkingCopy
from schemas.problems import Failed
from schemas.wire import Held, Receipt
from tests.app.vault.county import PASSPHRASE, PIN, VILLAGE, County, admitted, edit, member, new_id, registered, vault

CANARIES = (
    "欧阳雪莲", "𬇕水生", "990101195003071234", "990101-云岭乡-18号", "13912345678",
    "841234567", "肺结核待查", "6222021234567890", PASSPHRASE, "MOTLEY-PHOTO",
)  # fmt: skip
NAME, SECOND, ID, ADDRESS, PHONE, AMOUNT, ILLNESS, BANK, *_, PHOTO = CANARIES


def a_full_day(folder: Path, suite: int) -> Open:
    """A visitor's vault after a day: households, a visit, a photo, an open visit, things sent, received and held."""
    county = County()
    mine = admitted(folder, county, suite=suite)
    h, m, v = new_id(), new_id(), new_id()
    mine.write([registered(h, head=NAME, address=ADDRESS, phone=PHONE, bank={"account": BANK})])
    mine.write([member(h, m, name=NAME, national_id=ID), member(h, new_id(), name=SECOND)])
    mine.save_working(WorkingCopy(v, h, "f", {}))
    mine.save_working(WorkingCopy(v, h, "f", {"note": NAME}))
    photo = mine.put_attachment(h, v, "illness", "image/jpeg", PHOTO.encode() * 9000)
    income = [{"id": "1", "item": "wage", "gross": int(AMOUNT), "cost": 0}]
    done = {"visited_on": "2026-03-02", "status": "done", "remarks": ILLNESS, "income_wage": income}
    mine.write([Draft(h, v, "visit", "", {**done, "evidence": [{"photo": photo}]})], ends=v)
    mine.save_working(
        WorkingCopy(new_id(), h, "f", {"basic": {"phone": PHONE, "sum": AMOUNT}}, shown={m: {"name": NAME}})
    )
    mine.receive_receipt(county.take(VILLAGE, *mine.unsent(10**9)))
    mine.receive_page(county.page(VILLAGE, 0))
    (late,) = mine.write([edit(mine, h, phone=PHONE + "0")])
    mine.receive_receipt(Receipt(mine.device(), late.n, late.n, (Held("moved"),)))
    assert mine.find_national_id(ID) == [m]
    assert mine.summaries()[0].head == NAME
    return mine


@pytest.mark.parametrize("suite", [AES, SM])
def test_no_file_holds_a_name_an_id_a_phone_or_an_amount(
    tmp_path: Path, suite: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    mine = a_full_day(tmp_path / "v", suite)
    files = [f for f in tmp_path.rglob("*") if f.is_file()]
    assert {"vault.db", "vault.db-wal"} <= {f.name for f in files}
    assert any(f.parent.name == "attachments" for f in files)
    for file in files:
        data = file.read_bytes()
        for canary in CANARIES:
            for text in (canary.encode(), canary.encode("utf-16-le"), canary.encode("gb18030")):
                assert text not in data, (file.name, canary)
    assert not any(canary in caplog.text for canary in CANARIES)
    mine.lock()
    assert vault(tmp_path / "v").unlock("wangfang", PIN).verify() == []


def test_a_vault_may_change_its_suite_and_still_opens_its_old_rows(tmp_path: Path) -> None:
    a_full_day(tmp_path / "v", AES)
    now = vault(tmp_path / "v", suite=SM).unlock("wangfang", PIN)
    h = now.summaries()[0].household
    now.write([edit(now, h, phone="1")])
    assert now.verify() == []
    assert vault(tmp_path / "v", suite=AES).unlock("wangfang", PIN).summaries()[0].phone == "1"


def test_an_error_of_the_database_quotes_no_values(tmp_path: Path) -> None:
    mine = admitted(tmp_path / "v", County())
    with pytest.raises(IntegrityError) as error, mine._store.writing() as sql:
        sql.execute(insert(tables.person).values(no=1, user="x", name=NAME, role="visitor"))
    assert NAME not in str(error.value)
    assert NAME not in repr(error.value)


def test_keys_are_not_shown_by_anything_printed(tmp_path: Path) -> None:
    mine = admitted(tmp_path / "v", County())
    shown = repr(mine) + repr(mine._ring) + repr(mine._account)
    assert mine._mine().sign_private.hex() not in shown
    assert repr(mine._mine().sign_private) not in shown
    assert repr(mine._ring.user_key) not in shown


def test_a_payload_moved_to_another_row_does_not_open(tmp_path: Path) -> None:
    """Poor household's file in the place of a rich one's: the seal is bound to the row."""
    mine = admitted(tmp_path / "v", County())
    a, b = new_id(), new_id()
    mine.write([registered(a, head=NAME), registered(b, head=SECOND)])
    with mine._store.writing() as sql:
        sql.exec_driver_sql("update record set sealed = (select sealed from record where id = ?) where id = ?", (a, b))
        sql.exec_driver_sql("delete from change where record = ?", (b,))
    with pytest.raises(Failed, match="damaged"):
        mine.record(b)
    assert mine.household(a)[0].heads.value("head") == NAME
