"""The people of one household: who lives together, how old they are, and what about them bears on assistance.

`FAMILIES` is the mix that a village register of households in hardship shows: many old people alone, three generations
under one roof, disability, grave illness, lone parents, grandparents bringing up a child, a student away at college.
Ages are drawn relative to the head's, so that a mother is never younger than her son.
"""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from schemas import ids
from schemas.codec import Value
from sync_server.demo import numbers
from sync_server.demo.names import Naming

Member = tuple[str, dict[str, Value]]
"""A member's record id and slots."""


@dataclass(frozen=True)
class Role:
    """One place in a family. `gap`: years younger (-) or older (+) than the head; for the head, the age itself.
    `relation` by sex: GB/T 4761 codes for a man and a woman, one of them "" where only the other fits."""

    relation: tuple[str, str]
    gap: tuple[int, int]
    chance: float = 1.0
    traits: frozenset[str] = frozenset()
    marital: str = "20"
    own_name: bool = True


@dataclass(frozen=True)
class Family:
    weight: int
    reasons: tuple[str, ...]
    roles: tuple[Role, ...]


def _head(low: int, high: int, *traits: str, marital: str = "20", man: bool = False, woman: bool = False) -> Role:
    relation = ("02" if not woman else "", "02" if not man else "")
    return Role(relation, (low, high), traits=frozenset(traits), marital=marital)


def _wife(*traits: str) -> Role:
    return Role(("", "12"), (-5, 1), traits=frozenset(traits), own_name=False)


def _child(chance: float = 1.0, low: int = -36, high: int = -24, *traits: str) -> Role:
    return Role(("20", "30"), (low, high), chance, frozenset(traits), marital="10")


def _grandchild(chance: float = 1.0) -> Role:
    return Role(("41", "42"), (-62, -50), chance, marital="10")


_SON = Role(("20", ""), (-30, -24))
_SONS_WIFE = Role(("", "38"), (-32, -25), own_name=False)
_MOTHER = Role(("", "52"), (22, 28), marital="30", own_name=False)

FAMILIES = (
    Family(15, ("labour",), (_head(70, 93, marital="30"),)),
    Family(10, ("labour", "illness"), (_head(66, 86, man=True), _wife())),
    Family(
        14,
        ("illness", "education"),
        (_head(60, 71, man=True), _wife(), _SON, _SONS_WIFE, _grandchild(), _grandchild(0.4)),
    ),
    Family(14, ("education",), (_head(34, 48, man=True), _wife(), _child(1, -30, -22), _child(0.5, -34, -28))),
    Family(9, ("education", "labour"), (_head(30, 47, marital="40"), _child(1, -28, -22), _child(0.35, -32, -28))),
    Family(7, ("disability",), (_head(42, 60, "disabled", man=True), _wife(), _child(0.7))),
    Family(6, ("disability",), (_head(44, 58, man=True), _wife("disabled"), _child(0.6), _MOTHER)),
    Family(4, ("disability",), (_head(62, 76, woman=True, marital="30"), _child(1, -34, -24, "disabled", "single"))),
    Family(8, ("illness",), (_head(40, 62, "ill", man=True), _wife(), _child(0.8))),
    Family(5, ("labour", "other"), (_head(62, 74, woman=True, marital="30"), _grandchild(), _grandchild(0.3))),
    Family(5, ("education",), (_head(44, 52, man=True), _wife(), _child(1, -30, -25), _child(0.3, -34, -31))),
    Family(3, ("income",), (_head(46, 64, man=True, marital="10"),)),
)


def people(rng: random.Random, naming: Naming, today: date, new_id: "NewId") -> tuple[Family, list[Member]]:
    """A family and its members, the head first."""
    family = rng.choices(FAMILIES, [f.weight for f in FAMILIES])[0]
    head = rng.randint(*family.roles[0].gap)
    members = []
    for place, role in enumerate(family.roles):
        age = head if place == 0 else head + rng.randint(*role.gap)
        if age >= 0 and rng.random() < role.chance:
            members.append((new_id(), _member(rng, role, age, naming, today, new_id)))
    return family, members


class NewId:
    """Record ids that are the same for the same seed; `unix_ms` is the moment they carry."""

    def __init__(self, rng: random.Random, unix_ms: int) -> None:
        self._rng = rng
        self._unix_ms = unix_ms

    def __call__(self) -> str:
        self._unix_ms += 1
        return ids.record_id(self._unix_ms, self._rng.randbytes(10))


def _member(rng: random.Random, role: Role, age: int, naming: Naming, today: date, new_id: NewId) -> dict[str, Value]:
    sex = rng.choice([s for s, relation in zip("12", role.relation, strict=True) if relation])
    born = _birthday(today, age, rng)
    disabled, ill = "disabled" in role.traits, "ill" in role.traits
    student = _student(rng, age) if not disabled else "no"
    out: dict[str, Value] = {
        "person": new_id(),
        "name": naming.name(rng, sex, born.year, role.own_name),
        "sex": sex,
        "born": born.isoformat(),
        "relation": role.relation[int(sex) - 1],
        "marital": "10" if age < 22 or "single" in role.traits else role.marital,
        "ethnic": naming.ethnic if role.own_name else "01",
        "health": _health(rng, age, ill),
        "serious_illness": "yes" if ill else "no",
        "labour": _labour(rng, age, disabled, ill),
        "student": student,
        "present": "yes",
        "disability": {},  # asked, and there is none
    }
    if age >= 7:
        out["education"] = _education(rng, age)
    if age < 1 and rng.random() < 0.6:
        out["no_id_reason"] = "新生儿，户口登记办理中"
    else:
        out["national_id"] = numbers.national_id(rng, born, sex)
    if disabled:
        kind, level = rng.choice((("4", "1"), ("4", "2"), ("1", "2"), ("2", "2"), ("5", "3"), ("6", "2"), ("4", "3")))
        out["disability"] = {"kind": kind, "level": level}
    return out


def _birthday(today: date, age: int, rng: random.Random) -> date:
    """A day on which someone who is `age` today was born."""
    year = today.year - age - 1
    return date(year, today.month, min(today.day, 28)) + timedelta(days=rng.randrange(1, 365))


def _student(rng: random.Random, age: int) -> str:
    if 3 <= age <= 5:
        return "preschool"
    if 6 <= age <= 15:
        return "compulsory"
    if 16 <= age <= 18:
        return "senior"
    return "tertiary" if 19 <= age <= 22 and rng.random() < 0.6 else "no"


def _health(rng: random.Random, age: int, ill: bool) -> str:
    if ill:
        return rng.choice(("41", "35", "32", "31", "38"))
    if age >= 60:
        return rng.choice(("20", "20", "30", "31", "37", "10"))
    return "10" if rng.random() < 0.9 else "20"


def _labour(rng: random.Random, age: int, disabled: bool, ill: bool) -> str:
    if age < 16 or age >= 70:
        return "none"
    if disabled or ill:
        return rng.choice(("none", "none", "partial"))
    return "partial" if age >= 60 else "full"


def _education(rng: random.Random, age: int) -> str:
    if age >= 60:
        return rng.choice(("90", "80", "80", "70"))
    if age >= 23:
        return rng.choice(("80", "70", "70", "60", "40", "30"))
    return "60" if age >= 19 else "70" if age >= 16 else "80" if age >= 13 else "90"
