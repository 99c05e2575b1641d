"""Every household in the scope about which two people say different things, whether or not a visit waits on it.

A visit's page shows the conflicts in its own way. A rival telling that no visit waits for, and above all a deleted
record that somebody wrote to, would be seen by nobody without this list.
"""

from sqlalchemy import Select, and_, func, or_, select

from schemas import ids
from schemas.codec import Value
from schemas.problems import Failed
from sync_server import audit, called, conflicts, household_file, may, review
from sync_server import tables as t
from sync_server.db import Tx
from sync_server.heads import Head
from sync_server.household_file import HouseholdFile
from sync_server.people import Person

MOST = 50


def listed(tx: Tx, person: Person, after: str | None, limit: int) -> dict[str, Value]:
    """A page of households in order of id, each with its conflicts; `next` continues it. Raises Failed: `forbidden`,
    `malformed` for a key that cannot be."""
    may.require(person.role, "read_files")
    if after is not None and not ids.is_record_id(after):
        raise Failed("malformed", place="after")
    size = max(1, min(limit, MOST))
    here = _disputed(person).where(t.head.c.household > (after or ""))
    found = list(tx.execute(here.order_by(t.head.c.household).limit(size + 1)).scalars())
    page = found[:size]
    files = household_file.load(tx, person.county, page)
    rows = [_row(tx, files[household]) for household in page]
    audit.write(tx, person.county, person.user, "conflicts_read", "open", rows=len(rows))
    return {"households": rows, "next": page[-1] if len(found) > size else None}


def count(tx: Tx, person: Person) -> int:
    """How many households in the scope."""
    return int(tx.execute(select(func.count()).select_from(_disputed(person).subquery())).scalar_one())


def _disputed(person: Person) -> Select[tuple[str]]:
    h = t.head.c
    return (
        select(h.household)
        .where(
            h.county == person.county,
            h.conflicts > 0,
            or_(h.kind.in_(("household", "member", "case")), and_(h.kind == "visit", h.status == "done")),
            review.in_scope(person, h.area),
        )
        .distinct()
    )


def _row(tx: Tx, file: HouseholdFile) -> dict[str, Value]:
    visit = _waiting(file)
    by = conflicts.written(tx, file.county, {c for h in file.disputed(visit) for w in h.heads.live.values() for c in w})
    names = called.writers(tx, file.county, (w.change for w in by.values()))
    packs = household_file.packs_in_force(tx, file.county) if visit else {}
    return {
        "household": file.household,
        "short_code": ids.short_code(file.household),
        "head": file.name,
        "area_name": called.places(tx, file.county, {file.area}).get(file.area, file.area),
        "visit": visit.record if visit else None,
        "members": {m.record: str(m.heads.value("name") or "") for m in file.of("member")},
        "people": dict(names.people),
        "conflicts": conflicts.listed(file, visit, packs, by, names),
    }


def _waiting(file: HouseholdFile) -> Head | None:
    """The latest visit that waits for a decision."""
    done = [v for v in file.of("visit") if v.heads.value("status") == "done"]
    return max(done, key=lambda v: (v.heads.value("visited_on") or "", v.record), default=None)
