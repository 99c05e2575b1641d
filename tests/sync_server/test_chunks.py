"""Photos in pieces: whole only when everything is here and hashes to what its record says."""

import pytest
from sqlalchemy import select

from schemas import codec
from schemas.codec import Value
from schemas.problems import Failed
from schemas.wire import CHUNK_BYTES, photos_digest
from sync_server import chunks, people, tables
from tests.sync_server.place import CLOUD, EAST, Place, Tablet, new_id

PIECES = [b"a" * 700, b"b" * 700, b"c" * 10]
NAMES = [codec.sha256(p) for p in PIECES]


def photo(home: str, **other: Value) -> dict[str, Value]:
    whole = b"".join(PIECES)
    return {"visit": home, "sha256": codec.sha256(whole), "size": len(whole), "chunks": NAMES, **other}


def record(tablet: Tablet, home: str, **other: Value) -> str:
    about = new_id()
    tablet.push(tablet.change(home, photo(home, **other), record=about, kind="attachment"))
    return about


def put(tablet: Tablet, data: bytes) -> None:
    tablet.place.server.db.transaction(lambda tx: chunks.put(tx, tablet.device, codec.sha256(data), data))


def received(place: Place, about: str) -> bool:
    a = tables.attachment.c
    at = place.server.db.snapshot(lambda tx: tx.execute(select(a.received_at).where(a.record == about)).scalar_one())
    return at is not None


def whole(place: Place, about: str) -> bytes:
    return place.server.db.snapshot(lambda tx: chunks.whole(tx, place.county, about))


@pytest.mark.parametrize("first", ["the record", "the pieces"])
def test_a_photo_is_received_when_all_is_here_in_whatever_order(place: Place, first: str) -> None:
    tablet = place.tablet()
    home = tablet.begin()
    about = record(tablet, home) if first == "the record" else ""
    for piece in reversed(PIECES):
        if about:
            assert not received(place, about)
            with pytest.raises(Failed, match="not_found"):
                whole(place, about)
        put(tablet, piece)
        put(tablet, piece)
    about = about or record(tablet, home)
    assert received(place, about)
    assert whole(place, about) == b"".join(PIECES)


def test_a_photo_that_does_not_have_its_hash_never_counts_as_received(place: Place) -> None:
    tablet = place.tablet()
    home = tablet.begin()
    wrong = [record(tablet, home, sha256="0" * 64), record(tablet, home, size=5)]
    for piece in PIECES:
        put(tablet, piece)
    assert [received(place, about) for about in wrong] == [False, False]


def test_a_record_with_odd_hashes_is_taken_and_expects_nothing(place: Place) -> None:
    tablet = place.tablet()
    about = record(tablet, tablet.begin(), chunks=["../etc", "\x00"])
    assert place.held(about).value("chunks") == ["../etc", "\x00"]


def test_a_piece_is_read_only_where_its_household_may_be(place: Place) -> None:
    officer = place.tablet("officer")
    record(officer, officer.begin(CLOUD))
    for piece in PIECES:
        put(officer, piece)

    def read(role: str) -> bytes:
        return place.server.db.snapshot(
            lambda tx: chunks.get(tx, place.county, people.get(tx, place.county, place.user(role)), NAMES[0])
        )

    assert read("officer") == PIECES[0]
    with pytest.raises(Failed, match="not_found"):
        read("visitor")
    visitor = place.tablet()
    record(visitor, visitor.begin(EAST))  # the same photo, in the visitor's own area
    assert read("visitor") == PIECES[0]


def test_a_piece_named_but_not_here_is_not_found(place: Place) -> None:
    tablet = place.tablet()
    record(tablet, tablet.begin())
    with pytest.raises(Failed, match="not_found"):
        place.server.db.snapshot(
            lambda tx: chunks.get(tx, place.county, people.get(tx, place.county, tablet.grant.user), NAMES[0])
        )


def test_what_is_missing_is_told_in_the_order_asked(place: Place) -> None:
    tablet = place.tablet()
    put(tablet, PIECES[1])
    asked = [NAMES[2], NAMES[1], NAMES[0], NAMES[2]]
    found = place.server.db.snapshot(lambda tx: chunks.missing(tx, place.county, asked))
    assert found == [NAMES[2], NAMES[0]]
    with pytest.raises(Failed, match="too_big"):
        place.server.db.snapshot(lambda tx: chunks.missing(tx, place.county, map(str, range(6000))))


def test_a_piece_too_big_is_refused(place: Place) -> None:
    with pytest.raises(Failed, match="too_big"):
        put(place.tablet(), bytes(CHUNK_BYTES + 2000))


def test_a_person_is_told_which_of_their_photos_are_not_whole_unless_they_know(place: Place) -> None:
    tablet = place.tablet()
    home = tablet.begin()
    about = record(tablet, home)
    assert tablet.pull().photos == (about,)
    assert tablet.pull(photos=photos_digest([about])).photos is None
    assert place.tablet("officer").pull().photos is None
    for piece in PIECES:
        put(tablet, piece)
    assert tablet.pull().photos is None
    assert tablet.pull(photos=photos_digest([about])).photos == ()
