"""Households that move to another area, with everything that belongs to them.

Where a household lives follows from its own slot `area`: it is the one value the slot has, and while the slot holds
rivals the household stays where it is, until somebody settles them. So of two people who moved it at the same time the
first one did, and settling in favour of the other moves it again.

The move is the household's last entry in the feed of the old area: whoever has that area only learns from it that the
household is gone. In the feed of the new area the household's whole history is entered anew, every change in the order
in which it was taken, so that whoever has that area only has all of it. Ids do not change, and who has both areas
already has every change. So a household's changes are all in the feed of the area it lives in, which is what makes the
next move, and `verify`, possible.
"""

from collections.abc import Iterable

from sqlalchemy import select, update

from schemas import ids
from schemas.change import Change
from schemas.merge import Heads
from sync_server import tables as t
from sync_server.db import Tx
from sync_server.heads import Head


def lives_in(before: str, root: Heads) -> str:
    """The area of a household whose own record holds this, if it lived in `before` until now."""
    said = set(root.live.get("area", {}).values())
    area = said.pop() if len(said) == 1 else before
    return area if isinstance(area, str) and ids.is_area(area) else before


def named(changes: Iterable[Change]) -> set[str]:
    """The areas that changes begin households in, or move them to."""
    said = (c.sets.get("area") for c in changes if c.kind == "household")
    return {area for area in said if isinstance(area, str) and ids.is_area(area)}


def reach(records: Iterable[Head]) -> set[str]:
    """The areas whose feeds a change to one of these records may be entered in, besides those it names itself."""
    out: set[str] = set()
    for head in records:
        out.add(head.area)
        if head.kind == "household":
            out |= set(head.heads.live.get("area", {}).values())
    return out


def history(tx: Tx, county: str, area: str, household: str) -> list[str]:
    """The ids of a household's changes in the order in which they were taken, from the feed of the area it lives in."""
    e, c = t.entry.c, t.change.c
    rows = tx.execute(
        select(e.change)
        .join(t.change, (c.county == e.county) & (c.id == e.change))
        .where(c.county == county, c.household == household, e.area == area)
        .order_by(e.seq)
    ).scalars()
    return list(dict.fromkeys(rows))  # once each: it may have lived here before


def follow(tx: Tx, county: str, household: str, area: str) -> None:
    """Moves everything that is listed by area after a household: its records, its attachments and what is held."""
    for table in (t.head, t.attachment, t.held):
        tx.execute(update(table).where(table.c.county == county, table.c.household == household).values(area=area))
