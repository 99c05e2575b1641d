"""A household in short, sealed apart from its records, so that listing and searching never open a record.

A derived view: it can always be made anew from the household's records, and is whenever one of them is written.

Evolution rule: `VERSION` stands in every sealed summary; one of another version is made anew when it is read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple, Self

from sqlalchemy import Row, select, update

from app.vault import records, sealing, tables
from app.vault.keyring import Tx
from app.vault.records import Record
from app.vault.tables import upsert
from schemas.codec import Value

VERSION = 1

summary = tables.summary.c
HEAD_CODES = ("01", "02")
"""Relations (GB/T 4761) that make a member the head where the household's own slot is empty."""


class VisitLine(NamedTuple):
    """One visit. `visited_on` is an ISO date, or empty."""

    visit: str
    visited_on: str
    outcome: str
    status: str


@dataclass(frozen=True)
class Summary:
    """One household. Texts are empty where nothing is known; `members` counts those not removed, and `names` and
    `id_tails` (last four characters of the national ids) are theirs, the head's first; `conflicts` counts slots with
    rival values in all its records; `planned_on` is an ISO date or None."""

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
    visits: tuple[VisitLine, ...]

    def wire(self) -> dict[str, Value]:
        return {"v": VERSION, **asdict(self), "visits": [list(v) for v in self.visits]}

    @classmethod
    def from_wire(cls, data: Mapping[str, Value]) -> Self | None:
        """The summary, or None for one of another version."""
        if data.get("v") != VERSION:
            return None
        rest = {name: value for name, value in data.items() if name != "v"}
        lists = {name: tuple(data[name]) for name in ("id_tails", "names")}
        return cls(**{**rest, **lists, "visits": tuple(VisitLine(*v) for v in data["visits"])})


def summarise(household: str, area: str, held: Sequence[Record]) -> Summary:
    """The summary of a household's records."""
    root = next((r.heads.values() for r in held if r.id == household), {})
    members = [(r.id, r.heads.values()) for r in held if r.kind == "member"]
    members.sort(key=lambda m: (_text(m[1], "relation") or "99", m[0]))
    people = [values for _, values in members if values.get("gone") != "yes"]
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
        id_tails=tuple(records.plain_id(_text(p, "national_id"))[-4:] for p in people),
        names=names,
        planned_on=_text(root, "planned_on") or None,
        status=_text(root, "status"),
        assigned_to=_text(root, "assigned_to"),
        conflicts=sum(len(r.heads.conflicts()) for r in held),
        hukou=_text(root, "hukou"),
        gone=root.get("gone") == "yes",
        visits=tuple(
            sorted(
                (VisitLine(i, _text(v, "visited_on"), _text(v, "outcome"), _text(v, "status")) for i, v in visits),
                key=lambda line: (line.visited_on, line.visit),
            )
        ),
    )


def renew(tx: Tx, households: Sequence[str]) -> None:
    """Makes the summaries of these households anew, after their records were written."""
    account = tables.account
    tx.sql.execute(update(account).where(account.c.person == tx.person).values(tick=account.c.tick + 1))
    tick = tx.sql.scalar(select(account.c.tick).where(account.c.person == tx.person))
    before = select(summary.household, summary.rev).where(
        summary.person == tx.person, summary.household.in_(households)
    )
    revs = {row.household: row.rev for row in tx.sql.execute(before)}
    areas = records.places(tx, households)
    rows = []
    for household, held in records.readable_of(tx, areas).items():
        area, rev = areas[household], 1 + revs.get(household, 0)
        gen, sealed = tx.ring.seal("summary", area, household, rev, summarise(household, area, held).wire())
        where = {"person": tx.person, "household": household, "area": area}
        rows.append({**where, "gen": gen, "rev": rev, "tick": tick, "sealed": sealed})
    if rows:
        tx.sql.execute(_SAVE, rows)


_SAVE = upsert(tables.summary)


def newer(tx: Tx, than: int) -> tuple[int, dict[str, Summary]]:
    """The present tick, and the summaries written after the tick `than`. One that is damaged is made anew from the
    household's records, as far as those can be opened."""
    tick = tx.sql.scalar(select(tables.account.c.tick).where(tables.account.c.person == tx.person)) or 0
    if tick == than:
        return tick, {}
    rows = tx.sql.execute(select(tables.summary).where(summary.person == tx.person, summary.tick > than)).all()
    return tick, {row.household: _opened(tx, row) for row in rows}


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


def _text(values: Mapping[str, Value], slot: str) -> str:
    value = values.get(slot)
    return value if isinstance(value, str) else ""
