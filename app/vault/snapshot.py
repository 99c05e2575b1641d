"""An area's records as they stand, part by part, in the place of its whole log.

The cursor takes the number of the first part and stays there until the last one has come; then the feed goes on from
it. Each record remembers up to which entry its own part brought it (`as_of`), because later parts are read later; the
feed skips what it has. What this device wrote and the server has not taken into its feed is applied on top. When the
last part has come, records of the area that were in none are dropped: their household is somewhere else now.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, delete, or_, select, union, update

from app.vault import changes, feed, households, places, records, summary, tables
from app.vault.keyring import Tx
from app.vault.places import Place
from app.vault.records import Record
from schemas.change import Change
from schemas.merge import ERASED, GONE, Heads, apply
from schemas.problems import Failed
from schemas.wire import Head, Snapshot

change = tables.change.c
record = tables.record.c


def receive(tx: Tx, part: Snapshot, county_key: str) -> int:
    """Takes a part; how many records it brought comes back. A part that does not go on from what is here, or is older,
    is passed over.

    Raises Failed `chain_broken` when the county's seal is not on it or its records are not in order, and
    `not_your_area` for an area without a key.
    """
    tx.ring.generation(part.area)
    here = places.at(tx, part.area)
    if part.since != here.after or part.seq < here.seq:
        return 0
    feed.check_seal(county_key, part.area, part.seq, part.chain, part.seal)
    _check_order(part)
    if not part.since:
        places.forget(tx, part.area)
        here = Place(part.seq, part.chain, "", part.seq, part.chain, part.seal)
    _write(tx, part)
    if not part.after:
        _sweep(tx, part, here.seq)
    places.move(tx, part.area, replace(here, after=part.after))
    return len(part.heads)


def _check_order(part: Snapshot) -> None:
    last = part.since
    for head in part.heads:
        if (key := f"{head.household}/{head.record}") <= last:
            raise Failed("chain_broken")
        last = key
    if part.after and (part.after != last or not part.heads):
        raise Failed("chain_broken")


def _write(tx: Tx, part: Snapshot) -> None:
    erased = {h.household for h in part.heads if h.record == h.household and h.heads.value(GONE) == ERASED}
    for household in erased:
        households.erase(tx, household)
    brought = [head for head in part.heads if head.household not in erased]
    ids = [head.record for head in brought]
    rows = tx.sql.execute(select(record.id, record.rev).where(record.person == tx.person, record.id.in_(ids)))
    revs = {row.id: row.rev for row in rows}
    own = _not_in_it(tx, part, ids)
    new = [_record(part, head, revs.get(head.record, 0), own.get(head.record, ())) for head in brought]
    records.save(tx, new)
    _known_now(tx, part, ids)
    summary.renew(tx, list(dict.fromkeys(head.household for head in part.heads)), new)


def _record(part: Snapshot, head: Head, rev: int, own: Sequence[Change]) -> Record:
    heads: Heads = head.heads
    for item in own:
        heads = apply(heads, item)
    return Record(head.record, head.household, head.kind, part.area, heads, rev, part.seq, whole=False)


def _not_in_it(tx: Tx, part: Snapshot, ids: Sequence[str]) -> Mapping[str, list[Change]]:
    """Own changes by record that the part does not hold: those the server did not have yet, or holds aside."""
    mine = select(tables.change).where(change.person == tx.person, _pending(part.mine)).order_by(change.n)
    rows = tx.sql.execute(mine).all()
    wanted = set(ids)
    out: dict[str, list[Change]] = {}
    for item in changes.readable(tx, [row for row in rows if row.record in wanted]):
        out.setdefault(item.record, []).append(item)
    return out


def _pending(upto: int) -> ColumnElement[bool]:
    """Of changes, own ones that are in none of the server's feeds; it has them up to a number."""
    after = change.n.is_not(None) & (change.n > upto) & (change.state != changes.RESTED)
    return or_(change.state.in_((changes.UNSENT, changes.HELD)), after)


def _known_now(tx: Tx, part: Snapshot, ids: Sequence[str]) -> None:
    """What this device sent is in the part, and so everyone's. What it sent under a former name and never saw in a feed
    may be in it or not: it comes down the feed if it is not, and must be applied then."""
    sent = (change.person == tx.person) & (change.state == changes.SENT) & change.record.in_(ids)
    tx.sql.execute(update(tables.change).where(sent, change.n <= part.mine).values(state=changes.FED))
    tx.sql.execute(update(tables.change).where(sent, change.n.is_(None)).values(applied=False))


def _sweep(tx: Tx, part: Snapshot, first: int) -> None:
    """Drops the records of an area that no part of its snapshot brought. Households with own work that the server has
    not taken, or with an open visit, have left and stay until that is settled."""
    absent = (record.person == tx.person) & (record.area == part.area) & (record.as_of < first)
    pending = select(change.household).where(change.person == tx.person, _pending(part.mine))
    visited = select(tables.working.c.household).where(tables.working.c.person == tx.person)
    kept = record.household.in_(union(pending, visited))
    gone = tx.sql.execute(select(record.id, record.household).where(absent, ~kept)).all()
    ids = [row.id for row in gone]
    records.drop(tx, ids)
    for some in tables.batched(ids):
        others = (change.person == tx.person) & change.n.is_(None) & (change.state == changes.FED)
        tx.sql.execute(delete(tables.change).where(others, change.record.in_(some), places.unplaced(tx)))
    # A household that this device began, or added a record to, and that the server has not heard of yet has not left.
    fed = select(change.record).where(change.person == tx.person, change.state == changes.FED)
    heard_of = or_(record.as_of > 0, ~record.whole, record.id.in_(fed))
    root = (record.id == record.household) & heard_of
    left = set(tx.sql.scalars(select(record.household).where(absent, root)))
    records.leave(tx, left)
    touched = left | {row.household for row in gone}
    if touched:
        summary.renew(tx, sorted(touched))
