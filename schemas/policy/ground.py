"""What a programme's expressions stand on: facts, the parameters in force, who counts; and the outcome they give.

An unknown fact becomes a range or an unknown truth here, once, so that everything after it is plain reckoning. The
parameters of an area, group and day are looked up once and remembered with the pack.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from schemas.codec import Value
from schemas.policy import values
from schemas.policy.expressions import Env, unknown_row
from schemas.policy.facts import COLLECTIONS, HOUSEHOLD, Facts, Row
from schemas.policy.model import Pack
from schemas.policy.reading import COUNTS, OURS
from schemas.policy.rules import Entry, Parameter, ProgrammeRules
from schemas.policy.values import SOME, Bound, Quantity, Truth
from schemas.problems import Failed

OWNED = tuple(name for name, rows in COLLECTIONS.items() if "member" in rows)
"""The collections whose rows belong to a member, or to all of them."""
_NUMBERS = {
    name: tuple(field for field, fact in rows.items() if fact.kind == "number") for name, rows in COLLECTIONS.items()
}
_UNKNOWN: Mapping[str, Mapping[str, Value]] = {
    name: {field: SOME if fact.kind == "number" else None for field, fact in rows.items()}
    for name, rows in COLLECTIONS.items()
}


@dataclass(frozen=True)
class Outcome:
    """What the known facts leave open: whether the household is eligible, and the amount if it is."""

    eligible: Truth
    amount: Quantity

    @property
    def possible(self) -> tuple[str, ...]:
        return {True: ("eligible",), False: ("not",), None: ("eligible", "not")}[self.eligible]

    @property
    def least(self) -> int:
        """The least amount in fen that may come out, over all possible verdicts."""
        return max(0, _fen(values.low(self.amount))) if self.eligible else 0

    @property
    def most(self) -> int | None:
        """The most that may come out; None when nothing bounds it."""
        if self.eligible is False:
            return 0
        top = values.high(self.amount)
        return None if top == math.inf else max(0, _fen(top))

    @property
    def verdict(self) -> str:
        """The verdict when verdict and amount are settled, else `undetermined`."""
        return "undetermined" if self.eligible is None or self.least != self.most else self.possible[0]


@dataclass(frozen=True)
class Ground:
    """`env` for the expressions, and of each parameter in force whether a sample value took part and what it cites."""

    env: Env
    samples: frozenset[str]
    citations: Mapping[str, str]


def lay(pack: Pack, facts: Facts) -> Ground:
    """The ground of a pack and facts. Raises Failed: `no_date` when the visit has no day, `standard_missing` when a
    parameter that a programme needs has no value in force."""
    if facts.on is None:
        raise Failed("no_date")
    settings = _settings(pack, facts.area, facts.on, facts.household.get("group"))
    env: Env = dict(settings.values)
    for name, fact in HOUSEHOLD.items():
        value = facts.household.get(name)
        env[name] = SOME if value is None and fact.kind == "number" else value
    members = _people(pack, facts, env)
    for table in OWNED:
        rows = facts.tables.get(table)
        env[table] = None if rows is None else [_row(table, row, members) for row in rows]
        env[unknown_row(table)] = {**_UNKNOWN[table], OURS: None}
    return Ground(env, settings.samples, settings.citations)


def outcome(rules: ProgrammeRules, env: Env) -> Outcome:
    """What a programme's rules give on a ground's env, which is filled with the programme's lines on the way."""
    for line in rules.lines:
        env[line.name] = line.rule.run(env)
    eligible = rules.eligible.run(env)
    return Outcome(eligible, rules.amount.run(env) if eligible is not False else 0)


@dataclass(frozen=True)
class _Settings:
    values: Mapping[str, Value]
    samples: frozenset[str]
    citations: Mapping[str, str]


@lru_cache(maxsize=512)
def _settings(pack: Pack, area: str, on: str, group: str | None) -> _Settings:
    needed = frozenset().union(*(p.parameters for p in pack.programmes))
    found: dict[str, list[Entry]] = {}
    for name in sorted(needed):
        parameter = pack.parameters[name]
        found[name] = [_in_force(parameter, area, g, on) for g in ([group] if group else pack.groups)]
    return _Settings(
        {name: _either(pack.parameters[name], entries) for name, entries in found.items()},
        frozenset(name for name, entries in found.items() if any(e.sample for e in entries)),
        {name: entries[0].citation for name, entries in found.items()},
    )


def _in_force(parameter: Parameter, area: str, group: str, on: str) -> Entry:
    entry = parameter.at(area, group, on)
    if entry is None:
        what = " / ".join(parameter.label[lang] for lang in ("zh", "en"))
        raise Failed("standard_missing", on=on, area=area[:6], what=what)
    return entry


def _either(parameter: Parameter, entries: list[Entry]) -> Value:
    """The value, or what is known of it while the group is not: a range, or None for codes that differ."""
    first, *rest = (e.value for e in entries)
    if all(value == first for value in rest):
        return first
    if parameter.kind in ("money", "number", "rate"):
        for value in rest:
            first = values.hull(first, value)
        return first
    return None


def _people(pack: Pack, facts: Facts, env: Env) -> Mapping[str, Truth] | None:
    """Fills in the members with their marks; gives whether each counts, or None when nobody has listed them."""
    rows = facts.tables.get("members")
    people = None if rows is None else [_known("members", row) for row in rows]
    stranger = dict(_UNKNOWN["members"])
    for person in [*(people or ()), stranger]:
        env["m"] = person
        for mark in pack.marks:
            person[mark.name] = mark.rule.run(env)
    env["members"], env[unknown_row("members")] = people, stranger
    return None if people is None else {person["id"]: person[COUNTS] for person in people}


def _known(table: str, row: Row) -> dict[str, Value]:
    out = dict(row)
    for name in _NUMBERS[table]:
        if out[name] is None:
            out[name] = SOME
    return out


def _row(table: str, row: Row, members: Mapping[str, Truth] | None) -> dict[str, Value]:
    out = _known(table, row)
    owner = row["member"]
    if owner is None:
        out[OURS] = True
    else:
        # A row of somebody who has left the household is not the household's any more.
        out[OURS] = None if members is None else members.get(owner, False)
    return out


def _fen(amount: Bound) -> int:
    if isinstance(amount, float) or amount.denominator != 1:
        raise Failed("pack_bad", place="amount")
    return int(amount)
