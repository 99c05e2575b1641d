"""Taking a household or a member off the lists, having them back, and moving a household to another village.

Nothing is destroyed: a removal is a write like any other, made having seen everything that was there
(`schemas.merge.delete`). If somebody wrote to the record without knowing, the removal is contested and a supervisor
decides. The reason goes with it, in the person's own words.
"""

from collections.abc import Iterable, Mapping

from app.vault.drafts import Draft
from app.vault.records import Record
from schemas import ids, merge
from schemas.codec import Value
from schemas.problems import Failed


def remove(held: Iterable[Record], why: str) -> list[Draft]:
    """What removes these records. Raises Failed `reason_needed`."""
    return [_written(r, *merge.delete(r.heads), why) for r in held]


def restore(held: Iterable[Record], why: str) -> list[Draft]:
    """What has them back. Raises Failed `reason_needed`."""
    return [_written(r, *merge.restore(r.heads), why) for r in held]


def move(roots: Iterable[Record], area: str) -> list[Draft]:
    """What moves the household, all registrations of it, to the village of this code. Raises Failed `unknown_area`."""
    if not ids.is_area(area):
        raise Failed("unknown_area", area=area)
    return [Draft(r.household, r.id, r.kind, "", {"area": area}, merge.seeing(r.heads, ["area"])) for r in roots]


def _written(record: Record, sets: Mapping[str, Value], seen: frozenset[str], why: str) -> Draft:
    if not why.strip():
        raise Failed("reason_needed")
    return Draft(record.household, record.id, record.kind, "", {**sets, "gone_why": why.strip()}, seen)
