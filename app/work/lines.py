"""The lists a worker picks from: today's visits, and every household of their areas.

A line is what a list shows of one household. Lists are made in memory from the vault's summaries, so that listing and
searching never open a record. Searching looks for every word of the text in the names of all members, the address,
the village, the phone, the tail of a national ID and the short code. A household that was registered more than once is
one line (`app.work.joined`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.vault.summary import Summary, as_one
from schemas import ids

LIMIT = 100
"""The most lines a list shows; more would only be scrolled past, and cost a slow tablet seconds."""


@dataclass(frozen=True)
class Line:
    """One household in a list. `waiting` counts changes not yet safe on the server; `working` means a visit is open.
    `registrations` are the households that are joined in it, itself the first, with the short `codes`. `gone`: it was
    removed; `contested`: removed by one while another wrote to it. Visits are written to `visit_in`."""

    household: str
    head: str
    address: str
    phone: str
    area: str
    area_name: str
    members: int
    status: str
    hukou: str
    planned_on: date | None
    visited_on: date | None
    mine: bool
    working: bool
    returned: bool
    conflicts: int
    waiting: int
    registrations: tuple[str, ...]
    gone: bool
    contested: bool
    visit_in: str

    @property
    def code(self) -> str:
        return ids.short_code(self.household)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(ids.short_code(r) for r in self.registrations)

    def overdue(self, today: date) -> bool:
        return self.planned_on is not None and self.planned_on < today


@dataclass(frozen=True)
class Found:
    """What a search found: at most `LIMIT` lines, and how many there are in all."""

    lines: tuple[Line, ...]
    total: int


@dataclass(frozen=True)
class Today:
    """A worker's day. `drafts` are open visits, `returned` came back from the supervisor, `planned` are due by the end
    of the week, the oldest first; `done` were finished today."""

    on: date
    drafts: tuple[Line, ...]
    returned: tuple[Line, ...]
    planned: tuple[Line, ...]
    done: tuple[Line, ...]


def line(
    parts: Sequence[Summary], names: Mapping[str, str], me: str, working: frozenset[str], waiting: Mapping[str, int]
) -> Line:
    """The line of one household, whose registrations these are; `names` maps area codes to names."""
    summary = as_one(parts)
    last = summary.visits[-1] if summary.visits else None
    registrations = tuple(p.household for p in parts)
    return Line(
        household=summary.household,
        head=summary.head,
        address=summary.address,
        phone=summary.phone,
        area=summary.area,
        area_name=names.get(summary.area, summary.area),
        members=summary.members,
        status=summary.status,
        hukou=summary.hukou,
        planned_on=_day(summary.planned_on),
        visited_on=_day(last.visited_on) if last else None,
        mine=any(p.assigned_to == me for p in parts),
        working=any(r in working for r in registrations),
        returned=any(v.status == "returned" for v in summary.visits),
        conflicts=summary.conflicts,
        waiting=sum(waiting.get(r, 0) for r in registrations),
        registrations=registrations,
        gone=summary.gone,
        contested=summary.contested,
        visit_in=next((r for r in registrations if r in working), registrations[0]),
    )


def search(
    households: Iterable[tuple[Sequence[Summary], Line]], text: str = "", area: str | None = None, limit: int = LIMIT
) -> Found:
    """Households that hold every word of the text, in an area or in all, those planned soonest first."""
    words = text.casefold().split()
    hits = [
        shown
        for parts, shown in households
        if (area is None or shown.area == area) and (not words or _holds(_haystack(parts, shown), words))
    ]
    hits.sort(key=_urgency)
    return Found(tuple(hits[:limit]), len(hits))


def today(lines: Sequence[Line], on: date, horizon: int = 7) -> Today:
    """The day's lists, out of all lines."""
    open_ = [x for x in lines if x.working]
    back = [x for x in lines if x.returned and not x.working]
    taken = {x.household for x in (*open_, *back)}
    due = [
        x
        for x in lines
        if x.household not in taken
        and x.planned_on is not None
        and (x.planned_on - on).days <= horizon
        and (x.visited_on is None or x.visited_on < min(x.planned_on, on))
    ]
    done = [x for x in lines if x.visited_on == on and x.household not in taken]
    return Today(
        on,
        tuple(sorted(open_, key=_urgency)),
        tuple(sorted(back, key=_urgency)),
        tuple(sorted(due, key=_urgency)),
        tuple(sorted(done, key=_urgency)),
    )


def _urgency(x: Line) -> tuple[str, str, str]:
    return (x.planned_on.isoformat() if x.planned_on else "9999", x.area, x.household)


def _holds(haystack: str, words: Iterable[str]) -> bool:
    return all(word in haystack for word in words)


def _haystack(parts: Sequence[Summary], shown: Line) -> str:
    own = (text for p in parts for text in (*p.names, p.head, p.address, p.phone, *p.id_tails))
    return "\n".join((*own, shown.area_name, *shown.codes)).casefold()


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
