"""Which households are in a person's reach: those that lie in one of their areas.

A household that moved to an area that is not theirs, or lies in one that is theirs no longer, is sealed here as before
and shown no more; unless it holds work of theirs that is not settled, which nobody may lose sight of: a change that
was not sent or is held, or an open visit.
"""

from collections.abc import Iterable

from sqlalchemy import select, union

from app.vault import changes, tables
from app.vault.keyring import Tx
from app.vault.summary import Summary

change = tables.change.c
working = tables.working.c


def in_reach(tx: Tx, known: Iterable[Summary], areas: set[str]) -> list[Summary]:
    """Of these households those that are shown to a person with these areas."""
    near: list[Summary] = []
    far: list[Summary] = []
    for summary in known:
        (near if summary.area in areas and not summary.left else far).append(summary)
    if far:
        mine = unsettled(tx)
        near += [summary for summary in far if summary.household in mine]
    return near


def unsettled(tx: Tx) -> set[str]:
    """The households that hold own changes that were not sent or are held, or an open visit."""
    waits = select(change.household).where(
        change.person == tx.person, change.n.is_not(None), change.state.in_((changes.UNSENT, changes.HELD))
    )
    open_ = select(working.household).where(working.person == tx.person)
    return set(tx.sql.scalars(union(waits, open_)))
