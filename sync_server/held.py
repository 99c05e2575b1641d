"""The changes that were set aside for a supervisor: what each would set, why it was held, and what is there now.

Nobody's edit is refused (DESIGN §6), so somebody has to look. Released, a change goes into the feed like any other and
the supervisor answers for it; dismissed, it stays on the server, unused. A change whose household is not known yet is
shown to every supervisor of the county, and taken by itself when the household comes.
"""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_, func, or_, select

from schemas import codec, ids
from schemas.change import Change
from schemas.codec import Value
from schemas.problems import Failed
from sync_server import audit, called, heads, intake, may, review
from sync_server import tables as t
from sync_server.db import Tx
from sync_server.heads import Head
from sync_server.people import Person

MOST = 100
ANSWERABLE = frozenset({"not_your_area", "not_your_role", "moved", "revoked_held", "expired_held"})
"""The reasons that are about who wrote, which a supervisor may answer for. For the others no record can hold it."""


def listed(tx: Tx, person: Person) -> list[dict[str, Value]]:
    """The open ones within the scope, oldest first, at most `MOST`. Raises Failed("forbidden")."""
    may.require(person.role, "read_files")
    h, c, d = t.held.c, t.change.c, t.device.c
    rows = list(
        tx.execute(
            select(h.change, h.reason, h.area, h.at, c.data, d.name)
            .join(t.change, (c.county == h.county) & (c.id == h.change))
            .outerjoin(t.device, (d.county == c.county) & (d.id == c.device))
            .where(_open_to(person))
            .order_by(h.at, h.change)
            .limit(MOST)
        )
    )
    changes = {row.change: Change.from_wire(codec.decode(row.data)) for row in rows}
    here = heads.load(tx, person.county, {c.record for c in changes.values()} | {c.household for c in changes.values()})
    names = called.people(tx, person.county, {c.author for c in changes.values()})
    named = {row.area for row in rows if row.area} | {str(c.sets["area"]) for c in changes.values() if "area" in c.sets}
    areas = called.places(tx, person.county, named)
    audit.write(tx, person.county, person.user, "held_read", "held", rows=len(rows))
    return [
        {
            "change": row.change,
            "reason": row.reason,
            "answerable": row.reason in ANSWERABLE,
            "moves_to": areas.get(str(changes[row.change].sets.get("area")), "") if row.reason == "moved" else "",
            "area_name": areas.get(row.area, "") if row.area else "",
            "received_at": row.at,
            "device_name": row.name or changes[row.change].device,
            "name": names.get(changes[row.change].author, changes[row.change].author),
            **_content(changes[row.change], here),
        }
        for row in rows
    ]


def count(tx: Tx, person: Person) -> int:
    """How many are open within the scope."""
    return int(tx.execute(select(func.count()).select_from(t.held).where(_open_to(person))).scalar_one())


def release(tx: Tx, person: Person, change: str) -> None:
    """Takes it into the feed. Raises Failed: `forbidden`, `not_found`, or the reason again where no record can hold
    it."""
    _mine(tx, person, change)
    intake.release(tx, person.county, change, person)


def dismiss(tx: Tx, person: Person, change: str) -> None:
    """Lets it rest, kept and unused. Raises Failed: `forbidden`, `not_found`."""
    _mine(tx, person, change)
    intake.dismiss(tx, person.county, change, person)


def _mine(tx: Tx, person: Person, change: str) -> None:
    may.require(person.role, "release_held")
    query = select(t.held.c.change).where(t.held.c.change == change, _open_to(person))
    if tx.execute(query).scalar_one_or_none() is None:
        raise Failed("not_found")


def _open_to(person: Person) -> ColumnElement[bool]:
    h = t.held.c
    return and_(
        h.county == person.county,
        h.released_at.is_(None),
        h.dismissed_at.is_(None),
        or_(h.area.is_(None), review.in_scope(person, h.area)),
    )


def _content(change: Change, here: Mapping[str, Head]) -> dict[str, Value]:
    head, root = here.get(change.record), here.get(change.household)
    slots = []
    for name, value in change.sets.items():
        slots.append(
            {
                **called.slot(change.kind, name),
                "value": value,
                "before": head.heads.value(name) if head else None,
                "changed": head is not None and codec.encode(head.heads.value(name)) != codec.encode(value),
                "conflict": False,
                "comment": "",
            }
        )
    return {
        "household": change.household,
        "short_code": ids.short_code(change.household) if ids.is_record_id(change.household) else "",
        "head": str((root.heads.value("head") if root else None) or ""),
        "kind": change.kind,
        "at": change.at,
        "slots": slots,
    }
