"""What a worker wants to write: a change before it has a number, a place in the chain and an id."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schemas.codec import Value


@dataclass(frozen=True)
class Draft:
    """`sets` maps slot to value (None clears); `seen` holds the ids of the live writes that were on the screen;
    `form` is the hash of the questionnaire it came from, or empty."""

    household: str
    record: str
    kind: str
    form: str
    sets: Mapping[str, Value]
    seen: Iterable[str] = frozenset()
