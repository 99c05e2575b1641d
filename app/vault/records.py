"""Records as the vault keeps them: the heads of each, sealed for its row, and the blind index of national ids.

Heads are a table of what the changes say, so a record whose row is damaged is worked out anew from its changes, where
all of them are here (`whole`). Where they are not, or one is damaged too, the record is lost to this device until its
area is fetched again (`damaged`), and never any other record.
"""

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, Select, bindparam, delete, insert, select, update

from app.vault import changes, sealing, tables
from app.vault.keyring import Tx
from app.vault.tables import upsert
from schemas.codec import Value
from schemas.duplicates import plain_id
from schemas.merge import NOTHING, Heads, apply
from schemas.problems import Failed

log = logging.getLogger("ruhu.vault")

record = tables.record.c


@dataclass(frozen=True)
class Record:
    """One record with its heads. `rev` counts how often the row was written; 0 for one not stored yet. `as_of`: all
    of it up to this number of its area's feed is in the heads. `whole`: every change behind them is here. `left`: its
    household has moved out of the area, and nobody has brought it here from where it is."""

    id: str
    household: str
    kind: str
    area: str
    heads: Heads
    rev: int = 0
    as_of: int = 0
    whole: bool = True
    left: bool = False


def load(tx: Tx, id_: str) -> Record | None:
    """A record, or None when the vault has none of this id; raises Failed `damaged`."""
    row = tx.sql.execute(_mine(tx).where(record.id == id_)).one_or_none()
    return _opened(tx, row) if row else None


def load_readable(tx: Tx, ids: Iterable[str]) -> tuple[dict[str, Record], set[str]]:
    """Of these records those that can be opened, by id, and the ids of those that are here and cannot."""
    return _readable(tx, tx.sql.execute(_mine(tx).where(record.id.in_(list(ids)))).all())


def of_household(tx: Tx, household: str) -> list[Record]:
    """A household and every record of it, the household first. Raises Failed `damaged` when one cannot be opened,
    because a means test on the rest would be wrong."""
    rows = tx.sql.execute(_mine(tx).where(record.household == household)).all()
    return sorted((_opened(tx, row) for row in rows), key=_order)


def readable_of(tx: Tx, households: Iterable[str], written: Iterable[Record] = ()) -> dict[str, list[Record]]:
    """By household its records, as far as they can be opened, the household first; those that were just `written` are
    not opened again."""
    wanted = list(households)
    out: dict[str, list[Record]] = {household: [] for household in wanted}
    known = {held.id: held for held in written if held.household in out}
    rows = tx.sql.execute(_mine(tx).where(record.household.in_(wanted))).all()
    found, _ = _readable(tx, [row for row in rows if row.id not in known])
    for held in sorted((known | found).values(), key=_order):
        out[held.household].append(held)
    return out


def place(tx: Tx, household: str) -> str | None:
    """The area a household lies in, or None for one the vault does not hold."""
    return places(tx, [household]).get(household)


def places(tx: Tx, households: Iterable[str]) -> dict[str, str]:
    """The areas of those of these households that the vault holds; where the household's own record is not there
    yet, the area of another of its records."""
    where = select(record.household, record.id, record.area).where(
        record.person == tx.person, record.household.in_(list(households))
    )
    rows = sorted(tx.sql.execute(where).all(), key=lambda row: row.id == row.household)
    return {row.household: row.area for row in rows}


def lying(tx: Tx, households: Iterable[str]) -> dict[str, str]:
    """As `places`, with "" for a household that has left."""
    wanted = list(households)
    away = select(record.household).where(record.person == tx.person, record.household.in_(wanted), record.left)
    return places(tx, wanted) | dict.fromkeys(tx.sql.scalars(away), "")


def leave(tx: Tx, households: Collection[str]) -> None:
    """Notes that households have moved out of the area they are kept in."""
    for some in tables.batched(sorted(households)):
        theirs = (record.person == tx.person) & record.household.in_(some)
        tx.sql.execute(update(tables.record).where(theirs).values(left=True))


def save(tx: Tx, changed: Sequence[Record]) -> None:
    """Writes the heads of records, and their blind index."""
    rows = []
    for item in changed:
        rev = item.rev + 1
        gen, sealed = tx.ring.seal("record", item.area, item.id, rev, item.heads.wire())
        rows.append(
            {
                "person": tx.person,
                "id": item.id,
                "household": item.household,
                "kind": item.kind,
                "area": item.area,
                "gen": gen,
                "rev": rev,
                "as_of": item.as_of,
                "whole": item.whole,
                "left": item.left,
                "sealed": sealed,
            }
        )
    if rows:
        tx.sql.execute(_SAVE, rows)
        _index(tx, [item for item in changed if item.kind == "member"])


def find_national_id(tx: Tx, text: str) -> list[str]:
    """Ids of the member records that hold this national id, in any of the person's areas."""
    tokens = tx.ring.tokens(plain_id(text))
    found = select(tables.blind.c.record).where(tables.blind.c.person == tx.person, tables.blind.c.token.in_(tokens))
    return sorted(set(tx.sql.scalars(found)))


def from_changes(tx: Tx, id_: str) -> Heads:
    """A whole record's heads worked out anew from its changes; raises Failed `damaged`."""
    heads = NOTHING
    for change in changes.applied_to(tx, id_):
        heads = apply(heads, change)
    return heads


def drop(tx: Tx, ids: Sequence[str]) -> None:
    """Forgets records and their blind index; what of their changes is here is in no heads any more."""
    for some in tables.batched(ids):
        tx.sql.execute(delete(tables.record).where(record.person == tx.person, record.id.in_(some)))
        tx.sql.execute(delete(tables.blind).where(_blind.person == tx.person, _blind.record.in_(some)))
        changes.unapplied(tx, some)


def _mine(tx: Tx) -> Select[tuple[Value, ...]]:
    return select(tables.record).where(record.person == tx.person)


_SAVE = upsert(tables.record)
_blind = tables.blind.c
_UNINDEX = delete(tables.blind).where(_blind.person == bindparam("whose"), _blind.record == bindparam("which"))


def _order(held: Record) -> tuple[bool, str, str]:
    return held.kind != "household", held.kind, held.id


def _readable(tx: Tx, rows: Sequence[Row[tuple[Value, ...]]]) -> tuple[dict[str, Record], set[str]]:
    found, damaged = {}, set()
    for row in rows:
        try:
            found[row.id] = _opened(tx, row)
        except Failed as failed:
            if failed.code != "damaged":
                raise
            damaged.add(row.id)
    return found, damaged


def _opened(tx: Tx, row: Row[tuple[Value, ...]]) -> Record:
    try:
        heads = Heads.from_wire(tx.ring.unseal("record", row.area, row.gen, row.id, row.rev, row.sealed))
    except sealing.Damaged:
        log.warning("record %s is damaged; worked out anew from its changes", row.id)
        heads = from_changes(tx, row.id) if row.whole else NOTHING
        if heads == NOTHING:
            raise Failed("damaged") from None
    return Record(row.id, row.household, row.kind, row.area, heads, row.rev, row.as_of, row.whole, row.left)


def _index(tx: Tx, members: Sequence[Record]) -> None:
    """Both sides of a conflict are indexed: a double is found whichever of the two ids is the right one."""
    if members:
        tx.sql.execute(_UNINDEX, [{"whose": tx.person, "which": m.id} for m in members])
    tokens = [
        {"person": tx.person, "token": token, "record": member.id}
        for member in members
        for token in {tx.ring.token(member.area, text) for text in _national_ids(member.heads)}
    ]
    if tokens:
        tx.sql.execute(insert(tables.blind), tokens)


def _national_ids(heads: Heads) -> Iterable[str]:
    values: Sequence[Value] = list(heads.live.get("national_id", {}).values())
    return (text for value in values if isinstance(value, str) and (text := plain_id(value)))
