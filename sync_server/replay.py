"""What the feeds say, worked out from the changes alone: where each household lived, which entries that makes in which
feed, and the live writes of its records. `verify` compares it with what is there and `mend` writes it anew.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from sqlalchemy import Row, select

from schemas import codec
from schemas.change import Change
from schemas.codec import NotCanonical
from schemas.merge import ERASED, GONE
from sync_server import heads, moves
from sync_server import tables as t
from sync_server.db import Tx
from sync_server.heads import Head


@dataclass(frozen=True)
class Told:
    """One household as its changes tell it. `entries_wrong`: its entries in the feeds are not those that make.
    `erased_in_part`: it was erased, and the content of a change is here all the same (a backup was put back)."""

    household: str
    heads: Mapping[str, Head]
    entries_wrong: bool
    erased_in_part: bool


def households(tx: Tx, county: str) -> Iterator[Told]:
    """Every household that has an entry in a feed, in order of id."""
    e, c = t.entry.c, t.change.c
    rows = tx.execute(
        select(c.household, e.area, e.change, c.data, c.taken_at, c.skew)
        .join(t.change, (c.county == e.county) & (c.id == e.change))
        .where(e.county == county)
        .order_by(c.household, e.area, e.seq)
        .execution_options(yield_per=500)
    )
    for household, entries in groupby(rows, key=lambda row: row.household):
        yield _told(household, list(entries))


def read(data: bytes) -> Change | None:
    """A stored change; None when it cannot be read."""
    try:
        return Change.from_wire(codec.decode(bytes(data)))
    except NotCanonical:
        return None


def _told(household: str, rows: Sequence[Row[Any]]) -> Told:
    feeds: dict[str, list[str]] = {}
    by_id: dict[str, Row[Any]] = {}
    for row in rows:
        feeds.setdefault(row.area, []).append(row.change)
        by_id[row.change] = row
    # Where a household lives, all its changes are: the fullest feed tells their order (`moves`).
    fullest = max(feeds, key=lambda area: (len(set(feeds[area])), area))
    history = [(by_id[id_], read(by_id[id_].data)) for id_ in dict.fromkeys(feeds[fullest])]
    known = [change for _, change in history if change is not None]
    erased = len(known) < len(history) or any(change.erased for change in known)
    begun = next((c.sets.get("area") for c in known if c.kind == "household"), None)
    area = begun if isinstance(begun, str) and not erased else fullest
    found: dict[str, Head] = {}
    expected: dict[str, list[str]] = {}
    taken: list[str] = []
    for row, change in history:
        taken.append(row.change)
        expected.setdefault(area, []).append(row.change)
        if change is None or change.erased:
            continue
        found[change.record] = heads.applied(found.get(change.record), change, area, row.taken_at, row.skew)
        if change.record == household and not erased:
            lives_in = moves.lives_in(area, found[household].heads)
            if lives_in != area:
                area = lives_in
                expected.setdefault(area, []).extend(taken)
    placed = {record: replace(head, area=area) for record, head in found.items()}
    over = household in placed and placed[household].heads.value(GONE) == ERASED
    left = any(not change.erased and change.sets != {GONE: ERASED} for change in known)
    return Told(household, placed, not erased and expected != feeds, over and left)
