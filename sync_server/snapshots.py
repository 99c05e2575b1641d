"""An area's records as they stand, part by part: what a device is sent in the place of a log that is longer than they.

Records come in the order of household and record, which an index keeps, so a part costs what it holds and not what
came before it. Each part is read when it is asked for; what happened in between is in the feed, from which the device
goes on.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Text, cast, func, select, tuple_

from sync_server import tables as t
from sync_server.db import Tx
from sync_server.feed import FEW, Tail


@dataclass(frozen=True)
class Record:
    """One record's place and the canonical bytes of its heads."""

    household: str
    record: str
    kind: str
    data: bytes


@dataclass(frozen=True)
class Part:
    """Some of an area's records. `after` names the last one, as a cursor does; "" when there are no more. `size` is of
    their heads, in bytes."""

    records: Sequence[Record]
    after: str
    size: int


def shorter(tx: Tx, county: str, tail: Tail, seq: int) -> bool:
    """Whether a device that has the feed up to `seq` is better off with the records: it has nothing yet, or more
    entries lie before it than there are records."""
    ahead = tail.seq - seq
    if ahead == 0 or seq == 0:
        return ahead > 0
    h = t.head.c
    records = select(h.record).where(h.county == county, h.area == tail.area).limit(ahead).subquery()
    return bool(ahead > tx.execute(select(func.count()).select_from(records)).scalar_one())


def read(tx: Tx, county: str, area: str, after: str, budget: int) -> Part:
    """The records after the one named, at least one if there is one and otherwise as many as the budget holds."""
    h = t.head.c
    household, _, record = after.partition("/")
    query = (
        # As text: what is stored is what is sent, and nobody has to take it apart and put it together again.
        select(h.household, h.record, h.kind, cast(h.data, Text).label("data"))
        .where(h.county == county, h.area == area)
        .where(tuple_(h.household, h.record) > tuple_(household, record))
        .order_by(h.household, h.record)
    )
    out: list[Record] = []
    size = 0
    with tx.execute(query.execution_options(yield_per=FEW)) as rows:
        for row in rows:
            data = row.data.encode()
            if out and size + len(data) > budget:
                return Part(out, f"{out[-1].household}/{out[-1].record}", size)
            out.append(Record(row.household, row.record, row.kind, data))
            size += len(data)
    return Part(out, "", size)
