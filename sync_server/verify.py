"""Checking that what the server holds is what people sent: every derived thing is derived again and compared.

A change proves itself by its id; a device's chain and an area's chain prove that none is missing, added or exchanged;
heads follow from the changes; chunks and documents follow from their hashes; the audit proves itself. What does not
fit is a `Finding` that names a place and never what stands there. Damaged heads can be mended, for they hold nothing
of their own; a damaged change cannot, and is what a backup is for.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, exists, func, insert, or_, select

from schemas import change as changes
from schemas import codec, signing
from schemas.change import START
from sync_server import audit, duplicates, feed, heads, replay
from sync_server import tables as t
from sync_server.db import Tx


@dataclass(frozen=True)
class Finding:
    """Something that is not as it must be: `what` is a code, `about` an id, code or number."""

    what: str
    about: str


@dataclass(frozen=True)
class Findings:
    """What was checked, as counts by county, and what does not fit, by county."""

    checked: Mapping[str, Mapping[str, int]]
    found: Mapping[str, Sequence[Finding]]

    @property
    def clean(self) -> bool:
        return not any(self.found.values())

    def lines(self) -> list[str]:
        """What to print: a line of figures for each county, then a line for each finding."""
        out = []
        for code, counts in self.checked.items():
            figures = ", ".join(f"{number} {name}" for name, number in counts.items())
            verdict = f"{len(self.found[code])} WRONG" if self.found[code] else "all as it must be"
            out.append(f"{code}: {figures}: {verdict}")
            out += [f"{code}: {finding.what} {finding.about}" for finding in self.found[code]]
        return out


def everything(tx: Tx) -> Findings:
    """Every county of the server, checked."""
    counties = tx.execute(select(t.county.c.code).order_by(t.county.c.code)).scalars().all()
    return Findings({code: _counts(tx, code) for code in counties}, {code: county(tx, code) for code in counties})


def county(tx: Tx, code: str) -> list[Finding]:
    """Everything that does not fit in a county, in the order found; empty when all is well."""
    return [finding for check in CHECKS for finding in check(tx, code)]


def mend(tx: Tx, county: str) -> int:
    """Makes the heads anew from the changes; how many there are now comes back. Nobody writes meanwhile."""
    areas = tx.execute(select(t.area.c.code).where(t.area.c.county == county)).scalars().all()
    feed.lock(tx, county, areas)
    tx.execute(delete(t.head).where(t.head.c.county == county))
    made = 0
    for told in list(replay.households(tx, county)):
        if rows := [heads.row(county, head) for head in told.heads.values()]:
            tx.execute(insert(t.head), rows)
            made += len(rows)
    duplicates.rebuild(tx, county)
    audit.write(tx, county, audit.SERVER, audit.MENDED, county, count=made)
    return made


def _counts(tx: Tx, county: str) -> dict[str, int]:
    return {
        name: tx.execute(select(func.count()).select_from(table).where(table.c.county == county)).scalar_one()
        for name, table in _COUNTED.items()
    }


def _changes(tx: Tx, county: str) -> Iterator[Finding]:
    """Each change has the id its bytes give, and its columns say what its bytes say."""
    rows = tx.execute(select(t.change).where(t.change.c.county == county).execution_options(yield_per=500))
    held = set(tx.execute(select(t.held.c.change).where(t.held.c.county == county)).scalars())
    for row in rows:
        change = replay.read(row.data)
        if change is None or change.id != row.id:
            yield Finding("change_damaged", row.id)
        elif any(getattr(row, name) != getattr(change, name) for name in _INDEXED) and row.id not in held:
            yield Finding("change_index_wrong", row.id)


def _devices(tx: Tx, county: str) -> Iterator[Finding]:
    """Each device's changes lead from its last one back to its first, each naming the one before. A change that is not
    on that way was brought by a witness."""
    c = t.change.c
    for device in tx.execute(select(t.device).where(t.device.c.county == county)):
        n, want = device.n, device.last_id
        rows = tx.execute(
            select(c.id, c.n, c.witness, c.data)
            .where(c.county == county, c.device == device.id)
            .order_by(c.n.desc())
            .execution_options(yield_per=500)
        )
        at_end = True
        for row in rows:
            if row.id != want and row.witness is not None:
                continue
            if (row.n, row.id) != (n, want):
                about = device.id if at_end else f"{device.id} {n}"
                yield Finding("device_end_wrong" if at_end else "device_chain_broken", about)
            change = replay.read(row.data)
            n, want, at_end = row.n - 1, change.prev if change else None, False
            if change is None:
                yield Finding("device_chain_broken", f"{device.id} {row.n}")
                n, want = row.n - 1, None
        if (n, want) != (0, START) and not (n == 0 and want is None):
            yield Finding("device_end_wrong" if at_end else "device_chain_broken", f"{device.id} {n}")


def _feeds(tx: Tx, county: str) -> Iterator[Finding]:
    """Each area's feed is dense, its chain is the one its changes give, up to the end that the area names, and each of
    its changes is here."""
    e, c = t.entry.c, t.change.c
    for area in tx.execute(select(t.area).where(t.area.c.county == county)):
        seq, chain = 0, START
        rows = tx.execute(
            select(e.seq, e.chain, e.change, c.id)
            .outerjoin(t.change, (c.county == e.county) & (c.id == e.change))
            .where(e.county == county, e.area == area.code)
            .order_by(e.seq)
            .execution_options(yield_per=500)
        )
        for row in rows:
            seq, chain = seq + 1, changes.chain(chain, row.change)
            if (row.seq, row.chain) != (seq, chain):
                yield Finding("feed_broken", f"{area.code} {seq}")
                seq, chain = row.seq, row.chain
            if row.id is None:
                yield Finding("entry_without_change", f"{area.code} {row.seq}")
        if (seq, chain) != (area.seq, area.chain):
            yield Finding("feed_end_wrong", area.code)


def _held(tx: Tx, county: str) -> Iterator[Finding]:
    """A change is in a feed, or held; one that was held and released is in a feed."""
    c, h, e = t.change.c, t.held.c, t.entry.c
    entered = exists().where(e.county == c.county, e.change == c.id)
    rows = tx.execute(
        select(c.id, h.change, h.released_at, entered.label("entered"))
        .outerjoin(t.held, (h.county == c.county) & (h.change == c.id))
        .where(c.county == county)
    )
    for row in rows:
        waits = row.change is not None and row.released_at is None
        if waits == bool(row.entered):
            yield Finding("held_wrong", row.id)


def _households(tx: Tx, county: str) -> Iterator[Finding]:
    """Each household's changes stand in the feeds of the areas it lived in, and each record's live writes, and the
    columns lists read, are what its changes give."""
    h, c, e = t.head.c, t.change.c, t.entry.c
    lived = exists().where(c.county == h.county, c.household == h.household, e.county == c.county, e.change == c.id)
    for record in tx.execute(select(h.record).where(h.county == county, ~lived).order_by(h.record)).scalars():
        yield Finding("head_wrong", record)
    for told in replay.households(tx, county):
        if told.entries_wrong:
            yield Finding("household_entries_wrong", told.household)
        if told.erased_in_part:
            yield Finding("erased_in_part", told.household)
        stored = {
            row.record: row
            for row in tx.execute(select(t.head).where(t.head.c.county == county, t.head.c.household == told.household))
        }
        for record in sorted(set(stored) | set(told.heads)):
            there, head = stored.get(record), told.heads.get(record)
            expected = heads.row(county, head) if head else {}
            if (
                there is None
                or head is None
                or any(getattr(there, name) != value for name, value in expected.items() if name not in _TIMES)
            ):
                yield Finding("head_wrong", record)


def _duplicates(tx: Tx, county: str) -> Iterator[Finding]:
    """Who may be registered twice follows from the heads."""
    tokens, rows = duplicates.derived(tx, county)
    here = {(r.token, r.record) for r in tx.execute(select(t.trace).where(t.trace.c.county == county))}
    for record in sorted({record for _, record in tokens ^ here}):
        yield Finding("trace_wrong", record)
    due = {(row["a"], row["b"]): {"county": county, **row} for row in rows}
    found = {(r.a, r.b): r._asdict() for r in tx.execute(select(t.duplicate).where(t.duplicate.c.county == county))}
    for two in sorted(due.keys() | found.keys()):
        if found.get(two) != due.get(two):
            yield Finding("duplicate_wrong", " ".join(two))


def _attachments(tx: Tx, county: str) -> Iterator[Finding]:
    """Each attachment is listed where its record is."""
    a, h = t.attachment.c, t.head.c
    rows = tx.execute(
        select(a.record)
        .outerjoin(t.head, (h.county == a.county) & (h.record == a.record))
        .where(a.county == county, or_(h.area.is_(None), h.area != a.area))
    )
    for record in rows.scalars():
        yield Finding("attachment_wrong", record)


def _chunks(tx: Tx, county: str) -> Iterator[Finding]:
    """Each chunk has its hash, and each attachment that counts as received is whole."""
    c, a = t.chunk.c, t.attachment.c
    for row in tx.execute(select(c.sha256, c.data).where(c.county == county).execution_options(yield_per=50)):
        if codec.sha256(bytes(row.data)) != row.sha256:
            yield Finding("chunk_damaged", row.sha256)
    received = tx.execute(select(a.record).where(a.county == county, a.received_at.is_not(None))).scalars().all()
    p = t.attachment_chunk.c
    for record in received:
        pieces = tx.execute(
            select(c.sha256)
            .select_from(t.attachment_chunk)
            .outerjoin(t.chunk, (c.county == p.county) & (c.sha256 == p.sha256))
            .where(p.county == county, p.record == record)
        ).scalars()
        if None in list(pieces):
            yield Finding("attachment_not_whole", record)


def _library(tx: Tx, county: str) -> Iterator[Finding]:
    """Each document has its hash and the county's signature."""
    key = tx.keys(county).sign_public
    for row in tx.execute(select(t.library).where(t.library.c.county == county)):
        good = signing.verifies(key, signing.LIBRARY, row.hash.encode(), row.signature)
        if codec.sha256(bytes(row.data)) != row.hash or not good:
            yield Finding("document_damaged", row.hash)


def _audit(tx: Tx, county: str) -> Iterator[Finding]:
    broken = audit.broken(tx, county)
    if broken is not None:
        yield Finding("audit_broken", str(broken))


CHECKS: tuple[Callable[[Tx, str], Iterator[Finding]], ...] = (
    _changes,
    _devices,
    _feeds,
    _held,
    _households,
    _duplicates,
    _attachments,
    _chunks,
    _library,
    _audit,
)

_COUNTED = {
    "changes": t.change,
    "records": t.head,
    "areas": t.area,
    "entries": t.entry,
    "devices": t.device,
    "chunks": t.chunk,
    "documents": t.library,
    "audit rows": t.audit,
}
_INDEXED = ("household", "record", "kind", "author", "device", "n")
_TIMES = {"received_at", "updated_at", "skew", "author"}  # of the moment of taking, which a release moves
