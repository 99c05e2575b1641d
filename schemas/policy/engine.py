"""The one calculator: a policy pack on a household's facts, exact, with every step and its source.

Theory of operation. The facts, the parameters in force for the household's area, group and day, and the marks of its
members make a ground (`ground`): names and values that expressions read. A programme's lines are worked out on it in
order, each becoming a name for the next; then `eligible` and `amount`. An unknown fact is a range or an unknown truth
(`values`), so one run covers every outcome that the missing facts leave open. When only one is left it is the
verdict; otherwise the verdict is undetermined, and `tipping` says which facts could settle it and where it tips.

Nothing is rounded but by a line of the pack. A standard that is missing for the day is refused by name, never
replaced by an older one.
"""

from fractions import Fraction
from math import floor

from schemas.codec import LARGEST
from schemas.policy import words
from schemas.policy.expressions import Env
from schemas.policy.facts import Facts
from schemas.policy.ground import Ground, lay, outcome
from schemas.policy.model import Pack
from schemas.policy.reading import COUNTS
from schemas.policy.result import Counted, Line, Programme, Result
from schemas.policy.rules import ProgrammeRules, Rule, Text
from schemas.policy.tipping import missing


class _Said(dict[tuple[str, str, str], str]):
    """The figures of one env in words, each worked out once: (name, unit, language) → text."""

    def __init__(self, env: Env) -> None:
        super().__init__()
        self.env = env

    def __missing__(self, key: tuple[str, str, str]) -> str:
        name, unit, lang = key
        said = self[key] = words.say(self.env[name], unit, lang)
        return said

    def fill(self, text: Text) -> words.Words:
        return {lang: frame % tuple([self[key] for key in keys]) for lang, (frame, keys) in text.frames.items()}


def assess(pack: Pack, facts: Facts) -> Result:
    """The result of a pack on facts, for each of the pack's programmes. Raises Failed: `no_date` when the visit has no
    day, `standard_missing` when the pack has no value in force for a parameter it needs."""
    ground = lay(pack, facts)
    people = _people(pack, ground.env)
    programmes = tuple(_programme(pack, rules, ground, facts, people) for rules in pack.programmes)
    return Result(pack.hash, pack.name, facts.on or "", facts.digest(), programmes)


def _programme(
    pack: Pack, rules: ProgrammeRules, ground: Ground, facts: Facts, people: tuple[Counted, ...]
) -> Programme:
    env = dict(ground.env)
    found = outcome(rules, env)
    verdict = found.verdict
    env["verdict"], env["amount"] = verdict, found.amount if found.eligible is not False else 0
    said = _Said(env)
    because = next(r.text for r in rules.because if r.when is None or r.when.run(env) is True)
    return Programme(
        programme=rules.name,
        title=rules.title,
        verdict=verdict,
        amount=None if verdict == "undetermined" else found.least,
        unit=rules.unit,
        because=said.fill(because),
        lines=tuple(
            _line(pack, line, ground, said)
            for line in rules.lines
            if line.show is None or line.show.run(env) is not False
        ),
        missing=missing(pack, rules, facts, found) if verdict == "undetermined" else (),
        sample=not ground.samples.isdisjoint(rules.parameters),
        least=found.least,
        most=found.most,
        possible=found.possible,
        people=people,
    )


def _line(pack: Pack, line: Rule, ground: Ground, said: _Said) -> Line:
    # A line that only passes a parameter on cites where that figure is from.
    citation = ground.citations.get(line.rule.text, line.citation)
    return Line(
        name=line.name,
        label=line.label,
        text=said.fill(line.text),
        value=_figure(said.env[line.name], line.unit),
        unit=line.unit,
        citation=pack.cited(citation, "zh"),
        citation_en=pack.cited(citation, "en"),
        sample=not ground.samples.isdisjoint(line.parameters),
    )


_OPEN = {"zh": "尚缺信息", "en": "not known yet"}


def _people(pack: Pack, env: Env) -> tuple[Counted, ...]:
    """Each member with the first mark that holds and says why."""
    out = []
    for person in env["members"] or ():
        settled = pack.marks if person[COUNTS] is not None else ()
        mark = next((m for m in settled if m.because and person[m.name] is True), None)
        out.append(
            Counted(
                person["id"],
                person[COUNTS],
                mark.because if mark and mark.because else _OPEN,
                pack.cited(mark.citation, "zh") if mark else "",
                pack.cited(mark.citation, "en") if mark else "",
            )
        )
    return tuple(out)


def _figure(value: object, unit: str) -> int | bool | str | None:
    """A line's value as it is stored: whole numbers as they are, fractions of a fen rounded half up for reading, other
    fractions as decimals; None while unknown."""
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if abs(value) <= LARGEST else None
    if isinstance(value, Fraction):
        if unit == "fen" or value.denominator == 1:
            return floor(value + Fraction(1, 2))
        whole, rest = divmod(floor(abs(value) * 10000 + Fraction(1, 2)), 10000)
        return f"{'-' if value < 0 else ''}{whole}.{rest:04}".rstrip("0")
    return None
