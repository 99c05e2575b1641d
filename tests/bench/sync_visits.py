"""What tablets bring home, made beforehand: registrations and repeat visits of households with five members.

A repeat visit is what `app.work.visit` writes for one: the visit with its 16 slots and the assessment, and here in
every second visit one member whose health has changed. That is 2.5 changes and 9 to 12 KB of canonical JSON, 11 on
average, of which the assessment with its reasons in two languages is 8 to 9. A first registration is 8 changes:
household, five members, visit and assessment.

Families, incomes and signatures are those of the demo county's generator, and each assessment is really reckoned. Of
`KINDS` different families copies are made under ids and names of their own; between two copies lie megabytes, so that a
compressor, which looks back 32 KB, never sees that they are copies.
"""

import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files

from schemas import codec, ids
from schemas.clock import Clock
from schemas.codec import Value
from schemas.policy.choose import choose
from schemas.policy.engine import assess
from schemas.policy.facts import facts
from schemas.policy.load import load_pack
from schemas.policy.model import Pack
from sync_server.demo.county import VILLAGES
from sync_server.demo.households import Household, households

KINDS = 200
MEMBERS = 5
FORM = "b9" * 32
"""The hash of a questionnaire; nothing here reads it."""
NOT_WRITTEN = {"hukou", "evidence"}
"""Slots of the generator's visits that a repeat visit does not write: they are shown and left as they are."""

Sets = Mapping[str, Value]


@dataclass(frozen=True)
class Draft:
    """What somebody writes about one record; the first about it, unless it says what it has `seen`."""

    household: str
    record: str
    kind: str
    sets: Sets


@dataclass(frozen=True)
class Family:
    """One household with all that is written about it, in the order it is written."""

    household: str
    registered: tuple[Draft, ...]
    visited: tuple[Draft, ...]
    visited_again: tuple[Draft, ...]


def families(count: int, area: str, seed: int = 1) -> Iterator[Family]:
    """As many families of an area, each under ids of its own."""
    chance = random.Random(f"{seed} {area}")
    for number in range(count):
        yield _copy(_texts()[(number + seed) % KINDS], area, chance, number)


@cache
def _texts() -> list[str]:
    """The different families, as JSON in which every id stands as it was generated."""
    pack = load_pack(files("schemas.library").joinpath("packs", "cn-2021"))
    return [codec.encode(_written(h, pack)).decode() for h in _of_five()]


def _of_five() -> Iterator[Household]:
    wanted = KINDS
    for seed in range(1000):
        for h in households(Clock().today(), seed, per_village=100):
            if len(h.members) == MEMBERS and h.visited is not None:
                yield h
                wanted -= 1
                if not wanted:
                    return


def _written(h: Household, pack: Pack) -> Value:
    """Registration, visit and repeat visit, as [household, record, kind, sets]."""
    assert h.visited is not None
    root = [h.id, h.id, "household", {s: v for s, v in h.slots.items() if s != "status"}]
    members = [[h.id, m, "member", slots] for m, slots in h.members]
    one, again = h.visited.slots, {**h.visited.slots, "visited_on": Clock().today().isoformat()}
    changed, slots = h.members[h.visited.on.day % MEMBERS]
    worse = {"health": "31" if slots["health"] != "31" else "20", "serious_illness": "no"}
    return {
        "household": h.id,
        "registered": [root, *members],
        "visited": _visit(h, one, pack, "first"),
        "visited_again": [[h.id, changed, "member", worse], *_visit(h, again, pack, "again")],
    }


def _visit(h: Household, slots: Mapping[str, Value], pack: Pack, which: str) -> list[Value]:
    visit, assessment = (ids.derived_id(h.id, which, kind) for kind in ("visit", "assessment"))
    known = facts(h.area, h.slots, list(h.members), slots)
    result = assess(choose([pack], h.area, Clock().today() - timedelta(days=1), h.slots["hukou"]), known)
    answers = {**{s: v for s, v in slots.items() if s not in NOT_WRITTEN}, "form": FORM, "status": "done"}
    reckoned = {"visit": visit, "pack": result.pack, "inputs": result.inputs, "result": result.wire()}
    return [[h.id, visit, "visit", answers], [h.id, assessment, "assessment", reckoned]]


def _copy(text: str, area: str, chance: random.Random, number: int) -> Family:
    known: dict[str, str] = {}

    def other(found: re.Match[str]) -> str:
        if found[0] not in known:
            # What an id begins with is its time, which ids made together have in common.
            rest = f"{chance.getrandbits(72):018x}"
            known[found[0]] = f"{found[0][:15]}{rest[:3]}-8{rest[3:6]}-{rest[6:]}"
        return known[found[0]]

    text = _ID.sub(other, text)
    for _, _, _, sets in json.loads(text)["registered"][1:]:
        # Other people: nobody is to be found registered twice.
        text = text.replace(sets["name"], sets["name"][:-1] + chr(chance.randrange(0x4E00, 0x9FA5)))
        if national_id := sets.get("national_id"):
            text = text.replace(national_id, f"{national_id[:6]}{chance.randrange(10**12):012d}")
    data = json.loads(text)
    data["registered"][0][3]["area"] = area
    again = data["visited_again"] if number % 2 else data["visited_again"][1:]
    parts = data["registered"], data["visited"], again
    return Family(data["household"], *(tuple(Draft(*item) for item in part) for part in parts))


_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")

AREAS = tuple(v.code for v in VILLAGES)
