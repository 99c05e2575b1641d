"""A household moves to another village, and everything that belongs to it is there."""

import pytest
from sqlalchemy import delete, select

from schemas import codec, merge, wire
from schemas.problems import Failed
from sync_server import authoring, chunks, held, people, verify
from sync_server import tables as t
from sync_server.authoring import Draft
from sync_server.people import Person
from tests.sync_server.place import CLOUD, EAST, HILL, Place, Tablet, new_id

PIECE = b"photo" * 50


def lived_in(tablet: Tablet) -> str:
    """A household in EAST with a member and a photo."""
    home = tablet.begin(EAST, phone="1")
    name = codec.sha256(PIECE)
    photo = {"visit": home, "sha256": name, "size": len(PIECE), "chunks": [name]}
    tablet.push(
        tablet.change(home, {"name": "乙"}, record=new_id(), kind="member"),
        tablet.change(home, photo, record=new_id(), kind="attachment"),
    )
    return home


def moved(tablet: Tablet, home: str, area: str) -> wire.Verdict:
    """An ordinary move: it has seen where the household is."""
    seen = merge.seeing(tablet.place.held(home), ["area"])
    return tablet.push(tablet.change(home, {"area": area}, seen=seen)).verdicts[0]


def areas(place: Place, home: str) -> set[str]:
    """Every area in which something of a household is listed."""
    queries = [select(x.c.area).where(x.c.household == home) for x in (t.head, t.attachment, t.held)]
    return place.server.db.snapshot(lambda tx: {area for query in queries for area in tx.execute(query).scalars()})


def somebody(place: Place, role: str) -> Person:
    return place.server.db.snapshot(lambda tx: people.get(tx, place.county, place.user(role)))


def clean(place: Place) -> bool:
    return place.server.db.snapshot(lambda tx: verify.county(tx, place.county)) == []


def test_its_whole_history_is_entered_in_the_new_feed_and_the_move_ends_it_in_the_old(place: Place) -> None:
    tablet = place.tablet()
    home = lived_in(tablet)
    assert moved(tablet, home, HILL) == wire.Taken(EAST, 4)
    history = [c.id for c in tablet.made]
    assert place.feed(EAST) == list(enumerate(history, 1))
    assert place.feed(HILL) == list(enumerate(history, 1))
    assert areas(place, home) == {HILL}
    tablet.push(tablet.change(home, {"phone": "2"}))
    assert [id_ for _, id_ in place.feed(HILL)][-1] == tablet.last
    assert len(place.feed(EAST)) == 4
    assert clean(place)


def test_a_batch_may_move_a_household_and_go_on_writing_to_it(place: Place) -> None:
    tablet, home = place.tablet(), new_id()
    begun = tablet.change(home, {"area": EAST})
    tablet.change(home, {"area": HILL}, seen=[begun.id])
    tablet.change(home, {"name": "乙"}, record=new_id(), kind="member")
    verdicts = tablet.push().verdicts
    assert verdicts == (wire.Taken(EAST, 1), wire.Taken(EAST, 2), wire.Taken(HILL, 3))
    assert [id_ for _, id_ in place.feed(HILL)] == [c.id for c in tablet.made]
    assert clean(place)
    again = tablet.push()
    assert again.verdicts == (wire.Known(HILL, 1), wire.Known(HILL, 2), wire.Known(HILL, 3))


def test_a_household_that_comes_back_brings_its_history_again(place: Place) -> None:
    tablet = place.tablet()
    home = lived_in(tablet)
    for area in (HILL, EAST, HILL):
        assert isinstance(moved(tablet, home, area), wire.Taken)
        tablet.push(tablet.change(home, {"phone": area}, seen=merge.seeing(place.held(home), ["phone"])))
    assert areas(place, home) == {HILL}
    assert [id_ for _, id_ in place.feed(HILL)][-1] == tablet.last
    assert set(dict(place.feed(HILL)).values()) == {c.id for c in tablet.made}
    assert clean(place)


def test_a_photo_is_read_where_its_household_is(place: Place) -> None:
    officer = place.tablet("officer")
    home = lived_in(officer)
    place.server.db.transaction(lambda tx: chunks.put(tx, officer.device, codec.sha256(PIECE), PIECE))
    moved(officer, home, CLOUD)
    visitor = somebody(place, "visitor")
    with pytest.raises(Failed, match="not_found"):
        place.server.db.snapshot(lambda tx: chunks.get(tx, place.county, visitor, codec.sha256(PIECE)))


def test_who_does_not_have_both_villages_cannot_move_it_alone(place: Place) -> None:
    tablet, supervisor = place.tablet(), somebody(place, "supervisor")
    home = lived_in(tablet)
    assert moved(tablet, home, CLOUD) == wire.Held("moved")
    assert areas(place, home) == {EAST}
    place.server.db.transaction(lambda tx: held.release(tx, supervisor, tablet.last))
    assert areas(place, home) == {CLOUD}
    assert [id_ for _, id_ in place.feed(CLOUD)] == [c.id for c in tablet.made]
    late = tablet.change(home, {"phone": "3"})
    assert tablet.push(late).verdicts == (wire.Held("not_your_area"),)
    assert clean(place)


def test_a_move_to_no_village_is_held_and_stays_so(place: Place) -> None:
    tablet, supervisor = place.tablet(), somebody(place, "supervisor")
    home = lived_in(tablet)
    for area in ("990101999999", "somewhere"):
        assert moved(tablet, home, area) == wire.Held("unknown_area")
        with pytest.raises(Failed, match="unknown_area"):
            place.server.db.transaction(lambda tx: held.release(tx, supervisor, tablet.last))


def test_of_two_who_move_it_apart_the_first_does_and_settling_may_move_it_again(place: Place) -> None:
    a, b = place.tablet("officer"), place.tablet("officer")
    home = a.begin(EAST)
    seen = [a.last]
    there = a.change(home, {"area": HILL}, seen=seen)
    yonder = b.change(home, {"area": CLOUD}, seen=seen)
    a.push(there)
    b.push(yonder)
    assert place.held(home).conflicts() == {"area": {there.id: HILL, yonder.id: CLOUD}}
    assert areas(place, home) == {HILL}
    assert place.feed(CLOUD) == []
    assert clean(place)
    settled = Draft(home, home, "household", "desk", {"area": CLOUD}, merge.seeing_all(place.held(home), ["area"]))
    place.server.db.transaction(lambda tx: authoring.write(tx, place.county, place.user("supervisor"), [settled]))
    assert areas(place, home) == {CLOUD}
    assert len(place.feed(CLOUD)) == 4
    assert clean(place)


def test_what_came_before_its_household_and_moves_it_waits_for_a_supervisor(place: Place) -> None:
    early, maker, home = place.tablet("officer"), place.tablet(), new_id()
    begun = maker.change(home, {"area": EAST})
    away = early.change(home, {"area": CLOUD, "phone": "1"}, seen=[begun.id])
    # Whoever opens a bundle too early sees a first change that names a village: it begins the household there.
    assert early.push().verdicts == (wire.Taken(CLOUD, 1),)
    assert maker.push().verdicts == (wire.Held("not_your_area"),)
    place.server.db.transaction(lambda tx: held.release(tx, somebody(place, "supervisor"), begun.id))
    assert place.held(home).values() == {"area": CLOUD, "phone": "1"}
    assert place.feed(CLOUD) == [(1, away.id), (2, begun.id)]
    assert clean(place)


def test_a_move_at_a_desk_needs_both_villages_too(place: Place) -> None:
    tablet = place.tablet()
    home = tablet.begin(EAST)
    draft = Draft(home, home, "household", "desk", {"area": CLOUD}, frozenset([tablet.last]))
    with pytest.raises(Failed, match="moved"):
        place.server.db.transaction(lambda tx: authoring.write(tx, place.county, place.user("visitor"), [draft]))


def test_heads_made_anew_are_where_their_households_live(place: Place) -> None:
    tablet = place.tablet()
    home = lived_in(tablet)
    for area in (HILL, EAST, HILL):
        moved(tablet, home, area)
    place.server.db.transaction(lambda tx: tx.execute(delete(t.head)))
    assert place.server.db.transaction(lambda tx: verify.mend(tx, place.county)) == 3
    assert areas(place, home) == {HILL}
    assert clean(place)
