"""Records as the vault keeps them: the heads of each, sealed for its row, and the blind index of national ids.

Heads are a table of what the changes say, so a record whose row is damaged is worked out anew from its changes; only
when one of those is damaged too is the record lost to this device (`damaged`), and never any other record.
"""

import logging
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, Select, delete, select
from sqlalchemy.dialects.sqlite import insert

from app.vault import changes, sealing, tables
from app.vault.keyring import Tx
from schemas.codec import Value
from schemas.merge import NOTHING, Heads, apply
from schemas.problems import Failed

log = logging.getLogger("ruhu.vault")

record = tables.record.c


@dataclass(frozen=True)
class Record:
    """One record with its heads. `rev` counts how often the row was written; 0 for one not stored yet."""

    id: str
    household: str
    kind: str
    area: str
    heads: Heads
    rev: int = 0


def load(tx: Tx, id_: str) -> Record | None:
    """A record, or None when the vault has none of this id; raises Failed `damaged`."""
    row = tx.sql.execute(_mine(tx).where(record.id == id_)).one_or_none()
    return _opened(tx, row) if row else None


def of_household(tx: Tx, household: str, *, leave_out_damaged: bool = False) -> list[Record]:
    """A household and every record of it, the household first. Raises Failed `damaged` when one cannot be opened,
    because a means test on the rest would be wrong, unless it is asked to leave such out."""
    rows = tx.sql.execute(_mine(tx).where(record.household == household)).all()
    found = []
    for row in rows:
        try:
            found.append(_opened(tx, row))
        except Failed as failed:
            if not (leave_out_damaged and failed.code == "damaged"):
                raise
    return sorted(found, key=lambda r: (r.kind != "household", r.kind, r.id))


def place(tx: Tx, household: str) -> str | None:
    """The area a household lies in, or None for one the vault does not hold."""
    rows = tx.sql.execute(
        select(record.id, record.area).where(record.person == tx.person, record.household == household)
    ).all()
    areas: list[str] = [row.area for row in sorted(rows, key=lambda row: row.id != household)]
    return areas[0] if areas else None


def save(tx: Tx, changed: Record) -> None:
    """Writes a record's heads and its blind index."""
    rev = changed.rev + 1
    gen, sealed = tx.ring.seal("record", changed.area, changed.id, rev, changed.heads.wire())
    values = {
        "household": changed.household,
        "kind": changed.kind,
        "area": changed.area,
        "gen": gen,
        "rev": rev,
        "sealed": sealed,
    }
    tx.sql.execute(
        insert(tables.record)
        .values(person=tx.person, id=changed.id, **values)
        .on_conflict_do_update(["person", "id"], set_=values)
    )
    if changed.kind == "member":
        _index(tx, changed, gen)


def find_national_id(tx: Tx, text: str) -> list[str]:
    """Ids of the member records that hold this national id, in any of the person's areas."""
    tokens = [tx.ring.token(area, gen, plain_id(text)) for area, gen in tx.ring.compartments()]
    found = select(tables.blind.c.record).where(tables.blind.c.person == tx.person, tables.blind.c.token.in_(tokens))
    return sorted(set(tx.sql.scalars(found)))


def plain_id(text: str) -> str:
    """A national id as it is compared: no spaces, half-width, the last letter large."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def from_changes(tx: Tx, id_: str) -> Heads:
    """A record's heads worked out anew from the changes the vault holds; raises Failed `damaged`."""
    heads = NOTHING
    for change in changes.of_record(tx, id_):
        heads = apply(heads, change)
    return heads


def _mine(tx: Tx) -> Select[tuple[Value, ...]]:
    return select(tables.record).where(record.person == tx.person)


def _opened(tx: Tx, row: Row[tuple[Value, ...]]) -> Record:
    try:
        heads = Heads.from_wire(tx.ring.unseal("record", row.area, row.gen, row.id, row.rev, row.sealed))
    except sealing.Damaged:
        log.warning("record %s is damaged; worked out anew from its changes", row.id)
        heads = from_changes(tx, row.id)
        if heads == NOTHING:
            raise Failed("damaged") from None
    return Record(row.id, row.household, row.kind, row.area, heads, row.rev)


def _index(tx: Tx, member: Record, gen: int) -> None:
    """Both sides of a conflict are indexed: a double is found whichever of the two ids is the right one."""
    blind = tables.blind
    tx.sql.execute(delete(blind).where(blind.c.person == tx.person, blind.c.record == member.id))
    tokens = {tx.ring.token(member.area, gen, text) for text in _national_ids(member.heads)}
    if tokens:
        tx.sql.execute(
            insert(blind), [{"person": tx.person, "token": token, "record": member.id} for token in sorted(tokens)]
        )


def _national_ids(heads: Heads) -> Iterable[str]:
    values: Sequence[Value] = list(heads.live.get("national_id", {}).values())
    return (text for value in values if isinstance(value, str) and (text := plain_id(value)))
