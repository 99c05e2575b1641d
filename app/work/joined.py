"""Households that were registered more than once, seen as one.

Two tablets without signal may both register a family. A `link` whose verdict is *same* joins the registrations
(`schemas.merge`); neither is changed, and *different* written over it parts them again. Lists and pages show the joined
as one household under the least id that is here, and visits are written to that one.
"""

from collections.abc import Iterable, Mapping, Sequence

from app.vault.drafts import Draft
from app.vault.open import Open
from app.vault.summary import Summary
from schemas import merge
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
    return [_link(vault, one, other, SAME)]


def part(vault: Open, one: str, others: Sequence[str]) -> list[Draft]:
    """What says that a household is none of these others, with some of which it may be joined."""
    return [_link(vault, one, other, DIFFERENT) for other in others]


def _link(vault: Open, one: str, other: str, verdict: str) -> Draft:
    held = vault.record(merge.link_id(one, other))
    return _draft(one, other, verdict, held.heads if held else merge.NOTHING)


def _draft(one: str, other: str, verdict: str, heads: Heads) -> Draft:
    sets = merge.join(one, other) if verdict == SAME else merge.part(one, other)
    household = min(one, other)
    # A link in conflict is shown as what it is, two verdicts, and whoever decides has both in front of them.
    return Draft(household, merge.link_id(one, other), "link", "", sets, merge.seeing_all(heads, sets))


def _links(summary: Summary) -> Iterable[Heads]:
    return (Heads.from_wire(link) for link in summary.links)


Joined = Mapping[str, Sequence[Summary]]
"""What `groups` gives."""
