"""Which households are in a person's reach: those that lie in one of their areas.

A household that moved to an area that is not theirs, or lies in one that is theirs no longer, is sealed here as before
and shown no more; unless it holds work of theirs that is not settled, which nobody may lose sight of: a change that
was not sent or is held, a photo that waits to be sent, or an open visit.
"""

from collections.abc import Iterable

from sqlalchemy import select, union

from app.vault import attachments, changes, tables
from app.vault.keyring import Tx
from app.vault.summary import Summary

attachment = tables.attachment.c
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
    """The households that hold own changes that were not sent or are held, photos that wait, or an open visit. A
    change that waits or is held is an own one, also under a former enrolment, when it has no number any more."""
    waits = select(change.household).where(change.person == tx.person, change.state.in_((changes.UNSENT, changes.HELD)))
    photos = select(attachment.household).where(
        attachment.person == tx.person, attachment.state == attachments.RECORDED
    )
    open_ = select(working.household).where(working.person == tx.person)
    return set(tx.sql.scalars(union(waits, photos, open_)))
