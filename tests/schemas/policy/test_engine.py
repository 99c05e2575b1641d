"""What the calculator promises, whatever the household."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import codec
from schemas.codec import NotCanonical, Value
from schemas.policy.engine import assess
from schemas.policy.facts import facts
from schemas.policy.result import Programme, Result
from schemas.problems import Failed
from tests.schemas.policy.making import NAMES, changed, family, members, money, pack, visits

Answers = dict[str, Any]
era = st.sampled_from(NAMES)
WHEN = {"cn-2021": None, "zj-2003": "2016-05-01"}


def dibao(name: str, people: list[Answers], visit: Answers, hukou: str | None = "rural") -> Programme:
    on = WHEN[name] or visit["visited_on"]
    (programme,) = assess(pack(name), family(people, hukou, **{**visit, "visited_on": on})).programmes
    return programme


@settings(max_examples=60, deadline=None)
@given(era, members, visits, st.sampled_from(["income_wage", "income_business", "income_property"]), money)
def test_more_income_never_raises_the_benefit(
    name: str, people: list[Answers], visit: Answers, kind: str, more: int
) -> None:
    before = dibao(name, people, visit)
    row = {"id": "more", "item": "other", "gross": more, "cost": 0}
    after = dibao(name, people, {**visit, kind: [*visit[kind], row]})
    assert after.amount is not None
    assert before.amount is not None
    assert after.amount <= before.amount


@settings(max_examples=60, deadline=None)
@given(era, members, visits, money)
def test_more_savings_never_raise_the_benefit(name: str, people: list[Answers], visit: Answers, more: int) -> None:
    before = dibao(name, people, visit)
    row = {"id": "more", "kind": "deposit", "value": more, "exempt": "no"}
    after = dibao(name, people, {**visit, "assets": [*visit["assets"], row]})
    assert (after.amount or 0) <= (before.amount or 0)


@settings(max_examples=60, deadline=None)
@given(era, members, visits)
def test_what_is_fully_known_is_decided_and_never_negative(name: str, people: list[Answers], visit: Answers) -> None:
    found = dibao(name, people, visit)
    assert found.verdict in ("eligible", "not")
    assert found.missing == ()
    assert found.amount == found.least == found.most
    assert found.amount is not None
    assert found.amount >= 0
    assert (found.amount > 0) is (found.verdict == "eligible")
    lines = {line.name: line for line in found.lines}
    counted, line = lines["people"].value, lines["line"].value
    assert isinstance(counted, int)
    assert isinstance(line, int)
    assert found.amount <= counted * line


@settings(max_examples=60, deadline=None)
@given(members, visits, st.randoms(use_true_random=False))
def test_the_order_of_members_and_rows_is_irrelevant(people: list[Answers], visit: Answers, random: Any) -> None:
    named = [(f"m{i}", m) for i, m in enumerate(people)]
    shuffled = {k: random.sample(v, len(v)) if isinstance(v, list) else v for k, v in visit.items()}
    here = facts("990101200201", {"hukou": "rural"}, named, visit)
    there = facts("990101200201", {"hukou": "rural"}, random.sample(named, len(named)), shuffled)
    assert here == there
    assert here.digest() == there.digest()


SLOTS = ["income_wage", "income_business", "income_property", "income_transfer", "assets", "expenses", "housing"]
MEMBER_SLOTS = ["relation", "born", "present", "apart", "student", "labour", "serious_illness", "disability"]


@settings(max_examples=60, deadline=None)
@given(
    era,
    members,
    visits,
    st.sampled_from(["rural", "urban"]),
    st.sets(st.sampled_from(SLOTS), max_size=3),
    st.sets(st.tuples(st.integers(0, 3), st.sampled_from(MEMBER_SLOTS)), max_size=3),
    st.booleans(),
    st.booleans(),
)
def test_what_is_unknown_contains_everything_it_may_turn_out_to_be(
    name: str,
    people: list[Answers],
    visit: Answers,
    hukou: str,
    unasked: set[str],
    untold: set[tuple[int, str]],
    hide_group: bool,
    hide_amounts: bool,
) -> None:
    known = dibao(name, people, visit, hukou)
    less = {k: None if k in unasked else v for k, v in visit.items()}
    if hide_amounts:
        less["income_wage"] = [{**r, "gross": None} for r in visit["income_wage"]]
    fewer = [{**m, "health": None} for m in people]
    for i, slot in untold:
        if i < len(fewer):
            fewer[i] = {**fewer[i], slot: None}
    open_result = dibao(name, fewer, less, None if hide_group else hukou)
    assert known.amount is not None
    assert known.verdict in open_result.possible
    assert open_result.least <= known.amount
    assert open_result.most is None or known.amount <= open_result.most
    if open_result.verdict != "undetermined":
        assert (open_result.verdict, open_result.amount) == (known.verdict, known.amount)


def test_an_open_result_says_what_is_missing_and_where_it_tips() -> None:
    found = dibao("cn-2021", [{}], {"visited_on": "2025-06-01", "income_wage": None})
    (wages,) = found.missing
    assert wages.fact == "wages"
    assert wages.effect == {
        "zh": "低于11232元则符合，达到则不符合",
        "en": "eligible below 11,232 yuan, not from there on",
    }
    at = {
        gross: dibao(
            "cn-2021", [{}], {"visited_on": "2025-06-01", "income_wage": [{"id": "r", "item": "wage", "gross": gross}]}
        ).verdict
        for gross in (1_123_199, 1_123_200)
    }
    assert at == {1_123_199: "eligible", 1_123_200: "not"}


def test_with_several_unknown_each_says_what_it_alone_would_do() -> None:
    found = dibao(
        "cn-2021", [{}], {"visited_on": "2025-06-01", "income_wage": None, "assets": None, "housing": {}}, None
    )
    effects = {m.fact: m.effect["zh"] for m in found.missing}
    assert effects["wages"] == "达到12480元则不符合"
    assert effects["assets"] == "达到24960.01元则不符合"
    assert effects["dwellings"] == "0、1：仍待定，每月最多1040元；2、3：不符合"
    assert effects["group"] == "农村：仍待定，每月最多936元；城镇：仍待定，每月最多1040元"


def test_a_benefit_that_more_spending_brings_tips_the_other_way() -> None:
    ill = {"serious_illness": "yes"}
    wage = [{"id": "r", "item": "wage", "gross": 1_200_000}]
    found = dibao("cn-2021", [ill], {"visited_on": "2025-06-01", "income_wage": wage, "expenses": None})
    assert [m.effect["zh"] for m in found.missing] == ["达到1536.01元则符合"]


def test_a_missing_fact_of_a_member_is_named_by_who_it_is() -> None:
    away = {"relation": "12", "present": "no"}
    found = dibao("cn-2021", [{}, away], {"visited_on": "2025-06-01"})
    (why,) = found.missing
    assert why.fact == "members[m1]/apart"
    assert why.label == {"zh": "妻的不共同生活原因", "en": "Wife: why not in the household"}
    assert "服刑" in why.effect["zh"]
    assert [(p.counts, p.because["zh"]) for p in found.people] == [(True, "户主或本人"), (None, "尚缺信息")]


def test_every_line_has_figures_and_a_source_in_both_languages() -> None:
    for name in NAMES:
        found = dibao(name, [{}, {"relation": "10"}], {"visited_on": "2025-06-01"})
        for line in found.lines:
            assert all(line.label.values()), line.name
            assert all("{" not in text for text in line.text.values()), line.name
            assert line.cited("zh"), line.name
            assert line.cited("en"), line.name
        assert all(found.because.values())
        assert {p.counts for p in found.people} == {True}


def test_a_result_is_the_same_after_a_journey() -> None:
    for open_slots in list[Answers]([{}, {"income_wage": None, "assets": None}]):
        result = assess(pack("cn-2021"), family([{}, {"relation": "20"}], **open_slots))
        assert Result.from_wire(codec.decode(codec.encode(result.wire()))) == result


@pytest.mark.parametrize(
    "spoil",
    [
        lambda w: w.update(v=2),
        lambda w: w.pop("pack"),
        lambda w: w["programmes"][0].pop("verdict"),
        lambda w: w["programmes"][0]["lines"][0].update(extra=1),
        lambda w: w.update(programmes=3),
    ],
)
def test_what_is_not_a_result_is_refused(spoil: Any) -> None:
    wire = assess(pack("cn-2021"), family()).wire()
    spoil(wire)
    with pytest.raises(NotCanonical):
        Result.from_wire(wire)


def test_sample_values_are_shown_to_be_samples() -> None:
    found = dibao("cn-2021", [{}], {"visited_on": "2025-06-01"})
    assert found.sample
    assert {line.name for line in found.lines if line.sample} >= {"line", "gap", "benefit", "income_below"}
    assert not next(line for line in found.lines if line.name == "people").sample


def test_a_standard_missing_for_the_day_is_refused_by_name_not_replaced() -> None:
    with pytest.raises(Failed) as failed:
        assess(pack("cn-2021"), family(area="330106001001"))
    assert failed.value.code == "standard_missing"
    assert failed.value.figures == {"on": "2025-06-01", "area": "330106", "what": "低保标准 / dibao standard"}
    assert "低保标准" in failed.value.say("zh")


def test_without_a_day_nothing_is_assessed() -> None:
    with pytest.raises(Failed, match="no_date"):
        assess(pack("cn-2021"), family(visited_on=None))


def test_e09a_assets_up_to_24_months_of_the_standard_are_within_the_limit() -> None:
    def beijing_2012(content: Any) -> None:
        for entry in content["parameters"]["standard"]["values"]:
            entry["value"] = 52000

    def verdict(value: int) -> str:
        deposit: list[Value] = [{"id": "d", "kind": "deposit", "value": value, "exempt": "no"}]
        return assess(changed("cn-2021", beijing_2012), family(assets=deposit)).programmes[0].verdict

    assert [verdict(1_248_000), verdict(1_248_001)] == ["eligible", "not"]


def test_an_amount_that_the_pack_does_not_round_is_the_packs_mistake() -> None:
    def unrounded(content: Any) -> None:
        content["programmes"]["dibao"]["amount"] = "gap / 7"

    with pytest.raises(Failed, match="pack_bad"):
        assess(changed("cn-2021", unrounded), family())
