import pytest

from schemas import records
from tests.schemas.making import change, record


def test_every_slot_has_both_labels_a_known_type_and_a_code_table_that_exists() -> None:
    for slots in records.catalogue().values():
        for slot in slots.values():
            assert slot.zh
            assert slot.en
            assert slot.fits(None)
            assert bool(slot.codes) == (slot.type in ("code", "codes"))
            assert not slot.codes or records.codes(slot.codes)


def test_every_code_is_said_in_both_languages_once() -> None:
    for table in {s.codes for slots in records.catalogue().values() for s in slots.values()} - {""}:
        assert all(words["zh"] and words["en"] for words in records.codes(table).values())
    assert records.label("relation", "38") == "儿媳"
    assert records.label("relation", "38", "en") == "Daughter-in-law"
    assert records.label("relation", "no such code") == "no such code"


@pytest.mark.parametrize(
    ("sets", "reason"),
    [
        ({"phone": "1"}, None),
        ({"phone": None}, None),
        ({"planned_on": "2026-11-23"}, None),
        ({"planned_on": "2026-02-30"}, "bad_value"),
        ({"planned_on": "23.11.2026"}, "bad_value"),
        ({"phone": 1}, "bad_value"),
        ({"reasons": "illness"}, "bad_value"),
        ({"bank": []}, "bad_value"),
        ({"no_such_slot": "1"}, "unknown_slot"),
        ({}, "empty_change"),
    ],
)
def test_a_change_that_cannot_be_is_named(sets: dict[str, object], reason: str | None) -> None:
    assert records.complaint(change(sets)) == reason


def test_a_change_of_unknown_kind_or_to_an_append_only_record_is_named() -> None:
    assert records.complaint(change({"a": "1"}, kind="spaceship")) == "unknown_kind"
    assert records.complaint(change({"phone": "1"}, about=record(2))) == "bad_id"
    assert records.complaint(change({"phone": "1"}, household="../etc", about="../etc")) == "bad_id"
    fact = {"visit": record(3)}
    assert records.complaint(change(fact, kind="assessment", about=record(2))) is None
    assert records.complaint(change(fact, ["x"], kind="assessment", about=record(2))) == "append_only"
