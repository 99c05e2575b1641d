"""The changes a vault holds: own ones until the server has them and after, and what came down the feeds.

A change is stored once, under its id. Its place in a feed (`seq`, `link`) is filled when it comes down that feed, which
for an own change is its echo.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import Row, select
from sqlalchemy.dialects.sqlite import insert

from app.vault import sealing, tables
from app.vault.keyring import Tx
from schemas.change import Change
from schemas.codec import NotCanonical, Value
from schemas.problems import Failed

UNSENT = "unsent"
"""On this device only."""
SENT = "sent"
"""Durable at the server, by its receipt."""
HELD = "held"
"""Durable at the server, set aside for a supervisor."""
FED = "fed"
"""Came down a feed: everyone's."""

change = tables.change.c


def add(tx: Tx, new: Iterable[tuple[Change, str, str, int | None, str | None]], own: bool) -> None:
    """Stores changes given as (change, area, state, seq, link); `own` gives them their device number."""
    rows = []
    for item, area, state, seq, link in new:
        gen, sealed = tx.ring.seal("change", area, item.id, 0, item.wire())
        rows.append(
            {
                "person": tx.person,
                "id": item.id,
                "household": item.household,
                "record": item.record,
                "area": area,
                "gen": gen,
                "seq": seq,
                "link": link,
                "n": item.n if own else None,
                "state": state,
                "sealed": sealed,
            }
        )
    if rows:
        tx.sql.execute(insert(tables.change), rows)


def of_record(tx: Tx, record: str) -> list[Change]:
    """All changes of a record; raises Failed `damaged` when one cannot be opened."""
    found = select(tables.change).where(change.person == tx.person, change.record == record)
    return opened(tx, tx.sql.execute(found).all())


def opened(tx: Tx, rows: Sequence[Row[tuple[Value, ...]]]) -> list[Change]:
    """The changes in rows of the table; raises Failed `damaged` when one cannot be opened."""
    return [one(tx, row) for row in rows]


def one(tx: Tx, row: Row[tuple[Value, ...]]) -> Change:
    try:
        found = Change.from_wire(tx.ring.unseal("change", row.area, row.gen, row.id, 0, row.sealed))
    except (sealing.Damaged, NotCanonical):
        raise Failed("damaged") from None
    if found.id != row.id:
        raise Failed("damaged")
    return found
