"""When this vault last learned that the server had lost what it once gave receipts for. What the server said of this
person's work before that is not so any more, however late it is heard: it may lie in a file on somebody's stick."""

from sqlalchemy import select

from app.vault import tables
from app.vault.keyring import Tx


def note(tx: Tx) -> None:
    """Notes that it was learned just now, by this device's clock."""
    tx.sql.execute(tables.upsert(tables.fact), [{"name": _name(tx), "data": tx.clock.stamp().encode()}])


def last(tx: Tx) -> str | None:
    """The stamp of the last time; None when it was never so."""
    found = tx.sql.scalar(select(tables.fact.c.data).where(tables.fact.c.name == _name(tx)))
    return None if found is None else bytes(found).decode()


def _name(tx: Tx) -> str:
    return f"lost/{tx.person}"
