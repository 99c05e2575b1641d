"""What it means for a decision that a household is registered twice, or that a person of it stands in another one.

Nothing is merged: a decision is made on the facts of one registration. But the law pays a household once and counts a
person once. So where somebody has said that two registrations are one household, only one of them may be granted a
programme; and where somebody has said that a person is in two households, the second may be granted nothing while the
person lives in both. Refusing is possible all the same. On a household in which one person is entered twice nothing at
all is decided, for every figure would be wrong. Candidates that nobody has looked at stop nothing and are shown.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select

from schemas import codec, ids, merge
from schemas.codec import Value
from schemas.merge import SAME
from sync_server import called, doubles, household_file, side_by_side
from sync_server import tables as t
from sync_server.db import Tx
from sync_server.heads import Head
from sync_server.household_file import HouseholdFile
from sync_server.people import Person

HOUSEHOLD, PERSON, OPEN = "household", "person", "open"
"""How two households hang together: one registered twice, somebody in both, perhaps one of these."""


@dataclass(frozen=True)
class Other:
    """Another household that this one hangs together with; `pairs` are the records of both that are or may be one,
    this household's first."""

    file: HouseholdFile
    how: str
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Around:
    """What a household hangs together with: other households, the strongest first; `entered_twice` when two members
    who live in it are said to be one person."""

    others: tuple[Other, ...]
    entered_twice: bool


def around(tx: Tx, file: HouseholdFile) -> Around:
    """What this household hangs together with."""
    one = registrations(tx, file.county, file.household)
    mine = {m.record for m in file.of("member")} | {file.household}
    rows = _pairs(tx, file.county, mine)
    known = _households(tx, file.county, {r for two in rows for r in two[:2]})
    found: dict[str, list[tuple[str, str, str]]] = {h: [] for h in one - {file.household}}
    for a, b, verdict in rows:
        this, that = (a, b) if a in mine else (b, a)
        if that in known and known[that] != file.household and verdict != merge.DIFFERENT:
            found.setdefault(known[that], []).append((this, that, verdict))
    files = household_file.load(tx, file.county, found)
    out = []
    for household, pairs in found.items():
        how = HOUSEHOLD if household in one else PERSON if any(v == SAME for _, _, v in pairs) else OPEN
        kept = tuple((this, that) for this, that, v in pairs if how != PERSON or v == SAME)
        if household in files:
            out.append(Other(files[household], how, kept))
    out.sort(key=lambda o: ((HOUSEHOLD, PERSON, OPEN).index(o.how), o.file.household))
    living = {m.record for m in file.of("member") if _lives_there(m)}
    return Around(tuple(out), any(verdict == SAME and {a, b} <= living for a, b, verdict in rows))


def registrations(tx: Tx, county: str, household: str) -> set[str]:
    """All households that are said to be one with this, itself included."""
    found, fresh = {household}, {household}
    while fresh:
        beside = {r for a, b, verdict in _pairs(tx, county, fresh) if verdict == SAME for r in (a, b)}
        fresh = beside - found
        found |= fresh
    return found


def obstacles(file: HouseholdFile, grants: Iterable[str], around: Around) -> list[str]:
    """Why these programmes may not be granted to this household now, as problem codes."""
    wanted = set(grants)
    out = ["member_twice"] if around.entered_twice else []
    for other in around.others:
        if not wanted & _granted(other.file):
            continue
        if other.how == HOUSEHOLD:
            out.append("registered_twice")
        if other.how == PERSON and any(
            _lives_there(file.records.get(this)) and _lives_there(other.file.records.get(that))
            for this, that in other.pairs
        ):
            out.append("counted_twice")
    return list(dict.fromkeys(out))


def shown(tx: Tx, person: Person, file: HouseholdFile, around: Around) -> list[dict[str, Value]]:
    """The other registrations for the visit's page: as much of each as the scope covers."""
    areas = called.places(tx, file.county, {o.file.area for o in around.others})
    return [
        {
            **doubles.side(person, o.file, areas),
            "low": min(file.household, o.file.household),
            "high": max(file.household, o.file.household),
            "how": o.how,
            "people": [_name(file.records.get(this)) for this, _ in o.pairs if this != file.household],
            "decided": side_by_side.decided(o.file),
            "told": _told_otherwise(file, o) if ids.within(o.file.area, person.scope) and o.how != OPEN else [],
        }
        for o in around.others
    ]


def _told_otherwise(file: HouseholdFile, other: Other) -> list[dict[str, Value]]:
    """What the two registrations tell differently of the household and of the people in both: the slots in which the
    records, seen as one, hold rivals."""
    both = [(file.household, other.file.household)] if other.how == HOUSEHOLD else []
    out = []
    for this, that in [*both, *(two for two in other.pairs if two[0] != file.household)]:
        here, there = file.records.get(this), other.file.records.get(that)
        if here is None or there is None:
            continue
        rivals = merge.view([here.heads, there.heads]).conflicts()
        for name in rivals:
            values = [here.heads.value(name), there.heads.value(name)]
            if name in _NOT_TOLD or codec.encode(values[0]) == codec.encode(values[1]):
                continue
            out.append(
                {
                    "title": _name(here) if here.kind == "member" else "",
                    **called.slot(here.kind, name),
                    "values": values,
                }
            )
    return out


_NOT_TOLD = frozenset({"area", "gone", "gone_why", "person", "status", "assigned_to", "planned_on"})
"""Slots that say where a registration stands in the work, not what is so in the home."""


def _granted(file: HouseholdFile) -> set[str]:
    return {str(d["programme"]) for d in side_by_side.decided(file) if d["verdict"] == "eligible"}


def _lives_there(member: Head | None) -> bool:
    return member is not None and not member.heads.gone and member.heads.value("present") != "no"


def _name(record: Head | None) -> str:
    return str((record.heads.value("name") if record else None) or "")


def _pairs(tx: Tx, county: str, of: Collection[str]) -> list[tuple[str, str, str]]:
    d = t.duplicate.c
    query = select(d.a, d.b, d.verdict).where(d.county == county, or_(d.a.in_(of), d.b.in_(of))).order_by(d.a, d.b)
    return [(row.a, row.b, row.verdict) for row in tx.execute(query)]


def _households(tx: Tx, county: str, of: Collection[str]) -> Mapping[str, str]:
    c = t.head.c
    rows = tx.execute(select(c.record, c.household).where(c.county == county, c.record.in_(of)))
    return {row.record: row.household for row in rows}
