"""A change's id is over everything it says, stays provable when its body is destroyed, and is believed only whole."""

import json
import secrets
from dataclasses import replace
from itertools import accumulate
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import codec
from schemas.change import START, Change, chain
from schemas.codec import NotCanonical
from tests.schemas.making import change, record

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "change.json").read_text("utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=[v["why"] for v in VECTORS])
def test_ids_and_chains_of_yesterday_are_those_of_today(vector: dict[str, str]) -> None:
    read = Change.from_wire(codec.decode(bytes.fromhex(vector["wire"])))
    assert read.id == read.without_body().id == vector["id"]
    assert codec.encode(read.wire()).hex() == vector["wire"]
    assert chain(vector["chain_before"], read.id) == vector["chain_after"]


@given(st.dictionaries(st.sampled_from(["phone", "address"]), st.text(max_size=5), min_size=1), st.integers(1, 9))
def test_a_change_survives_the_wire(sets: dict[str, str], n: int) -> None:
    original = change(sets, seen=["x", "y"], n=n)
    again = Change.from_wire(codec.decode(codec.encode(original.wire())))
    assert again.id == original.id
    assert again.seen == original.seen
    for known in (original, again, original.without_body()):
        assert known.encoded == codec.encode(known.wire())


def test_no_content_can_stand_in_the_place_of_the_body() -> None:
    sly = change({"phone": '"body":"'}, author='"body":"', at='\\"body":"')
    assert sly.encoded == codec.encode(sly.wire())


def test_every_part_of_a_change_is_in_its_id() -> None:
    one = change({"phone": "1"}, seen=["x"])
    others = [
        replace(one, household=record(2)),
        replace(one, record=record(2)),
        replace(one, kind="member"),
        replace(one, form="f"),
        replace(one, sets={"phone": "2"}),
        replace(one, seen=frozenset()),
        replace(one, author="b"),
        replace(one, device="b"),
        replace(one, n=2),
        replace(one, prev="p"),
        replace(one, at="2026-11-24T01:00:00.000Z"),
        replace(one, salt="s"),
    ]
    assert len({one.id, *(c.id for c in others)}) == len(others) + 1


HOUSE = [change({"phone": "13900000000"}), change({"head": "王𬇕"}, device="tablet-b")]
HOUSE.append(change({"phone": "2"}, [HOUSE[0].id], n=2, prev=HOUSE[0].id))


def links(changes: list[Change]) -> list[str]:
    """An area's chain after each entry."""
    return list(accumulate((c.id for c in changes), chain, initial=START))[1:]


@given(st.sets(st.sampled_from(range(3))))
def test_an_erased_body_leaves_its_id_the_devices_chain_and_the_areas_chain_as_they_were(erased: set[int]) -> None:
    left = [c.without_body() if i in erased else c for i, c in enumerate(HOUSE)]
    read = [Change.from_wire(codec.decode(codec.encode(c.wire()))) for c in left]
    assert read == left
    assert [c.id for c in read] == [c.id for c in HOUSE]
    assert read[2].prev == read[0].id
    assert links(read) == links(HOUSE)
    for i in erased:
        assert (read[i].sets, read[i].seen, read[i].salt) == ({}, frozenset(), "")
        assert read[i].without_body() == read[i]


def test_nothing_that_was_written_is_left_of_an_erased_change() -> None:
    for c in HOUSE:
        left = codec.encode(c.without_body().wire()).decode()
        for gone in ("13900000000", "王𬇕", c.salt):
            assert gone not in left


def test_an_erased_body_cannot_be_guessed_from_its_digest_for_want_of_the_salt() -> None:
    full = HOUSE[0]
    digest = full.without_body().erased
    guesses = [
        replace(full, salt=salt) for salt in ("", "0", full.device, full.at, full.household, secrets.token_hex(8))
    ]
    assert digest not in {guess.without_body().erased for guess in guesses}
    assert digest == replace(full, author="somebody else", n=7).without_body().erased


def test_a_body_put_in_the_place_of_an_erased_one_is_another_change() -> None:
    left = HOUSE[0].without_body()
    forged = Change.from_wire({**left.wire(), "body": {"salt": "s", "seen": [], "sets": {"phone": "1"}}})
    assert forged.id != left.id


@pytest.mark.parametrize(
    "spoil",
    [
        {"extra": 1},
        {"v": 2},
        {"n": 0},
        {"n": True},
        {"n": "1"},
        {"body": []},
        {"body": ""},
        {"body": "ab"},
        {"body": "AB" * 32},
        {"body": None},
        {"body": {"salt": "", "seen": [], "sets": []}},
        {"body": {"salt": "", "seen": [], "sets": {}, "v": 1}},
        {"body": {"salt": "", "sets": {}}},
        {"body": {"salt": "", "seen": [1], "sets": {}}},
    ],
)
def test_a_malformed_change_is_refused_before_it_is_believed(spoil: dict[str, object]) -> None:
    with pytest.raises(NotCanonical):
        Change.from_wire({**change({"phone": "1"}).wire(), **spoil})


def test_a_missing_field_is_refused() -> None:
    for name in change({"phone": "1"}).wire():
        data = change({"phone": "1"}).wire()
        del data[name]
        with pytest.raises(NotCanonical):
            Change.from_wire(data)


def test_a_change_too_deep_to_be_sent_on_can_be_neither_made_nor_read() -> None:
    deep: object = "x"
    for _ in range(codec.DEEPEST - 10):
        deep = [deep]
    with pytest.raises(NotCanonical):
        _ = change({"bank": deep}).id
    told = {**change({"bank": {}}).wire(), "body": {"salt": "", "seen": [], "sets": {"bank": deep}}}
    with pytest.raises(NotCanonical):
        _ = Change.from_wire(codec.decode(codec.encode(told))).id


def test_the_chain_depends_on_order() -> None:
    assert chain(chain(START, "a"), "b") != chain(chain(START, "b"), "a")
