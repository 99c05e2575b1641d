"""Checking that what the server holds is what people sent: every derived thing is derived again and compared.

A change proves itself by its id; a device's chain and an area's chain prove that none is missing, added or exchanged;
heads follow from the changes; chunks and documents follow from their hashes; the audit proves itself. What does not
fit is a `Finding` that names a place and never what stands there. Damaged heads can be mended, for they hold nothing
of their own; a damaged change cannot, and is what a backup is for.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, delete, func, insert, select

from schemas import change as changes
from schemas import codec, signing
from schemas.change import START, Change
from schemas.codec import NotCanonical
from sync_server import audit, feed, heads
from sync_server import tables as t
from sync_server.db import Tx
from sync_server.heads import Head


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
    for area in sorted(areas):
        if derived := _derived(tx, county, area):
            tx.execute(insert(t.head), [heads.row(county, head) for head in derived.values()])
            made += len(derived)
    audit.write(tx, county, audit.SERVER, "heads_mended", county, count=made)
    return made


def _counts(tx: Tx, county: str) -> dict[str, int]:
    return {
        name: tx.execute(select(func.count()).select_from(table).where(table.c.county == county)).scalar_one()
        for name, table in _COUNTED.items()
    }


def _changes(tx: Tx, county: str) -> Iterator[Finding]:
    """Each change has the id its bytes give, and its columns say what its bytes say."""
    rows = tx.execute(select(t.change).where(t.change.c.county == county).execution_options(yield_per=500))
    for row in rows:
        change = _read(row)
        if change is None or change.id != row.id:
            yield Finding("change_damaged", row.id)
        elif any(getattr(row, name) != getattr(change, name) for name in _INDEXED) and row.seq is not None:
            yield Finding("change_index_wrong", row.id)


def _devices(tx: Tx, county: str) -> Iterator[Finding]:
    """Each device's changes are numbered without a gap, each naming the one before, up to the last that is known."""
    for device in tx.execute(select(t.device).where(t.device.c.county == county)):
        n, last = 0, START
        rows = tx.execute(
            select(t.change)
            .where(t.change.c.county == county, t.change.c.device == device.id)
            .order_by(t.change.c.n)
            .execution_options(yield_per=500)
        )
        for row in rows:
            change = _read(row)
            if row.n != n + 1 or change is None or change.prev != last:
                yield Finding("device_chain_broken", f"{device.id} {n + 1}")
            n, last = row.n, row.id
        if (n, last) != (device.n, device.last_id):
            yield Finding("device_end_wrong", device.id)


def _feeds(tx: Tx, county: str) -> Iterator[Finding]:
    """Each area's feed is dense and its chain is the one its changes give, up to the end that the area names."""
    c = t.change.c
    for area in tx.execute(select(t.area).where(t.area.c.county == county)):
        seq, chain = 0, START
        rows = tx.execute(select(c.seq, c.chain, c.id).where(c.county == county, c.area == area.code).order_by(c.seq))
        for row in rows:
            seq, chain = seq + 1, changes.chain(chain, row.id)
            if (row.seq, row.chain) != (seq, chain):
                yield Finding("feed_broken", f"{area.code} {seq}")
                seq, chain = row.seq, row.chain
        if (seq, chain) != (area.seq, area.chain):
            yield Finding("feed_end_wrong", area.code)


def _held(tx: Tx, county: str) -> Iterator[Finding]:
    """A change is in a feed, or held; one that was held and released is in a feed."""
    rows = tx.execute(
        select(t.change.c.id, t.change.c.seq, t.held.c.change, t.held.c.released_at)
        .outerjoin(t.held, (t.held.c.county == t.change.c.county) & (t.held.c.change == t.change.c.id))
        .where(t.change.c.county == county)
    )
    for row in rows:
        waits = row.change is not None and row.released_at is None
        if waits == (row.seq is not None):
            yield Finding("held_wrong", row.id)


def _heads(tx: Tx, county: str) -> Iterator[Finding]:
    """Each record's live writes, and the columns lists read, are what its changes give."""
    for area in tx.execute(select(t.area.c.code).where(t.area.c.county == county)).scalars().all():
        stored = {
            row.record: row
            for row in tx.execute(select(t.head).where(t.head.c.county == county, t.head.c.area == area))
        }
        derived = _derived(tx, county, area)
        for record in sorted(set(stored) | set(derived)):
            there, head = stored.get(record), derived.get(record)
            if (
                there is None
                or head is None
                or any(
                    getattr(there, name) != value
                    for name, value in heads.row(county, head).items()
                    if name not in _TIMES
                )
            ):
                yield Finding("head_wrong", record)


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
    _heads,
    _chunks,
    _library,
    _audit,
)

_COUNTED = {
    "changes": t.change,
    "records": t.head,
    "areas": t.area,
    "devices": t.device,
    "chunks": t.chunk,
    "documents": t.library,
    "audit rows": t.audit,
}
_INDEXED = ("household", "record", "kind", "author", "device", "n")
_TIMES = {"received_at", "updated_at", "skew", "author"}  # of the moment of taking, which a release moves


def _derived(tx: Tx, county: str, area: str) -> dict[str, Head]:
    """The heads of an area's records from its feed alone."""
    c = t.change.c
    out: dict[str, Head] = {}
    rows = tx.execute(select(c.data, c.taken_at, c.skew).where(c.county == county, c.area == area).order_by(c.seq))
    for row in rows:
        if change := _read(row):
            out[change.record] = heads.applied(out.get(change.record), change, area, row.taken_at, row.skew)
    return out


def _read(row: Row[Any]) -> Change | None:
    try:
        return Change.from_wire(codec.decode(bytes(row.data)))
    except NotCanonical:
        return None
