"""The promises of merge, against the plain definition: a write is live until somebody who saw it replaces it, and a
delete is contested when a write is live that it was made without.

The mutants at the end are the mistakes that would be easy to make; each must break a promise.
"""

import json
from pathlib import Path
from random import Random

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from schemas import codec, merge
from schemas.change import Change
from schemas.codec import Value
from schemas.merge import Heads
from tests.schemas.histories import (
    EDITED,
    Apply,
    Delete,
    Step,
    as_live,
    behind_its_back,
    by_definition,
    fold,
    history,
    steps,
)
from tests.schemas.making import change

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "merge.json").read_text("utf-8"))


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
        seen = merge.seeing_all(heads, heads.live if slot == "gone" else [slot])
        settled = merge.apply(heads, change({slot: chosen}, seen, device="desk"))
        assert slot not in settled.conflicts()
        assert settled.value(slot) == chosen


@given(steps)
def test_an_ordinary_edit_never_hides_a_rival_value(script: list[Step]) -> None:
    heads = fold(history(script))
    for slot, writes in heads.conflicts().items():
        shown = heads.value(slot)
        if slot == "gone":
            continue  # nobody edits that like a field: it is deleted or restored
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


# -- a record that is deleted ----------------------------------------------------------------------------------------


@given(steps, st.randoms(use_true_random=False))
def test_a_delete_is_contested_when_a_write_is_live_that_it_was_made_without_and_only_then(
    script: list[Step], random: Random
) -> None:
    changes = history(script)
    for _ in range(3):
        random.shuffle(changes)
        heads = fold(changes)
        assert heads.contested() == behind_its_back(changes)
        assert bool(heads.contested()) <= ("gone" in heads.conflicts())


@given(steps)
def test_whoever_deletes_what_is_in_front_of_them_deletes_it(script: list[Step]) -> None:
    changes = history(script)
    sets, seen = merge.delete(fold(changes))
    heads = fold([*changes, change(sets, seen, device="desk")])
    assert heads.gone
    assert "gone" not in heads.conflicts()


@given(steps)
def test_a_restore_brings_back_every_value_as_it_was(script: list[Step]) -> None:
    changes = history(script)
    before = fold(changes)
    sets, seen = merge.delete(before)
    deleted = fold([*changes, change(sets, seen, device="desk")])
    sets, seen = merge.restore(deleted)
    restored = merge.apply(deleted, change(sets, seen, n=2, device="desk"))
    assert not restored.gone
    assert "gone" not in restored.conflicts()
    assert without(restored, "gone") == without(before, "gone")
    assert not restored.saw


@given(steps, st.sampled_from(EDITED))
def test_a_write_that_did_not_know_of_the_delete_is_shown_to_a_person_whichever_came_first(
    script: list[Step], slot: str
) -> None:
    changes = history(script)
    sets, seen = merge.delete(fold(changes))
    deletes = change(sets, seen, device="desk")
    writes = change({slot: "new"}, merge.seeing(fold(changes), [slot]), device="tablet-9")
    for order in ([*changes, deletes, writes], [*changes, writes, deletes], [writes, deletes, *changes]):
        heads = fold(order)
        assert heads.contested()[slot] == {writes.id: "new"}
        assert "gone" in heads.conflicts()


def without(heads: Heads, slot: str) -> dict[str, dict[str, Value]]:
    return {name: writes for name, writes in as_live(heads).items() if name != slot}


# -- bytes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VECTORS, ids=[v["why"] for v in VECTORS])
def test_the_heads_of_yesterday_are_the_heads_of_today(vector: dict[str, Value]) -> None:
    changes = [Change.from_wire(c) for c in vector["changes"]]
    heads = fold(changes)
    assert codec.encode(heads.wire()) == vector["heads"].encode()
    assert Heads.from_wire(codec.decode(vector["heads"].encode())) == heads
    assert heads.values() == vector["values"]
    assert sorted(heads.conflicts()) == vector["conflicts"]
    assert sorted(heads.contested()) == vector["contested"]


# -- mutants: each easy mistake breaks a promise ---------------------------------------------------------------------


def _last_writer_wins(heads: Heads, c: Change) -> Heads:
    return Heads({**heads.live, **{s: {c.id: v} for s, v in c.sets.items()}})


def _forgets_what_came_early(heads: Heads, c: Change) -> Heads:
    return Heads(merge.apply(heads, c).live)


def _replaces_in_every_slot(heads: Heads, c: Change) -> Heads:
    left = {s: {i: v for i, v in w.items() if i not in c.seen} for s, w in heads.live.items()}
    return merge.apply(Heads({s: w for s, w in left.items() if w}, heads.early), c)


def _forgets_what_a_delete_saw(heads: Heads, c: Change) -> Heads:
    applied = merge.apply(heads, c)
    return Heads(applied.live, applied.early, {d: frozenset() for d in applied.saw})


def _hides_what_a_delete_did_not_see(heads: Heads, c: Change) -> Heads:
    applied = merge.apply(heads, c)
    return Heads(applied.live, applied.early)


@pytest.mark.parametrize("mutant", [_last_writer_wins, _forgets_what_came_early, _replaces_in_every_slot])
def test_an_easy_mistake_in_apply_is_caught(mutant: Apply) -> None:
    def broken(script: list[Step]) -> bool:
        changes = history(script)
        expected = by_definition(changes)
        return any(as_live(fold(order, mutant)) != expected for order in (changes, changes[::-1]))

    assert find(steps, broken, settings=settings(max_examples=5000, database=None))


@pytest.mark.parametrize("mutant", [_forgets_what_a_delete_saw, _hides_what_a_delete_did_not_see])
def test_an_easy_mistake_about_deletes_is_caught(mutant: Apply) -> None:
    def broken(script: list[Step]) -> bool:
        changes = history(script)
        return fold(changes, mutant).contested() != behind_its_back(changes)

    assert find(steps, broken, settings=settings(max_examples=5000, database=None))


def _sees_only_its_own_slot(heads: Heads) -> tuple[dict[str, Value], frozenset[str]]:
    return {merge.GONE: merge.YES}, merge.seeing_all(heads, [merge.GONE])


def test_a_delete_that_sees_only_its_own_slot_is_caught() -> None:
    def broken(script: list[Step], delete: Delete) -> bool:
        """Whether somebody who deletes what is in front of them, with nobody else about, is told it is contested."""
        alone = [Step(0, s.act, 0, s.slots, s.value) for s in script]
        return "gone" in fold(history(alone, delete)).conflicts() and alone[-1].act == "delete"

    assert find(
        steps, lambda s: broken(s, _sees_only_its_own_slot), settings=settings(max_examples=5000, database=None)
    )
    with pytest.raises(NoSuchExample):
        find(steps, lambda s: broken(s, merge.delete), settings=settings(max_examples=500, database=None))


def test_the_search_for_mutants_finds_nothing_wrong_with_the_real_one() -> None:
    def broken(script: list[Step]) -> bool:
        changes = history(script)
        return any(as_live(fold(order)) != by_definition(changes) for order in (changes, changes[::-1]))

    with pytest.raises(NoSuchExample):
        find(steps, broken, settings=settings(max_examples=500, database=None))
