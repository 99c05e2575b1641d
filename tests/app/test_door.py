"""The way into a device, on a real server and a real vault."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.ui.seams import SyncState
from schemas.problems import Failed
from tests.app.ui.village import PASSPHRASE, PIN, Place, village


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with village(tmp_path) as there:
        yield there


def test_a_code_is_not_lost_on_a_wrong_pin(place: Place) -> None:
    place.enrolled().lock()
    door, code = place.door, place.code()
    with pytest.raises(Failed, match="wrong_pin"):
        door.enrol(place.url, code, "830164", PASSPHRASE)
    inside = door.enrol(place.url, code, PIN, PASSPHRASE)
    assert inside.work.me().user == "lin"
    inside.close()


def test_a_code_is_not_lost_on_a_pin_that_is_too_simple(place: Place) -> None:
    door, code = place.door, place.code()
    with pytest.raises(Failed, match="weak_pin"):
        door.enrol(place.url, code, "111111", PASSPHRASE)
    door.enrol(place.url, code, PIN, PASSPHRASE).close()
    assert [person.user for person in door.residents()] == ["lin"]


def test_a_code_serves_one_device_once(place: Place) -> None:
    door, code = place.door, place.code()
    door.enrol(place.url, code, PIN, PASSPHRASE).close()
    with pytest.raises(Failed, match="unknown_code"):
        door.enrol(place.url, code, PIN, PASSPHRASE)


def test_a_closed_door_reads_nothing_and_opens_again(place: Place) -> None:
    place.enrolled().lock()
    inside = place.door.unlock("lin", PIN)
    inside.close()
    with pytest.raises(Failed, match="locked"):
        inside.work.households()
    place.door.unlock("lin", PASSPHRASE, "pass").close()


def test_a_device_the_server_forgot_enrols_anew_on_the_same_vault_and_sends_everything_again(place: Place) -> None:
    place.enrolled().lock()
    inside = place.door.unlock("lin", PIN)
    told: list[object] = []
    news = threading.Condition()

    def watch(state: SyncState) -> None:
        with news:
            told.append(state.problem.code if state.problem else state.safe)
            news.notify_all()

    inside.runner.subscribe(watch)
    with news:
        inside.runner.start()
        assert news.wait_for(lambda: told[-1:] == [True], 20)
    place.server.db.transaction(lambda tx: tx.connection.exec_driver_sql("delete from device"))
    with news:
        inside.runner.start()
        assert news.wait_for(lambda: told[-1:] == ["unknown_device"], 20)
    inside.re_enrol(place.code())
    with news:
        assert news.wait_for(lambda: told[-1:] == [True], 20)
    with pytest.raises(Failed, match="unknown_code"):
        inside.re_enrol("AAAAA-AAAAA")
    inside.close()
