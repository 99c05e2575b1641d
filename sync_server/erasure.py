"""Lawful erasure: what a county holds of one household is destroyed, and everything that proves the rest still does.

Theory of operation. A change's id is taken over its header, and the header holds the content by its digest only. So the
content can be destroyed and the ids, every device's chain and every area's chain go on to verify. First one last change
says `gone = erased`, so that each tablet that pulls learns of it and drops what it has; then the content of all other
changes is replaced by its digest, and everything that follows from the content is removed: heads, photos and their
pieces, candidates. What stays is that there was a household under this id, who sent changes to it and when.

No change to an erased household is taken any more: one that comes late, from a tablet that was away, is held, and
erasing again destroys that too.

What this cannot reach: backups and archived logs of the database made before, papers, and tablets that never sync
again. The command that asks for an erasure says so.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, bindparam, delete, select, update

from schemas import codec, ids, merge
from schemas.change import Change
from schemas.clock import stamp
from schemas.codec import Value
from schemas.merge import ERASED, GONE
from schemas.problems import Failed
from sync_server import audit, authoring, devices, duplicates, feed, heads, moves
from sync_server import tables as t
from sync_server.authoring import Draft
from sync_server.db import Tx
from sync_server.heads import Head

FORM = "erasure"
LONGEST = 200
"""Characters of a reason: the title and number of an order, not a story."""
_PERSONAL = ("name", "head", "phone", "address", "national_id", "respondent", "bank", "kin")
"""Slots whose texts must not stand in a reason."""
_SQLITE_REWRITES = ("vacuum", "pragma wal_checkpoint(truncate)")
_REWRITTEN = ("change", "head", "attachment", "attachment_chunk", "chunk", "trace", "duplicate", "held")


@dataclass(frozen=True)
class Standing:
    """What there is of a household before it is erased, in figures."""

    household: str
    area: str
    changes: int
    records: int
    photos: int
    joined: tuple[str, ...]
    """Other registrations that are said to be this household; each is erased by itself."""


@dataclass(frozen=True)
class Erased:
    """What was destroyed: bodies of changes, records, pieces of photos."""

    changes: int
    records: int
    chunks: int


def find(tx: Tx, county: str, name: str) -> str:
    """The household of an id or a short code. Raises Failed("not_found"), also when two have the same short code."""
    if ids.is_record_id(name):
        c = t.change.c
        known = tx.execute(select(c.id).where(c.county == county, c.household == name).limit(1)).scalar_one_or_none()
        found = [name] if known else []
    else:
        rows = tx.execute(select(t.head.c.record).where(t.head.c.county == county, t.head.c.kind == "household"))
        wanted = name.strip().upper()
        found = [record for record in rows.scalars() if ids.short_code(record) == wanted]
    if len(found) != 1:
        raise Failed("not_found")
    return found[0]


def standing(tx: Tx, county: str, household: str) -> Standing:
    """What erasing this household would destroy."""
    known = heads.of_household(tx, county, household)
    root = next((h for h in known if h.record == household), None)
    d = t.duplicate.c
    said = tx.execute(
        select(d.a, d.b).where(d.county == county, d.verdict == merge.SAME, (d.a == household) | (d.b == household))
    )
    return Standing(
        household,
        root.area if root else "",
        sum(not change.erased for change in _changes(tx, county, household)),
        len(known),
        sum(h.kind == "attachment" for h in known),
        tuple(sorted({r for row in said for r in row} - {household})),
    )


def erase(tx: Tx, county: str, household: str, reason: str) -> Erased:
    """Destroys everything of a household. Raises Failed: `not_found` when there is none, `reason_needed`,
    `reason_personal` when the reason names somebody or something of the household."""
    devices.desk(tx, county)
    here = heads.load(tx, county, [household]).values()
    feed.lock(tx, county, _areas(tx, county, household) | moves.reach(here))
    was = heads.of_household(tx, county, household)
    changes = _changes(tx, county, household)
    if not changes:
        raise Failed("not_found")
    said = _checked(reason, changes)
    root = next((h for h in was if h.record == household), None)
    if root is not None and root.heads.value(GONE) != ERASED:
        _, seen = merge.delete(root.heads)
        authoring.order(tx, county, [Draft(household, household, "household", FORM, {GONE: ERASED}, seen)])
    destroyed = [c for c in _changes(tx, county, household) if not c.erased and not _last(c)]
    _destroy(tx, county, destroyed)
    _reduce(tx, county, household, root)
    chunks = _photos(tx, county, household)
    duplicates.forget(tx, county, was)
    _let_rest(tx, county, household)
    records = sum(bool(h.heads.live) for h in was)
    audit.write(
        tx, county, audit.SERVER, "erased", household,
        reason=said, changes=len(destroyed), records=records, chunks=chunks,
    )  # fmt: skip
    return Erased(len(destroyed), records, chunks)


def wipe(engine: Engine) -> None:
    """Rewrites the tables without what was just destroyed, because a database only marks it as free. Nobody else can
    write meanwhile."""
    postgres = engine.dialect.name == "postgresql"
    plain = engine.raw_connection()  # SQLAlchemy would begin a transaction, and this must be in none
    try:
        driver: Any = plain.driver_connection
        if postgres:
            driver.autocommit = True
        for statement in [f"vacuum (full) {name}" for name in _REWRITTEN] if postgres else _SQLITE_REWRITES:
            driver.execute(statement)
        if postgres:
            driver.autocommit = False
    finally:
        plain.close()


def _checked(reason: str, changes: Sequence[Change]) -> str:
    """The reason as the audit keeps it, which holds nothing personal."""
    said = " ".join(reason.split())[:LONGEST]
    if not said:
        raise Failed("reason_needed")
    written = [change.sets[slot] for change in changes for slot in _PERSONAL if slot in change.sets]
    texts = {x for value in written for x in _texts(value)}
    if any(len(x) > 1 and x in said for x in texts):
        raise Failed("reason_personal")
    return said


def _texts(value: Value) -> list[str]:
    if isinstance(value, dict):
        return [x for inner in value.values() for x in _texts(inner)]
    return [value.strip()] if isinstance(value, str) else []


def _areas(tx: Tx, county: str, household: str) -> set[str]:
    """The feeds that hold any of its changes."""
    e, c = t.entry.c, t.change.c
    query = select(e.area).join(t.change, (c.county == e.county) & (c.id == e.change))
    return set(tx.execute(query.where(c.county == county, c.household == household).distinct()).scalars())


def _changes(tx: Tx, county: str, household: str) -> list[Change]:
    c = t.change.c
    rows = tx.execute(select(c.data).where(c.county == county, c.household == household).order_by(c.device, c.n))
    return [Change.from_wire(codec.decode(bytes(data))) for data in rows.scalars()]


def _last(change: Change) -> bool:
    """Whether this is the change that says that the household was erased."""
    return change.author == audit.SERVER and change.sets == {GONE: ERASED}


def _destroy(tx: Tx, county: str, changes: Collection[Change]) -> None:
    one = update(t.change).where(t.change.c.county == county, t.change.c.id == bindparam("the_id"))
    rows = [{"the_id": c.id, "left": codec.encode(c.without_body().wire())} for c in changes]
    if rows:
        tx.execute(one.values(data=bindparam("left")), rows)


def _reduce(tx: Tx, county: str, household: str, root: Head | None) -> None:
    """Leaves of all heads the one of the household, and of that nothing but that it was erased."""
    h = t.head.c
    tx.execute(delete(t.head).where(h.county == county, h.household == household))
    told = merge.NOTHING
    for change in _changes(tx, county, household):
        told = told if change.erased else merge.apply(told, change)
    if root is not None:
        at = stamp(tx.clock.now())
        left = Head(household, household, root.area, "household", told, root.received_at, at, audit.SERVER, 0)
        heads.save(tx, county, {}, {household: left})


def _photos(tx: Tx, county: str, household: str) -> int:
    """Removes attachments, and those of their pieces that no other attachment is made of; how many pieces."""
    a, p, k = t.attachment.c, t.attachment_chunk.c, t.chunk.c
    mine = set(tx.execute(select(a.record).where(a.county == county, a.household == household)).scalars())
    pieces = {row.sha256 for row in tx.among(select(p.sha256).where(p.county == county), p.record, mine)}
    for record in sorted(mine):
        tx.execute(delete(t.attachment_chunk).where(p.county == county, p.record == record))
        tx.execute(delete(t.attachment).where(a.county == county, a.record == record))
    elsewhere = {row.sha256 for row in tx.among(select(p.sha256).where(p.county == county), p.sha256, pieces)}
    gone = 0
    for sha256 in sorted(pieces - elsewhere):
        gone += tx.execute(delete(t.chunk).where(k.county == county, k.sha256 == sha256)).rowcount
    return gone


def _let_rest(tx: Tx, county: str, household: str) -> None:
    """Ends the waiting of what was held: there is nothing in it any more."""
    h = t.held.c
    waits = (h.county == county) & (h.household == household) & h.released_at.is_(None) & h.dismissed_at.is_(None)
    tx.execute(update(t.held).where(waits).values(dismissed_at=stamp(tx.clock.now()), settled_by=audit.SERVER))
