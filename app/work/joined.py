"""Households that were registered more than once, seen as one.

Two tablets without signal may both register a family. A `link` whose verdict is *same* joins the registrations
(`schemas.merge`); neither is changed, and *different* written over it parts them again. Lists and pages show the joined
as one household under the least id that is here, and visits are written to that one.
"""

from collections.abc import Iterable, Mapping, Sequence

from app.vault.drafts import Draft
from app.vault.open import Open
from app.vault.records import Record
from app.vault.summary import Summary
from schemas import duplicates, merge
from schemas.duplicates import NATIONAL_ID, Trace
from schemas.merge import DIFFERENT, SAME, Heads


def groups(summaries: Iterable[Summary]) -> dict[str, list[Summary]]:
    """The registrations of each household by the least id among them, in order; most have one. A registration that was
    removed stands for itself."""
    known = list(summaries)
    joined = merge.joined(heads for s in known for heads in _links(s))
    found: dict[tuple[bool, str], list[Summary]] = {}
    for summary in sorted(known, key=lambda s: s.household):
        one = summary.household if summary.gone else joined.get(summary.household, summary.household)
        found.setdefault((summary.gone, one), []).append(summary)
    return {parts[0].household: parts for parts in found.values()}


def decided(summaries: Iterable[Summary]) -> frozenset[frozenset[str]]:
    """The pairs of records, households or members, of which somebody has said whether they are one."""
    return frozenset(
        frozenset((str(heads.value("a")), str(heads.value("b"))))
        for s in summaries
        for heads in _links(s)
        if heads.value("verdict") in (SAME, DIFFERENT) and "verdict" not in heads.conflicts()
    )


def join(vault: Open, one: str, other: str) -> list[Draft]:
    """What says that two households are one."""
    return [_link(vault, min(one, other), (one, other), SAME)]


def part(vault: Open, one: str, others: Sequence[str], people: Iterable[Trace]) -> list[Draft]:
    """What says that a household is none of these others, nor any of its `people` somebody there who has the same name
    and birth; it may be new. Somebody with the same national id in two families is left for a supervisor to look at."""
    mine = list(people)
    theirs = [t for other in others for t in traces(vault.household(other))]
    of = {t.record: t.household for t in theirs} | {t.record: one for t in mine}
    apart = [
        (of[pair.a], (pair.a, pair.b))
        for pair in duplicates.pairs([*mine, *theirs])
        if pair.why != NATIONAL_ID and (of[pair.a] == one) != (of[pair.b] == one)
    ]
    two = [(min(one, other), (one, other)) for other in others]
    return [_link(vault, household, pair, DIFFERENT) for household, pair in (*two, *apart)]


def registrations(vault: Open, households: Iterable[str]) -> list[str]:
    """All registrations of these households, in order."""
    wanted = set(households)
    return sorted(p.household for first, parts in groups(vault.summaries()).items() if first in wanted for p in parts)


def traces(held: Iterable[Record]) -> list[Trace]:
    """What the people of a household can be found by, out of its records."""
    return [t for r in held if r.kind == "member" for t in duplicates.traces(r.id, r.household, r.area, r.heads)]


def _link(vault: Open, household: str, two: tuple[str, str], verdict: str) -> Draft:
    """`household` is the one of the record with the lesser id: a link lies there."""
    held = vault.record(merge.link_id(*two))
    sets = merge.join(*two) if verdict == SAME else merge.part(*two)
    # A link in conflict is shown as what it is, two verdicts, and whoever decides has both in front of them.
    seen = merge.seeing_all(held.heads, sets) if held else frozenset()
    return Draft(household, merge.link_id(*two), "link", "", sets, seen)


def _links(summary: Summary) -> Iterable[Heads]:
    return (Heads.from_wire(link) for link in summary.links)


Joined = Mapping[str, Sequence[Summary]]
"""What `groups` gives."""
