"""An area's feed: its changes numbered 1, 2, 3 … without a gap, chained, and read page by page.

The number comes from the area's own row, locked until the commit. A number from a sequence would be quicker and wrong:
it is given out before the commit, so a reader can pass over a number that appears later, and lose it for ever
(measured: 11 % of rows under eight writers). With the row there is no gap and the reader can check that there is none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, select, update

from schemas import change as changes
from schemas import codec, ids, wire
from schemas.change import START, Change
from schemas.clock import stamp
from schemas.problems import Failed
from sync_server import audit, devices, library
from sync_server import tables as t
from sync_server.db import Tx
from sync_server.devices import Device
from sync_server.people import Person

BUDGET = 1024 * 1024
"""The most canonical bytes one pull brings, whatever it asks for (one change more, when that is bigger)."""
_STEP = 200


@dataclass(frozen=True)
class Tail:
    """The end of a feed: the number of the last entry and the chain after it."""

    area: str
    seq: int
    chain: str

    def after(self, change: Change) -> "Tail":
        """The end of the feed with one more change."""
        return replace(self, seq=self.seq + 1, chain=changes.chain(self.chain, change.id))


def lock(tx: Tx, county: str, areas: Iterable[str]) -> dict[str, Tail]:
    """The ends of these feeds, those that there are, with nobody else adding to them until the commit. Rows are
    locked one by one in order of code, which is what keeps two writers from waiting for each other."""
    out: dict[str, Tail] = {}
    for area in sorted(set(areas)):
        row = tx.execute(
            select(t.area.c.seq, t.area.c.chain).where(_is(county, area)).with_for_update(key_share=True)
        ).one_or_none()
        if row is not None:
            out[area] = Tail(area, row.seq, row.chain)
    return out


def save(tx: Tx, county: str, before: Mapping[str, Tail], after: Mapping[str, Tail]) -> None:
    """Writes the new ends of locked feeds."""
    for area, tail in after.items():
        if tail != before[area]:
            tx.execute(update(t.area).where(_is(county, area)).values(seq=tail.seq, chain=tail.chain))


def pull(tx: Tx, device: Device, person: Person, asked: wire.Pull) -> wire.Pages:
    """The next entries of every area of the person's, dense from the device's cursors, in one consistent view.

    An area that the person does not have (any more) gets no page. Raises Failed: `protocol_unknown`, `bad_signature`
    for another device's message, `chain_broken` when the device is ahead of the server (which was restored).
    """
    if asked.protocol not in wire.SPOKEN:
        raise Failed("protocol_unknown")
    if asked.device != device.id:
        raise Failed("bad_signature")
    left = max(1, min(asked.budget, BUDGET))
    pages: list[wire.Page] = []
    rows = tx.execute(select(t.area).where(t.area.c.county == device.county).order_by(t.area.c.code)).all()
    for row in rows:
        if not ids.within(row.code, person.scope):
            continue
        tail = Tail(row.code, row.seq, row.chain)
        page, left = _page(tx, device.county, tail, asked.cursors.get(row.code, 0), left)
        pages.append(page)
    ends = [(p.entries[-1].seq if p.entries else asked.cursors.get(p.area, 0)) for p in pages]
    return wire.Pages(
        now=stamp(tx.clock.now()),
        pages=tuple(pages),
        library=tuple(library.in_force(tx, device.county)),
        held=tuple(held_of(tx, device)),
        more=any(end < page.head for end, page in zip(ends, pages, strict=True)),
    )


def pulled(tx: Tx, device: Device, person: Person, pages: wire.Pages) -> None:
    """Notes that a device was given these pages: files of people were read."""
    devices.touch(tx, device)
    given = sum(len(p.entries) for p in pages.pages)
    if given:
        areas = [p.area for p in pages.pages if p.entries]
        audit.write(tx, device.county, person.user, "pulled", device.id, entries=given, areas=areas)


def held_of(tx: Tx, device: Device) -> list[wire.Held]:
    """A device's changes that a supervisor has yet to look at, oldest first."""
    held = t.held.c
    rows = tx.execute(
        select(held.change, held.reason)
        .where(held.county == device.county, held.device == device.id)
        .where(held.released_at.is_(None), held.dismissed_at.is_(None))
        .order_by(held.at, held.change)
    )
    return [wire.Held(r.change, r.reason) for r in rows]


def _page(tx: Tx, county: str, tail: Tail, cursor: int, left: int) -> tuple[wire.Page, int]:
    """The page of an area after the cursor, and how much of the budget is left. At least one entry comes when there
    is one and any budget is left, so that a change bigger than the budget still travels."""
    if cursor > tail.seq:
        raise Failed("chain_broken")
    entries: list[wire.Entry] = []
    chain = _chain_at(tx, county, tail.area, cursor) if cursor < tail.seq else tail.chain
    at = cursor
    c = t.change.c
    while at < tail.seq and left > 0:
        rows = tx.execute(
            select(c.seq, c.chain, c.data)
            .where(c.county == county, c.area == tail.area, c.seq > at)
            .order_by(c.seq)
            .limit(_STEP)
        ).all()
        for row in rows:
            if left <= 0 or (entries and len(row.data) > left):
                return wire.Page(tail.area, tuple(entries), chain, tail.seq), 0
            entries.append(wire.Entry(row.seq, Change.from_wire(codec.decode(row.data))))
            at, chain, left = row.seq, row.chain, left - len(row.data)
    return wire.Page(tail.area, tuple(entries), chain, tail.seq), left


def _chain_at(tx: Tx, county: str, area: str, seq: int) -> str:
    if seq == 0:
        return START
    c = t.change.c
    return str(tx.execute(select(c.chain).where(c.county == county, c.area == area, c.seq == seq)).scalar_one())


def _is(county: str, area: str) -> ColumnElement[bool]:
    return (t.area.c.county == county) & (t.area.c.code == area)
