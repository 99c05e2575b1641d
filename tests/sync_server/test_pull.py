"""Pull: what is new and nothing else, in pages that a client can check, and little of it when nothing is."""

import pytest
from sqlalchemy import update

from schemas import change as changes
from schemas import codec, signing, wire
from schemas.problems import Failed
from sync_server import audit, devices, held, library, people, pull
from sync_server import tables as t
from tests.sync_server.place import CLOUD, EAST, HILL, Place, Tablet, Watch, entries, new_id


def written(tablet: Tablet, area: str, count: int = 8) -> str:
    """A household with members, one change each."""
    home = tablet.begin(area)
    tablet.push(*[tablet.change(home, {"name": "路" * 50 * i}, record=new_id(), kind="member") for i in range(count)])
    return home


def test_pages_by_bytes_bring_everything_once(place: Place) -> None:
    tablet, reader = place.tablet("officer"), place.tablet("officer")
    for area in (EAST, HILL, CLOUD):
        written(tablet, area)
    cursors = {area: place.cursor(area, 1) for area in (EAST, HILL, CLOUD)}
    rounds = 0
    while True:
        pages = reader.pull(cursors, budget=2500)
        rounds += 1
        for page in pages.pages:
            for entry in page.entries:
                assert isinstance(entry, wire.Entry)
                at = cursors[page.area]
                assert entry.seq == at.seq + 1
                cursors[page.area] = wire.Cursor(entry.seq, changes.chain(at.chain, entry.change.id))
            assert cursors[page.area].chain == page.chain
            assert page.head == 9
        if not pages.more:
            break
    assert rounds > 5
    assert {area: c.seq for area, c in cursors.items()} == {EAST: 9, HILL: 9, CLOUD: 9}


def test_a_page_is_sealed_by_the_county_where_it_ends(place: Place) -> None:
    tablet, reader = place.tablet(), place.tablet()
    written(tablet, EAST)
    page = reader.pull({EAST: 1}, budget=1).pages[0]
    assert [seq for seq, _ in entries(reader.pull({EAST: 1}, budget=1), EAST)] == [2]
    standing = wire.standing(EAST, 2, page.chain)
    assert signing.verifies(reader.grant.county_sign_key, signing.STANDING, standing, page.seal)


def test_own_changes_come_back_as_their_numbers_up_to_the_one_the_device_has(place: Place) -> None:
    tablet = place.tablet()
    written(tablet, EAST, 3)
    assert entries(tablet.pull({EAST: 1}, mine=3), EAST) == [(2, "2"), (3, "3"), (4, tablet.made[3].id)]
    assert [id_ for _, id_ in entries(place.tablet().pull({EAST: 1}, mine=9), EAST)] == [c.id for c in tablet.made[1:]]


def test_a_change_bigger_than_the_budget_still_travels(place: Place) -> None:
    tablet, reader = place.tablet(), place.tablet()
    home = written(tablet, EAST)
    tablet.push(tablet.change(home, {"address": "长" * 5000}))
    assert len(entries(reader.pull({EAST: 9}, budget=1), EAST)) == 1


def test_nothing_new_is_one_short_answer_without_a_page(place: Place) -> None:
    tablet = place.tablet()
    written(tablet, EAST)
    digest = tablet.grant.digest
    asked = tablet.pull({EAST: 9, HILL: 0}, mine=tablet.n, grant=digest, library=wire.library_digest([]))
    assert asked == wire.Pages(now=asked.now, upto=9)
    assert len(codec.encode(asked.wire())) < 200


def test_the_library_is_named_when_it_is_not_the_one_the_device_knows(place: Place) -> None:
    tablet = place.tablet()
    item = place.server.db.transaction(lambda tx: library.publish(tx, place.county, "form", "visit", {"v": 1}))
    assert tablet.pull(library=wire.library_digest([])).library == (item,)
    assert tablet.pull(library=wire.library_digest([item])).library is None


def test_the_last_change_that_is_here_is_told(place: Place) -> None:
    tablet = place.tablet()
    assert tablet.pull().upto == 0
    written(tablet, EAST)
    assert tablet.pull().upto == 9


def test_areas_outside_the_scope_are_not_shown_even_when_asked_for(place: Place) -> None:
    officer, visitor = place.tablet("officer"), place.tablet()
    officer.begin(CLOUD)
    officer.begin(EAST)
    pages = visitor.pull({CLOUD: 0, EAST: 0, "nowhere": wire.Cursor(), "\x00": wire.Cursor(7, "x", "y")})
    assert [s.area for s in pages.snapshots] == [EAST]
    assert (pages.pages, pages.lost) == ((), ())
    assert [s.area for s in officer.pull({CLOUD: 0}).snapshots] == [CLOUD]


@pytest.mark.parametrize("cursor", [wire.Cursor(2, ""), wire.Cursor(1, "another"), wire.Cursor(9, "x", "a/b")])
def test_a_cursor_that_is_not_on_the_feed_is_told_as_lost(place: Place, cursor: wire.Cursor) -> None:
    tablet = place.tablet()
    tablet.begin()
    pages = tablet.pull({EAST: cursor, HILL: 0})
    assert (pages.lost, pages.pages, pages.snapshots) == ((EAST,), (), ())


def test_a_pull_for_another_device_or_in_another_protocol_is_refused(place: Place) -> None:
    tablet, other = place.tablet(), place.tablet()
    for protocol, device, code in ((2, other.id, "bad_signature"), (1, tablet.id, "protocol_unknown")):
        asked = wire.Pull(protocol, device, "", {}, 0, "", "", 1)
        with pytest.raises(Failed, match=code):
            pull.serve(place.server.db, tablet.device, asked)


def test_what_a_device_was_given_stands_in_the_audit_and_nothing_new_does_not(place: Place) -> None:
    tablet, reader = place.tablet(), place.tablet()
    home = written(tablet, EAST)
    tablet.push(tablet.change(home, {"phone": "1"}))
    reader.pull()
    reader.pull({EAST: 9})
    reader.pull({EAST: 10})
    rows = place.server.db.snapshot(lambda tx: audit.read(tx, place.county, about=reader.id))[1:]
    assert [(r.who, r.what, r.detail) for r in rows] == [
        (reader.grant.user, "pulled", {"entries": 0, "records": 9, "areas": [EAST]}),
        (reader.grant.user, "pulled", {"entries": 1, "records": 0, "areas": [EAST]}),
    ]


def test_a_device_that_asks_again_and_again_is_noted_now_and_then(place: Place, watch: Watch) -> None:
    tablet = place.tablet()
    heard = tablet.device.last_contact
    watch.forward(minutes=1)
    tablet.pull()
    assert tablet.device.last_contact == heard
    watch.forward(minutes=5)
    tablet.pull()
    assert tablet.device.last_contact == tablet.pull().now


def test_a_grant_is_renewed_when_half_its_time_is_over(place: Place, watch: Watch) -> None:
    tablet = place.tablet()
    digest = tablet.grant.digest
    watch.forward(days=182)
    assert tablet.pull(grant=digest).grant is None
    watch.forward(days=1)
    renewed = tablet.pull(grant=digest).grant
    assert renewed is not None
    assert (renewed.device, renewed.areas) == (tablet.id, tablet.grant.areas)
    assert renewed.expires > tablet.grant.expires
    assert signing.verifies(
        tablet.grant.county_sign_key, signing.GRANT, signing.value(renewed.signed_part()), renewed.signature
    )
    assert tablet.pull(grant=renewed.digest).grant is None
    rows = place.server.db.snapshot(lambda tx: audit.read(tx, place.county, about=tablet.id))
    assert [r.what for r in rows] == ["enrolled", "grant_renewed"]


def test_a_grant_that_says_something_else_now_is_sent(place: Place) -> None:
    tablet = place.tablet()
    me = (t.person.c.county == place.county) & (t.person.c.user == tablet.grant.user)
    place.server.db.transaction(
        lambda tx: tx.execute(update(t.person).where(me).values(role="officer", scope=[place.county]))
    )
    changed = tablet.pull(grant=tablet.grant.digest).grant
    assert changed is not None
    assert (changed.role, [a.code for a in changed.areas]) == ("officer", [EAST, HILL, CLOUD])


def test_a_device_that_was_put_out_gets_the_countys_order_and_no_more(place: Place) -> None:
    tablet = place.tablet()
    tablet.begin()
    place.server.db.transaction(lambda tx: devices.revoke(tx, place.county, tablet.id, place.user("steward")))
    with pytest.raises(Failed, match="revoked") as revoked:
        tablet.pull()
    at, order = revoked.value.figures["at"], revoked.value.figures["order"]
    assert at == tablet.device.revoked_at
    assert signing.verifies(tablet.grant.county_sign_key, signing.ORDER, codec.encode([tablet.id, at]), order)


def test_what_became_of_former_work_is_told_to_who_made_it_and_to_nobody_else(place: Place) -> None:
    tablet = place.tablet()
    home = tablet.begin()
    taken, aside, rests = (
        tablet.change(home, {"phone": "1"}),
        tablet.change(home, {"area": CLOUD}),
        tablet.change(home, {"area": CLOUD}),
    )
    tablet.push()
    db = place.server.db
    by = db.snapshot(lambda tx: people.get(tx, place.county, place.user("supervisor")))
    db.transaction(lambda tx: held.dismiss(tx, by, rests.id))
    asked = [taken.id, aside.id, rests.id, "x" * 32]
    again = place.tablet()
    assert [(e.change, e.fate, e.reason) for e in again.pull(earlier=asked).earlier] == [
        (taken.id, wire.TAKEN, ""),
        (aside.id, wire.HELD, "moved"),
        (rests.id, wire.RESTED, ""),
        ("x" * 32, wire.UNKNOWN, ""),
    ]
    assert {e.fate for e in place.tablet("officer").pull(earlier=asked).earlier} == {wire.UNKNOWN}
