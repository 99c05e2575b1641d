"""A household in short, sealed apart from its records, so that listing and searching never open a record.

A derived view: it can always be made anew from the household's records, and is whenever one of them is written.

Evolution rule: `VERSION` stands in every sealed summary; one of another version is made anew when it is read.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import NamedTuple, Self

from sqlalchemy import Row, select, update

from app.vault import records, sealing, tables
from app.vault.keyring import Tx
from app.vault.records import Record
from app.vault.tables import upsert
from schemas.codec import Value
from schemas.duplicates import plain_id
from schemas.merge import GONE, NO, NOTHING, Heads

VERSION = 2

summary = tables.summary.c
HEAD_CODES = ("01", "02")
"""Relations (GB/T 4761) that make a member the head where the household's own slot is empty."""


class VisitLine(NamedTuple):
    """One visit. `visited_on` is an ISO date, or empty."""

    visit: str
    visited_on: str
    outcome: str
    status: str


class Known(NamedTuple):
    """Who one member may be: every name and every day of birth (ISO) that somebody has written and nobody replaced."""

    member: str
    names: tuple[str, ...]
    born: tuple[str, ...]


@dataclass(frozen=True)
class Summary:
    """One household. Texts are empty where nothing is known; `members` counts those not removed, and `names`, `people`
    and `id_tails` (last four characters of the national ids) are theirs, the head's first; `conflicts` counts slots
    with rival values in all its records; `planned_on` is an ISO date or None. `gone`: removed, and nobody has written
    to it without knowing; where somebody has it is `contested` and stays in sight. `left`: it has moved out
    of `area` to one that has not brought it here. `links` are the heads of the links
    that lie in it, on the wire."""

    household: str
    area: str
    head: str
    phone: str
    address: str
    members: int
    id_tails: tuple[str, ...]
    names: tuple[str, ...]
    planned_on: str | None
    status: str
    assigned_to: str
    conflicts: int
    hukou: str
    gone: bool
    contested: bool
    left: bool
    visits: tuple[VisitLine, ...]
    people: tuple[Known, ...]
    links: tuple[Value, ...]

    def wire(self) -> dict[str, Value]:
        plain = {f.name: getattr(self, f.name) for f in fields(self)}
        return {"v": VERSION, **plain}

    @classmethod
    def from_wire(cls, data: Mapping[str, Value]) -> Self | None:
        """The summary, or None for one of another version."""
        if data.get("v") != VERSION:
            return None
        rest = {name: value for name, value in data.items() if name != "v"}
        lists = {name: tuple(data[name]) for name in ("id_tails", "names", "links")}
        people = tuple(Known(member, tuple(names), tuple(born)) for member, names, born in data["people"])
        return cls(**{**rest, **lists, "visits": tuple(VisitLine(*v) for v in data["visits"]), "people": people})


def summarise(household: str, area: str, held: Sequence[Record]) -> Summary:
    """The summary of a household's records."""
    of_root = next((r.heads for r in held if r.id == household), NOTHING)
    root = of_root.values()
    here = [(r.heads.values(), r) for r in held if r.kind == "member" and not r.heads.gone]
    here.sort(key=lambda each: (_text(each[0], "relation") or "99", each[1].id))
    people, present = [values for values, _ in here], [r for _, r in here]
    names = tuple(_text(p, "name") for p in people)
    heads = [_text(p, "name") for p in people if p.get("relation") in HEAD_CODES]
    visits = [(r.id, r.heads.values()) for r in held if r.kind == "visit"]
    return Summary(
        household=household,
        area=area,
        head=_text(root, "head") or next(iter(heads), ""),
        phone=_text(root, "phone"),
        address=_text(root, "address"),
        members=len(people),
        id_tails=tuple(plain_id(_text(p, "national_id"))[-4:] for p in people),
        names=names,
        planned_on=_text(root, "planned_on") or None,
        status=_text(root, "status"),
        assigned_to=_text(root, "assigned_to"),
        conflicts=sum(len(r.heads.conflicts()) for r in held),
        hukou=_text(root, "hukou"),
        gone=root.get(GONE, NO) != NO and not of_root.contested(),
        contested=bool(of_root.contested()),
        left=any(r.left for r in held),
        visits=tuple(
            sorted(
                (VisitLine(i, _text(v, "visited_on"), _text(v, "outcome"), _text(v, "status")) for i, v in visits),
                key=lambda line: (line.visited_on, line.visit),
            )
        ),
        people=tuple(Known(r.id, _live(r.heads, "name"), _live(r.heads, "born")) for r in present),
        links=tuple(r.heads.wire() for r in held if r.kind == "link"),
    )


def as_one(parts: Sequence[Summary]) -> Summary:
    """A household that was registered more than once, in short: what the first says, and where it says nothing the
    next; a person whom two of them know by the same name and day of birth is one person."""
    first = parts[0]
    if len(parts) == 1:
        return first
    visits = sorted((v for p in parts for v in p.visits), key=lambda line: (line.visited_on, line.visit))

    def said(name: str) -> str:
        return next((text for p in parts if (text := getattr(p, name))), "")

    people: dict[tuple[tuple[str, ...], tuple[str, ...]], Known] = {}
    for known in (k for p in parts for k in p.people):
        people.setdefault((known.names, known.born or (known.member,)), known)
    return replace(
        first,
        head=said("head"),
        phone=said("phone"),
        address=said("address"),
        status=said("status"),
        assigned_to=said("assigned_to"),
        hukou=said("hukou"),
        members=len(people),
        id_tails=tuple(dict.fromkeys(tail for p in parts for tail in p.id_tails)),
        names=tuple(dict.fromkeys(name for p in parts for name in p.names)),
        planned_on=min((p.planned_on for p in parts if p.planned_on), default=None),
        conflicts=sum(p.conflicts for p in parts),
        contested=any(p.contested for p in parts),
        visits=tuple(visits),
        people=tuple(people.values()),
        links=tuple(link for p in parts for link in p.links),
    )


def renew(tx: Tx, households: Sequence[str], written: Iterable[Record] = ()) -> None:
    """Makes the summaries of these households anew, after their records were written; those given need not be opened
    again. Of a household that has no records any more an empty summary stays, which tells caches to forget it."""
    account = tables.account
    tx.sql.execute(update(account).where(account.c.person == tx.person).values(tick=account.c.tick + 1))
    tick = tx.sql.scalar(select(account.c.tick).where(account.c.person == tx.person))
    before = select(summary.household, summary.rev).where(
        summary.person == tx.person, summary.household.in_(households)
    )
    revs = {row.household: row.rev for row in tx.sql.execute(before)}
    areas = records.places(tx, households)
    rows = []
    for household, held in records.readable_of(tx, areas, written).items():
        area, rev = areas[household], 1 + revs.get(household, 0)
        gen, sealed = tx.ring.seal("summary", area, household, rev, summarise(household, area, held).wire())
        where = {"person": tx.person, "household": household, "area": area}
        rows.append({**where, "gen": gen, "rev": rev, "tick": tick, "sealed": sealed})
    if rows:
        tx.sql.execute(_SAVE, rows)
    left = revs.keys() - areas.keys()
    if left:
        gone = update(tables.summary).where(summary.person == tx.person, summary.household.in_(sorted(left)))
        tx.sql.execute(gone.values(tick=tick, sealed=b""))


_SAVE = upsert(tables.summary)


def newer(tx: Tx, than: int) -> tuple[int, dict[str, Summary | None]]:
    """The present tick, and the summaries written after the tick `than`, None for a household that is not here any
    more. One that is damaged is made anew from the household's records, as far as those can be opened."""
    tick = tx.sql.scalar(select(tables.account.c.tick).where(tables.account.c.person == tx.person)) or 0
    if tick == than:
        return tick, {}
    rows = tx.sql.execute(select(tables.summary).where(summary.person == tx.person, summary.tick > than)).all()
    return tick, {row.household: _opened(tx, row) if row.sealed else None for row in rows}


def _opened(tx: Tx, row: Row[tuple[Value, ...]]) -> Summary:
    try:
        known = Summary.from_wire(tx.ring.unseal("summary", row.area, row.gen, row.household, row.rev, row.sealed))
    except sealing.Damaged:
        records.log.warning("summary of %s is damaged; made anew from its records", row.household)
        known = None
    if known is not None:
        return known
    held = records.readable_of(tx, [row.household])[row.household]
    return summarise(row.household, row.area, held)


def _live(heads: Heads, slot: str) -> tuple[str, ...]:
    """Every live text of a slot, the one that is shown first."""
    shown = heads.value(slot)
    texts = {value for value in heads.live.get(slot, {}).values() if isinstance(value, str) and value}
    return tuple(sorted(texts, key=lambda text: (text != shown, text)))


def _text(values: Mapping[str, Value], slot: str) -> str:
    value = values.get(slot)
    return value if isinstance(value, str) else ""
