"""Where the work done on this device is: which household is whole on the server, and what of which is only here.

Answered from columns that are in clear (states, numbers, counts), so that nothing is unsealed and the answer costs the
same for five hundred households as a list of them. Nothing is *safe* but what the server's receipt or its feed has
said: a change that was sent and not receipted is on this device only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, select

from app.vault import attachments, changes, tables
from app.vault.keyring import Tx
from schemas.wire import CHUNK_BYTES

change = tables.change.c
attachment = tables.attachment.c
chunk = tables.chunk.c
record = tables.record.c
working = tables.working.c

RESTED = "rested"
"""A supervisor looked at the change and let it rest: it is at the server and counts for nothing."""


@dataclass(frozen=True)
class Whereabouts:
    """Of one household, what this device wrote. `unsent` changes and `photos_waiting` of its `photos` are on this
    device only, the photos in at most `bytes_waiting` bytes; `held` counts changes set aside at the server by reason, a
    code of the problem catalogue; `rested` those that a supervisor let rest. `open`: a visit is being filled in, which
    is here only until it is finished. `changes` is how many there are, `last` the number of the newest, 0 when all are
    of a former enrolment."""

    household: str
    changes: int = 0
    last: int = 0
    unsent: int = 0
    held: Mapping[str, int] = field(default_factory=dict)
    rested: int = 0
    photos: int = 0
    photos_waiting: int = 0
    bytes_waiting: int = 0
    open: bool = False

    @property
    def safe(self) -> bool:
        """Whether everything finished is at the server, taken or set aside."""
        return not self.unsent and not self.photos_waiting


@dataclass(frozen=True)
class Part:
    """One record of a household as this device wrote to it. `unsent`, `held` and `rested` as in `Whereabouts`."""

    record: str
    kind: str
    unsent: int
    held: Mapping[str, int]
    rested: int


@dataclass(frozen=True)
class Photo:
    """One finished photo on this device. `parts_waiting` of its parts are not known to be at the server."""

    attachment: str
    visit: str
    safe: bool
    parts_waiting: int


def of_all(tx: Tx) -> list[Whereabouts]:
    """Every household this device wrote to or holds an open visit of, the newest work first."""
    told: dict[str, dict[str, int]] = {}
    held: dict[str, dict[str, int]] = {}
    states = (
        select(change.household, change.state, change.reason, func.count().label("n"), func.max(change.n).label("last"))
        .where(change.person == tx.person, changes.OWN)
        .group_by(change.household, change.state, change.reason)
    )
    for row in tx.sql.execute(states):
        facts = told.setdefault(row.household, {})
        facts["changes"] = facts.get("changes", 0) + row.n
        facts["last"] = max(facts.get("last", 0), row.last or 0)
        if row.state == changes.UNSENT:
            facts["unsent"] = facts.get("unsent", 0) + row.n
        elif row.state == RESTED:
            facts["rested"] = facts.get("rested", 0) + row.n
        elif row.state == changes.HELD:
            held.setdefault(row.household, {})[row.reason or ""] = row.n
    photos = (
        select(attachment.household, attachment.state, func.count().label("n"))
        .where(attachment.person == tx.person, attachment.state != attachments.KEPT)
        .group_by(attachment.household, attachment.state)
    )
    for row in tx.sql.execute(photos):
        facts = told.setdefault(row.household, {})
        facts["photos"] = facts.get("photos", 0) + row.n
        if row.state != attachments.SAFE:
            facts["photos_waiting"] = row.n
    for household, parts in _parts_waiting(tx).items():
        told.setdefault(household, {})["bytes_waiting"] = parts * CHUNK_BYTES
    open_ = set(tx.sql.scalars(select(working.household).where(working.person == tx.person)))
    found = [
        Whereabouts(household, held=held.get(household, {}), open=household in open_, **told.get(household, {}))
        for household in told.keys() | open_
    ]
    # Photos that another device took and this one only shows are not its work.
    mine = [w for w in found if w.changes or w.open or w.photos_waiting]
    return sorted(mine, key=lambda w: (-w.last, w.household))


def of_household(tx: Tx, household: str) -> tuple[list[Part], list[Photo]]:
    """The same of one household, by record in the order they were written, and its photos in the order they were
    taken."""
    rows = tx.sql.execute(
        select(change.record, record.kind, change.state, change.reason)
        .join(tables.record, (record.person == change.person) & (record.id == change.record))
        .where(change.person == tx.person, change.household == household, changes.OWN)
        .order_by(change.n)
    ).all()
    parts = []
    for id_ in dict.fromkeys(row.record for row in rows):
        mine = [row for row in rows if row.record == id_]
        reasons = [row.reason or "" for row in mine if row.state == changes.HELD]
        parts.append(
            Part(
                id_,
                mine[0].kind,
                sum(row.state == changes.UNSENT for row in mine),
                {reason: reasons.count(reason) for reason in dict.fromkeys(reasons)},
                sum(row.state == RESTED for row in mine),
            )
        )
    left = (
        select(attachment.id, attachment.visit, attachment.state, func.count(chunk.i).label("left"))
        .outerjoin(tables.chunk, (chunk.person == attachment.person) & (chunk.attachment == attachment.id))
        .where(
            attachment.person == tx.person,
            attachment.household == household,
            attachment.state != attachments.KEPT,
        )
        .group_by(attachment.id, attachment.visit, attachment.state)
        .order_by(attachment.id)
    )
    photos = [Photo(row.id, row.visit, row.state == attachments.SAFE, row.left) for row in tx.sql.execute(left)]
    return parts, photos


def _parts_waiting(tx: Tx) -> dict[str, int]:
    rows = tx.sql.execute(
        select(attachment.household, func.count())
        .join(tables.chunk, (chunk.person == attachment.person) & (chunk.attachment == attachment.id))
        .where(attachment.person == tx.person, attachment.state == attachments.RECORDED)
        .group_by(attachment.household)
    )
    return {row[0]: row[1] for row in rows}
