"""The supervisor's queue: which visits wait, and the little about each that decides which to open first.

Reading is by scope: a person sees the areas their scope covers. Every page of a queue is noted in the audit, because it
shows names; opening a visit is noted by itself (`visit_page`).
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select

from schemas import ids
from schemas.codec import Value
from schemas.policy.model import Pack
from schemas.problems import Failed
from sync_server import audit, called, household_file, may, tables
from sync_server.db import Tx
from sync_server.heads import Head
from sync_server.household_file import HouseholdFile
from sync_server.people import Person

MOST = 100
"""The most rows a page of the queue may have."""
STATUSES = ("done", "returned", "accepted")

head = tables.head


def queue(tx: Tx, person: Person, status: str, after: str | None, limit: int) -> dict[str, Value]:
    """A page of the visits of one status within the scope: those that wait oldest first, the others newest first.
    `next` continues it, None at the end. Raises Failed: `forbidden`, `malformed` for a status or key that cannot be."""
    may.require(person.role, "read_files")
    if status not in STATUSES:
        raise Failed("malformed", place="status")
    size = max(1, min(limit, MOST))
    newest_first = status != "done"
    query = select(head.c.record, head.c.household, head.c.area, head.c.updated_at).where(
        head.c.county == person.county, head.c.kind == "visit", head.c.status == status, in_scope(person, head.c.area)
    )
    if after is not None:
        query = query.where(_beyond(_key(after), newest_first))
    order = [head.c.updated_at, head.c.record]
    query = query.order_by(*(c.desc() if newest_first else c for c in order)).limit(size + 1)
    found = list(tx.execute(query))
    page, more = found[:size], len(found) > size
    files = household_file.load(tx, person.county, (row.household for row in page))
    packs = household_file.packs_in_force(tx, person.county) if page else {}
    areas = called.places(tx, person.county, {row.area for row in page})
    names = called.people(tx, person.county, {files[r.household].visit(r.record).author for r in page})
    rows = [_row(files[r.household], files[r.household].visit(r.record), packs, areas, names) for r in page]
    audit.write(tx, person.county, person.user, "queue_read", status, rows=len(rows))
    return {"visits": rows, "next": f"{page[-1].updated_at} {page[-1].record}" if more else None}


def counts(tx: Tx, person: Person) -> dict[str, Value]:
    """Visits by status within the scope, and how many of those waiting have an open conflict. Raises
    Failed("forbidden")."""
    may.require(person.role, "read_files")
    mine = and_(head.c.county == person.county, head.c.kind == "visit", in_scope(person, head.c.area))
    grouped = tx.execute(select(head.c.status, func.count().label("n")).where(mine).group_by(head.c.status))
    by_status = {row.status: row.n for row in grouped}
    other = tables.head.alias()
    rival = exists().where(
        other.c.county == head.c.county,
        other.c.household == head.c.household,
        other.c.conflicts > 0,
        or_(other.c.kind.in_(("household", "member")), other.c.record == head.c.record),
    )
    query = select(func.count()).select_from(head).where(mine, head.c.status == "done", rival)
    return {
        "status": {s: by_status.get(s, 0) for s in STATUSES},
        "conflicts": tx.execute(query).scalar_one(),
    }


def in_scope(person: Person, area: ColumnElement[Any]) -> ColumnElement[bool]:
    """The areas that a person's scope covers; an empty scope covers nothing."""
    return or_(false(), *(area.startswith(prefix, autoescape=True) for prefix in person.scope if prefix))


def file_of(tx: Tx, person: Person, visit: str) -> HouseholdFile:
    """The household's file that a visit is in. Raises Failed("not_found"), outside the scope too: nobody learns what
    lies there."""
    file = file_around(tx, person, visit)
    file.visit(visit)
    return file


def file_around(tx: Tx, person: Person, record: str) -> HouseholdFile:
    """The household's file that a record of any kind is in; raises as `file_of`."""
    row = tx.execute(
        select(head.c.household, head.c.area).where(head.c.county == person.county, head.c.record == record)
    ).one_or_none()
    if row is None or not ids.within(row.area, person.scope):
        raise Failed("not_found")
    return household_file.load(tx, person.county, [row.household])[row.household]


def _row(
    file: HouseholdFile,
    visit: Head,
    packs: Mapping[str, Pack],
    areas: Mapping[str, str],
    names: Mapping[str, str],
) -> dict[str, Value]:
    standing = household_file.standing(file, visit, packs)
    first = standing.result.programmes[0] if standing and standing.result.programmes else None
    return {
        "visit": visit.record,
        "household": file.household,
        "short_code": ids.short_code(file.household),
        "head": file.name,
        "area": file.area,
        "area_name": areas.get(file.area, file.area),
        "visited_on": visit.heads.value("visited_on"),
        "received_at": visit.updated_at,
        "outcome": visit.heads.value("outcome"),
        "status": visit.heads.value("status") or "",
        "verdict": first.verdict if first else None,
        "amount": first.amount if first else None,
        "conflicts": file.conflicts(visit),
        "stale": bool(standing and standing.stale),
        "visitor": names.get(visit.author, visit.author),
    }


def _key(after: str) -> tuple[str, str]:
    moment, _, record = after.partition(" ")
    if not moment or not ids.is_record_id(record):
        raise Failed("malformed", place="after")
    return moment, record


def _beyond(key: tuple[str, str], newest_first: bool) -> ColumnElement[bool]:
    moment, record = key
    if newest_first:
        return or_(head.c.updated_at < moment, and_(head.c.updated_at == moment, head.c.record < record))
    return or_(head.c.updated_at > moment, and_(head.c.updated_at == moment, head.c.record > record))
