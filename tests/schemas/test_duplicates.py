"""Who may be one person: the rule against its plain definition, and every way an id or a name is really written."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import product
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas import duplicates
from schemas.duplicates import NAME_BORN, NATIONAL_ID, Pair, Trace
from schemas.merge import NOTHING, Heads, apply, delete
from tests.schemas.making import change

LI = Trace("m1", "h1", "990101100201", "李小明", "1990-01-01", "330106199001010018")

traces = st.builds(
    Trace,
    record=st.sampled_from("abcdef"),
    household=st.sampled_from("hk"),
    area=st.sampled_from(["990101100201", "990101100202"]),
    name=st.sampled_from(["", "李明", "李 明", "买买提·艾力", "买买提・艾力", "王芳"]),
    born=st.sampled_from(["", "1990-01-01", "1991-02-02"]),
    national_id=st.sampled_from(["", "330106900101001", "330106199001010018", "33010619900101001８", "1"]),
)


def why(a: Trace, b: Trace) -> str | None:
    """The definition, said of two traces as a person would."""
    same_id = duplicates.plain_id(a.national_id) == duplicates.plain_id(b.national_id)
    if same_id and a.national_id:
        return NATIONAL_ID
    same_name = duplicates.plain_name(a.name) == duplicates.plain_name(b.name)
    if same_name and a.name and a.born == b.born and a.born and a.area == b.area:
        return NAME_BORN
    return None


def definition(found: Sequence[Trace]) -> list[Pair]:
    """Every two records of which some two traces are alike, with the strongest reason there is."""
    reasons: dict[tuple[str, str], set[str]] = {}
    for a, b in product(found, found):
        if a.record < b.record and (reason := why(a, b)):
            reasons.setdefault((a.record, b.record), set()).add(reason)
    return sorted(Pair(a, b, NATIONAL_ID if NATIONAL_ID in rs else NAME_BORN) for (a, b), rs in reasons.items())


@given(st.lists(traces, max_size=12))
def test_the_candidates_are_those_of_the_definition(found: list[Trace]) -> None:
    assert duplicates.pairs(found) == definition(found)


@given(st.lists(traces, max_size=8), st.randoms())
def test_order_and_repeats_do_not_matter(found: list[Trace], random: Random) -> None:
    shuffled = [*found, *found[:3]]
    random.shuffle(shuffled)
    assert duplicates.pairs(shuffled) == duplicates.pairs(found)


@given(traces, traces)
def test_two_are_candidates_exactly_when_they_share_a_key(a: Trace, b: Trace) -> None:
    a, b = replace(a, record="a"), replace(b, record="b")
    assert bool(duplicates.keys(a) & duplicates.keys(b)) == bool(duplicates.pairs([a, b]))


@given(st.text("0189xX０９Ｘ -\u3000", max_size=24))
@example("１１０１０１４９１２３１００２")
def test_an_id_normalised_twice_is_normalised_once(text: str) -> None:
    assert duplicates.plain_id(duplicates.plain_id(text)) == duplicates.plain_id(text)


@given(st.text(max_size=24))
def test_a_name_normalised_twice_is_normalised_once(text: str) -> None:
    assert duplicates.plain_name(duplicates.plain_name(text)) == duplicates.plain_name(text)


@pytest.mark.parametrize(
    "typed",
    [
        "330106199001010018",
        "330106 19900101 0018",
        "３３０１０６１９９００１０１００１８",
        "330106900101001",
        "330106-900101-001",
    ],
)
def test_an_id_is_one_however_it_is_typed(typed: str) -> None:
    assert duplicates.plain_id(typed) == "330106199001010018"


def test_an_old_card_may_end_in_x() -> None:
    assert duplicates.plain_id("11010549123100x") == "11010549123100X"  # fourteen digits and a letter: no old card
    assert duplicates.plain_id("110105491231002") == "11010519491231002X"
    assert duplicates.plain_id("11010519491231002x") == "11010519491231002X"


@pytest.mark.parametrize(
    "typed", ["阿不都·热合曼", "阿不都・热合曼", "阿不都•热合曼", "阿不都･热合曼", "阿不都 . 热合曼", "阿不都‧热合曼"]
)
def test_a_name_is_one_whatever_dot_stands_in_it(typed: str) -> None:
    assert duplicates.plain_name(typed) == "阿不都·热合曼"


def test_the_same_name_and_birth_in_another_village_is_somebody_else() -> None:
    other = replace(LI, record="m2", area="990101100202", national_id="")
    assert duplicates.pairs([LI, other]) == []
    assert duplicates.pairs([LI, replace(other, area=LI.area)]) == [Pair("m1", "m2", NAME_BORN)]


def test_what_is_not_known_makes_nobody_alike() -> None:
    empty = Trace("m1", "h1", "990101100201", "李明", "", "")
    assert duplicates.keys(empty) == frozenset()
    assert duplicates.pairs([empty, replace(empty, record="m2")]) == []


def test_a_number_that_a_crowd_shares_asks_about_each_and_the_next() -> None:
    crowd = [replace(LI, record=f"m{n:02}", name=f"甲{n}", national_id="000000") for n in range(40)]
    few = duplicates.pairs(crowd[: duplicates.CROWD])
    assert len(few) == duplicates.CROWD * (duplicates.CROWD - 1) // 2
    assert [(p.a, p.b) for p in duplicates.pairs(crowd)] == [(f"m{n:02}", f"m{n + 1:02}") for n in range(39)]


def test_both_sides_of_a_conflict_leave_a_trace() -> None:
    one = change({"name": "李明", "national_id": "330106199001010018"}, n=1)
    rival = change({"national_id": "330106199001010026"}, n=2, device="tablet-b")
    heads = apply(apply(NOTHING, one), rival)
    found = duplicates.traces("m1", "h1", "990101100201", heads)
    assert {t.national_id for t in found} == {"330106199001010018", "330106199001010026"}
    assert {t.name for t in found} == {"李明"}


def test_a_deleted_record_leaves_none() -> None:
    heads = apply(NOTHING, change({"name": "李明"}))
    sets, seen = delete(heads)
    assert duplicates.traces("m1", "h1", "990101100201", apply(heads, change(sets, seen, n=2))) == []


def test_values_that_are_no_text_are_passed_over() -> None:
    heads = Heads({"name": {"x": None}, "born": {"y": 19900101}})
    assert duplicates.traces("m1", "h1", "990101100201", heads) == [Trace("m1", "h1", "990101100201", "", "", "")]


def test_a_token_is_the_same_on_every_machine() -> None:
    key = NATIONAL_ID + "\x1f330106199001010018"
    assert duplicates.keys(replace(LI, born="")) == {key}
    assert duplicates.token(key) == 4742834009561598393
    assert 0 <= duplicates.token(key) < 2**63
