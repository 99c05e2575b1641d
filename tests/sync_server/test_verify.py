"""Verify finds what somebody did to the database behind the server's back, and says where."""

from collections.abc import Callable

import pytest
from sqlalchemy import delete, insert, select, update

from schemas import codec
from schemas.wire import LibraryItem
from sync_server import audit, chunks, feed, library, verify
from sync_server import tables as t
from sync_server.db import Tx
from sync_server.verify import Finding
from tests.sync_server.place import CLOUD, HILL, Place, Tablet, new_id

PHOTO = b"photo" * 100


def lived(place: Place) -> Tablet:
    """A county with a little of everything in it."""
    tablet = place.tablet()
    home = tablet.begin(phone="1")
    rival = tablet.change(home, {"phone": "2"})
    outside = tablet.change(new_id(), {"area": CLOUD})
    name = codec.sha256(PHOTO)
    sets = {"visit": home, "sha256": name, "size": len(PHOTO), "chunks": [name]}
    shot = tablet.change(home, sets, record=new_id(), kind="attachment")
    tablet.push(rival, outside, shot)

    def more(tx: Tx) -> LibraryItem:
        chunks.put(tx, tablet.device, name, PHOTO)
        return library.publish(tx, place.county, "form", "visit", {"v": 1})

    place.server.db.transaction(more)
    return tablet


def findings(place: Place) -> set[str]:
    return {f.what for f in place.server.db.snapshot(lambda tx: verify.county(tx, place.county))}


def test_a_county_nobody_touched_is_clean(place: Place) -> None:
    lived(place)
    found = place.server.db.snapshot(verify.everything)
    assert found.clean
    assert found.checked["990101"]["changes"] == 4
    assert found.lines()[0].endswith("all as it must be")


def enter_elsewhere(tx: Tx) -> None:
    """The second change, numbered and chained as it should be, but in the feed of another village."""
    id_ = tx.execute(select(E.change).where(E.seq == 2)).scalar_one()
    tail = feed.Tail(HILL, 0, "").after(id_)
    feed.add(tx, HILL[:6], [feed.Line(tail, id_)])
    feed.save(tx, HILL[:6], {HILL: feed.Tail(HILL, 0, "")}, {HILL: tail})


C, E, H, U = t.change.c, t.entry.c, t.head.c, t.audit.c
SECOND, THIRD = (C.id == select(E.change).where(E.seq == n).scalar_subquery() for n in (2, 3))
TOUCHED: list[tuple[str, Callable[[Tx], object], set[str]]] = [
    (
        "a change rewritten",
        lambda tx: tx.execute(update(t.change).where(SECOND).values(data=b"{}")),
        {"change_damaged", "device_chain_broken", "head_wrong"},
    ),
    (
        "a change removed",
        lambda tx: tx.execute(delete(t.change).where(SECOND)),
        {"device_chain_broken", "entry_without_change", "head_wrong"},
    ),
    (
        "the last change removed",
        lambda tx: tx.execute(delete(t.change).where(THIRD)),
        {"device_end_wrong", "entry_without_change", "head_wrong"},
    ),
    (
        "a change given to another",
        lambda tx: tx.execute(update(t.change).where(SECOND).values(author="x")),
        {"change_index_wrong"},
    ),
    (
        "an entry removed",
        lambda tx: tx.execute(delete(t.entry).where(E.seq == 2)),
        {"feed_broken", "held_wrong", "head_wrong"},
    ),
    (
        "the last entry removed",
        lambda tx: tx.execute(delete(t.entry).where(E.seq == 3)),
        {"feed_end_wrong", "held_wrong", "head_wrong"},
    ),
    ("a change entered where its household never lived", lambda tx: enter_elsewhere(tx), {"household_entries_wrong"}),
    ("a chain bent", lambda tx: tx.execute(update(t.entry).where(E.seq == 1).values(chain="x")), {"feed_broken"}),
    ("a feed's end moved", lambda tx: tx.execute(update(t.area).values(seq=9)), {"feed_end_wrong"}),
    ("a device's end moved", lambda tx: tx.execute(update(t.device).values(n=9)), {"device_end_wrong"}),
    ("a held change forgotten", lambda tx: tx.execute(delete(t.held)), {"held_wrong"}),
    ("a head altered", lambda tx: tx.execute(update(t.head).values(conflicts=7)), {"head_wrong"}),
    (
        "a head where it is not",
        lambda tx: tx.execute(update(t.head).values(area=HILL)),
        {"head_wrong", "attachment_wrong"},
    ),
    ("a photo where it is not", lambda tx: tx.execute(update(t.attachment).values(area=HILL)), {"attachment_wrong"}),
    ("a head of nobody", lambda tx: tx.execute(update(t.head).values(household=new_id())), {"head_wrong"}),
    ("a head removed", lambda tx: tx.execute(delete(t.head)), {"head_wrong", "attachment_wrong"}),
    ("a photo altered", lambda tx: tx.execute(update(t.chunk).values(data=b"x")), {"chunk_damaged"}),
    ("a photo removed", lambda tx: tx.execute(delete(t.chunk)), {"attachment_not_whole"}),
    ("a form altered", lambda tx: tx.execute(update(t.library).values(data=b"{}")), {"document_damaged"}),
    ("a form signed by another", lambda tx: tx.execute(update(t.library).values(signature="00")), {"document_damaged"}),
    ("an audit row altered", lambda tx: tx.execute(update(t.audit).where(U.n == 2).values(who="x")), {"audit_broken"}),
    ("an audit row removed", lambda tx: tx.execute(delete(t.audit).where(U.n == 2)), {"audit_broken"}),
    ("the audit cut off", lambda tx: tx.execute(delete(t.audit).where(U.n > 5)), {"audit_broken"}),
]  # fmt: skip


def test_whatever_is_touched_is_found(place: Place) -> None:
    lived(place)

    def touch(work: Callable[[Tx], object]) -> Callable[[Tx], None]:
        def spoil(tx: Tx) -> None:
            work(tx)
            raise Spoilt({f.what for f in verify.county(tx, place.county)})

        return spoil

    for what, work, expected in TOUCHED:
        with pytest.raises(Spoilt) as spoilt:
            place.server.db.transaction(touch(work))
        assert spoilt.value.found == expected, what
    assert findings(place) == set()


class Spoilt(Exception):
    """Ends a transaction that must not be kept, with what was found in it."""

    def __init__(self, found: set[str]) -> None:
        super().__init__()
        self.found = found


def test_heads_are_made_anew_from_the_changes(place: Place) -> None:
    lived(place)
    query = select(t.head).order_by(H.record)
    before = place.server.db.snapshot(lambda tx: tx.execute(query).all())
    place.server.db.transaction(lambda tx: tx.execute(delete(t.head)))
    assert place.server.db.transaction(lambda tx: verify.mend(tx, place.county)) == 2
    assert place.server.db.snapshot(lambda tx: tx.execute(query).all()) == before
    assert findings(place) == set()


def test_a_finding_names_a_place_and_no_content(place: Place) -> None:
    tablet = lived(place)
    first = tablet.made[0].id
    place.server.db.transaction(lambda tx: tx.execute(update(t.change).where(C.id == first).values(author="x")))
    found = place.server.db.snapshot(verify.everything)
    assert found.found["990101"] == [Finding("change_index_wrong", first)]
    assert found.lines()[1:] == [f"990101: change_index_wrong {first}"]


def test_a_row_slipped_into_the_audit_is_found_where_it_is(place: Place) -> None:
    rows = place.server.db.snapshot(lambda tx: audit.read(tx, place.county))
    forged = {"county": place.county, "n": len(rows) + 1, "at": rows[-1].at, "who": "x", "what": "x", "about": "x"}
    place.server.db.transaction(lambda tx: tx.execute(insert(t.audit).values(**forged, detail={}, chain="x")))
    assert place.server.db.snapshot(lambda tx: audit.broken(tx, place.county)) == len(rows) + 1
