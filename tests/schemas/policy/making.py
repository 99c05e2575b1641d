"""Packs and made-up households for the tests of the policy room."""

import json
from collections.abc import Callable
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from hypothesis import strategies as st

from schemas import codec
from schemas.codec import Value
from schemas.policy.facts import Facts, facts
from schemas.policy.load import load_pack
from schemas.policy.model import Pack

NAMES = ("cn-2021", "zj-2003")
VILLAGE = "990101200201"


def folder(name: str) -> Traversable:
    return files("schemas.library").joinpath("packs", name)


@cache
def pack(name: str) -> Pack:
    return load_pack(folder(name))


def changed(name: str, change: Callable[[Any], None]) -> Pack:
    """The pack of a name after a change to its wire form."""
    content = json.loads(codec.encode(pack(name).wire()))
    change(content)
    return Pack.from_wire(content)


ADULT: dict[str, Value] = {
    "relation": "02",
    "born": "1985-05-05",
    "present": "yes",
    "health": "10",
    "serious_illness": "no",
    "labour": "full",
    "student": "no",
}

NOTHING: dict[str, Value] = {
    "visited_on": "2025-06-01",
    "outcome": "done",
    "income_wage": [],
    "income_business": [],
    "income_property": [],
    "income_transfer": [],
    "assets": [],
    "expenses": [],
    "housing": {"dwellings": 1},
}
"""A visit that found nothing at all: every question answered with none."""


def family(
    members: list[dict[str, Value]] | None = None, hukou: str | None = "rural", area: str = VILLAGE, **visit: Value
) -> Facts:
    """The facts of a household whose members differ from ADULT as given, and whose visit differs from NOTHING."""
    people = [(f"m{i}", {**ADULT, **m}) for i, m in enumerate(members if members is not None else [{}])]
    return facts(area, {"hukou": hukou} if hukou else {}, people, {**NOTHING, **visit})


money = st.integers(0, 5_000_000)
CODES: dict[str, list[str]] = {
    "wage": ["wage", "casual"],
    "business": ["crop", "retail"],
    "property": ["rent", "interest"],
    "transfer": ["pension", "basic_pension", "veteran", "scholarship", "assistance", "old_age", "support"],
}


def _rows(made: st.SearchStrategy[dict[str, Value]]) -> st.SearchStrategy[list[dict[str, Value]]]:
    return st.lists(made, max_size=3).map(lambda rows: [{"id": f"r{i}", **row} for i, row in enumerate(rows)])


def flows(kind: str) -> st.SearchStrategy[list[dict[str, Value]]]:
    owner = st.sampled_from([None, "m0", "m1", "m2"])
    return _rows(
        st.fixed_dictionaries({"item": st.sampled_from(CODES[kind]), "gross": money, "cost": money, "member": owner})
    )


members = st.lists(
    st.fixed_dictionaries(
        {
            "relation": st.sampled_from(["02", "10", "20", "28", "30", "52", "83", "99"]),
            "born": st.dates(min_value=date(1930, 1, 1), max_value=date(2024, 1, 1)).map(str),
            "present": st.sampled_from(["yes", "no"]),
            "apart": st.sampled_from(["work", "prison", "study"]),
            "student": st.sampled_from(["no", "tertiary", "postgraduate"]),
            "labour": st.sampled_from(["full", "none"]),
            "serious_illness": st.sampled_from(["yes", "no"]),
            "disability": st.sampled_from([{}, {"kind": "4", "level": "1"}, {"kind": "6", "level": "3"}]),
        }
    ),
    min_size=1,
    max_size=4,
)

visits = st.fixed_dictionaries(
    {
        "visited_on": st.sampled_from(["2021-07-01", "2025-12-31", "2026-01-01", "2026-11-23"]),
        "outcome": st.just("done"),
        "income_wage": flows("wage"),
        "income_business": flows("business"),
        "income_property": flows("property"),
        "income_transfer": flows("transfer"),
        "assets": _rows(
            st.fixed_dictionaries(
                {
                    "kind": st.sampled_from(["deposit", "vehicle", "house", "insurance"]),
                    "value": money,
                    "exempt": st.sampled_from(["no", "medical_vehicle"]),
                    "member": st.sampled_from([None, "m0", "m1"]),
                }
            )
        ),
        "expenses": _rows(
            st.fixed_dictionaries({"kind": st.sampled_from(["medical", "rehab", "living"]), "amount": money})
        ),
        "housing": st.fixed_dictionaries({"dwellings": st.integers(0, 2)}),
    }
)
