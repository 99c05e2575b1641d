"""The doubles: which registrations may be one, what was said of them, and the lists of them for the desk.

Candidates are pairs of members, but what a supervisor decides (`sync_server.joining`) is a pair of households (or one
household in which a person stands twice), so that pairs fold: everything between two households is one item.

Whoever has a part of the county sees that a double reaches beyond it: where, and under which short code, and no more.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select, tuple_

from schemas import ids
from schemas.codec import Value
from schemas.duplicates import NAME_BORN, NATIONAL_ID, WHYS
from schemas.merge import DIFFERENT, SAME
from schemas.problems import Failed
from sync_server import audit, called, heads, household_file, may, review
from sync_server import tables as t
from sync_server.db import Tx
from sync_server.duplicates import RIVAL
from sync_server.heads import Head
from sync_server.household_file import HouseholdFile
from sync_server.people import Person

MOST = 100
SETTLED = 200
"""How many decided items are listed, the latest first."""

_d, _ha, _hb = t.duplicate.c, t.head.alias("of_a"), t.head.alias("of_b")
_BOTH_HERE = t.duplicate.join(_ha, and_(_ha.c.county == _d.county, _ha.c.record == _d.a)).join(
    _hb, and_(_hb.c.county == _d.county, _hb.c.record == _d.b)
)
_LOW = case((_ha.c.household < _hb.c.household, _ha.c.household), else_=_hb.c.household)
_HIGH = case((_ha.c.household < _hb.c.household, _hb.c.household), else_=_ha.c.household)
_RANK = case((_d.verdict == RIVAL, 0), (_d.why == NATIONAL_ID, 1), (_d.why == NAME_BORN, 2), else_=3)


@dataclass(frozen=True)
class Pair:
    """Two records of an item; `verdict` is empty while nobody has said."""

    a: str
    b: str
    link: str
    why: str
    verdict: str


@dataclass(frozen=True)
class Item:
    """Everything between two households, `low` < `high`, or within one. `joined`: what is said of the two
    households."""

    low: str
    high: str
    pairs: tuple[Pair, ...]

    @property
    def joined(self) -> str:
        return next((p.verdict for p in self.pairs if (p.a, p.b) == (self.low, self.high)), "")

    @property
    def people(self) -> tuple[Pair, ...]:
        return tuple(p for p in self.pairs if (p.a, p.b) != (self.low, self.high))

    @property
    def open(self) -> bool:
        """Whether somebody has to look. A new pair in households that are one is one as they are."""
        verdicts = {p.verdict for p in self.pairs}
        return RIVAL in verdicts or ("" in verdicts and self.joined != SAME)

    @property
    def why(self) -> str:
        return next((w for w in WHYS if any(p.why == w for p in self.pairs)), "")


def queue(tx: Tx, person: Person, after: str | None, limit: int) -> dict[str, Value]:
    """A page of the open items that reach into the scope: contradictions first, then one national id, then one name and
    birth. `next` continues it. Raises Failed: `forbidden`, `malformed` for a key that cannot be."""
    may.require(person.role, "read_files")
    size = max(1, min(limit, MOST))
    waiting = _waiting(person)
    if after is not None:
        listed = waiting.subquery()
        key = tuple_(listed.c.rank, listed.c.low, listed.c.high)
        waiting = select(listed.c.rank, listed.c.low, listed.c.high).where(key > tuple_(*_key(after)))
    found = list(tx.execute(waiting.order_by("rank", "low", "high").limit(size + 1)))
    page, more = found[:size], len(found) > size
    shown = _listed(tx, person, [(row.low, row.high) for row in page])
    audit.write(tx, person.county, person.user, "duplicates_read", "open", rows=len(page))
    last = page[-1] if page else None
    return {"items": shown, "next": f"{last.rank} {last.low} {last.high}" if last and more else None}


def count(tx: Tx, person: Person) -> int:
    """How many items are open in the scope."""
    return int(tx.execute(select(func.count()).select_from(_waiting(person).subquery())).scalar_one())


def settled(tx: Tx, person: Person) -> dict[str, Value]:
    """The decided items that reach into the scope, the latest first, at most `SETTLED`. Raises Failed("forbidden")."""
    may.require(person.role, "read_files")
    hl = t.head.alias("of_link")
    found = tx.execute(
        select(_LOW.label("low"), _HIGH.label("high"))
        .select_from(_BOTH_HERE.join(hl, and_(hl.c.county == _d.county, hl.c.record == _d.link)))
        .where(_d.county == person.county, _d.verdict.in_((SAME, DIFFERENT)), _reaches(person))
        .group_by("low", "high")
        .order_by(func.max(hl.c.updated_at).desc(), "low", "high")
        .limit(SETTLED)
    )
    shown = _listed(tx, person, [(row.low, row.high) for row in found])
    audit.write(tx, person.county, person.user, "duplicates_read", "decided", rows=len(shown))
    return {"items": [item for item in shown if not item["open"]], "next": None}


def item(tx: Tx, county: str, low: str, high: str) -> Item:
    """Everything between two households, decided or not. Raises Failed("not_found") when there is nothing."""
    return _items(tx, county, [(low, high)]).get((low, high)) or _none()


def sides(tx: Tx, person: Person, low: str, high: str) -> list[Head]:
    """The two households (one, within one), of which the person may see at least one. Raises Failed("not_found")."""
    found = heads.load(tx, person.county, [low, high])
    roots = [found[h] for h in dict.fromkeys((low, high)) if h in found and found[h].kind == "household"]
    if len(roots) < len({low, high}) or not any(ids.within(root.area, person.scope) for root in roots):
        raise Failed("not_found")
    return roots


def said_so_far(links: Iterable[Head]) -> set[str]:
    """The changes that say what is said by now, which whoever decides must have had in front of them."""
    return {c for link in links for c in link.heads.live.get("verdict", {})}


def _waiting(person: Person) -> Select[tuple[Value, ...]]:
    """The open items in the scope: rank, low, high."""
    inner = (
        select(_RANK.label("rank"), _LOW.label("low"), _HIGH.label("high"), _d.verdict)
        .select_from(_BOTH_HERE)
        .where(_d.county == person.county, _d.verdict.in_(("", RIVAL)), _reaches(person))
        .subquery()
    )
    joined = t.duplicate.alias("of_households")
    return (
        select(func.min(inner.c.rank).label("rank"), inner.c.low, inner.c.high)
        .select_from(
            inner.outerjoin(
                joined,
                and_(joined.c.county == person.county, joined.c.a == inner.c.low, joined.c.b == inner.c.high),
            )
        )
        .where(or_(inner.c.verdict == RIVAL, joined.c.verdict.is_(None), joined.c.verdict != SAME))
        .group_by(inner.c.low, inner.c.high)
    )


def _reaches(person: Person) -> ColumnElement[bool]:
    return or_(review.in_scope(person, _ha.c.area), review.in_scope(person, _hb.c.area))


def _items(tx: Tx, county: str, between: Collection[tuple[str, str]]) -> dict[tuple[str, str], Item]:
    """The items between these households, those that there are."""
    found: dict[tuple[str, str], list[Pair]] = {}
    rows: Iterable[Row[tuple[str, ...]]] = tx.execute(
        select(_d.a, _d.b, _d.link, _d.why, _d.verdict, _LOW.label("low"), _HIGH.label("high"))
        .select_from(_BOTH_HERE)
        .where(
            _d.county == county,
            _ha.c.household.in_({h for two in between for h in two}),
            _hb.c.household.in_({h for two in between for h in two}),
        )
        .order_by(_d.a, _d.b)
    )
    for row in rows:
        found.setdefault((row.low, row.high), []).append(Pair(row.a, row.b, row.link, row.why, row.verdict))
    return {two: Item(*two, tuple(pairs)) for two, pairs in found.items() if two in set(between)}


def _listed(tx: Tx, person: Person, between: list[tuple[str, str]]) -> list[dict[str, Value]]:
    """Items in this order, with as much of each side as the scope covers."""
    items = _items(tx, person.county, between)
    files = household_file.load(tx, person.county, {h for two in between for h in two})
    areas = called.places(tx, person.county, {f.area for f in files.values()})
    return [
        {
            "low": two[0],
            "high": two[1],
            "why": items[two].why,
            "joined": items[two].joined,
            "open": items[two].open,
            "rival": any(p.verdict == RIVAL for p in items[two].pairs),
            "same": sum(p.verdict == SAME for p in items[two].people),
            "people": _names(person, items[two], files),
            "sides": [side(person, files[h], areas) for h in dict.fromkeys(two)],
        }
        for two in between
        if two in items
    ]


def side(person: Person, file: HouseholdFile, areas: Mapping[str, str]) -> dict[str, Value]:
    """One registration in short; outside the scope only where it is and what it is called by."""
    visible = ids.within(file.area, person.scope)
    return {
        "household": file.household,
        "short_code": ids.short_code(file.household),
        "area_name": areas.get(file.area, file.area),
        "visible": visible,
        "head": file.name if visible else "",
        "address": str((file.root.heads.value("address") if file.root and visible else None) or ""),
        "members": len(file.members()) if visible else 0,
    }


def _names(person: Person, item: Item, files: Mapping[str, HouseholdFile]) -> list[str]:
    """The people who are perhaps one, by the names that the reader's own side knows them by."""
    mine = {r: h for f in files.values() if ids.within(f.area, person.scope) for r, h in f.records.items()}
    named = [next((mine[r] for r in (p.a, p.b) if r in mine), None) for p in item.people]
    return list(dict.fromkeys(str(h.heads.value("name") or "") for h in named if h is not None))


def _key(after: str) -> tuple[int, str, str]:
    parts = after.split(" ")
    if len(parts) != 3 or parts[0] not in ("0", "1", "2", "3") or not all(map(ids.is_record_id, parts[1:])):
        raise Failed("malformed", place="after")
    return int(parts[0]), parts[1], parts[2]


def _none() -> Item:
    raise Failed("not_found")
