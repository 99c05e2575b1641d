"""The promises of merge, against the plain definition: a write is live until somebody who saw it replaces it.

A history is made by several authors who each edit what they have in front of them, then meet in any order. The mutants
at the end are the mistakes that would be easy to make; each must break a promise.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from schemas import codec, merge
from schemas.change import Change
from schemas.codec import Value
from schemas.merge import NOTHING, Heads
from tests.schemas.making import change

SLOTS = ("phone", "address")
Apply = Callable[[Heads, Change], Heads]


@dataclass(frozen=True)
class Step:
    """What one author does: learns everything another knows, edits slots, or settles a slot seeing all of it."""

    author: int
    act: str
    other: int
    slots: tuple[str, ...]
    value: str


steps = st.lists(
    st.builds(
        Step,
        st.integers(0, 2),
        st.sampled_from(["meet", "edit", "edit", "settle"]),
        st.integers(0, 2),
        st.lists(st.sampled_from(SLOTS), min_size=1, max_size=2, unique=True).map(tuple),
        st.sampled_from(["1", "2", "3"]),
    ),
    max_size=14,
)


def definition(changes: Sequence[Change], slot: str) -> dict[str, Value]:
    """The live writes of a slot, said as in the design: not replaced by a writer of the slot who saw it."""
    writes = [c for c in changes if slot in c.sets]
    return {c.id: c.sets[slot] for c in writes if not any(c.id in later.seen for later in writes)}


def history(script: Sequence[Step]) -> list[Change]:
    """The changes three authors make, each seeing only what they have met."""
    known: list[list[Change]] = [[], [], []]
    counts = [0, 0, 0]
    everything: list[Change] = []
    for step in script:
        mine = known[step.author]
        if step.act == "meet":
            mine += [c for c in known[step.other] if c not in mine]
            continue
        seen: set[str] = set()
        for slot in step.slots:
            live = definition(mine, slot)
            if step.act == "settle":
                seen |= set(live)
            elif live:
                shown = live[min(live)]
                seen |= {cid for cid, value in live.items() if value == shown}
        counts[step.author] += 1
        made = change(
            dict.fromkeys(step.slots, step.value), seen, n=counts[step.author], device=f"tablet-{step.author}"
        )
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


@given(steps, st.randoms(use_true_random=False))
def test_heads_are_the_definition_in_every_order_of_arrival(script: list[Step], random: Random) -> None:
    changes = history(script)
    expected = by_definition(changes)
    assert merge.live(changes) == expected
    shuffled = list(changes)
    random.shuffle(shuffled)
    assert as_live(fold(shuffled)) == expected


@given(steps)
def test_nothing_is_lost(script: list[Step]) -> None:
    changes = history(script)
    heads = fold(changes)
    for c in changes:
        for slot in c.sets:
            live = c.id in heads.live.get(slot, {})
            replaced = any(slot in later.sets and c.id in later.seen for later in changes)
            assert live != replaced


@given(steps)
def test_a_settled_conflict_is_closed(script: list[Step]) -> None:
    heads = fold(history(script))
    for slot, writes in heads.conflicts().items():
        chosen = next(iter(writes.values()))
        settled = merge.apply(heads, change({slot: chosen}, merge.seeing_all(heads, [slot]), device="desk"))
        assert slot not in settled.conflicts()
        assert settled.value(slot) == chosen


@given(steps)
def test_an_ordinary_edit_never_hides_a_rival_value(script: list[Step]) -> None:
    heads = fold(history(script))
    for slot, writes in heads.conflicts().items():
        shown = heads.value(slot)
        rivals = {codec.encode(v) for v in writes.values() if v != shown}
        edited = merge.apply(heads, change({slot: "9"}, merge.seeing(heads, [slot]), device="desk"))
        assert rivals <= {codec.encode(v) for v in edited.live[slot].values()}
        assert slot in edited.conflicts()


@given(steps)
def test_heads_survive_the_wire(script: list[Step]) -> None:
    heads = fold(history(script))
    assert Heads.from_wire(codec.decode(codec.encode(heads.wire()))) == heads


def test_two_people_who_write_the_same_are_not_in_conflict() -> None:
    heads = fold([change({"phone": "1"}, device="a"), change({"phone": "1"}, device="b")])
    assert heads.conflicts() == {}
    assert heads.value("phone") == "1"


def test_a_value_replaced_before_it_arrives_does_not_come_back() -> None:
    first = change({"phone": "1"})
    second = change({"phone": "2"}, [first.id], n=2, prev=first.id)
    assert fold([second, first]).value("phone") == "2"


def test_a_cleared_value_is_a_value_like_any_other() -> None:
    first = change({"phone": "1"})
    cleared = change({"phone": None}, [first.id], n=2)
    rival = change({"phone": "2"}, [first.id], device="b")
    assert set(fold([first, cleared, rival]).conflicts()) == {"phone"}


# -- mutants: each easy mistake breaks a promise ---------------------------------------------------------------------


def _last_writer_wins(heads: Heads, c: Change) -> Heads:
    return Heads({**heads.live, **{s: {c.id: v} for s, v in c.sets.items()}})


def _forgets_what_came_early(heads: Heads, c: Change) -> Heads:
    return Heads(merge.apply(heads, c).live)


def _replaces_in_every_slot(heads: Heads, c: Change) -> Heads:
    left = {s: {i: v for i, v in w.items() if i not in c.seen} for s, w in heads.live.items()}
    return merge.apply(Heads({s: w for s, w in left.items() if w}, heads.early), c)


@pytest.mark.parametrize("mutant", [_last_writer_wins, _forgets_what_came_early, _replaces_in_every_slot])
def test_an_easy_mistake_in_apply_is_caught(mutant: Apply) -> None:
    def broken(script: list[Step]) -> bool:
        changes = history(script)
        expected = by_definition(changes)
        return any(as_live(fold(order, mutant)) != expected for order in (changes, changes[::-1]))

    assert find(steps, broken, settings=settings(max_examples=5000, database=None))


def test_the_search_for_mutants_finds_nothing_wrong_with_the_real_one() -> None:
    def broken(script: list[Step]) -> bool:
        changes = history(script)
        return any(as_live(fold(order)) != by_definition(changes) for order in (changes, changes[::-1]))

    with pytest.raises(NoSuchExample):
        find(steps, broken, settings=settings(max_examples=500, database=None))
