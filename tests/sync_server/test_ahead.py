"""What is worked out about a batch beforehand may be out of date when its turn comes; then it changes nothing."""

from collections.abc import Callable

import pytest
from sqlalchemy import update

from schemas import wire
from schemas.problems import Failed
from sync_server import ahead, intake, tables, verify
from sync_server.ahead import Ahead, Stale
from tests.sync_server.place import EAST, HILL, Place, Tablet, new_id


def looked(tablet: Tablet, message: wire.Push) -> Ahead:
    place = tablet.place
    fresh = [c for c in message.changes if c.n > tablet.device.n]
    return place.server.db.snapshot(lambda tx: ahead.look(tx, place.county, fresh))


def taken(tablet: Tablet, between: Callable[[], object] = lambda: None) -> wire.Receipt:
    """The receipt for what a tablet made, when something happens between looking ahead and writing."""
    message = tablet.message()
    seen = looked(tablet, message)
    between()
    return tablet.place.server.db.transaction(lambda tx: intake.push(tx, tablet.device, message, seen))


def well(place: Place) -> bool:
    return place.server.db.snapshot(lambda tx: verify.county(tx, place.county)) == []


def test_what_was_worked_out_beforehand_is_what_is_written(place: Place) -> None:
    tablet = place.tablet()
    home, member = tablet.begin(), new_id()
    before = tablet.change(home, {"name": "𬇕㛃䶮"}, record=member, kind="member")
    tablet.change(home, {"name": "王"}, record=member, kind="member", seen=[before.id])
    tablet.change(home, {"phone": "1"})
    tablet.change(home, {"nonsense": "1"})
    receipt = taken(tablet)
    assert receipt.verdicts[1:] == (
        wire.Taken(EAST, 2), wire.Taken(EAST, 3), wire.Taken(EAST, 4), wire.Held("unknown_slot"),
    )  # fmt: skip
    assert place.held(member).values() == {"name": "王"}
    assert well(place)


def test_what_another_wrote_meanwhile_is_not_lost(place: Place) -> None:
    tablet, other = place.tablet(), place.tablet()
    home = tablet.begin()
    tablet.change(home, {"phone": "1"})
    other.change(home, {"phone": "2"})
    taken(tablet, other.push)
    assert set(place.held(home).live["phone"].values()) == {"1", "2"}
    assert well(place)


def test_a_household_that_moved_meanwhile_is_written_to_where_it_lives(place: Place) -> None:
    tablet, other = place.tablet(), place.tablet("officer")
    home = tablet.begin()
    tablet.change(home, {"phone": "1"})
    message = tablet.message()
    seen = looked(tablet, message)
    other.push(other.change(home, {"area": HILL}, seen=[tablet.made[0].id]))
    db = place.server.db
    with pytest.raises(Stale):
        db.transaction(lambda tx: intake.push(tx, tablet.device, message, seen))
    receipt = intake.take(db, tablet.device, message)
    assert receipt.verdicts[1] == wire.Taken(HILL, 3)
    assert well(place)


def test_a_household_that_came_meanwhile_is_found(place: Place) -> None:
    tablet, other, home = place.tablet(), place.tablet(), new_id()
    first = other.change(home, {"area": EAST, "head": "甲"})
    tablet.change(home, {"phone": "1"})
    message = tablet.message()
    seen = looked(tablet, message)
    other.push(first)
    with pytest.raises(Stale):
        place.server.db.transaction(lambda tx: intake.push(tx, tablet.device, message, seen))
    assert intake.take(place.server.db, tablet.device, message).verdicts == (wire.Taken(EAST, 2),)
    assert well(place)


def test_heads_that_were_mended_meanwhile_are_read_again(place: Place) -> None:
    tablet = place.tablet()
    home = tablet.begin(phone="right")
    head = place.head(home)
    assert head is not None
    damaged = {**head.heads.wire(), "live": {**head.heads.wire()["live"], "phone": {}}}
    spoil = update(tables.head).where(tables.head.c.record == home).values(data=damaged)
    db = place.server.db
    db.transaction(lambda tx: tx.execute(spoil))
    tablet.change(home, {"address": "5组1号"})
    taken(tablet, lambda: db.transaction(lambda tx: verify.mend(tx, place.county)))
    assert place.held(home).value("phone") == "right"
    assert well(place)


def test_a_batch_that_is_not_the_devices_is_refused_before_anything_is_read(place: Place) -> None:
    tablet, other = place.tablet(), place.tablet()
    tablet.change(new_id(), {"area": EAST})
    with pytest.raises(Failed, match="bad_signature"):
        intake.take(place.server.db, other.device, tablet.message())
