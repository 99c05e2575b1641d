"""Enrolment: a code lets one device in, once, and a device that is put out stays out."""

from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from schemas import ids, signing, wire
from schemas.clock import parse_stamp
from schemas.problems import Failed
from sync_server import audit, devices, people
from sync_server.db import Tx
from tests.sync_server.place import EAST, HILL, Place, Watch, enrol_message, enrolled


def code_for(place: Place, role: str = "visitor") -> str:
    return place.server.db.transaction(lambda tx: devices.new_code(tx, place.county, place.user(role)))


def enrol(place: Place, message: wire.Enrol) -> wire.Grant:
    return place.server.db.transaction(lambda tx: devices.enrol(tx, message))


def test_a_grant_names_what_one_person_may_do_and_the_county_signs_it(place: Place, watch: Watch) -> None:
    grant = enrolled(place, code_for(place)).grant
    assert (grant.user, grant.role, grant.county) == (place.user("visitor"), "visitor", "990101")
    assert [a.code for a in grant.areas] == [EAST, HILL]
    assert ids.is_record_id(grant.device)
    assert (parse_stamp(grant.expires) - watch.moment).days == 365
    assert signing.verifies(grant.county_sign_key, signing.GRANT, signing.value(grant.signed_part()), grant.signature)


def test_a_code_may_be_typed_as_people_type(place: Place) -> None:
    code = code_for(place)
    assert enrolled(place, f" {code.lower().replace('0', 'o').replace('1', 'l')} ").grant.role == "visitor"


def test_a_code_is_good_for_one_device(place: Place) -> None:
    code = code_for(place)
    enrolled(place, code)
    with pytest.raises(Failed, match="unknown_code"):
        enrolled(place, code)


def test_a_device_whose_answer_was_lost_asks_again_and_gets_the_same_grant(place: Place) -> None:
    message = enrol_message(code_for(place), Ed25519PrivateKey.generate())
    assert enrol(place, message) == enrol(place, message)
    assert len(place.server.db.snapshot(lambda tx: devices.all_of(tx, place.county))) == 1


def test_a_code_lasts_a_day(place: Place, watch: Watch) -> None:
    code = code_for(place)
    watch.forward(hours=25)
    with pytest.raises(Failed, match="unknown_code"):
        enrolled(place, code)


def test_a_code_that_was_never_made_lets_nobody_in(place: Place) -> None:
    with pytest.raises(Failed, match="unknown_code"):
        enrolled(place, "00000-00000")


def test_the_code_itself_is_kept_nowhere(place: Place) -> None:
    code = code_for(place)
    rows = place.server.db.snapshot(lambda tx: audit.read(tx, place.county))
    assert code not in repr(rows)
    assert code.replace("-", "") not in repr(rows)


def test_somebody_who_left_is_not_let_in(place: Place) -> None:
    code = code_for(place)
    place.server.db.transaction(lambda tx: people.deactivate(tx, place.county, place.user("visitor")))
    with pytest.raises(Failed, match="unknown_code"):
        enrolled(place, code)


def test_a_person_who_left_keeps_nothing_but_their_unsent_changes(place: Place) -> None:
    tablet = place.tablet()
    home = tablet.begin()
    place.server.db.transaction(lambda tx: people.deactivate(tx, place.county, place.user("visitor")))
    change = tablet.change(home, {"phone": "1"})
    assert tablet.push(change).verdicts == (wire.Held("revoked_held"),)
    with pytest.raises(Failed, match="revoked"):
        tablet.pull()


def test_whose_access_ends_loses_their_devices_by_the_countys_order(place: Place) -> None:
    first, second, other = place.tablet(), place.tablet(), place.tablet("officer")
    home = first.begin()
    place.server.db.transaction(lambda tx: devices.revoke(tx, place.county, second.id, place.user("steward")))
    before = second.device.revoked_at
    user = place.user("visitor")
    assert place.server.db.transaction(lambda tx: devices.end_access(tx, place.county, user)) == 1
    assert first.push(first.change(home, {"phone": "1"})).verdicts == (wire.Held("revoked_held"),)
    for tablet in (first, second):
        with pytest.raises(Failed, match="revoked") as revoked:
            tablet.pull()
        at, order = revoked.value.figures["at"], revoked.value.figures["order"]
        assert at == tablet.device.revoked_at
        assert signing.verifies(tablet.grant.county_sign_key, signing.ORDER, signing.value([tablet.id, at]), order)
    assert second.device.revoked_at == before
    assert other.pull().upto == 0
    told = place.server.db.snapshot(lambda tx: audit.read(tx, place.county))
    assert [(e.who, e.what, e.about) for e in told if e.who == audit.SERVER][-2:] == [
        (audit.SERVER, "person_deactivated", user),
        (audit.SERVER, "revoked", first.id),
    ]
    with pytest.raises(Failed, match="unknown_person"):
        code_for(place)


def test_a_device_that_is_let_in_while_its_persons_access_ends_is_put_out_too(place: Place) -> None:
    code, user = code_for(place), place.user("visitor")
    let_in, go_on = Event(), Event()

    def slowly(tx: Tx) -> str:
        grant = devices.enrol(tx, enrol_message(code, Ed25519PrivateKey.generate()))
        let_in.set()
        assert go_on.wait(20)
        return grant.device

    with ThreadPoolExecutor(2) as pool:
        enrolling = pool.submit(place.server.db.transaction, slowly)
        assert let_in.wait(20)
        ending = pool.submit(place.server.db.transaction, lambda tx: devices.end_access(tx, place.county, user))
        assert wait([ending], 0.5).not_done
        go_on.set()
        device = enrolling.result()
        assert ending.result() == 1
    assert place.server.db.snapshot(lambda tx: devices.find(tx, device)).revoked_at


def test_keys_that_are_none_are_malformed(place: Place) -> None:
    message = enrol_message(code_for(place), Ed25519PrivateKey.generate())
    for bad in (
        wire.Enrol(wire.PROTOCOL, message.code, "x", "00", message.box_key),
        wire.Enrol(wire.PROTOCOL, message.code, "x", "z" * 64, ""),
    ):
        with pytest.raises(Failed, match="malformed"):
            enrol(place, bad)


def test_an_app_too_old_to_enrol_is_told_to_update(place: Place) -> None:
    message = enrol_message(code_for(place), Ed25519PrivateKey.generate())
    with pytest.raises(Failed, match="protocol_unknown"):
        enrol(place, wire.Enrol(99, message.code, "x", message.sign_key, message.box_key))


def test_the_county_writes_at_the_desk_but_never_enrols_or_pushes_as_it(place: Place) -> None:
    desk = place.server.db.transaction(lambda tx: devices.desk(tx, place.county))
    assert desk == place.server.db.transaction(lambda tx: devices.desk(tx, place.county))
    assert place.server.db.snapshot(lambda tx: devices.all_of(tx, place.county)) == []
    with pytest.raises(Failed, match="revoked"):
        place.server.db.snapshot(lambda tx: devices.allowed(tx, desk))
    with pytest.raises(Failed, match="unknown_device"):
        place.server.db.transaction(lambda tx: devices.revoke(tx, place.county, desk.id, "x"))
