"""What can be worked out about a batch before its turn to be written comes.

On SQLite one transaction writes at a time, on PostgreSQL one in each village: what is done inside it limits how many
visits a second there can be. So the ids of changes, the records that they are of, and what each record holds after each
change are worked out beforehand, in a view of the database that nobody waits for.

When the feeds are locked, `Ahead.fits` says whether what was read is still so: what a record holds changes only with an
entry in the feed of the area that it lies in, or when heads are mended. If it does not fit, the heads are read again,
and what was worked out for others is passed over.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import exists, select

from schemas import ids, merge, records
from schemas.change import Change
from schemas.merge import NOTHING, Heads
from sync_server import audit, feed, heads, moves
from sync_server import tables as t
from sync_server.db import Tx
from sync_server.feed import Tail
from sync_server.heads import Head


class Stale(Exception):
    """What was worked out beforehand led to the wrong feeds: the transaction has to begin again without it."""


@dataclass(frozen=True)
class Ahead:
    """`heads` are the records named in a batch, as they were when the feeds ended as `tails` says and the audit had so
    many rows. `merged`: for each change what its record held before it and after; `complaints`: why no record could
    hold it, if none could."""

    tails: Mapping[str, Tail] = field(default_factory=dict)
    heads: Mapping[str, Head] = field(default_factory=dict)
    audited: int = 0
    merged: Mapping[str, tuple[Heads, Heads]] = field(default_factory=dict)
    complaints: Mapping[str, str | None] = field(default_factory=dict)

    def fits(self, tx: Tx, county: str, locked: Mapping[str, Tail]) -> bool:
        """Whether the records are as they were, now that these feeds are locked: all that they can lie in."""
        if any(self.tails.get(area) != tail for area, tail in locked.items()):
            return False
        a = t.audit.c
        mended = (a.county == county) & (a.n > self.audited) & (a.what == audit.MENDED)
        return not tx.execute(select(exists().where(mended))).scalar_one()

    def after(self, before: Heads, change: Change) -> Heads:
        """What a record that held `before` holds after a change."""
        known = self.merged.get(change.id)
        return known[1] if known and known[0] is before else merge.apply(before, change)

    def complaint(self, change: Change) -> str | None:
        """Why no record could hold a change, None when one could (`records.complaint`)."""
        known = self.complaints
        return known[change.id] if change.id in known else records.complaint(change)


NOTHING_YET = Ahead()


def named(changes: Iterable[Change]) -> set[str]:
    """The records and households that changes name, those that could be any."""
    return {n for c in changes for n in (c.record, c.household) if ids.is_record_id(n)}


def look(tx: Tx, county: str, changes: Sequence[Change]) -> Ahead:
    """Works out what can be about a batch, in a view of the database."""
    here = heads.load(tx, county, named(changes))
    areas = moves.reach(here.values()) | moves.named(changes)
    now = {record: head.heads for record, head in here.items()}
    merged: dict[str, tuple[Heads, Heads]] = {}
    complaints: dict[str, str | None] = {}
    for change in changes:
        complaints[change.id] = records.complaint(change)
        if complaints[change.id] is None:
            before = now.get(change.record, NOTHING)
            now[change.record] = merge.apply(before, change)
            merged[change.id] = before, now[change.record]
    # What is kept where it was made need not be made while others wait.
    for change in changes:
        _ = change.encoded
    for record in {c.record for c in changes if c.id in merged}:
        _ = now[record].encoded
    tails = {tail.area: tail for tail in feed.tails(tx, county, areas)}
    return Ahead(tails, here, audit.count(tx, county), merged, complaints)
