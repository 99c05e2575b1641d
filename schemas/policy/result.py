"""What an assessment says: for each programme a verdict, an amount, every line with its figures and its source, and
what is still missing.

Evolution rule: `VERSION` stands in the wire form; results are kept as evidence for ever, so a reader keeps every old
version. Fields are only added with a new version. No floats; money is int fen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

from schemas.codec import NotCanonical, Value

VERSION = 1
Words = Mapping[str, str]


@dataclass(frozen=True)
class Line:
    """One step of the reckoning. `text` has the figures filled in. `value` is the figure itself, rounded to a whole
    `unit` for reading where it is a fraction, None while it is unknown. `citation` is the source in Chinese,
    `citation_en` the same for English readers; `sample` when a made-up parameter took part in this line."""

    name: str
    label: Words
    text: Words
    value: int | bool | str | None
    unit: str
    citation: str
    citation_en: str = ""
    sample: bool = False

    def cited(self, lang: str) -> str:
        return self.citation_en if lang == "en" and self.citation_en else self.citation


@dataclass(frozen=True)
class Missing:
    """A fact nobody has given that can still change the outcome: `fact` is its path (`wages`, `group`,
    `members[<id>]/age`), `effect` what it could do, with the tipping point where there is one."""

    fact: str
    label: Words
    effect: Words


@dataclass(frozen=True)
class Counted:
    """Whether a member counts, and by which rule; `counts` is None while that is unknown."""

    member: str
    counts: bool | None
    because: Words
    citation: str
    citation_en: str = ""


@dataclass(frozen=True)
class Programme:
    """One programme's outcome. `verdict` is `eligible`, `not` or `undetermined`; `amount` is in fen per `unit`, 0 when
    not eligible and None when undetermined. `least` and `most` bound the amount whatever is missing (the same as
    `amount` when determined; `most` None when nothing bounds it). `possible` lists the verdicts that the missing facts
    leave open. `sample` when a made-up parameter took part."""

    programme: str
    title: Words
    verdict: str
    amount: int | None
    unit: str
    because: Words
    lines: tuple[Line, ...]
    missing: tuple[Missing, ...]
    sample: bool
    least: int
    most: int | None
    possible: tuple[str, ...]
    people: tuple[Counted, ...] = ()


@dataclass(frozen=True)
class Result:
    """The result of one pack on one household's facts. `pack` is the pack's hash, `on` the day whose standards were
    used (ISO), `inputs` the digest of the facts it is valid for."""

    pack: str
    pack_name: str
    on: str
    inputs: str
    programmes: tuple[Programme, ...]

    def programme(self, name: str) -> Programme | None:
        return next((p for p in self.programmes if p.programme == name), None)

    def wire(self) -> dict[str, Value]:
        return {"v": VERSION, **_plain(self)}

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        """The result in a wire value; raises NotCanonical when it is not one."""
        if not isinstance(data, Mapping) or data.get("v") != VERSION:
            raise NotCanonical("result.v: unknown version")
        try:
            programmes = tuple(
                Programme(
                    **{
                        **p,
                        "lines": tuple(Line(**x) for x in p["lines"]),
                        "missing": tuple(Missing(**x) for x in p["missing"]),
                        "people": tuple(Counted(**x) for x in p["people"]),
                        "possible": tuple(p["possible"]),
                    }
                )
                for p in data["programmes"]
            )
            return cls(data["pack"], data["pack_name"], data["on"], data["inputs"], programmes)
        except (KeyError, TypeError) as error:
            raise NotCanonical("result: fields missing or unknown") from error


def _plain(value: Any) -> Value:
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Line | Missing | Counted | Programme | Result):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return value
