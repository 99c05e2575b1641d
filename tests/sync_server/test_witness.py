"""The server was put back from a backup: what tablets have seen of its feeds brings back what it lost."""

from dataclasses import replace

import pytest

from schemas import codec, wire
from schemas.problems import Failed
from sync_server import audit, authoring, county, devices, verify, witness
from sync_server.authoring import Draft
from tests.sync_server import backup
from tests.sync_server.place import CLOUD, EAST, HILL, Place, Tablet, new_id


class Memory:
    """What a tablet holds of one area's feed: every entry since its cursor stood at `seq`, and the last page's seal."""

    def __init__(self, tablet: Tablet, area: str, seq: int) -> None:
        cursor = tablet.place.cursor(area, seq)
        (page,) = tablet.pull({area: cursor}).pages
        self.tablet = tablet
        self.area = area
        self.before = cursor.chain
        self.changes = {e.change.id: e.change for e in page.entries if isinstance(e, wire.Entry)}
        self.cursor = wire.Cursor(page.head, page.chain)
        self.seal = page.seal

    def telling(self, *lacking: str) -> wire.Witness:
        return wire.Witness(
            wire.PROTOCOL, self.tablet.id, self.area, self.before, tuple(self.changes), self.cursor.seq, self.seal,
            tuple(self.changes[i] for i in lacking),
        )  # fmt: skip

    def tell(self, message: wire.Witness) -> wire.Lacking:
        arrived = wire.Witness.from_wire(codec.decode(codec.encode(message.wire())))
        db = self.tablet.place.server.db
        return db.transaction(lambda tx: witness.tell(tx, self.tablet.device, arrived))

    def bring_back(self) -> tuple[str, ...]:
        """Tells the server everything it lacks; which that was."""
        lacking = self.tell(self.telling()).ids
        assert self.tell(self.telling(*lacking)).ids == ()
        return lacking


def broad(tablet: Tablet, area: str) -> str:
    """A household with members enough that no log here is longer than the records."""
    home = tablet.begin(area)
    tablet.push(*[tablet.change(home, {"name": str(i)}, record=new_id(), kind="member") for i in range(8)])
    return home


def clean(place: Place) -> bool:
    return place.server.db.snapshot(lambda tx: verify.county(tx, place.county)) == []


def test_what_was_lost_is_told_and_taken_as_it_was(place: Place) -> None:
    writer, reader = place.tablet(), place.tablet()
    home = broad(writer, EAST)
    old = backup.made(place.server)
    lost = [writer.change(home, {"phone": "1"}), writer.change(home, {"phone": "2"}, seen=[writer.last])]
    writer.push(*lost)
    known = Memory(reader, EAST, 9)
    backup.put_back(place.server, old)
    assert reader.pull({EAST: known.cursor}).lost == (EAST,)
    assert known.bring_back() == (lost[0].id, lost[1].id)
    assert place.held(home).value("phone") == "2"
    assert [id_ for _, id_ in place.feed(EAST)][-2:] == [c.id for c in lost]
    assert clean(place)
    rows = place.server.db.snapshot(lambda tx: audit.read(tx, place.county, about=reader.id))
    assert (rows[-1].what, rows[-1].detail) == ("witnessed", {"area": EAST, "count": 2})


def test_the_device_that_wrote_it_is_moved_on_and_goes_on_from_there(place: Place) -> None:
    writer, reader = place.tablet(), place.tablet()
    home = broad(writer, EAST)
    old = backup.made(place.server)
    writer.push(writer.change(home, {"phone": "1"}))
    known = Memory(reader, EAST, 9)
    backup.put_back(place.server, old)
    assert writer.pull().upto == 9
    known.bring_back()
    assert writer.pull().upto == 10
    assert writer.push(writer.change(home, {"phone": "2"})).verdicts == (wire.Taken(EAST, 11),)
    assert clean(place)


def test_a_change_that_stands_ahead_of_its_device_is_known_when_that_sends_it(place: Place) -> None:
    writer, reader = place.tablet(), place.tablet()
    home, elsewhere = broad(writer, EAST), broad(writer, HILL)
    old = backup.made(place.server)
    other = writer.change(elsewhere, {"phone": "0"})
    lost = writer.change(home, {"phone": "1"})
    writer.push(other, lost)
    known = Memory(reader, EAST, 9)
    backup.put_back(place.server, old)
    known.bring_back()
    assert writer.pull().upto == 18  # the one before it, in the other village, is not here yet
    assert clean(place)
    assert writer.push(other, lost).verdicts == (wire.Taken(HILL, 10), wire.Known(EAST, 10))
    assert writer.pull({EAST: 9}, mine=20).pages[0].entries == (wire.Echo(10, 20),)
    assert clean(place)


def test_a_change_that_was_sent_again_and_held_meanwhile_is_taken(place: Place) -> None:
    writer, reader = place.tablet(), place.tablet()
    home = broad(writer, EAST)
    old = backup.made(place.server)
    late = writer.change(home, {"phone": "1"})
    writer.push(late)
    known = Memory(reader, EAST, 9)
    backup.put_back(place.server, old)
    place.server.db.transaction(lambda tx: devices.revoke(tx, place.county, writer.id, place.user("steward")))
    assert writer.push(late).verdicts == (wire.Held("revoked_held"),)
    assert known.bring_back() == (late.id,)
    assert place.held(home).value("phone") == "1"
    assert clean(place)


def test_a_household_that_had_moved_lives_where_it_had_moved_to(place: Place) -> None:
    writer, reader = place.tablet(), place.tablet()
    broad(writer, HILL)
    home = writer.begin(EAST)
    old = backup.made(place.server)
    writer.push(writer.change(home, {"area": HILL}, seen=[writer.last]), writer.change(home, {"phone": "1"}))
    known = Memory(reader, HILL, 9)
    backup.put_back(place.server, old)
    assert len(known.bring_back()) == 2  # the first of its changes was not lost, and comes along with the move
    head = place.head(home)
    assert head is not None
    assert head.area == HILL
    assert len(place.feed(HILL)) == 12
    assert clean(place)


def test_what_the_desk_had_written_is_brought_back_beside_what_it_wrote_since(place: Place) -> None:
    tablet, reader = place.tablet(), place.tablet()
    home = broad(tablet, EAST)

    def write(phone: str) -> None:
        draft = Draft(home, home, "household", "desk", {"phone": phone})
        place.server.db.transaction(lambda tx: authoring.write(tx, place.county, place.user("officer"), [draft]))

    write("0")
    old = backup.made(place.server)
    write("1")
    known = Memory(reader, EAST, 10)
    backup.put_back(place.server, old)
    write("2")  # under the number of the one that is lost
    known.bring_back()
    assert set(place.held(home).live["phone"].values()) == {"0", "1", "2"}
    assert clean(place)
    write("3")
    assert clean(place)


def test_the_changes_may_come_in_any_number_of_messages(place: Place) -> None:
    writer, reader = place.tablet(), place.tablet()
    home = broad(writer, EAST)
    old = backup.made(place.server)
    writer.push(*[writer.change(home, {"phone": str(i)}) for i in range(5)])
    known = Memory(reader, EAST, 9)
    backup.put_back(place.server, old)
    left = known.tell(known.telling()).ids
    assert len(left) == 5
    while left:
        left = known.tell(known.telling(left[0])).ids
    assert known.tell(known.telling(*known.changes)).ids == ()
    assert len(place.feed(EAST)) == 14
    assert clean(place)


def test_nobody_can_slip_in_what_the_county_never_sealed(place: Place) -> None:
    writer, reader = place.tablet(), place.tablet()
    home = broad(writer, EAST)
    writer.push(writer.change(home, {"phone": "1"}))
    known = Memory(reader, EAST, 8)
    forged = writer.change(home, {"phone": "forged"})
    good = known.telling()
    for bad in (
        replace(good, ids=(*good.ids, forged.id), changes=(forged,)),
        replace(good, changes=(forged,)),
        replace(good, ids=good.ids[::-1]),
        replace(good, before="x"),
        replace(good, seq=9),
        replace(good, seal="00" * 64),
    ):
        with pytest.raises(Failed, match="chain_broken"):
            known.tell(bad)
    for bad, code in (
        (replace(good, protocol=1), "protocol_unknown"),
        (replace(good, device=writer.id), "bad_signature"),
        (replace(good, area=CLOUD), "not_your_area"),
    ):
        with pytest.raises(Failed, match=code):
            known.tell(bad)
    place.server.db.transaction(lambda tx: devices.revoke(tx, place.county, reader.id, place.user("steward")))
    with pytest.raises(Failed, match="revoked"):
        known.tell(good)


def test_a_village_that_the_server_has_lost_itself_is_said(place: Place) -> None:
    officer, reader = place.tablet("officer"), place.tablet("officer")
    old = backup.made(place.server)
    new = county.Village(f"{place.county}200299", "新村", "云岭乡")
    place.server.db.transaction(lambda tx: county.add_villages(tx, place.county, [new]))
    home = broad(officer, new.code)
    lost = officer.change(home, {"phone": "1"})
    officer.push(lost)
    known = Memory(reader, new.code, 9)
    backup.put_back(place.server, old)
    with pytest.raises(Failed, match="unknown_area"):
        known.tell(known.telling(lost.id))
    place.server.db.transaction(lambda tx: county.add_villages(tx, place.county, [new]))
    assert known.tell(known.telling(lost.id)).ids == ()
