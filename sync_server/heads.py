"""The live writes of every record as a table, so that nobody has to read a record's whole history to know its value.

Nothing here is told by a person: every row can be worked out again from the changes (`verify`), and the rules are
`schemas.merge`'s. The small columns beside the data are what lists sort and filter by.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Row, select

from schemas import merge
from schemas.change import Change
from schemas.merge import NOTHING, Heads
from sync_server import tables as t
from sync_server.db import Tx

Apply: TypeAlias = Callable[[Heads, Change], Heads]
"""`merge.apply`, or what remembers what it gives."""


@dataclass(frozen=True)
class Head:
    """One record's live writes, and where and what it is. `author` and `received_at` are of its first change,
    `updated_at` and `skew` of its latest."""

    record: str
    household: str
    area: str
    kind: str
    heads: Heads
    received_at: str
    updated_at: str
    author: str
    skew: int


def load(tx: Tx, county: str, records: Iterable[str]) -> dict[str, Head]:
    """The heads of these records, those that there are."""
    rows = tx.among(select(t.head).where(t.head.c.county == county), t.head.c.record, records)
    return {row.record: head(row) for row in rows}


def of_household(tx: Tx, county: str, household: str) -> list[Head]:
    """The household and every record of it, in order of id."""
    rows = tx.execute(
        select(t.head).where(t.head.c.county == county, t.head.c.household == household).order_by(t.head.c.record)
    )
    return [head(row) for row in rows]


def get(tx: Tx, county: str, record: str) -> Head | None:
    return load(tx, county, [record]).get(record)


def applied(before: Head | None, change: Change, area: str, at: str, skew: int, apply: Apply = merge.apply) -> Head:
    """The head of a record after one more change, taken at the server's `at`."""
    heads = apply(before.heads if before else NOTHING, change)
    received, author = (before.received_at, before.author) if before else (at, change.author)
    return Head(change.record, change.household, area, change.kind, heads, received, at, author, skew)


def save(tx: Tx, county: str, before: Mapping[str, Head], after: Mapping[str, Head]) -> None:
    """Writes the heads in `after` that are not as in `before`."""
    changed = [head for record, head in after.items() if before.get(record) != head]
    tx.put(t.head, [{**_columns(county, head), "data": head.heads.encoded} for head in changed])


def row(county: str, head: Head) -> dict[str, Any]:
    """What the table holds for a head."""
    return {**_columns(county, head), "data": head.heads.wire()}


def _columns(county: str, head: Head) -> dict[str, Any]:
    heads = head.heads
    return {
        "county": county,
        "record": head.record,
        "household": head.household,
        "area": head.area,
        "kind": head.kind,
        "conflicts": len(heads.conflicts()),
        "status": _text(heads, "status") if head.kind in ("visit", "household") else None,
        "visited_on": _text(heads, "visited_on") if head.kind == "visit" else None,
        "visit": _text(heads, "visit") if head.kind in ("assessment", "attachment") else None,
        "received_at": head.received_at,
        "updated_at": head.updated_at,
        "author": head.author,
        "skew": head.skew,
    }


def head(row: Row[tuple[Any, ...]]) -> Head:
    """A row of the table as a head."""
    return Head(
        row.record,
        row.household,
        row.area,
        row.kind,
        Heads.from_wire(row.data),
        row.received_at,
        row.updated_at,
        row.author,
        row.skew,
    )


def _text(heads: Heads, slot: str) -> str | None:
    # PostgreSQL's text holds no NUL, and no list needs more than the start of a value.
    value = heads.value(slot)
    return value.replace("\x00", "")[:64] if isinstance(value, str) else None
