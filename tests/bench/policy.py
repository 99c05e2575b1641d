"""How long one household takes: the engine beside the facts' own canonical bytes, which any assessment must make."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from schemas import codec
from schemas.policy.engine import assess
from tests.bench.row import Row, median_seconds
from tests.schemas.policy.making import NOTHING, family, pack

PEOPLE: list[dict[str, Any]] = [
    {},
    {"relation": "10"},
    {"relation": "20", "born": "2012-03-04", "student": "compulsory"},
]
FOUND: dict[str, Any] = {
    "income_wage": [{"id": "1", "member": "m0", "item": "casual", "gross": 1_200_000, "cost": 100_000}],
    "income_business": [{"id": "1", "item": "crop", "gross": 500_000, "cost": 200_000}],
    "income_transfer": [{"id": "1", "member": "m1", "item": "pension", "gross": 240_000}],
    "assets": [{"id": "1", "kind": "deposit", "value": 500_000, "exempt": "no"}],
    "expenses": [{"id": "1", "kind": "medical", "amount": 300_000}],
}
UNASKED: dict[str, Any] = {name: None for name in NOTHING if name != "visited_on"}


def run() -> Iterator[Row]:
    rules, known = pack("cn-2021"), family(PEOPLE, **FOUND)
    floor = median_seconds(lambda: codec.encode(known.wire()), 200) * 1000
    for case, facts, rounds, target in (
        ("one household, 低保 with every line", known, 200, 0.5),
        ("the same with wages and assets unknown", family(PEOPLE, **{**FOUND, **_without("wage", "assets")}), 20, 50),
        ("a visit just begun, nothing known", family(PEOPLE, None, **UNASKED), 10, 50),
    ):
        value = median_seconds(partial(assess, rules, facts), rounds) * 1000
        yield Row("policy", case, value, "ms", floor, value / floor, f"≤ {target} ms", value <= target)


def _without(*names: str) -> dict[str, Any]:
    return {slot: None for slot in NOTHING if slot.removeprefix("income_") in names}
