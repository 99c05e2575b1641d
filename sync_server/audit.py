"""What was done and read, written in the same transaction as the thing itself, as a hash chain.

Each row's link is taken over the link before it and the row, and the county row holds the last one, so that a row
cannot be altered, removed or slipped in unseen. A row holds ids, codes and figures and never a name, a number of a
person or an answer: an auditor may read it without reading anybody's file.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import bindparam, insert, select, update

from schemas import codec
from schemas.clock import stamp
from schemas.codec import Value
from schemas.problems import Failed
from sync_server import tables as t
from sync_server.db import Tx

SERVER = "server"
"""Who did what no person asked for."""
MENDED = "heads_mended"


@dataclass(frozen=True)
class Entry:
    """One row. `detail` holds figures and codes only."""

    n: int
    at: str
    who: str
    what: str
    about: str
    detail: Value
    chain: str


def write(tx: Tx, county: str, who: str, what: str, about: str, **detail: Value) -> None:
    """Adds a row. Takes the county's row until the commit, so call it last; other rows are locked before this one."""
    n, before = lock(tx, county)
    row = Entry(n + 1, stamp(tx.clock.now()), who, what, about, detail, "")
    chain = link(before, row)
    tx.execute(_ADD, {**vars(row), "county": county, "chain": chain})
    tx.execute(_SAVE, {"its_code": county, "audit_n": row.n, "audit_chain": chain})


def lock(tx: Tx, county: str) -> tuple[int, str]:
    """The number and link of the last row, with nobody else writing one until the commit; raises Failed("not_found")
    when there is no such county."""
    last = tx.execute(_LOCK, {"its_code": county}).one_or_none()
    if last is None:
        raise Failed("not_found")
    return last.audit_n, last.audit_chain


def count(tx: Tx, county: str) -> int:
    """How many rows there are."""
    return tx.execute(_COUNT, {"its_code": county}).scalar_one_or_none() or 0


def link(before: str, row: Entry) -> str:
    """The chain's link for a row that follows the link `before`."""
    return codec.short_digest([before, row.n, row.at, row.who, row.what, row.about, row.detail])


def read(tx: Tx, county: str, after: int = 0, limit: int = 200, about: str | None = None) -> list[Entry]:
    """Rows in order from the one numbered `after`, at most `limit` of them."""
    rows = t.audit.c
    query = select(t.audit).where(rows.county == county, rows.n > after)
    if about is not None:
        query = query.where(rows.about == about)
    found = tx.execute(query.order_by(rows.n).limit(limit))
    return [Entry(r.n, r.at, r.who, r.what, r.about, r.detail, r.chain) for r in found]


def broken(tx: Tx, county: str) -> int | None:
    """The number of the first row that does not follow from the one before it; None when the whole chain holds."""
    chain, n = "", 0
    for row in _all(tx, county):
        if row.n != n + 1 or row.chain != link(chain, row):
            return n + 1
        chain, n = row.chain, row.n
    end = tx.execute(select(t.county.c.audit_n, t.county.c.audit_chain).where(t.county.c.code == county)).one()
    return None if (end.audit_n, end.audit_chain) == (n, chain) else n + 1


def _all(tx: Tx, county: str) -> Iterator[Entry]:
    after = 0
    while rows := read(tx, county, after, 1000):
        yield from rows
        after = rows[-1].n


# Written with every push, so put together once.
_HERE = t.county.c.code == bindparam("its_code")
_LOCK = select(t.county.c.audit_n, t.county.c.audit_chain).where(_HERE).with_for_update(key_share=True)
_SAVE = update(t.county).where(_HERE)
_ADD = insert(t.audit)
_COUNT = select(t.county.c.audit_n).where(_HERE)
