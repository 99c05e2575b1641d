"""How own changes stand at the server, as a pull tells it: what it has, what it holds aside, what was let rest.

A server that was put back from a backup has less than this device has receipts for: that work is unsent again, and so
are the chunks of photos. A change that a supervisor let rest is applied no longer; where the record's changes are all
here it is made anew without it, elsewhere its area is fetched again.

What was sent under a former enrolment has no number in this device's chain, and the server is asked about it by id
until its end is known.
"""

from collections.abc import Iterable
from dataclasses import replace

from sqlalchemy import or_, select, update

from app.vault import attachments, changes, outbox, places, records, summary, tables
from app.vault.keyring import Tx
from app.vault.records import Record
from schemas.merge import NOTHING, apply
from schemas.wire import EARLIER, HELD, TAKEN, Earlier, SetAside

change = tables.change.c
record = tables.record.c


def lost(tx: Tx, upto: int) -> bool:
    """Makes unsent again what the server has less than it gave receipts for; whether there was any."""
    gone = (change.person == tx.person) & (change.n > upto) & (change.state != changes.UNSENT)
    rows = tx.sql.execute(select(tables.change).where(gone).order_by(change.n)).all()
    if not rows:
        return False
    tx.sql.execute(update(tables.change).where(gone).values(state=changes.UNSENT, reason=None, applied=True))
    attachments.unconfirmed(tx)
    held, _ = records.load_readable(tx, {row.record for row in rows if not row.applied})
    for item in changes.readable(tx, [row for row in rows if not row.applied]):
        area = next(row.area for row in rows if row.id == item.id)
        known = held.get(item.record) or Record(item.record, item.household, item.kind, area, NOTHING)
        held[item.record] = replace(known, heads=apply(known.heads, item))
    records.save(tx, list(held.values()))
    summary.renew(tx, sorted({r.household for r in held.values()}), held.values())
    return True


def ahead(tx: Tx, upto: int) -> bool:
    """Whether the server has more of this device's changes than the device itself, which was put back from a backup."""
    return upto > outbox.last(tx)


def held(tx: Tx, now_held: Iterable[SetAside]) -> None:
    """Takes the server's whole list of this device's held changes; those no longer in it are settled."""
    reasons = {item.n: item.reason for item in now_held}
    own = (change.person == tx.person) & change.n.is_not(None)
    known = select(change.n, change.state, change.reason).where(own, change.state.in_((changes.SENT, changes.HELD)))
    for row in tx.sql.execute(known).all():
        now = (changes.HELD, reasons[row.n]) if row.n in reasons else (changes.SENT, None)
        if now != (row.state, row.reason):
            this = update(tables.change).where(own, change.n == row.n)
            tx.sql.execute(this.values(state=now[0], reason=now[1]))


def earlier(tx: Tx) -> list[str]:
    """The changes that were sent under a former enrolment and whose end is not known, in order of id."""
    waits = (change.person == tx.person) & change.n.is_(None) & change.state.in_((changes.SENT, changes.HELD))
    return list(tx.sql.scalars(select(change.id).where(waits).order_by(change.id).limit(EARLIER)))


def fates(tx: Tx, told: Iterable[Earlier]) -> None:
    """Takes what became of changes of former enrolments, but for those that rest (`dismissed`) or that the server does
    not have (`reissue.unknown`)."""
    for item in told:
        this = update(tables.change).where(change.person == tx.person, change.id == item.change, change.n.is_(None))
        this = this.where(change.state.in_((changes.SENT, changes.HELD)))
        if item.fate == TAKEN:
            tx.sql.execute(this.values(state=changes.FED, reason=None))
        elif item.fate == HELD:
            tx.sql.execute(this.values(state=changes.HELD, reason=item.reason))


def dismissed(tx: Tx, numbers: Iterable[int], former: Iterable[str] = ()) -> set[str]:
    """Lets own changes rest, by number or, those of a `former` enrolment, by id; the areas that were set back to be
    fetched again come back."""
    of_former = change.n.is_(None) & change.id.in_(sorted(former))
    own = (change.person == tx.person) & or_(change.n.in_(sorted(numbers)), of_former)
    settled = own & change.state.in_((changes.SENT, changes.HELD))
    rows = tx.sql.execute(select(change.id, change.record, change.applied).where(settled)).all()
    if not rows:
        return set()
    ids = [row.id for row in rows]
    rest = update(tables.change).where(change.person == tx.person, change.id.in_(ids))
    tx.sql.execute(rest.values(state=changes.RESTED, reason=None, applied=False))
    touched = sorted({row.record for row in rows if row.applied})
    of_these = select(tables.record).where(record.person == tx.person, record.id.in_(touched))
    lying = tx.sql.execute(of_these).all()
    back: list[Record] = []
    again: set[str] = set()
    for row in lying:
        found = changes.applied_to(tx, row.id) if row.whole else []
        if not row.whole:
            again.add(row.area)
            continue
        heads = NOTHING
        for item in found:
            heads = apply(heads, item)
        back.append(Record(row.id, row.household, row.kind, row.area, heads, row.rev, row.as_of, left=row.left))
    records.drop(tx, [r.id for r in back if r.heads == NOTHING])
    records.save(tx, [r for r in back if r.heads != NOTHING])
    summary.renew(tx, sorted({row.household for row in lying}))
    for area in again:
        places.rebase(tx, area)
    return again
