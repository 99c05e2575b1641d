"""Stories of one record for the tests of merge: what several authors do who each see only what they have met, and the
plain definitions of what the record then holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from schemas import merge
from schemas.change import Change
from schemas.codec import Value
from schemas.merge import NOTHING, Heads
from tests.schemas.making import change

SLOTS = ("phone", "address", "gone")
EDITED = SLOTS[:2]
Apply = Callable[[Heads, Change], Heads]


@dataclass(frozen=True)
class Step:
    """What one author does: learns everything another knows, edits slots, settles them seeing all of it, or deletes or
    restores the record."""

    author: int
    act: str
    other: int
    slots: tuple[str, ...]
    value: str


steps = st.lists(
    st.builds(
        Step,
        st.integers(0, 2),
        st.sampled_from(["meet", "meet", "edit", "edit", "settle", "delete", "restore"]),
        st.integers(0, 2),
        st.lists(st.sampled_from(EDITED), min_size=1, max_size=2, unique=True).map(tuple),
        st.sampled_from(["1", "2", "3"]),
    ),
    max_size=14,
)


def definition(changes: Sequence[Change], slot: str) -> dict[str, Value]:
    """The live writes of a slot, said as in the design: not replaced by a writer of the slot who saw it."""
    writes = [c for c in changes if slot in c.sets]
    return {c.id: c.sets[slot] for c in writes if not any(c.id in later.seen for later in writes)}


Delete = Callable[[Heads], tuple[dict[str, Value], frozenset[str]]]


def history(script: Sequence[Step], delete: Delete = merge.delete) -> list[Change]:
    """The changes three authors make, each seeing only what they have met."""
    known: list[list[Change]] = [[], [], []]
    counts = [0, 0, 0]
    everything: list[Change] = []
    for step in script:
        mine = known[step.author]
        if step.act == "meet":
            mine += [c for c in known[step.other] if c not in mine]
            continue
        sets: dict[str, Value] = dict.fromkeys(step.slots, step.value)
        seen: set[str] = set()
        if step.act in ("delete", "restore"):
            sets, seen_all = (delete if step.act == "delete" else merge.restore)(fold(mine))
            seen = set(seen_all)
        for slot in step.slots if step.act in ("edit", "settle") else ():
            live = definition(mine, slot)
            if step.act == "settle":
                seen |= set(live)
            elif live:
                shown = live[min(live)]
                seen |= {cid for cid, value in live.items() if value == shown}
        counts[step.author] += 1
        made = change(sets, seen, n=counts[step.author], device=f"tablet-{step.author}")
        mine.append(made)
        everything.append(made)
    return everything


def fold(changes: Sequence[Change], apply: Apply = merge.apply) -> Heads:
    heads = NOTHING
    for c in changes:
        heads = apply(heads, c)
    return heads


def as_live(heads: Heads) -> dict[str, dict[str, Value]]:
    return {slot: dict(writes) for slot, writes in heads.live.items()}


def by_definition(changes: Sequence[Change]) -> dict[str, dict[str, Value]]:
    return {slot: writes for slot in SLOTS if (writes := definition(changes, slot))}


def behind_its_back(changes: Sequence[Change]) -> dict[str, dict[str, Value]]:
    """The live writes that a live delete was made without, said as in the design."""
    deletes = [c for c in changes if definition(changes, "gone").get(c.id) == "yes"]
    unseen = {
        slot: {cid: v for cid, v in definition(changes, slot).items() if any(cid not in d.seen for d in deletes)}
        for slot in EDITED
    }
    return {slot: writes for slot, writes in unseen.items() if writes}
