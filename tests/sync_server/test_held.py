"""Held changes: a supervisor sees why each waits, takes it or lets it rest, and nothing is thrown away."""

import pytest

from schemas import wire
from schemas.problems import Failed
from sync_server import devices, held, people, verify
from sync_server.people import Person
from tests.sync_server.place import CLOUD, EAST, Place, entries, new_id


def somebody(place: Place, role: str = "supervisor") -> Person:
    return place.server.db.snapshot(lambda tx: people.get(tx, place.county, place.user(role)))


def waiting(place: Place, by: Person) -> list[tuple[str, str]]:
    return [(w["change"], w["reason"]) for w in place.server.db.transaction(lambda tx: held.listed(tx, by))]


def release(place: Place, change: str, by: Person) -> None:
    place.server.db.transaction(lambda tx: held.release(tx, by, change))


def test_a_late_change_of_a_revoked_device_is_taken_on_a_supervisors_word(place: Place) -> None:
    tablet, by = place.tablet(), somebody(place)
    home = tablet.begin()
    place.server.db.transaction(lambda tx: devices.revoke(tx, place.county, tablet.id, place.user("steward")))
    late = tablet.change(home, {"phone": "late"})
    tablet.push(late)
    assert waiting(place, by) == [(late.id, "revoked_held")]
    release(place, late.id, by)
    assert entries(place.tablet().pull({EAST: 1}), EAST) == [(2, late.id)]
    assert place.held(home).value("phone") == "late"
    assert waiting(place, by) == []
    with pytest.raises(Failed, match="not_found"):
        release(place, late.id, by)
    assert place.server.db.snapshot(lambda tx: verify.county(tx, place.county)) == []


def test_a_household_registered_outside_the_scope_can_be_taken_where_it_is(place: Place) -> None:
    tablet, by, home = place.tablet(), somebody(place), new_id()
    outside = tablet.change(home, {"area": CLOUD, "head": "丙"})
    tablet.push()
    release(place, outside.id, by)
    assert place.feed(CLOUD) == [(1, outside.id)]
    assert tablet.pull().held == ()


def test_a_dismissed_change_rests_and_is_not_told_again(place: Place) -> None:
    tablet, by = place.tablet(), somebody(place)
    outside = tablet.change(new_id(), {"area": CLOUD})
    tablet.push()
    place.server.db.transaction(lambda tx: held.dismiss(tx, by, outside.id))
    assert (tablet.pull().held, tablet.pull().dismissed) == ((), (1,))
    assert waiting(place, by) == []
    assert tablet.push().verdicts == (wire.Held("not_your_area"),)
    assert place.server.db.snapshot(lambda tx: verify.county(tx, place.county)) == []


def test_a_change_that_no_record_can_hold_cannot_be_released(place: Place) -> None:
    tablet = place.tablet()
    odd = tablet.change(new_id(), {"name": "x"}, record=new_id(), kind="spaceship")
    tablet.push()
    with pytest.raises(Failed, match="unknown_kind"):
        release(place, odd.id, somebody(place))


def test_only_a_supervisor_of_the_place_settles_it(place: Place) -> None:
    tablet = place.tablet()
    home = tablet.begin()
    here = tablet.change(home, {"stage": "decided"}, record=new_id(), kind="case")
    begun = tablet.change(new_id(), {"area": CLOUD})
    tablet.push(here, begun)
    township = Person(place.county, "of-the-township", "某", "supervisor", (EAST[:9],))
    elsewhere = Person(place.county, "elsewhere", "某", "supervisor", (CLOUD[:9],))
    assert waiting(place, township) == [(here.id, "not_your_role")]
    assert waiting(place, elsewhere) == [(begun.id, "not_your_area")]
    with pytest.raises(Failed, match="not_found"):
        release(place, here.id, elsewhere)
    for role in ("visitor", "officer", "steward", "auditor"):
        with pytest.raises(Failed, match="forbidden"):
            release(place, here.id, somebody(place, role))
