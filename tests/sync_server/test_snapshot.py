"""Snapshots: the records as they stand, part by part, in the place of a log that is longer than they are."""

import pytest

from schemas import merge, signing, wire
from schemas.merge import Heads
from sync_server import devices
from tests.sync_server.place import EAST, HILL, Place, Tablet, new_id


def village(tablet: Tablet, households: int = 4, members: int = 3) -> list[str]:
    """Households with members in EAST; their ids."""
    homes = []
    for i in range(households):
        home = tablet.begin(EAST, address=f"{i} 号")
        homes.append(home)
        tablet.push(
            *[tablet.change(home, {"name": f"{i}-{m}"}, record=new_id(), kind="member") for m in range(members)]
        )
    return homes


def parts(reader: Tablet, budget: int) -> list[wire.Snapshot]:
    """Every part, asked for as a client does: the cursor of the first stands until the last has come."""
    cursor, got = wire.Cursor(), []
    while True:
        pages = reader.pull({EAST: cursor}, budget=budget, mine=reader.n)
        (part,) = pages.snapshots
        assert pages.pages == ()
        assert part.since == cursor.after
        got.append(part)
        if not part.after:
            return got
        assert pages.more
        cursor = wire.Cursor(got[0].seq, got[0].chain, part.after)


def shown(got: list[wire.Snapshot]) -> dict[str, Heads]:
    return {h.record: h.heads for part in got for h in part.heads}


def test_who_has_nothing_gets_the_records_and_where_the_feed_stands(place: Place) -> None:
    tablet, reader = place.tablet(), place.tablet()
    village(tablet)
    (part,) = parts(reader, wire.BATCH_BYTES)
    assert wire.Cursor(part.seq, part.chain) == place.cursor(EAST, 16)
    assert shown([part]) == {c.record: place.held(c.record) for c in tablet.made}
    key, stand = reader.grant.county_sign_key, wire.standing(EAST, part.seq, part.chain)
    assert signing.verifies(key, signing.STANDING, stand, part.seal)
    assert reader.pull({EAST: wire.Cursor(part.seq, part.chain)}).snapshots == ()


@pytest.mark.parametrize("budget", [1, 300, 700])
def test_parts_bring_every_record_once_in_order_whatever_the_budget(place: Place, budget: int) -> None:
    tablet = place.tablet()
    village(tablet)
    got = parts(place.tablet(), budget)
    listed = [(h.household, h.record) for part in got for h in part.heads]
    assert listed == sorted(listed)
    assert len(listed) == len(set(listed)) == 16
    assert len(got) > 2


def test_what_is_written_between_two_parts_is_in_the_feed_after_the_first(place: Place) -> None:
    tablet, reader = place.tablet(), place.tablet()
    homes = sorted(village(tablet))
    first = reader.pull({EAST: 0}, budget=1).snapshots[0]
    assert first.heads[0].household == homes[0]
    early = tablet.change(homes[0], {"phone": "1"})
    late = tablet.change(homes[-1], {"phone": "2"})
    tablet.push(early, late)
    pages = reader.pull({EAST: wire.Cursor(first.seq, first.chain, first.after)})
    (rest,) = pages.snapshots
    assert (rest.seq, first.seq, rest.after) == (18, 16, "")
    assert shown([rest])[homes[-1]].value("phone") == "2"
    assert pages.more  # the feed goes on from the first part
    page = reader.pull({EAST: wire.Cursor(first.seq, first.chain)}).pages[0]
    assert [e.change.id for e in page.entries if isinstance(e, wire.Entry)] == [early.id, late.id]


def test_a_log_that_is_longer_than_the_records_is_not_sent(place: Place) -> None:
    tablet, reader = place.tablet(), place.tablet()
    home = tablet.begin(EAST)
    tablet.begin(EAST)
    for i in range(4):
        tablet.push(tablet.change(home, {"phone": str(i)}, seen=merge.seeing(place.held(home), ["phone"])))
    assert [len(p.entries) for p in reader.pull({EAST: 4}).pages] == [2]
    assert [len(s.heads) for s in reader.pull({EAST: 3}).snapshots] == [2]


def test_own_changes_are_in_a_snapshot_up_to_the_number_it_names(place: Place) -> None:
    tablet = place.tablet()
    village(tablet)
    unsent = tablet.change(tablet.made[0].household, {"phone": "1"})
    (part,) = parts(tablet, wire.BATCH_BYTES)
    assert part.mine == unsent.n - 1


def test_an_area_that_everybody_left_is_an_empty_snapshot(place: Place) -> None:
    tablet = place.tablet()
    home = tablet.begin(EAST)
    tablet.push(tablet.change(home, {"area": HILL}, seen=[tablet.last]))
    (part,) = parts(place.tablet(), wire.BATCH_BYTES)
    assert (part.heads, part.seq, part.after) == ((), 2, "")


def test_two_areas_at_once_share_the_budget(place: Place) -> None:
    tablet, reader = place.tablet(), place.tablet()
    village(tablet)
    tablet.begin(HILL)
    pages = reader.pull(budget=500)
    assert [(s.area, bool(s.after)) for s in pages.snapshots] == [(EAST, True)]
    assert pages.more
    assert [s.area for s in reader.pull().snapshots] == [EAST, HILL]
    device = place.server.db.snapshot(lambda tx: devices.find(tx, reader.id))
    assert device.last_contact is not None
