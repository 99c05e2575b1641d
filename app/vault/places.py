"""Where a person stands in each area's feed, and which change stands where in it.

A cursor is the number and chain of the last entry here, with the county's seal over both. The entries from its base on
are kept by id, so that this vault can prove to a server that lost some of them what the feed was (`witness`). A vault
that knows an area from a snapshot has no entries before it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from app.vault import changes, tables
from app.vault.keyring import Tx
from app.vault.tables import upsert
from schemas import codec, wire
from schemas.change import START, Change

change = tables.change.c
cursor = tables.cursor.c
entry = tables.entry.c
record = tables.record.c

WITNESSED = 50_000
"""The most entries that one witness names: their ids are under 2 MB."""


@dataclass(frozen=True)
class Place:
    """Where the vault stands in a feed. `after`: how far a snapshot under way has come, "" for none. `base_seq` and
    `base`: after which entry those here begin. `seal`: the county's over `seq` and `chain`, "" for none."""

    seq: int = 0
    chain: str = START
    after: str = ""
    base_seq: int = 0
    base: str = START
    seal: str = ""


@dataclass(frozen=True)
class Line:
    """One entry of a feed: its number, the change's id, the chain after it."""

    seq: int
    id: str
    link: str


def at(tx: Tx, area: str) -> Place:
    """Where the vault stands in an area's feed."""
    row = tx.sql.execute(_mine(tx).where(cursor.area == area)).one_or_none()
    return Place(*row[1:]) if row else Place()


def cursors(tx: Tx, areas: Iterable[str]) -> dict[str, wire.Cursor]:
    """For each of these areas where the vault stands, as a pull names it."""
    known = {row.area: wire.Cursor(row.seq, row.chain, row.after) for row in tx.sql.execute(_mine(tx))}
    return {area: known.get(area, wire.Cursor()) for area in areas}


def move(tx: Tx, area: str, place: Place) -> None:
    """Notes where the vault stands now."""
    tx.sql.execute(upsert(tables.cursor), [{"person": tx.person, "area": area, **vars(place)}])


def add(tx: Tx, area: str, lines: Sequence[Line]) -> None:
    """Notes the next entries of a feed."""
    if lines:
        rows = [{"person": tx.person, "area": area, "seq": x.seq, "id": x.id, "link": x.link} for x in lines]
        tx.sql.execute(insert(tables.entry), rows)


def between(tx: Tx, area: str, first: int, last: int) -> dict[int, str]:
    """The ids of the entries here with these numbers."""
    rows = tx.sql.execute(select(entry.seq, entry.id).where(*_of(tx, area), entry.seq.between(first, last)))
    return {row.seq: row.id for row in rows}


def forget(tx: Tx, area: str) -> None:
    """Forgets all entries of an area, for a snapshot stands in their place."""
    tx.sql.execute(delete(tables.entry).where(*_of(tx, area)))


def unplaced(tx: Tx) -> ColumnElement[bool]:
    """Of changes, those that stand in no feed here."""
    return change.id.not_in(select(entry.id).where(entry.person == tx.person))


def rebase(tx: Tx, area: str) -> None:
    """Sets the cursor of an area back to the start, so that the next pull brings a snapshot of it. Its entries and what
    others changed in it are forgotten; own changes stay, and so do the records as they stand, until the snapshot has
    brought them anew."""
    lying = select(record.household).where(record.person == tx.person, record.area == area)
    here = (record.person == tx.person) & (record.area == area)
    fed = select(change.record).where(change.person == tx.person, change.state == changes.FED)
    tx.sql.execute(update(tables.record).where(here, record.id.in_(fed)).values(whole=False))
    tx.sql.execute(update(tables.record).where(here).values(as_of=0))
    others = (change.person == tx.person) & change.n.is_(None) & (change.state == changes.FED)
    of_area = or_(change.household.in_(lying), (change.area == area) & ~change.applied)
    forget(tx, area)
    tx.sql.execute(delete(tables.change).where(others, of_area, unplaced(tx)))
    tx.sql.execute(delete(tables.cursor).where(cursor.person == tx.person, cursor.area == area))


def witness(tx: Tx, area: str, device: str) -> wire.Witness | None:
    """What this vault can prove of a feed, naming no changes yet; None when it holds no entries or no seal."""
    here = at(tx, area)
    count = tx.sql.scalar(select(func.count()).where(*_of(tx, area))) or 0
    if not count or not here.seal or here.after:
        return None
    first = max(here.base_seq, here.seq - WITNESSED) + 1
    rows = tx.sql.execute(select(entry.id, entry.link).where(*_of(tx, area), entry.seq >= first).order_by(entry.seq))
    ids = tuple(row.id for row in rows)
    before = here.base
    if first > here.base_seq + 1:
        before = tx.sql.execute(select(entry.link).where(*_of(tx, area), entry.seq == first - 1)).scalar_one()
    return wire.Witness(wire.PROTOCOL, device, area, before, ids, here.seq, here.seal, ())


def lacked(tx: Tx, ids: Sequence[str], limit_bytes: int) -> list[Change]:
    """Of these changes those that are here and open, in this order, as many as fit in so many canonical bytes but at
    least one."""
    batch: list[Change] = []
    size = 0
    for some in tables.batched(ids):
        rows = tx.sql.execute(select(tables.change).where(change.person == tx.person, change.id.in_(some))).all()
        found = {c.id: c for c in changes.readable(tx, rows)}
        for item in (found[i] for i in some if i in found):
            size += len(codec.encode(item.wire()))
            if batch and size > limit_bytes:
                return batch
            batch.append(item)
    return batch


def _mine(tx: Tx) -> Select[tuple[str, int, str, str, int, str, str]]:
    columns = select(cursor.area, cursor.seq, cursor.chain, cursor.after, cursor.base_seq, cursor.base, cursor.seal)
    return columns.where(cursor.person == tx.person)


def _of(tx: Tx, area: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return entry.person == tx.person, entry.area == area
