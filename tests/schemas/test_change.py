import json
from dataclasses import replace
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
    assert read.id == vector["id"]
    assert codec.encode(read.wire()).hex() == vector["wire"]
    assert chain(vector["chain_before"], read.id) == vector["chain_after"]


@given(st.dictionaries(st.sampled_from(["phone", "address"]), st.text(max_size=5), min_size=1), st.integers(1, 9))
def test_a_change_survives_the_wire(sets: dict[str, str], n: int) -> None:
    original = change(sets, seen=["x", "y"], n=n)
    again = Change.from_wire(codec.decode(codec.encode(original.wire())))
    assert again.id == original.id
    assert again.seen == original.seen


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


def test_an_erased_body_leaves_the_id_provable() -> None:
    full = change({"phone": "13900000000"})
    header_only = full.header()
    assert "13900000000" not in codec.encode(header_only).decode()
    assert codec.short_digest(header_only) == full.id


@pytest.mark.parametrize(
    "spoil",
    [
        {"extra": 1},
        {"v": 2},
        {"n": 0},
        {"n": True},
        {"n": "1"},
        {"body": []},
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


def test_the_chain_depends_on_order() -> None:
    assert chain(chain(START, "a"), "b") != chain(chain(START, "b"), "a")
