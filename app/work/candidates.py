"""Who is perhaps on this tablet already, asked before somebody is written down a second time.

The rule is `schemas.duplicates`, the same on the server: one national id, or the name, the day of birth and the
village. At entry less is known, so somebody of the same name in the same village counts as well, unless the days of
birth differ. National ids are found by the vault's blind index in all of the person's areas; names and births are in
the summaries. Both sides of a conflict count. What somebody has said *different* of is not asked again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from app.vault.open import Open
from app.vault.summary import Known, Summary
from app.work.joined import Joined, decided, groups
from schemas import ids
from schemas.duplicates import NAME_BORN, NATIONAL_ID, Trace, keys, plain_name

NAME = "name"
"""Only the name and the village are the same."""
WHYS = (NATIONAL_ID, NAME_BORN, NAME)


@dataclass(frozen=True)
class Candidate:
    """A household that is here and may be the one being entered: its head, place and short code; `name` is the person
    in it who was found, `entered` the record of the one entered. `why`: national_id, name_born or name."""

    household: str
    head: str
    area_name: str
    address: str
    code: str
    name: str
    entered: str
    why: str


Found = tuple[str, Summary, Known, str]
"""The record entered, the registration and the member found, and why."""


def known_here(vault: Open, entered: Sequence[Trace], *, at_entry: bool = False) -> tuple[Candidate, ...]:
    """The households in a person's vault that may be those of the people entered."""
    summaries = vault.summaries()
    names = vault.area_names()
    return candidates(
        entered,
        groups(summaries),
        decided(summaries),
        vault.find_national_id,
        lambda code: names.get(code, code),
        at_entry=at_entry,
    )


def candidates(
    entered: Sequence[Trace],
    joined: Joined,
    settled: frozenset[frozenset[str]],
    by_national_id: Callable[[str], Sequence[str]],
    names: Callable[[str], str],
    *,
    at_entry: bool = False,
) -> tuple[Candidate, ...]:
    """The households that may be those of the people entered, each once for its strongest reason, the strongest first.
    `settled` are pairs of records of which somebody has said whether they are one. `names` gives an area's name;
    `at_entry` looks for people of the same name too."""
    of = {part.household: parts for parts in joined.values() for part in parts}
    own = {part.household for trace in entered for part in of.get(trace.household, ())}
    own |= {trace.household for trace in entered}
    best: dict[str, Found] = {}
    for found in _found(entered, [p for parts in joined.values() for p in parts], by_national_id, at_entry):
        record, there, known, _ = found
        group = of[there.household]
        if there.household in own or any(frozenset((mine, p.household)) in settled for mine in own for p in group):
            continue
        if frozenset((record, known.member)) in settled:
            continue
        before = best.get(group[0].household)
        if before is None or WHYS.index(found[3]) < WHYS.index(before[3]):
            best[group[0].household] = found
    ranked = sorted(best.items(), key=lambda item: (WHYS.index(item[1][3]), item[0]))
    return tuple(_shown(of[one][0], found, names) for one, found in ranked)


def _shown(first: Summary, found: Found, names: Callable[[str], str]) -> Candidate:
    record, _, known, why = found
    return Candidate(
        household=first.household,
        head=first.head,
        area_name=names(first.area),
        address=first.address,
        code=ids.short_code(first.household),
        name=next(iter(known.names), ""),
        entered=record,
        why=why,
    )


def _found(
    entered: Sequence[Trace],
    here: Sequence[Summary],
    by_national_id: Callable[[str], Sequence[str]],
    at_entry: bool,
) -> Iterator[Found]:
    present = [s for s in here if not s.gone]
    people = {known.member: (s, known) for s in present for known in s.people}
    for trace in entered:
        numbered = by_national_id(trace.national_id) if trace.national_id else ()
        for member in numbered:
            if member in people and member != trace.record:
                yield (trace.record, *people[member], NATIONAL_ID)
        in_village = [s for s in present if s.area == trace.area]
        for s in in_village:
            for known in s.people:
                if known.member != trace.record and trace.born in known.born and _meet(trace, s, known):
                    yield trace.record, s, known, NAME_BORN
        if at_entry:
            wanted = plain_name(trace.name)
            for s in in_village:
                for known in s.people:
                    differ = trace.born and known.born and trace.born not in known.born
                    if wanted and not differ and any(plain_name(name) == wanted for name in known.names):
                        yield trace.record, s, known, NAME


def _meet(trace: Trace, there: Summary, known: Known) -> bool:
    wanted = keys(trace)
    return any(wanted & keys(other) for other in _readings(there, known))


def _readings(there: Summary, known: Known) -> Iterable[Trace]:
    """Who a member may be: one trace for every way the rival values can be read."""
    for name, born in product(known.names or ("",), known.born or ("",)):
        yield Trace(known.member, there.household, there.area, name, born, "")
