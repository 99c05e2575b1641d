"""Forms and packs: signed, immutable, one of a name in force."""

import pytest

from schemas import codec, signing
from schemas.codec import Value
from schemas.problems import Failed
from schemas.wire import LibraryItem
from sync_server import audit, library
from tests.sync_server.place import Place


def publish(place: Place, name: str, content: Value) -> LibraryItem:
    return place.server.db.transaction(lambda tx: library.publish(tx, place.county, "form", name, content, "steward"))


def in_force(place: Place) -> list[LibraryItem]:
    return place.server.db.snapshot(lambda tx: library.in_force(tx, place.county))


def test_a_document_is_named_by_its_content_and_signed_by_the_county(place: Place) -> None:
    item = publish(place, "visit", {"b": 1, "a": "入户"})
    assert item.hash == codec.digest({"a": "入户", "b": 1})
    key = place.server.db.keyring.of(place.county).sign_public
    assert signing.verifies(key, signing.LIBRARY, item.hash.encode(), item.signature)
    assert place.server.db.snapshot(lambda tx: library.document(tx, place.county, item.hash)) == {"a": "入户", "b": 1}


def test_a_new_version_takes_the_place_of_the_old_which_stays_readable(place: Place) -> None:
    old, other = publish(place, "visit", {"v": 1}), publish(place, "other", {"v": 1, "x": 0})
    new = publish(place, "visit", {"v": 2})
    assert in_force(place) == [other, new]
    assert place.server.db.snapshot(lambda tx: library.document(tx, place.county, old.hash)) == {"v": 1}


def test_the_same_content_again_changes_nothing(place: Place) -> None:
    item = publish(place, "visit", {"v": 1})
    before = place.server.db.snapshot(lambda tx: audit.read(tx, place.county))
    assert publish(place, "visit", {"v": 1}) == item
    assert place.server.db.snapshot(lambda tx: audit.read(tx, place.county)) == before


def test_going_back_to_an_old_version_puts_it_in_force_again(place: Place) -> None:
    old = publish(place, "visit", {"v": 1})
    publish(place, "visit", {"v": 2})
    assert publish(place, "visit", {"v": 1}) == old
    assert in_force(place) == [old]


def test_an_unknown_document_is_not_found(place: Place) -> None:
    with pytest.raises(Failed, match="not_found"):
        place.server.db.snapshot(lambda tx: library.data(tx, place.county, "0" * 64))
