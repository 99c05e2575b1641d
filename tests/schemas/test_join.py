"""Records that are one thing are shown as one and can be parted again; changes issued anew leave the same heads."""

from collections.abc import Callable
from itertools import combinations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from schemas import merge
from schemas.change import Change
from schemas.merge import NOTHING, Heads
from tests.schemas.histories import Step, as_live, behind_its_back, by_definition, fold, history, steps
from tests.schemas.making import change, record


@given(steps, steps)
def test_joined_records_show_what_one_record_with_both_their_changes_would(one: list[Step], two: list[Step]) -> None:
    first, second = history(one), elsewhere(history(two))
    shown = merge.view([fold(first), fold(second)])
    assert as_live(shown) == by_definition([*first, *second])
    assert shown.contested() == behind_its_back([*first, *second])
    assert shown == merge.view([fold(second), fold(first)])


@given(steps, steps)
def test_parting_gives_back_what_was_there_before_the_join(one: list[Step], two: list[Step]) -> None:
    first, second = fold(history(one)), fold(elsewhere(history(two)))
    a, b = record(1), record(2)
    link = merge.apply(NOTHING, change(merge.join(a, b), about=merge.link_id(a, b), kind="link"))
    assert merge.joined([link]) == {a: a, b: a}
    told = merge.part(b, a)
    parted = merge.apply(link, change(told, merge.seeing(link, told), n=2, about=merge.link_id(a, b), kind="link"))
    assert parted.conflicts() == {}
    assert merge.joined([parted]) == {}
    assert (merge.view([first]), merge.view([second])) == (first, second)


verdicts = st.dictionaries(
    st.sampled_from(list(combinations(range(1, 7), 2))), st.sampled_from(["same", "different", "contested"])
)


@given(verdicts, st.randoms(use_true_random=False))
def test_records_are_one_when_a_chain_of_links_leads_from_one_to_the_other(
    said: dict[tuple[int, int], str], random: Random
) -> None:
    pairs = list(said.items())
    random.shuffle(pairs)
    together = [{record(a), record(b)} for (a, b), verdict in pairs if verdict == "same"]
    reached = {r: {r} for pair in together for r in pair}
    for _ in reached:
        for pair in together:
            for r, others in reached.items():
                reached[r] = others | pair if others & pair else others
    assert merge.joined(linked(*pair, verdict) for pair, verdict in pairs) == {r: min(s) for r, s in reached.items()}


def linked(a: int, b: int, verdict: str) -> Heads:
    """A link between two records about which one author, or two who know nothing of each other, said this."""
    one, two = record(a), record(b)
    said = {"same": [merge.join], "different": [merge.part], "contested": [merge.join, merge.part]}[verdict]
    return fold([change(say(two, one), device=f"tablet-{i}", kind="link") for i, say in enumerate(said)])


def test_two_records_have_one_link_whoever_finds_them() -> None:
    assert merge.link_id("a", "b") == merge.link_id("b", "a") != merge.link_id("a", "c")
    assert merge.join("a", "b") == merge.join("b", "a")


def elsewhere(changes: list[Change]) -> list[Change]:
    """The same story of another record, told by other devices: no change is seen across records."""
    return issued_anew(changes, lambda device: f"{device}-elsewhere")


def issued_anew(changes: list[Change], device: Callable[[str], str]) -> list[Change]:
    names: dict[str, str] = {}
    out = []
    for c in changes:
        anew = change(dict(c.sets), [names[s] for s in c.seen], n=c.n, device=device(c.device))
        names[c.id] = anew.id
        out.append(anew)
    return out


@given(steps, st.randoms(use_true_random=False))
def test_changes_issued_anew_leave_the_heads_they_would_have_made_in_the_first_place(
    script: list[Step], random: Random
) -> None:
    changes = history(script)
    anew = issued_anew(changes, lambda device: f"{device}-again")
    names = {old.id: new.id for old, new in zip(changes, anew, strict=True)}
    order = random.sample(range(len(changes)), len(changes))
    assert fold([changes[i] for i in order]).renamed(names) == fold([anew[i] for i in order])
    assert fold(changes).renamed({}) == fold(changes)
