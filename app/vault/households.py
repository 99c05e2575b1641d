"""What happens to a whole household at once: it moves to another area, or it is erased.

A household lies in the area whose feed it is in, which is the compartment its records are sealed in. When it moves to
an area of the same person, the new area's feed brings its whole history with the move last; then everything is here,
and its records are made anew from their changes in the new compartment. An erasure destroys every body; ids and chains
stay, so that feeds still verify.
"""

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import Select, select, update

from app.vault import attachments, changes, records, summary, tables, working
from app.vault.keyring import Tx
from app.vault.records import Record
from schemas.change import Change
from schemas.codec import Value
from schemas.merge import ERASED, GONE, NOTHING, apply, live
from schemas.problems import Failed

change = tables.change.c
record = tables.record.c
PENDING = (changes.UNSENT, changes.SENT, changes.HELD)


def erased(item: Change) -> bool:
    """Whether a change says that its household was erased: it is the last one of all, or its body is gone."""
    return bool(item.erased) or (item.kind == "household" and item.sets.get(GONE) == ERASED)


def erase(tx: Tx, household: str) -> None:
    """Drops a household and destroys the bodies of its changes. Own ones that were never sent keep theirs until they
    are: the device's chain must reach the server whole."""
    rows = tx.sql.execute(_of(tx, household).where(change.state != changes.UNSENT)).all()
    for row in rows:
        try:
            changes.reseal(tx, row, changes.one(tx, row).without_body())
        except Failed:
            continue  # it cannot be read: its body is gone as it is
    ids = tx.sql.scalars(select(record.id).where(record.person == tx.person, record.household == household)).all()
    records.drop(tx, ids)
    attachments.erase(tx, household)
    working.erase(tx, household)


def arrives(tx: Tx, item: Change, area: str) -> bool:
    """Whether a change in the feed of an area moves its household there: nothing that was taken has replaced it."""
    if item.record != item.household or item.sets.get("area") != area:
        return False
    taken = _of(tx, item.household).where(change.record == item.record, change.state == changes.FED)
    writes = live(changes.readable(tx, tx.sql.execute(taken).all()))
    return item.id in writes.get("area", {})


def has_left(tx: Tx, root: Record) -> bool:
    """Whether a household lies in another area than the one it is kept in: where the one value of its `area` says that
    nobody disputes, among the changes that were taken. What this device has written over one of those counts once it
    is taken itself."""
    rows = tx.sql.execute(_of(tx, root.id).where(change.record == root.id)).all()
    taken = {row.id for row in rows if row.state == changes.FED}
    own = [c for c in changes.readable(tx, [row for row in rows if row.id not in taken]) if "area" in c.sets]
    pending = {c.id for c in own}
    said = {id_: area for id_, area in root.heads.live.get("area", {}).items() if id_ not in pending}
    covered = {id_ for c in own for id_ in c.seen}
    if covered & taken:
        fed = live(changes.readable(tx, [row for row in rows if row.id in taken])).get("area", {})
        said |= {id_: area for id_, area in fed.items() if id_ in covered}
    areas = list(said.values())
    return bool(areas) and all(area == areas[0] != root.area for area in areas)


def take_over(tx: Tx, household: str, area: str, seq: int) -> tuple[dict[str, Record], set[str]]:
    """The records of a household as all their changes make them, to be written in the compartment of the area it
    arrived in; and the ids of those changes. A record with a damaged change stays as it is."""
    held = {r.id: r for r in records.readable_of(tx, [household])[household]}
    rows = tx.sql.execute(_of(tx, household).where(change.state != changes.RESTED)).all()
    readable = changes.readable(tx, rows)
    opened = {item.id for item in readable}
    damaged = {row.record for row in rows if row.id not in opened}
    made: dict[str, Record] = {}
    for item in readable:
        rev = held[item.record].rev if item.record in held else 0
        known = made.get(item.record) or Record(item.record, household, item.kind, area, NOTHING, rev, seq)
        made[item.record] = replace(known, heads=apply(known.heads, item))
    as_it_is = {id_: replace(r, area=area, as_of=seq, whole=False, left=False) for id_, r in held.items()}
    anew = {id_: r for id_, r in made.items() if id_ not in damaged and r.heads != NOTHING}
    return as_it_is | anew, {row.id for row in rows}


def half_arrived(tx: Tx, households: Collection[str], coming: Collection[str]) -> set[str]:
    """Of households that are not here, those of which some changes are, and are in no records: they found their places
    in the feed that is bringing the household while it still lay in another area, which a snapshot has emptied since.
    `coming` are changes that only come now."""
    unused = (change.person == tx.person) & ~change.applied & (change.state != changes.RESTED)
    of_these = select(change.household, change.id).where(unused, change.household.in_(sorted(households)))
    return {row.household for row in tx.sql.execute(of_these) if row.id not in coming}


def from_the_start(tx: Tx, area: str) -> None:
    """Makes ready for the whole log of an area in place of a snapshot: records that came in one go back to what this
    device wrote and the server has not taken; the rest comes down the feed again."""
    rows = tx.sql.execute(select(record.id).where(record.person == tx.person, record.area == area, ~record.whole))
    ids = [row.id for row in rows]
    if not ids:
        return
    held, _ = records.load_readable(tx, ids)
    of_these = (change.person == tx.person) & change.record.in_(ids)
    tx.sql.execute(update(tables.change).where(of_these, change.state == changes.FED).values(applied=False))
    back: list[Record] = []
    gone: list[str] = []
    for id_ in ids:
        own = tx.sql.execute(select(tables.change).where(of_these, change.record == id_, change.state.in_(PENDING)))
        heads = NOTHING
        for item in changes.readable(tx, own.all()):
            heads = apply(heads, item)
        if heads == NOTHING or id_ not in held:
            gone.append(id_)
        else:
            back.append(Record(id_, held[id_].household, held[id_].kind, area, heads, held[id_].rev))
    touched = sorted({r.household for r in held.values()})
    records.drop(tx, gone)
    records.save(tx, back)
    summary.renew(tx, touched)


def _of(tx: Tx, household: str) -> Select[tuple[Value, ...]]:
    return select(tables.change).where(change.person == tx.person, change.household == household)
