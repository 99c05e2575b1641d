"""Whether everything in a person's vault still opens and agrees, row by row; and mending what can be mended here.

The changes are the truth; heads, summaries and the blind index follow from them and are made anew from them, where all
of a record's changes are here. What is lost with a damaged change or record comes back from the server by
`fetch_again`, unless it was never sent.
"""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import Row, Table, select

from app.vault import attachments, changes, places, records, sealing, summary, tables
from app.vault.keyring import Tx
from app.vault.records import Record
from schemas import codec
from schemas.change import START, Change, chain
from schemas.codec import Value
from schemas.merge import NOTHING, Heads, apply
from schemas.problems import Failed

UNREADABLE = "unreadable"
DIFFERS = "differs"
BROKEN = "broken"

Rows: TypeAlias = Sequence[Row[tuple[Value, ...]]]


@dataclass(frozen=True)
class Damage:
    """One thing that is not as it must be. `what` is the table, `id` the row's; `fault` is `unreadable`, `differs`
    (a record is not what its changes say, or is not there) or `broken` (a chain does not join)."""

    what: str
    id: str
    area: str
    fault: str


def verify(tx: Tx, folder: Path) -> list[Damage]:
    """Opens every row and file of the person and checks every chain; an empty list says that all is well."""
    rows = _all(tx, tables.change)
    readable = _readable(tx, rows)
    unreadable = [Damage("change", row.id, row.area, UNREADABLE) for row in rows if row.id not in readable]
    chains = [*_feeds(tx), *_own_chain(tx, rows, readable)]
    return [*unreadable, *chains, *_records(tx, _said(tx, rows, readable)), *_rest(tx, folder)]


def repair(tx: Tx) -> None:
    """Makes anew what follows from the changes: every record whose changes can all be read, and every summary."""
    rows = _all(tx, tables.change)
    known = {row.id: row for row in _all(tx, tables.record)}
    said = _said(tx, rows, _readable(tx, rows)).items()
    records.save(tx, [made for id_, made in said if made is not None and (id_ not in known or known[id_].whole)])
    summary.renew(tx, sorted({row.household for row in _all(tx, tables.record)}))


def fetch_again(tx: Tx, area: str) -> None:
    """Lets the next pull bring the whole area again, to replace what is damaged here. What was never sent stays."""
    places.rebase(tx, area)


def _readable(tx: Tx, rows: Rows) -> dict[str, Change]:
    out = {}
    for row in rows:
        with contextlib.suppress(Failed):
            out[row.id] = changes.one(tx, row)
    return out


def _said(tx: Tx, rows: Rows, readable: Mapping[str, Change]) -> dict[str, Record | None]:
    """The records that the changes in their heads make; None for one of whose changes some cannot be read."""
    here = {row.id: row for row in _all(tx, tables.record)}
    out: dict[str, Record | None] = {}
    for row in (row for row in rows if row.applied):
        said, known = readable.get(row.id), out.get(row.record)
        if said is None or (known is None and row.record in out):
            out[row.record] = None
        elif known is None:
            new = Record(said.record, said.household, said.kind, row.area, apply(NOTHING, said))
            if (old := here.get(row.record)) is not None:
                new = replace(new, area=old.area, rev=old.rev, as_of=old.as_of, left=old.left)
            out[row.record] = new
        else:
            out[row.record] = replace(known, heads=apply(known.heads, said))
    return out


def _feeds(tx: Tx) -> Iterable[Damage]:
    """An area's entries must be dense from its base, their chain the one at the cursor, and their changes here."""
    here = set(tx.sql.scalars(select(tables.change.c.id).where(tables.change.c.person == tx.person)))
    feeds: dict[str, list[Row[tuple[Value, ...]]]] = {}
    for row in _all(tx, tables.entry):
        feeds.setdefault(row.area, []).append(row)
    for cursor in _all(tx, tables.cursor):
        seq, link = cursor.base_seq, cursor.base
        for row in sorted(feeds.pop(cursor.area, []), key=lambda r: r.seq):
            seq, link = seq + 1, chain(link, row.id)
            if (row.seq, row.link) != (seq, link) or row.id not in here:
                seq = -1
                break
        if (seq, link) != (cursor.seq, cursor.chain):
            yield Damage("feed", cursor.area, cursor.area, BROKEN)
    yield from (Damage("feed", area, area, BROKEN) for area in feeds)


def _own_chain(tx: Tx, rows: Rows, readable: Mapping[str, Change]) -> Iterable[Damage]:
    """The device's numbers must be dense and each change must name the one before."""
    n, prev = 0, START
    for row in sorted((r for r in rows if r.n is not None), key=lambda r: r.n):
        known = readable.get(row.id)
        if row.n != n + 1 or (known is not None and (known.n, known.prev) != (row.n, prev)):
            yield Damage("change", row.id, row.area, BROKEN)
        n, prev = row.n, row.id
    for account in _all(tx, tables.account):
        if (account.n, account.prev) != (n, prev):
            yield Damage("account", "", "", BROKEN)


def _records(tx: Tx, said: Mapping[str, Record | None]) -> Iterable[Damage]:
    rows = {row.id: row for row in _all(tx, tables.record)}
    for id_, row in rows.items():
        held, made = _heads(tx, row), said.get(id_)
        if held is None:
            yield Damage("record", id_, row.area, UNREADABLE)
        elif row.whole and (id_ not in said or (made is not None and not _same(held, made.heads))):
            yield Damage("record", id_, row.area, DIFFERS)
    yield from (Damage("record", id_, made.area, DIFFERS) for id_, made in said.items() if made and id_ not in rows)


def _rest(tx: Tx, folder: Path) -> Iterable[Damage]:
    for row in _all(tx, tables.summary):
        if row.sealed and not _opens(tx, "summary", row, row.household, row.rev):
            yield Damage("summary", row.household, row.area, UNREADABLE)
    for row in _all(tx, tables.working):
        if not _opens(tx, "working", row, row.visit, row.rev):
            yield Damage("working", row.visit, row.area, UNREADABLE)
    for row in _all(tx, tables.attachment):
        try:
            attachments.read(tx, folder, row.id)
        except Failed:
            yield Damage("attachment", row.id, row.area, UNREADABLE)


def _opens(tx: Tx, purpose: str, row: Row[tuple[Value, ...]], id_: str, rev: int) -> bool:
    try:
        tx.ring.unseal(purpose, row.area, row.gen, id_, rev, row.sealed)
    except sealing.Damaged:
        return False
    return True


def _heads(tx: Tx, row: Row[tuple[Value, ...]]) -> Heads | None:
    try:
        return Heads.from_wire(tx.ring.unseal("record", row.area, row.gen, row.id, row.rev, row.sealed))
    except sealing.Damaged:
        return None


def _same(left: Heads, right: Heads) -> bool:
    """Equal live writes. `early` is left out: it remembers the order of arrival, which differs and does not matter."""
    return codec.encode(left.wire()["live"]) == codec.encode(right.wire()["live"])


def _all(tx: Tx, table: Table) -> Rows:
    return tx.sql.execute(select(table).where(table.c.person == tx.person)).all()
