"""What a steward and an auditor ask at the desk: the people and where they work, the devices, enrolment codes, and what
was done and read.

A steward manages people and devices and opens nobody's file; an auditor reads everything and changes nothing.
"""

from collections import Counter
from datetime import timedelta

from sqlalchemy import select

from schemas import ids
from schemas.clock import stamp
from schemas.codec import Value
from sync_server import audit, called, county, devices, may, people
from sync_server import tables as t
from sync_server.db import Tx
from sync_server.people import Person

MOST = 200
"""The most audit lines in one page."""


def everyone(tx: Tx, person: Person) -> list[dict[str, Value]]:
    """The county's people with the names of their places and how many devices they have in use. Raises
    Failed("forbidden")."""
    may.require(person.role, "read_people")
    used = Counter(d.user for d in devices.all_of(tx, person.county) if d.revoked_at is None)
    places = _places(tx, person.county)
    return [
        {
            "user": p.user,
            "name": p.name,
            "role": p.role,
            "scope": list(p.scope),
            "areas": [places.get(code, code) for code in p.scope],
            "active": p.active,
            "devices": used[p.user],
        }
        for p in people.everyone(tx, person.county)
    ]


def all_devices(tx: Tx, person: Person) -> list[dict[str, Value]]:
    """The enrolled devices, newest first. Raises Failed("forbidden")."""
    may.require(person.role, "read_people")
    found = devices.all_of(tx, person.county)
    names = called.people(tx, person.county, {d.user for d in found if d.user})
    return [
        {
            "id": d.id,
            "name": d.name,
            "user": d.user,
            "user_name": names.get(d.user or "", d.user),
            "enrolled_at": d.enrolled_at,
            "last_contact": d.last_contact,
            "skew": d.skew if d.last_contact else None,
            "revoked_at": d.revoked_at,
        }
        for d in found
    ]


def new_code(tx: Tx, person: Person, user: str) -> dict[str, Value]:
    """A one-time code with which this user enrols a device; it is kept nowhere in clear. Raises Failed: `forbidden`,
    `unknown_person`."""
    may.require(person.role, "manage_devices")
    code = devices.new_code(tx, person.county, user)
    audit.write(tx, person.county, person.user, "code_given", user)
    expires = tx.clock.now() + timedelta(hours=tx.settings.code_hours)
    return {"code": code, "user": user, "expires": stamp(expires)}


def revoke(tx: Tx, person: Person, device: str) -> None:
    """Puts a device out. Raises Failed: `forbidden`, `unknown_device`."""
    may.require(person.role, "manage_devices")
    devices.revoke(tx, person.county, device, person.user)


def audit_page(tx: Tx, person: Person, after: int | None, limit: int) -> dict[str, Value]:
    """Audit lines, newest first, below number `after`; `next` continues, None at the end. Reading them is a line too.
    Raises Failed("forbidden")."""
    may.require(person.role, "read_audit")
    size = max(1, min(limit, MOST))
    c = t.audit.c
    query = select(c.n, c.at, c.who, c.what, c.about).where(c.county == person.county).order_by(c.n.desc())
    if after is not None:
        query = query.where(c.n < after)
    rows = list(tx.execute(query.limit(size + 1)))
    page = rows[:size]
    names = called.people(tx, person.county, {r.who for r in page})
    audit.write(tx, person.county, person.user, "audit_read", str(page[0].n) if page else "0", rows=len(page))
    return {
        "rows": [
            {"n": r.n, "at": r.at, "who": r.who, "name": names.get(r.who, ""), "what": r.what, "about": r.about}
            for r in page
        ],
        "next": page[-1].n if len(rows) > size else None,
    }


def _places(tx: Tx, code: str) -> dict[str, str]:
    """Names by code prefix: the county, its towns, its villages."""
    villages = county.areas(tx, code, (code,))
    return {
        code: county.name_of(tx, code),
        **{ids.town_of(v.code): v.town_name for v in villages},
        **{v.code: f"{v.town_name} {v.name}" for v in villages},
    }
