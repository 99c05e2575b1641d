"""What the server does not have of a former chain, issued anew.

After a device was put back from a backup its chain forks from the one the server holds, so it enrols anew and starts a
chain of its own. Own changes that the server is not known to have become changes of the new chain: the same content,
new numbers and so new ids. Wherever an old id was kept as *seen* the new one takes its place. A server that does not
even know the device has forgotten what it gave receipts for, and then that is issued anew too; as are, later, those
changes of a former chain that a server put back from a backup says it does not have.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy import Row, delete, or_, select, update

from app.vault import changes, places, records, summary, tables, working
from app.vault.changes import Kept
from app.vault.keyring import Tx
from schemas.change import START, Change
from schemas.codec import Value
from schemas.problems import Failed

change = tables.change.c


def all_unsent(tx: Tx, author: str, device: str, *, forgotten: bool = False) -> list[Change]:
    """Begins the device's chain anew with the changes that were not sent, in their order; with `forgotten` also those
    that were sent and have not come down a feed."""
    lost = change.state == changes.UNSENT
    if forgotten:
        # What stands in a feed here is borne witness of.
        lost = (change.state != changes.RESTED) & or_(change.state != changes.FED, places.unplaced(tx))
    waits = (change.person == tx.person) & change.n.is_not(None) & lost
    rows = tx.sql.execute(select(tables.change).where(waits).order_by(change.n)).all()
    old = [(row, found) for row in rows if (found := _read(tx, row)) is not None]
    tx.sql.execute(delete(tables.change).where(waits))
    # The old chain's numbers end here: what the server has of it comes down the feed under its ids, and of what does
    # not come it is asked (`standing.earlier`).
    mine = (change.person == tx.person) & change.n.is_not(None)
    tx.sql.execute(update(tables.change).where(mine).values(n=None))
    return _anew(tx, old, author, device, 0, START)


def unknown(tx: Tx, author: str, device: str, ids: Collection[str]) -> list[Change]:
    """Adds to the device's chain those of these changes of a former one that are still here, in the order in which they
    were made."""
    lost = (change.person == tx.person) & change.id.in_(sorted(ids)) & change.n.is_(None)
    lost &= change.state.in_((changes.SENT, changes.HELD))
    rows = tx.sql.execute(select(tables.change).where(lost)).all()
    # One that is damaged waits: its record's slots may still be told by the server.
    old = [(row, changes.readable(tx, [row])) for row in rows]
    found = sorted(((row, c[0]) for row, c in old if c), key=lambda each: (each[1].device, each[1].n))
    named = [row.id for row, _ in found]
    tx.sql.execute(delete(tables.change).where(change.person == tx.person, change.id.in_(named)))
    account = tables.account.c
    n, prev = tx.sql.execute(select(account.n, account.prev).where(account.person == tx.person)).one()
    return _anew(tx, found, author, device, n, prev)


def _anew(
    tx: Tx, old: Sequence[tuple[Row[tuple[Value, ...]], Change]], author: str, device: str, n: int, prev: str
) -> list[Change]:
    """Issues changes anew, after the device's change `n` with the id `prev`."""
    new: list[Change] = []
    renamed: dict[str, str] = {}
    for row, was in old:
        now = replace(
            was,
            author=author,
            device=device,
            n=n + 1,
            prev=prev,
            salt=tx.clock.random(16).hex(),
            seen=frozenset(renamed.get(c, c) for c in was.seen),
        )
        n, prev = now.n, now.id
        renamed[row.id] = now.id
        new.append(now)
        changes.add(tx, [Kept(now, row.area, changes.UNSENT, row.applied)], own=True)
    account = tables.account
    tx.sql.execute(update(account).where(account.c.person == tx.person).values(n=n, prev=prev))
    held, _ = records.load_readable(tx, {c.record for c in new})
    records.save(tx, [replace(r, heads=r.heads.renamed(renamed)) for r in held.values()])
    summary.renew(tx, sorted({c.household for c in new}))
    for copy in working.all_(tx):
        seen = {r: {s: [renamed.get(c, c) for c in ids] for s, ids in slots.items()} for r, slots in copy.seen.items()}
        working.save(tx, replace(copy, seen=seen))
    return new


def _read(tx: Tx, row: Row[tuple[Value, ...]]) -> Change | None:
    """An unsent change; of one that is damaged, what its record still holds of it, as a change that has seen nothing:
    a person may have to settle a conflict, but nothing is lost. None when the record does not hold it either."""
    try:
        return changes.one(tx, row)
    except Failed:
        held = records.load(tx, row.record)
        sets = {slot: writes[row.id] for slot, writes in held.heads.live.items() if row.id in writes} if held else {}
        if held is None or not sets:
            records.log.error("change %s is damaged and lost", row.id)
            return None
        stamp = tx.clock.stamp()
        return Change(row.household, row.record, held.kind, "", sets, frozenset(), "", "", row.n, "", stamp, "")
