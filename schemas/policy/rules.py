"""The parts of a policy pack as frozen values: legal basis, parameters, marks, lines, programmes.

They are made by `reading` from a pack's wire form, checked, and put together as a Pack by `model`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.codec import Value
from schemas.policy.expressions import Expression

GROUPS = ("rural", "urban")
Words = Mapping[str, str]


@dataclass(frozen=True)
class Basis:
    """A legal text: its title, its number as it is cited, and when it is in force."""

    key: str
    title: Words
    number: Words
    since: str
    until: str | None


@dataclass(frozen=True)
class Entry:
    """One value of a parameter for a region prefix ("" for everywhere), a group (None for both) and a period (both
    days included; until None for open). Money is fen, a rate a Fraction. `sample` marks a made-up value."""

    region: str
    group: str | None
    since: str
    until: str | None
    value: Value
    citation: str
    sample: bool


@dataclass(frozen=True)
class Parameter:
    """A figure or list that the rules name; its kind is money, number, rate, truth, code or codes."""

    name: str
    kind: str
    unit: str
    label: Words
    entries: tuple[Entry, ...]

    def at(self, area: str, group: str, on: str) -> Entry | None:
        """The entry in force for an area (a village's code or a prefix of one), group and day: of those, the nearest
        region's, and there the group's own before one for both. None when there is none."""
        found = [
            e
            for e in self.entries
            if area.startswith(e.region)
            and e.group in (None, group)
            and e.since <= on
            and (e.until is None or on <= e.until)
        ]
        return max(found, key=lambda e: (len(e.region), e.group is not None), default=None)


@dataclass(frozen=True)
class Text:
    """A sentence with figures. `frames`, by language: the sentence with `%s` where each figure goes, and the figures,
    each as (name, unit, language)."""

    frames: Mapping[str, tuple[str, tuple[tuple[str, str, str], ...]]]
    names: frozenset[str]


@dataclass(frozen=True)
class Mark:
    """A truth about each member, worked out from the member's facts; `because` says it where it settles who counts."""

    name: str
    rule: Expression
    because: Words | None
    citation: str


@dataclass(frozen=True)
class Rule:
    """One line of the reckoning. `show` decides whether it is shown (None: always)."""

    name: str
    label: Words
    rule: Expression
    unit: str
    text: Text
    citation: str
    show: Expression | None
    parameters: frozenset[str]
    """Every parameter that takes part in it, through earlier lines too."""


@dataclass(frozen=True)
class Reason:
    """A sentence for an outcome; `when` None fits every one."""

    when: Expression | None
    text: Text


@dataclass(frozen=True)
class ProgrammeRules:
    """How one programme is decided. `eligible` and `amount` (fen per `unit`) may name every line."""

    name: str
    title: Words
    unit: str
    lines: tuple[Rule, ...]
    eligible: Expression
    amount: Expression
    because: tuple[Reason, ...]
    parameters: frozenset[str]
    reads: frozenset[str]
    """Every fact it can depend on: names of household facts, collections and `collection.field`s."""
    codes: Mapping[str, frozenset[str]]
    """The codes (and @names of code lists) that each of those facts is compared with."""
