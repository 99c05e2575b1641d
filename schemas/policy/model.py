"""A policy pack: the dated, cited standards and rules of one legal era, as an immutable value.

A pack is canonical JSON (`wire`), named by the hash of its bytes and signed elsewhere. `Pack.from_wire` checks all of
it before anything is believed: every expression, name, unit, date, citation and text. A mistake is a complaint with
its place; a pack with complaints is refused whole (PackRefused).

Evolution rule: `VERSION` stands in every pack. Packs are kept as long as the assessments made with them, so a reader
keeps every old version; a new field means a new version.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from schemas import codec
from schemas.codec import Value
from schemas.policy.facts import slots_of
from schemas.policy.reading import read
from schemas.policy.rules import Basis, Mark, Parameter, ProgrammeRules, Words
from schemas.policy.words import citation_basis, cite


@dataclass(frozen=True, eq=False)
class Pack:
    """One pack, checked. `regions` are code prefixes it covers ("" covers all); valid from `since` to `until`, both
    included. Two packs are the same when their hashes are."""

    content: Mapping[str, Value]
    name: str
    version: int
    titles: Words
    regions: tuple[str, ...]
    groups: tuple[str, ...]
    since: str
    until: str | None
    legal_basis: tuple[Basis, ...]
    readings: Mapping[str, Words]
    parameters: Mapping[str, Parameter]
    marks: tuple[Mark, ...]
    programmes: tuple[ProgrammeRules, ...]
    facts: frozenset[str]
    """Every fact the pack can read; publishing checks that the form asks for their slots."""

    def wire(self) -> Value:
        """The pack as canonical JSON, fresh on each call."""
        return codec.canonical(self.content)

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        """The pack in a wire value; raises PackRefused with every mistake in it."""
        return cls(**read(data))

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the canonical bytes, in hex."""
        return codec.digest(self.content)

    def title(self, lang: str) -> str:
        return self.titles[lang]

    def covers(self, area: str) -> int | None:
        """How many digits of an area's code the nearest region of this pack shares; None when it is not covered."""
        return max((len(r) for r in self.regions if area.startswith(r)), default=None)

    def cited(self, citation: str, lang: str) -> str:
        """A citation of this pack in full: `民发〔2021〕57号第七条`; empty for an empty one."""
        if (citation, lang) not in self._cited:
            number = self._numbers.get(citation_basis(citation) or "")
            self._cited[citation, lang] = cite(citation, number, lang) if number else ""
        return self._cited[citation, lang]

    @cached_property
    def _numbers(self) -> Mapping[str, Words]:
        return {b.key: b.number for b in self.legal_basis}

    @cached_property
    def _cited(self) -> dict[tuple[str, str], str]:
        return {}

    @property
    def slots(self) -> frozenset[str]:
        """The slots (`kind.slot`) that the pack's facts are read from."""
        return slots_of(self.facts)
