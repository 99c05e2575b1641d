"""From slots to facts: what nobody said stays unknown, and what is no fact changes no digest."""

import json
from pathlib import Path

import pytest

from schemas import codec
from schemas.codec import Value
from schemas.policy.facts import Facts, Row, facts
from tests.schemas.policy.making import ADULT, NOTHING, VILLAGE, family

VECTORS = Path(__file__).parents[2] / "vectors" / "facts.json"


def person(slots: dict[str, Value], visit: dict[str, Value] | None = None) -> Row:
    rows = facts(VILLAGE, {}, [("m", slots)], {"visited_on": "2025-06-01", **(visit or {})}).tables["members"]
    assert rows is not None
    return rows[0]


def test_what_nobody_said_is_unknown_never_zero() -> None:
    found = facts(VILLAGE, {}, [], {})
    assert found == Facts(VILLAGE, None, dict.fromkeys(found.household), dict.fromkeys(found.tables))
    assert {k: v for k, v in person({}).items() if v is not None} == {"id": "m"}


def test_an_empty_table_is_an_answer() -> None:
    assert facts(VILLAGE, {}, [], {"income_wage": []}).tables["wages"] == ()
    assert facts(VILLAGE, {}, [], {}).tables["wages"] is None


def test_the_cost_somebody_does_not_claim_is_none() -> None:
    rows = family(income_wage=[{"id": "r", "item": "wage", "gross": 100}]).tables["wages"]
    assert rows == ({"id": "r", "item": "wage", "gross": 100, "cost": 0, "member": None},)


@pytest.mark.parametrize("value", [-1, 10**14, "100", True, 1.5, None, [1]])
def test_an_amount_that_cannot_be_is_unknown(value: object) -> None:
    rows = family(assets=[{"id": "r", "kind": "deposit", "value": value, "exempt": "no"}]).tables["assets"]
    assert rows is not None
    assert rows[0]["value"] is None


@pytest.mark.parametrize(
    ("born", "age"),
    [("2007-06-01", 18), ("2007-06-02", 17), ("2025-06-01", 0), ("2026-01-01", 0), ("2007-13-01", None), ("", None)],
)
def test_an_age_is_reached_on_the_birthday(born: str, age: int | None) -> None:
    assert person({"born": born})["age"] == age


def test_somebody_born_on_29_february_is_a_year_older_on_1_march() -> None:
    ages = [person({"born": "2016-02-29"}, {"visited_on": on})["age"] for on in ("2025-02-28", "2025-03-01")]
    assert ages == [8, 9]


@pytest.mark.parametrize(
    ("slots", "level"),
    [
        ({"disability": {"kind": "4", "level": "2"}}, 2),
        ({"disability": {}}, 0),
        ({"health": "10"}, 0),
        ({"health": "64"}, None),
        ({}, None),
        ({"disability": {"kind": "4"}, "health": "10"}, None),
    ],
)
def test_no_disability_is_something_somebody_said(slots: dict[str, Value], level: int | None) -> None:
    assert person(slots)["disability_level"] == level


def test_what_the_visit_found_goes_before_the_register() -> None:
    assert person({"present": "yes"}, {"members": [{"id": "m", "present": "no"}]})["present"] is False
    assert person({"present": "yes"}, {"members": [{"id": "m"}]})["present"] is True
    assert facts(VILLAGE, {"hukou": "urban"}, [], {"hukou": "rural"}).household["group"] == "rural"


def test_a_member_who_was_removed_is_not_in_the_facts() -> None:
    gone = [("a", ADULT), ("b", {**ADULT, "gone": "yes"})]
    rows = facts(VILLAGE, {}, gone, NOTHING).tables["members"]
    assert rows is not None
    assert [row["id"] for row in rows] == ["a"]


def test_names_phones_and_photos_change_no_digest() -> None:
    noise: dict[str, Value] = {"evidence": [{"id": "p"}], "remarks": "…", "status": "done", "investigators": ["x"]}
    quiet = facts(VILLAGE, {"hukou": "rural"}, [("a", ADULT)], NOTHING)
    loud = facts(
        VILLAGE, {"hukou": "rural", "phone": "1", "head": "x"}, [("a", {**ADULT, "name": "x"})], {**NOTHING, **noise}
    )
    assert quiet.digest() == loud.digest()


@pytest.mark.parametrize("change", [{"born": "1985-05-04"}, {"present": "no"}, {"labour": "none"}, {"relation": "10"}])
def test_whatever_a_pack_could_read_changes_it(change: dict[str, Value]) -> None:
    assert family().digest() == family([{}]).digest()
    if "born" not in change:
        assert family([change]).digest() != family().digest()
    assert family([{"born": "1984-05-04"}]).digest() != family().digest()


def test_the_digest_of_these_facts_is_what_it_always_was() -> None:
    """An assessment names the digest of its facts; were it to change by itself, every assessment would look stale."""
    pinned = json.loads(VECTORS.read_text("utf-8"))
    found = facts(pinned["area"], pinned["household"], [tuple(m) for m in pinned["members"]], pinned["visit"])
    assert codec.encode(found.wire()).decode() == pinned["bytes"]
    assert found.digest() == pinned["digest"]
