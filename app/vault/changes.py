"""The changes a vault holds: own ones until the server has them and for ever after, and what came down the feeds.

A change is stored once, under its id; where it stands in the feeds is in `entry` (`places`). Whether it is in its
record's heads stands beside it (`applied`), so that none is applied twice: own ones are applied when they are written,
others when they come down the feed of the area that their household lies in.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import Row, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from app.vault import sealing, tables
from app.vault.keyring import Tx
from schemas.change import Change
from schemas.codec import NotCanonical, Value
from schemas.problems import Failed

UNSENT = "unsent"
"""On this device only."""
SENT = "sent"
"""Durable at the server, by its receipt."""
HELD = "held"
"""Durable at the server, set aside for a supervisor."""
FED = "fed"
"""Came down a feed: everyone's."""
RESTED = "rested"
"""A supervisor looked at it and let it rest: it is at the server and counts for nothing."""

change = tables.change.c
OWN = or_(change.n.is_not(None), change.state != FED)
"""Of changes, those known to be this person's from this device: by number, or, of a former enrolment, because none came
down a feed; others' did. Once such a one comes down a feed it is like others'."""


@dataclass(frozen=True)
class Kept:
    """One change to store, sealed in an area's compartment."""

    change: Change
    area: str
    state: str
    applied: bool = True


def add(tx: Tx, new: Iterable[Kept], own: bool) -> None:
    """Stores changes; `own` gives them their device number."""
    rows = []
    for item in new:
        made = item.change
        gen, sealed = tx.ring.seal("change", item.area, made.id, 0, made.wire())
        rows.append(
            {
                "person": tx.person,
                "id": made.id,
                "household": made.household,
                "record": made.record,
                "area": item.area,
                "gen": gen,
                "n": made.n if own else None,
                "state": item.state,
                "applied": item.applied,
                "sealed": sealed,
            }
        )
    if rows:
        tx.sql.execute(insert(tables.change), rows)


def of_record(tx: Tx, record: str) -> list[Change]:
    """All changes of a record that are here; raises Failed `damaged` when one cannot be opened."""
    found = select(tables.change).where(change.person == tx.person, change.record == record)
    return opened(tx, tx.sql.execute(found).all())


def applied_to(tx: Tx, record: str) -> list[Change]:
    """The changes of a record that are in its heads; raises Failed `damaged` when one cannot be opened."""
    found = select(tables.change).where(change.person == tx.person, change.record == record, change.applied)
    return opened(tx, tx.sql.execute(found).all())


def opened(tx: Tx, rows: Sequence[Row[tuple[Value, ...]]]) -> list[Change]:
    """The changes in rows of the table; raises Failed `damaged` when one cannot be opened."""
    return [one(tx, row) for row in rows]


def readable(tx: Tx, rows: Sequence[Row[tuple[Value, ...]]]) -> list[Change]:
    """The changes in rows of the table, without those that cannot be opened."""
    found = []
    for row in rows:
        with suppress(Failed):
            found.append(one(tx, row))
    return found


def one(tx: Tx, row: Row[tuple[Value, ...]]) -> Change:
    """The change in a row; raises Failed `damaged`."""
    try:
        found = Change.from_wire(tx.ring.unseal("change", row.area, row.gen, row.id, 0, row.sealed))
    except (sealing.Damaged, NotCanonical):
        raise Failed("damaged") from None
    if found.id != row.id:
        raise Failed("damaged")
    return found


def applied(tx: Tx, ids: Sequence[str]) -> None:
    """Notes that these changes are in their records' heads."""
    for some in tables.batched(ids):
        tx.sql.execute(
            update(tables.change).where(change.person == tx.person, change.id.in_(some)).values(applied=True)
        )


def unapplied(tx: Tx, records: Sequence[str]) -> None:
    """Notes that no change of these records is in any heads: the records are not here any more."""
    mine = update(tables.change).where(change.person == tx.person, change.record.in_(records))
    tx.sql.execute(mine.values(applied=False))


def reseal(tx: Tx, row: Row[tuple[Value, ...]], to: Change) -> None:
    """Writes a change over itself, with the same id: after its body was destroyed."""
    gen, sealed = tx.ring.seal("change", row.area, row.id, 0, to.wire())
    this = update(tables.change).where(change.person == tx.person, change.id == row.id)
    tx.sql.execute(this.values(gen=gen, sealed=sealed))
