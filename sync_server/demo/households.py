"""Some three hundred households of 样例县, the same for the same seed and day.

A household is made of its people (`people`), its place, its plan (visits fall due around today, so that the day's
list is never empty) and, for most, the visit made last year with what it found (`means`) and how it ended.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from schemas.codec import Value
from sync_server.demo import means, names, numbers
from sync_server.demo.county import VILLAGES, Village, account, visitor_of
from sync_server.demo.people import Family, Member, NewId, people

SEED = 20030930
"""The notice that Ruhu serves is of September 2003."""
PER_VILLAGE = 25


@dataclass(frozen=True)
class Visited:
    """An earlier visit: its record id, its slots without `status`, and how far it has come since."""

    visit: str
    slots: dict[str, Value]
    state: str  # accepted | done | returned

    @property
    def on(self) -> date:
        return date.fromisoformat(self.slots["visited_on"])


@dataclass(frozen=True)
class Household:
    """One household; `slots` are of its root record, whose id is the household's. The head comes first."""

    id: str
    area: str
    registered: date
    visitor: str
    slots: dict[str, Value]
    members: tuple[Member, ...]
    visited: Visited | None


def households(today: date, seed: int = SEED, per_village: int = PER_VILLAGE) -> Iterator[Household]:
    """The households of every village, in the order of the villages."""
    for village in VILLAGES:
        for place in range(per_village):
            yield _household(random.Random(f"{seed} {village.code} {place}"), village, place, today)


def _household(rng: random.Random, village: Village, place: int, today: date) -> Household:
    registered = (today - timedelta(days=rng.randrange(440, 1100))).replace(day=1)
    new_id = NewId(rng, _unix_ms(registered))
    root = new_id()
    naming = names.family(rng)
    family, members = people(rng, naming, today, new_id)
    visitor = visitor_of(village.code)
    visited = _visited(rng, village, visitor, members, today) if rng.random() < 0.62 else None
    planned = _planned(rng, visited, today)
    slots: dict[str, Value] = {
        "area": village.code,
        "address": _address(rng, village, place),
        "head": members[0][1]["name"],
        "phone": numbers.phone(rng),
        "hukou": village.hukou,
        "status": "applying" if visited is None and planned is not None else "registered",
        "assigned_to": visitor,
        "reasons": _reasons(rng, family),
        "living_alone": "yes" if len(members) == 1 else "no",
    }
    if planned is not None:
        slots["planned_on"] = planned.isoformat()
    return Household(root, village.code, registered, visitor, slots, tuple(members), visited)


def _visited(rng: random.Random, village: Village, visitor: str, members: list[Member], today: date) -> Visited | None:
    state = rng.choices(("accepted", "done", "returned"), (88, 9, 3))[0]
    on = today - timedelta(days=rng.randrange(120, 400) if state == "accepted" else rng.randrange(1, 9))
    new_id = NewId(rng, _unix_ms(on))
    visit = new_id()
    slots = {
        "visited_on": on.isoformat(),
        "investigators": [account(visitor).name, "王建军"],
        "outcome": "done",
        **means.found(rng, village.hukou, members, on, new_id),
    }
    return Visited(visit, slots, state)


def _planned(rng: random.Random, visited: Visited | None, today: date) -> date | None:
    """The day the next visit is due: never for one that has just been made, a year on for an old one, soon else."""
    if visited is not None and visited.state != "accepted":
        return None
    if visited is not None:
        due = visited.on + timedelta(days=365)
        return due if due >= today - timedelta(days=4) else today + timedelta(days=rng.randrange(0, 6))
    day = rng.choices(("late", "today", "week", "later", "none"), (8, 22, 30, 25, 15))[0]
    spread = {"late": (-6, -1), "today": (0, 0), "week": (1, 6), "later": (7, 40)}
    return None if day == "none" else today + timedelta(days=rng.randint(*spread[day]))


def _address(rng: random.Random, village: Village, place: int) -> str:
    if village.hukou == "urban":
        building, entrance, room = rng.randrange(1, 28), rng.randrange(1, 5), rng.randrange(1, 7) * 100 + 1
        return f"{village.name}{building}幢{entrance}单元{room}室"
    return f"{village.name}{place % 8 + 1}组{rng.randrange(1, 68)}号"


def _reasons(rng: random.Random, family: Family) -> list[str]:
    return sorted(rng.sample(family.reasons, rng.randint(1, len(family.reasons))))


def _unix_ms(day: date) -> int:
    return (day - date(1970, 1, 1)).days * 86_400_000
