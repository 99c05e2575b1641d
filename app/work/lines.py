"""The lists a worker picks from: today's visits, and every household of their areas.

A line is what a list shows of one household. Lists are made in memory from the vault's summaries, so that listing and
searching never open a record. Searching looks for every word of the text in the names of all members, the address,
the village, the phone, the tail of a national ID and the short code.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.vault.summary import Summary
from schemas import ids

LIMIT = 100
"""The most lines a list shows; more would only be scrolled past, and cost a slow tablet seconds."""


@dataclass(frozen=True)
class Line:
    """One household in a list. `waiting` counts changes not yet safe on the server; `working` means a visit is open."""

    household: str
    code: str
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
    summary: Summary, names: Mapping[str, str], me: str, working: frozenset[str], waiting: Mapping[str, int]
) -> Line:
    """The line of one household; `names` maps area codes to names."""
    visits = sorted(summary.visits, key=lambda v: (v.visited_on or "", v.visit))
    last = visits[-1] if visits else None
    return Line(
        household=summary.household,
        code=ids.short_code(summary.household),
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
        mine=summary.assigned_to == me,
        working=summary.household in working,
        returned=any(v.status == "returned" for v in visits),
        conflicts=summary.conflicts,
        waiting=waiting.get(summary.household, 0),
    )


def search(
    summaries: Iterable[tuple[Summary, Line]], text: str = "", area: str | None = None, limit: int = LIMIT
) -> Found:
    """Households that hold every word of the text, in an area or in all, those planned soonest first."""
    words = text.casefold().split()
    hits = [
        shown
        for summary, shown in summaries
        if (area is None or shown.area == area) and all(w in _haystack(summary, shown) for w in words)
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


def _haystack(summary: Summary, shown: Line) -> str:
    return "\n".join(
        (*summary.names, summary.head, shown.address, shown.area_name, shown.phone, *summary.id_tails, shown.code)
    ).casefold()


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
