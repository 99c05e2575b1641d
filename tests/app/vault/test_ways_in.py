"""PINs, passphrases, waits, and what is left when they are lost."""

import shutil
from pathlib import Path

import pytest

from app.vault.device_secret import FileSecret
from app.vault.open import Open
from app.vault.vault import Person, Vault
from schemas import escrow
from schemas.clock import Clock
from schemas.problems import Failed
from tests.app.vault.county import (
    CHEAP,
    OTHER,
    PASSPHRASE,
    PIN,
    VILLAGE,
    County,
    Time,
    admitted,
    keys,
    new_id,
    registered,
    vault,
)

WRONG = "135791"


def wrong(v: Vault, kind: str = "pin") -> Failed:
    with pytest.raises(Failed) as refused:
        v.unlock("wangfang", WRONG, kind)
    return refused.value


def test_a_person_comes_in_by_a_grant_and_later_by_pin_or_passphrase(tmp_path: Path) -> None:
    admitted(tmp_path / "v", County()).lock()
    v = vault(tmp_path / "v")
    assert v.people() == [Person("wangfang", "王芳", "visitor", ("pin", "pass"))]
    for opened in (v.unlock("wangfang", PIN), v.unlock("wangfang", PASSPHRASE, "pass")):
        assert (opened.user, opened.name, opened.role) == ("wangfang", "王芳", "visitor")
        assert opened.server_url == "http://ruhu.example"
        assert [a.code for a in opened.areas()] == [VILLAGE]
    with pytest.raises(Failed, match="not_found"):
        v.unlock("nobody", PIN)


def test_a_full_width_pin_is_the_same_pin(tmp_path: Path) -> None:
    admitted(tmp_path / "v", County())
    assert vault(tmp_path / "v").unlock("wangfang", "１３５７９０").user == "wangfang"


@pytest.mark.parametrize("pin", ["", "12345", "1234567", "111111", "121212", "123456", "987654", "901234", "abcdef"])
def test_a_simple_pin_is_refused(tmp_path: Path, pin: str) -> None:
    with pytest.raises(Failed, match="weak_pin"):
        vault(tmp_path / "v").admit(County().grant(), keys(), pin, None, "")


@pytest.mark.parametrize("passphrase", ["", "short", "aaaaaaaaaaaa"])
def test_a_simple_passphrase_is_refused(tmp_path: Path, passphrase: str) -> None:
    with pytest.raises(Failed, match="weak_passphrase"):
        vault(tmp_path / "v").admit(County().grant(), keys(), PIN, passphrase, "")
    assert vault(tmp_path / "v").people() == []


def test_secrets_are_checked_before_a_code_is_spent(tmp_path: Path) -> None:
    v = vault(tmp_path / "v")
    v.check_secrets(PIN, None)
    v.check_secrets(PIN, PASSPHRASE)
    for pin, passphrase, code in (("111111", None, "weak_pin"), (PIN, "short", "weak_passphrase")):
        with pytest.raises(Failed, match=code):
            v.check_secrets(pin, passphrase)


def test_a_grant_that_the_county_did_not_sign_lets_nobody_in(tmp_path: Path) -> None:
    county, stranger = County(), County()
    forged = stranger.signed(county.grant())
    with pytest.raises(Failed, match="bad_grant"):
        vault(tmp_path / "v").admit(forged, keys(), PIN, None, "")


def test_wrong_pins_cost_more_and_more_time(tmp_path: Path) -> None:
    time = Time()
    admitted(tmp_path / "v", County(), time.clock())
    v = vault(tmp_path / "v", time.clock())
    assert [wrong(v).figures for _ in range(4)] == [{"left": 9}, {"left": 8}, {"left": 7}, {"left": 6}]
    assert wrong(v).figures == {"left": 5}
    for seconds, left in ((30, 4), (60, 3), (300, 2), (900, 1)):
        refused = wrong(v)
        assert (refused.code, refused.figures) == ("wait", {"seconds": seconds})
        time.pass_(seconds - 1)
        assert wrong(v).figures == {"seconds": 1}
        time.pass_(1)
        assert wrong(v).figures == {"left": left}


def test_the_right_pin_forgives_the_wrong_ones(tmp_path: Path) -> None:
    admitted(tmp_path / "v", County())
    v = vault(tmp_path / "v")
    for _ in range(3):
        wrong(v)
    v.unlock("wangfang", PIN)
    assert wrong(v).figures == {"left": 9}


def test_the_right_pin_must_wait_too(tmp_path: Path) -> None:
    time = Time()
    admitted(tmp_path / "v", County(), time.clock())
    v = vault(tmp_path / "v", time.clock())
    for _ in range(5):
        wrong(v)
    with pytest.raises(Failed, match="wait"):
        v.unlock("wangfang", PIN)
    time.pass_(30)
    assert v.unlock("wangfang", PIN).user == "wangfang"


def test_a_clock_set_back_makes_nobody_wait_for_years(tmp_path: Path) -> None:
    time = Time()
    admitted(tmp_path / "v", County(), time.clock())
    v = vault(tmp_path / "v", time.clock())
    for _ in range(5):
        wrong(v)
    time.pass_(-400 * 24 * 3600)
    assert wrong(v).figures == {"seconds": 30}
    time.pass_(30)
    assert v.unlock("wangfang", PIN).user == "wangfang"


def test_a_try_is_counted_before_it_is_made(tmp_path: Path) -> None:
    """A battery pulled while the key is being stretched must not buy a free try. Here the try dies there on a slot
    that is damaged."""
    mine = admitted(tmp_path / "v", County())
    with mine._store.writing() as sql:
        sql.exec_driver_sql("update slot set head = cast(replace(head, '\"n\":1024', '\"n\":1023') as blob)")
    v = vault(tmp_path / "v")
    with pytest.raises(Failed, match="vault_damaged"):
        v.unlock("wangfang", PIN)
    with mine._store.reading() as sql:
        assert sql.exec_driver_sql("select failures from slot where kind = 'pin'").scalar_one() == 1


def test_ten_wrong_pins_remove_the_pin_and_lose_nothing(tmp_path: Path) -> None:
    time = Time()
    mine = admitted(tmp_path / "v", County(), time.clock())
    h = new_id()
    mine.write([registered(h, head="何秀英")])
    v = vault(tmp_path / "v", time.clock())
    for _ in range(9):
        wrong(v)
        time.pass_(3600)
    assert wrong(v).code == "pin_removed"
    with pytest.raises(Failed, match="pin_removed"):
        v.unlock("wangfang", PIN)
    assert v.people()[0].kinds == ("pass",)

    again = v.unlock("wangfang", PASSPHRASE, "pass")
    assert [s.head for s in again.summaries()] == ["何秀英"]
    again.set_pin("246813")
    assert v.unlock("wangfang", "246813").waiting_in(h) == 1


def test_wrong_passphrases_wait_but_are_never_removed(tmp_path: Path) -> None:
    time = Time()
    admitted(tmp_path / "v", County(), time.clock())
    v = vault(tmp_path / "v", time.clock())
    for _ in range(15):
        assert wrong(v, "pass").code == "wrong_passphrase"
        time.pass_(3600)
    assert v.unlock("wangfang", PASSPHRASE, "pass").user == "wangfang"


def test_a_copied_folder_is_shut_to_the_right_pin(tmp_path: Path) -> None:
    admitted(tmp_path / "v", County())
    shutil.copytree(tmp_path / "v", tmp_path / "stolen")
    thief = vault(tmp_path / "stolen")
    with pytest.raises(Failed, match="device_secret_lost"):
        thief.unlock("wangfang", PIN)


def test_a_lost_device_secret_is_told_apart_and_the_passphrase_mends_it(tmp_path: Path) -> None:
    admitted(tmp_path / "v", County())
    other_store = FileSecret(tmp_path / "other")
    v = Vault(tmp_path / "v", Clock(), other_store, cost=CHEAP)
    for _ in range(12):
        with pytest.raises(Failed, match="device_secret_lost"):
            v.unlock("wangfang", PIN)
    other_store.put(bytes(range(32)))
    with pytest.raises(Failed, match="device_secret_lost"):
        v.unlock("wangfang", PIN)
    v.unlock("wangfang", PASSPHRASE, "pass").set_pin(PIN)
    assert v.unlock("wangfang", PIN).user == "wangfang"


def test_an_old_pin_is_gone_from_the_files_once_it_was_changed(tmp_path: Path) -> None:
    mine = admitted(tmp_path / "v", County())
    before = {f.name: f.read_bytes() for f in (tmp_path / "v").iterdir() if f.is_file()}
    with mine._store.reading() as sql:
        old = bytes(sql.exec_driver_sql("select wrapped from slot where kind = 'pin'").scalar_one())
    assert any(old in data for data in before.values())
    mine.set_pin("246813")
    assert not any(old in f.read_bytes() for f in (tmp_path / "v").iterdir() if f.is_file())
    with pytest.raises(Failed, match="wrong_pin"):
        vault(tmp_path / "v").unlock("wangfang", PIN)


def test_people_who_share_a_tablet_cannot_open_each_others_areas(tmp_path: Path) -> None:
    county = County()
    v = vault(tmp_path / "v")
    wang = v.admit(county.grant("wangfang", (VILLAGE,)), keys(), PIN, None, "")
    li = v.admit(county.grant("liqiang", (VILLAGE, OTHER), "李强"), keys(), "864209", None, "")
    h = new_id()
    wang.write([registered(h, head="只给王芳")])
    assert [p.user for p in v.people()] == ["wangfang", "liqiang"]
    assert li.summaries() == []
    assert li.household(h) == []
    assert set(li.cursors()) == {VILLAGE, OTHER}
    assert wang._ring.area_key(VILLAGE, 1) != li._ring.area_key(VILLAGE, 1)
    with pytest.raises(Failed, match="wrong_pin"):
        v.unlock("liqiang", PIN)


def test_the_same_person_admitted_again_needs_their_pin_and_keeps_their_work(tmp_path: Path) -> None:
    county = County()
    mine = admitted(tmp_path / "v", county)
    h = new_id()
    mine.write([registered(h, head="旧资料")])
    v = vault(tmp_path / "v")
    grant = county.grant(areas=(VILLAGE, OTHER))
    with pytest.raises(Failed, match="wrong_pin"):
        v.admit(grant, keys(), "864209", None, "")
    again = v.admit(grant, keys(), PIN, None, "https://new.example")
    assert again.device() == grant.device
    assert again.server_url == "https://new.example"
    assert set(again.cursors()) == {VILLAGE, OTHER}
    assert [s.head for s in again.summaries()] == ["旧资料"]


def forgotten(folder: Path, county: County) -> tuple[Vault, str]:
    """A tablet whose person forgot PIN and passphrase, with a visit's household that was never sent."""
    mine = admitted(folder, county)
    h = new_id()
    mine.write([registered(h, head="从未上传")])
    mine.shut_out()
    return vault(folder), h


def restored(v: Vault, county: County) -> Open:
    new = keys()
    asked = v.recovery_request("wangfang", new)
    answer = escrow.answer(asked, county.box_private, Clock().random)
    return v.restore(county.grant(), new, answer, "246813", None, "")


def test_a_forgotten_pin_and_passphrase_lose_nothing(tmp_path: Path) -> None:
    county = County()
    v, h = forgotten(tmp_path / "v", county)
    assert v.people()[0].kinds == ()
    for kind in ("pin", "pass"):
        with pytest.raises(Failed):
            v.unlock("wangfang", PIN, kind)
    again = restored(v, county)
    (change,) = again.waiting()
    assert (change.household, change.device, change.n) == (h, again.device(), 1)
    assert [s.head for s in again.summaries()] == ["从未上传"]
    assert again.verify() == []
    assert v.unlock("wangfang", "246813").waiting_count() == 1


def test_the_countys_answer_opens_one_tablet_only(tmp_path: Path) -> None:
    county = County()
    v, _ = forgotten(tmp_path / "v", county)
    new, thief = keys(), keys()
    asked = v.recovery_request("wangfang", new)
    with pytest.raises(Failed, match="bad_escrow"):
        escrow.answer(asked, County().box_private, Clock().random)
    with pytest.raises(Failed, match="bad_escrow"):
        escrow.answer({"v": 1}, county.box_private, Clock().random)
    answer = escrow.answer(asked, county.box_private, Clock().random)
    with pytest.raises(Failed, match="bad_escrow"):
        v.restore(county.grant(), thief, answer, "246813", None, "")
    assert v.people()[0].kinds == ()
