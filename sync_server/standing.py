"""How the changes that somebody sent stand, as a pull tells them: what is held for a supervisor, what one let rest, and
what became of those that they sent under a former enrolment."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from schemas import wire
from sync_server import tables as t
from sync_server.db import Tx
from sync_server.devices import Device


def set_aside(tx: Tx, device: Device) -> tuple[list[wire.SetAside], list[int]]:
    """A device's changes that a supervisor has yet to look at, and those that one let rest, in order of number."""
    rows = tx.execute(_SET_ASIDE, {"its_county": device.county, "its_id": device.id}).all()
    held = [wire.SetAside(row.n, row.reason) for row in rows if row.dismissed_at is None]
    return held, [row.n for row in rows if row.dismissed_at is not None]


def earlier(tx: Tx, county: str, user: str, asked: Sequence[str]) -> list[wire.Earlier]:
    """What became of these changes of a person, in the order asked. Of another's they learn nothing."""
    c, h = t.change.c, t.held.c
    here = {r.id for r in tx.among(select(c.id).where(c.county == county, c.author == user), c.id, asked)}
    aside = select(h.change, h.reason, h.dismissed_at).where(h.county == county, h.released_at.is_(None))
    fates = {change: wire.Earlier(change, wire.TAKEN) for change in here}
    for row in tx.among(aside, h.change, here):
        held = row.dismissed_at is None
        fates[row.change] = wire.Earlier(row.change, wire.HELD if held else wire.RESTED, row.reason if held else "")
    return [fates.get(change, wire.Earlier(change, wire.UNKNOWN)) for change in asked]


# Asked for with every pull, so put together once.
_SET_ASIDE = (
    select(t.change.c.n, t.held.c.reason, t.held.c.dismissed_at)
    .join(t.change, (t.change.c.county == t.held.c.county) & (t.change.c.id == t.held.c.change))
    .where(t.held.c.county == bindparam("its_county"), t.held.c.device == bindparam("its_id"))
    .where(t.held.c.released_at.is_(None))
    .order_by(t.change.c.n)
)
