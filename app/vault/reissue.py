"""What was not sent, issued anew under a new device id.

After a device was put back from a backup its chain forks from the one the server holds, so it enrols anew and starts a
chain of its own. Own changes that the server is not known to have become changes of the new chain: the same content,
new numbers and so new ids. Wherever an old id was kept as *seen* the new one takes its place. A server that does not
even know the device has forgotten what it gave receipts for, and then that is issued anew too.
"""

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
    # The old chain's numbers end here: what the server has of it comes down the feed under its ids.
    mine = (change.person == tx.person) & change.n.is_not(None)
    tx.sql.execute(update(tables.change).where(mine, change.state == changes.HELD).values(state=changes.SENT))
    tx.sql.execute(update(tables.change).where(mine).values(n=None, reason=None))
    new: list[Change] = []
    renamed: dict[str, str] = {}
    for row, was in old:
        now = replace(
            was,
            author=author,
            device=device,
            n=len(new) + 1,
            prev=new[-1].id if new else START,
            salt=tx.clock.random(16).hex(),
            seen=frozenset(renamed.get(c, c) for c in was.seen),
        )
        renamed[row.id] = now.id
        new.append(now)
        changes.add(tx, [Kept(now, row.area, changes.UNSENT, row.applied)], own=True)
    account = tables.account
    end = {"n": len(new), "prev": new[-1].id if new else START}
    tx.sql.execute(update(account).where(account.c.person == tx.person).values(**end))
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
