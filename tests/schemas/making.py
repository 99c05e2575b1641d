"""Making changes in tests: ids, devices and content that Hypothesis can shrink."""

from collections.abc import Iterable

from schemas import ids
from schemas.change import START, Change
from schemas.codec import Value


def record(number: int) -> str:
    return ids.record_id(number, number.to_bytes(10, "big"))


def change(
    sets: dict[str, Value],
    seen: Iterable[str] = (),
    *,
    n: int = 1,
    device: str = "tablet-a",
    household: str = record(1),
    about: str = record(1),
    kind: str = "household",
    prev: str = START,
    at: str = "2026-11-23T01:00:00.000Z",
    author: str = "cadre",
) -> Change:
    return Change(household, about, kind, "", sets, frozenset(seen), author, device, n, prev, at, f"{device}-{n}")
