"""A server or a tablet that was put back from a backup, and clocks that are wrong by years."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from app.sync.enrol import enrol
from app.sync.round import sync_once
from app.vault.device_secret import FileSecret
from app.vault.keys import new_device_keys
from app.vault.vault import Vault
from schemas.clock import Clock
from sync_server import tables
from tests.app.sync.conftest import PIN, QUICK, UPPER, Centre, Tablet
from tests.app.sync.test_round import codes, dump, restore

Tablets = Callable[[str], Tablet]


def re_enrol(tablet: Tablet, centre: Centre, user: str = "lin", *, forgotten: bool = False) -> None:
    keys = new_device_keys(tablet.clock)
    grant = enrol(tablet.line.url, centre.codes(user), keys.sign_public_hex, keys.box_public_hex, "平板")
    tablet.open.renew(grant, keys, forgotten=forgotten)


def put_back(tablet: Tablet, backup: Path) -> Tablet:
    """The tablet as it was when its folder was copied."""
    tablet.open.lock()
    folder = tablet.vault._folder
    tablet.vault.close()
    shutil.rmtree(folder)
    shutil.copytree(backup, folder)
    vault = Vault(folder, tablet.clock, FileSecret(folder / "secret"), cost=QUICK)
    return replace(tablet, vault=vault, open=vault.unlock("lin", PIN))


def test_what_a_server_lost_of_others_work_comes_back_from_whoever_has_it(tablet: Tablets, centre: Centre) -> None:
    a, b = tablet("lin"), tablet("lan")
    household = a.register("一")
    a.sync()
    b.sync()
    before = dump(centre)
    a.edit(household, phone="1")
    a.register("二")
    a.sync()
    b.edit(household, phone="2")
    b.register("三")
    b.sync()
    a.sync()
    restore(centre, before)
    # Only one of the two comes back to the server: it brings its own work and, as a witness, the other's.
    outcome = a.sync()
    assert (outcome.problems, outcome.waiting, outcome.safe) == ((), 0, True)
    assert centre.rows("change") == 5
    assert len(a.open.summaries()) == 3
    assert a.open.verify() == []
    assert b.sync().safe
    assert b.open.summaries() == a.open.summaries()
    assert centre.rows("change") == 5


def test_photos_that_a_restored_server_lost_are_sent_again(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    household = a.register()
    a.sync()
    before = dump(centre)
    a.photo(household)
    assert a.sync().chunks == 3
    restore(centre, before)
    again = a.sync()
    assert (again.chunks, again.photos_waiting, again.safe) == (3, 0, True)


def test_photos_whose_pieces_fell_between_a_backup_and_its_loss_are_sent_again(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    a.photo(a.register())
    road = a.road()
    assert sync_once(a.open, road, clock=a.clock, photos=lambda: False).photos_waiting == 1
    road.close()
    before = dump(centre)
    assert a.sync().safe
    restore(centre, before)
    # Not a change nor an entry of a feed is missing: only the pieces are.
    again = a.sync()
    assert (again.sent, again.chunks, again.safe, again.problems) == (0, 3, True, ())
    assert centre.rows("chunk") == 3
    assert a.sync().chunks == 0


@pytest.mark.parametrize("why", ["revoked", "expired"])
def test_who_is_answered_no_more_brings_again_first_what_a_restored_server_lost(
    tablet: Tablets, centre: Centre, why: str
) -> None:
    a = tablet("lin")
    household = a.register()
    a.sync()
    before = dump(centre)
    a.edit(household, phone="1")
    a.sync()
    restore(centre, before)
    if why == "revoked":
        centre.revoke(a)
    else:
        over = (
            update(tables.device)
            .where(tables.device.c.id == a.open.device())
            .values(expires_at="2001-01-01T00:00:00.000Z")
        )
        centre.server.db.transaction(lambda tx: tx.execute(over))
    outcome = a.sync()
    assert (codes(outcome.problems), outcome.sent, outcome.shut_out) == ([why], 1, why == "revoked")
    assert (centre.rows("change"), centre.rows("held")) == (2, 1)


def test_a_tablet_put_back_from_a_backup_enrols_anew_and_sends_what_it_had_not_sent(
    tablet: Tablets, centre: Centre, tmp_path: Path
) -> None:
    a = tablet("lin")
    household = a.register("一")
    a.sync()
    a.edit(household, phone="unsent")
    shutil.copytree(a.vault._folder, tmp_path / "backup")
    a.edit(household, phone="lost with the tablet's disk")
    a.sync()
    a = put_back(a, tmp_path / "backup")
    a.edit(household, address="5组1号")
    assert codes(a.sync().problems) == ["fork"]
    assert a.open.waiting_count() == 2
    re_enrol(a, centre)
    outcome = a.sync()
    assert (outcome.sent, outcome.problems, outcome.safe) == (2, (), True)
    assert a.value(household, "address") == "5组1号"
    assert a.open.verify() == []
    b = tablet("lan")
    b.sync()
    assert b.open.summaries()[0].address == "5组1号"


def test_a_tablet_put_back_with_nothing_to_send_is_told_before_it_writes(
    tablet: Tablets, centre: Centre, tmp_path: Path
) -> None:
    a = tablet("lin")
    household = a.register()
    a.sync()
    shutil.copytree(a.vault._folder, tmp_path / "backup")
    a.edit(household, phone="1")
    a.sync()
    a = put_back(a, tmp_path / "backup")
    outcome = a.sync()
    assert codes(outcome.problems) == ["fork"]
    assert a.value(household, "phone") == "1"
    re_enrol(a, centre)
    assert a.sync().safe
    assert a.open.verify() == []


def test_a_server_that_does_not_know_the_device_gets_all_its_work_under_a_new_name(
    tablet: Tablets, centre: Centre
) -> None:
    before = dump(centre)
    a = tablet("lin")
    household = a.register("一")
    a.edit(household, phone="1")
    a.sync()
    a.photo(household)
    restore(centre, before)
    assert codes(a.sync().problems) == ["unknown_device"]
    re_enrol(a, centre, forgotten=True)
    outcome = a.sync()
    assert (outcome.problems, outcome.waiting, outcome.safe) == ((), 0, True)
    assert a.value(household, "phone") == "1"
    assert a.open.verify() == []
    b = tablet("lan")
    b.sync()
    assert [(s.head, s.phone) for s in b.open.summaries()] == [("一", "1")]


@pytest.mark.parametrize("years", [-30, 40])
def test_a_clock_that_is_wrong_by_years_changes_nothing(tablet: Tablets, centre: Centre, years: int) -> None:
    a, b = tablet("lin"), tablet("lan")
    right = a.clock
    wrong = Clock(now=lambda: right.now() + timedelta(days=365 * years), random=right.random)
    a = replace(a, clock=wrong)
    household = a.register()
    assert a.sync().safe
    assert b.sync().safe
    a.edit(household, phone="1")
    b.edit(household, phone="2")
    assert a.sync().safe
    assert b.sync().safe
    assert a.sync().safe
    for t in (a, b):
        held = t.open.record(household)
        assert held is not None
        assert set(held.heads.live["phone"].values()) == {"1", "2"}
    assert [x.code for x in b.open.areas()] == [UPPER]
