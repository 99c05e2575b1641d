"""Fills a fresh server with 样例县: its villages and people, the questionnaire and packs in force, three years of work.

Everything is written as the county would have written it, by the same functions and in the order of time: officers
registered households, visitors visited, the supervisor decided. So feeds, heads, chains and the audit are those of a
county that has been at work, and the clock of each write is the day on which it would have happened.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from importlib.resources import files

from schemas import ids
from schemas.clock import CHINA, Clock
from schemas.policy.choose import choose
from schemas.policy.engine import assess
from schemas.policy.facts import facts
from schemas.policy.model import Pack
from schemas.policy.result import Result
from sync_server import authoring, cases, county, library, people
from sync_server.authoring import Draft
from sync_server.db import Database, Tx
from sync_server.demo.county import ACCOUNTS, COUNTY, COUNTY_NAME, TOWNS, VILLAGES, officer_of
from sync_server.demo.households import Household, Visited, households

FORM = "means-visit"
SUPERVISOR = "supervisor"


@dataclass(frozen=True)
class Seeded:
    """What a fresh server was filled with."""

    households: int
    members: int
    visits: int
    decided: int


@dataclass(frozen=True)
class Act:
    """What somebody did on a day. Acts of one day go in the order in which a file passes through hands."""

    on: date
    order: int
    do: Callable[[Tx], None]


def is_fresh(tx: Tx) -> bool:
    """Whether the server holds no county yet."""
    return not county.counties(tx)


def seed(database: Database) -> Seeded:
    """Fills a fresh server, in one transaction: after a power cut there is either nothing or everything."""
    return database.transaction(_fill)


def _fill(tx: Tx) -> Seeded:
    made = list(households(tx.clock.today()))
    county.found(tx, COUNTY, COUNTY_NAME)
    county.add_villages(tx, COUNTY, [county.Village(v.code, v.name, TOWNS[v.town]) for v in VILLAGES])
    for a in ACCOUNTS:
        people.add(tx, COUNTY, a.user, a.name, a.role, a.scope, a.password or None)
    form, packs = publish(tx)
    acts = [*_registrations(made), *_visits(made, form, packs), *_disagreements(made, packs)]
    acts += [*_double(made), *_decisions(made)]
    for act in sorted(acts, key=lambda act: (act.on, act.order)):
        act.do(replace(tx, clock=_on(tx.clock, act.on)))
    return Seeded(
        households=len(made),
        members=sum(len(h.members) for h in made),
        visits=sum(h.visited is not None for h in made),
        decided=sum(h.visited is not None and h.visited.state == "accepted" for h in made),
    )


def publish(tx: Tx) -> tuple[str, list[Pack]]:
    """Puts the questionnaire and every pack of the library in force: the form's hash, and the packs."""
    shelf = files("schemas.library")
    form = library.publish_form(tx, COUNTY, shelf.joinpath("forms", f"{FORM}.md").read_bytes(), FORM)
    folders = sorted((f for f in shelf.joinpath("packs").iterdir() if f.is_dir()), key=lambda f: f.name)
    packs = [library.publish_pack(tx, COUNTY, folder) for folder in folders]
    return form.hash, [Pack.from_wire(library.document(tx, COUNTY, item.hash)) for item in packs]


def _registrations(made: Sequence[Household]) -> Iterator[Act]:
    """Officers enter what a month has brought in one sitting."""
    sittings: dict[tuple[date, str], list[Draft]] = {}
    for h in made:
        drafts = sittings.setdefault((h.registered, officer_of(h.area)), [])
        drafts.append(Draft(h.id, h.id, "household", "", h.slots))
        drafts += [Draft(h.id, m, "member", "", slots) for m, slots in h.members]
    for (on, officer), drafts in sittings.items():
        yield Act(on, 0, partial(_write, officer, drafts))


def _visits(made: Sequence[Household], form: str, packs: Sequence[Pack]) -> Iterator[Act]:
    """What a visitor brings home in a day."""
    days: dict[tuple[date, str], list[Draft]] = {}
    for h in made:
        if h.visited is not None:
            visited = h.visited
            result = _assessed(h, visited, packs)
            assessment = {"visit": visited.visit, "pack": result.pack, "inputs": result.inputs, "result": result.wire()}
            answers = {**visited.slots, "form": form, "status": "done"}
            days.setdefault((visited.on, h.visitor), []).extend(
                (
                    Draft(h.id, visited.visit, "visit", form, answers),
                    Draft(h.id, assessment_id(visited.visit), "assessment", "", assessment),
                )
            )
    for (on, visitor), drafts in days.items():
        yield Act(on, 1, partial(_write, visitor, drafts))


def _disagreements(made: Sequence[Household], packs: Sequence[Pack]) -> Iterator[Act]:
    """Twice an officer at the counter wrote something else than the visitor, neither having seen the other: once a
    phone number, which changes nothing, and once a second and third dwelling, which changes the decision."""
    waiting = ((h, h.visited) for h in made if h.visited is not None and h.visited.state == "done")
    eligible = [(h, v) for h, v in waiting if _assessed(h, v, packs).programmes[0].verdict == "eligible"]
    (first, one), (second, other) = eligible[:2]
    housing = {"housing": {**other.slots["housing"], "dwellings": 3}}
    for h, on, draft in (
        (first, one.on, Draft(first.id, first.id, "household", "", {"phone": "19900009999"})),
        (second, other.on, Draft(second.id, other.visit, "visit", "", housing)),
    ):
        yield Act(on, 2, partial(_write, officer_of(h.area), [draft]))


def _double(made: Sequence[Household]) -> Iterator[Act]:
    """Once an officer at the counter registered a family that a visitor had registered already, the head's name
    misheard: their national ids tell that they are the same people."""
    found = (h for h in made if h.visited is not None and h.visited.state == "done" and len(h.members) > 1)
    h, visited = next((h, h.visited) for h in found if h.visited is not None and h.visitor != "visitor")
    again = ids.derived_id("double", h.id)
    misheard = f"{str(h.slots['head'])[:-1]}民"
    drafts = [Draft(again, again, "household", "", {**h.slots, "head": misheard, "phone": "19900008888"})]
    for member, slots in h.members:
        name = {"name": misheard} if slots["name"] == h.slots["head"] else {}
        drafts.append(Draft(again, ids.derived_id("double", member), "member", "", {**slots, **name}))
    yield Act(visited.on, 2, partial(_write, officer_of(h.area), drafts))


def _decisions(made: Sequence[Household]) -> Iterator[Act]:
    """The county's committee meets on Fridays; a visit goes back the day after."""
    meetings: dict[date, list[str]] = {}
    for h in made:
        if h.visited is not None and h.visited.state == "accepted":
            meetings.setdefault(_friday(h.visited.on + timedelta(days=21)), []).append(h.visited.visit)
        if h.visited is not None and h.visited.state == "returned":
            yield Act(h.visited.on + timedelta(days=1), 2, partial(_give_back, h.visited.visit))
    for on, agenda in meetings.items():
        yield Act(on, 2, partial(_approve, agenda))


def _write(user: str, drafts: Sequence[Draft], tx: Tx) -> None:
    authoring.write(tx, COUNTY, user, drafts)


def _approve(agenda: Sequence[str], tx: Tx) -> None:
    supervisor = people.get(tx, COUNTY, SUPERVISOR)
    for visit in agenda:
        cases.approve(tx, supervisor, visit, assessment_id(visit), "经审核，按测算结果确认。")


def _give_back(visit: str, tx: Tx) -> None:
    comments = {"income_transfer": "养老金的发放月数与流水不符。"}
    whole = "请核实转移性收入，并补充收入证明。"
    cases.give_back(tx, people.get(tx, COUNTY, SUPERVISOR), visit, whole, comments)


def _assessed(h: Household, visited: Visited, packs: Sequence[Pack]) -> Result:
    known = facts(h.area, h.slots, list(h.members), visited.slots)
    return assess(choose(packs, h.area, visited.on, h.slots["hukou"]), known)


def assessment_id(visit: str) -> str:
    """The record of the assessment made with an earlier visit."""
    return ids.derived_id("assessment", visit)


def _friday(day: date) -> date:
    """The first Friday from a day on: the county's committee meets on Fridays."""
    return day + timedelta(days=(4 - day.weekday()) % 7)


def _on(clock: Clock, day: date) -> Clock:
    """The clock as it stood at four in the afternoon of a day in China, or now when that has not come yet."""
    then = datetime(day.year, day.month, day.day, 16, tzinfo=CHINA).astimezone(UTC)
    now = min(then, clock.now())
    return Clock(now=lambda: now, random=clock.random)
