"""Guessing is slowed down for whoever guesses, hardly for anybody else, and costs the server a bounded memory."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import func, select

from app.sync import http
from schemas.problems import Failed
from sync_server import brake, devices, tables
from sync_server.brake import Brake
from sync_server.main import create_app
from sync_server.settings import Settings
from tests.sync_server.place import Place, Watch, enrol_message, found
from tests.sync_server.web import served


def wrong(brake: Brake, address: str) -> str:
    with pytest.raises(Failed) as refusal, brake.guessing(address, "unknown_code"):
        raise Failed("unknown_code")
    return refusal.value.code


def test_whoever_guesses_again_and_again_waits_longer_each_time_and_nobody_else() -> None:
    watch = Watch()
    gate = Brake(watch.clock)
    for _ in range(brake.PATIENCE):
        assert wrong(gate, "192.0.2.1") == "unknown_code"
    waits = []
    for _ in range(12):
        with pytest.raises(Failed, match="wait") as refusal, gate.guessing("192.0.2.1", "unknown_code"):
            pytest.fail("it was tried")
        waits.append(refusal.value.figures["seconds"])
        watch.forward(seconds=waits[-1])
        assert wrong(gate, "192.0.2.1") == "unknown_code"
    assert waits == sorted(waits)
    assert waits[-1] == brake.LONGEST.total_seconds() + 1
    assert wrong(gate, "192.0.2.2") == "unknown_code"


def test_the_right_code_and_an_hour_of_quiet_clear_an_address() -> None:
    watch = Watch()
    gate = Brake(watch.clock)
    for clear in ("right", "quiet"):
        for _ in range(brake.PATIENCE - 1):
            wrong(gate, "192.0.2.1")
        if clear == "right":
            with gate.guessing("192.0.2.1", "unknown_code"):
                pass
        else:
            watch.moment += brake.FORGETS + timedelta(seconds=1)
    assert {wrong(gate, "192.0.2.1") for _ in range(brake.PATIENCE)} == {"unknown_code"}


def test_a_problem_that_is_no_wrong_guess_is_not_counted() -> None:
    gate = Brake(Watch().clock)
    for _ in range(brake.PATIENCE * 2):
        with pytest.raises(Failed, match="malformed"), gate.guessing("192.0.2.1", "unknown_code"):
            raise Failed("malformed")


def test_very_many_addresses_are_slowed_down_together_and_forgotten_in_turn() -> None:
    watch = Watch()
    gate = Brake(watch.clock)
    for i in range(brake.KNOWN + 500):
        wrong(gate, f"2001:db8:{i:x}::1")
        watch.forward(seconds=11)
        assert len(gate._tries) <= brake.KNOWN
    for i in range(brake.PATIENCE_WITH_ALL):
        watch.forward(seconds=11)
        wrong(gate, f"192.0.2.{i}")
    with pytest.raises(Failed, match="wait") as refusal, gate.guessing("198.51.100.1", "unknown_code"):
        pytest.fail("it was tried")
    assert refusal.value.figures["seconds"] <= brake.LONGEST_FOR_ALL.total_seconds() + 1


def test_the_addresses_of_one_subscriber_are_one() -> None:
    gate = Brake(Watch().clock)
    for i in range(brake.PATIENCE):
        wrong(gate, f"2001:db8::{i:x}")
    assert wrong(gate, "2001:db8::ffff") == "wait"
    assert wrong(gate, "::ffff:192.0.2.1") == "unknown_code"
    assert wrong(gate, "no address") == "unknown_code"


def test_a_device_that_guesses_codes_is_told_to_wait_and_an_honest_one_is_let_in(chosen: Settings) -> None:
    watch = Watch()
    app = create_app(chosen, watch.clock)
    place = found(app.state.server)
    before = audited(place)
    with served(app) as url:
        codes = []
        for i in range(brake.PATIENCE + 2):
            with pytest.raises(Failed) as refusal:
                http.enrol(url, enrol_message(f"{i:05}-ABCDE", Ed25519PrivateKey.generate()))
            codes.append(refusal.value.code)
        assert codes == ["unknown_code"] * brake.PATIENCE + ["wait"] * 2
        assert refusal.value.figures == {"seconds": 2}
        assert audited(place) == before
        watch.forward(seconds=2)
        code = place.server.db.transaction(lambda tx: devices.new_code(tx, place.county, place.user("visitor")))
        assert http.enrol(url, enrol_message(code, Ed25519PrivateKey.generate())).user == place.user("visitor")


def audited(place: Place) -> int:
    count = select(func.count()).select_from(tables.audit)
    return int(place.server.db.snapshot(lambda tx: tx.execute(count).scalar_one()))
