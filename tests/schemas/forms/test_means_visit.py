"""The built-in questionnaire: five minutes for a simple household, every slot known, every word in two languages."""

import re

import pytest

from schemas import records
from schemas.forms.model import GROUP, REPEAT
from schemas.forms.runtime import Runtime
from schemas.forms.saves import prefill, saved_from
from tests.schemas.forms.making import asked, built_in, opened

FORM = built_in()

WORKING = {
    "name": "王小明",
    "relation": "02",
    "national_id": "990101198706150033",
    "health": "10",
    "serious_illness": "no",
    "has_disability": "no",
    "labour": "full",
}
CHILD = {
    "name": "王·小毛",
    "relation": "20",
    "national_id": "990101201503010019",
    "health": "10",
    "serious_illness": "no",
    "has_disability": "no",
    "student": "compulsory",
}


def fill(run: Runtime, members: list[dict[str, str]]) -> int:
    """The answers of a simple household: one wage, no assets; how many answers it took."""
    answers = {
        "basic/address": "清溪镇一村 1 号",
        "basic/hukou": "rural",
        "basic/respondent/respondent_name": "王小明",
        "basic/kin/is_kin": "no",
        "income/has_business": "no",
        "income/has_property": "no",
        "income/has_transfer": "no",
        "assets/has_assets": "no",
        "expenses/has_expenses": "no",
        "housing/ownership": "own",
        "signatures/sign_respondent": "M 0 0 L 9 9",
        "signatures/sign_investigator_1": "M 0 0 L 9 9",
        "signatures/sign_investigator_2": "M 0 0 L 9 9",
    }
    for member in members:
        instance = run.add("members")
        answers |= {f"members[{instance}]/{name}": value for name, value in member.items()}
    run.set("income/has_wage", "yes")
    wage = run.add("income/wage")
    answers |= {f"income/wage[{wage}]/wage_item": "casual", f"income/wage[{wage}]/wage_gross": "12000"}
    for path, value in answers.items():
        run.set(path, value)
    return len(answers) + 1


def test_a_simple_household_is_finished_with_a_few_answers() -> None:
    run = opened(FORM)
    assert fill(run, [WORKING, CHILD]) <= 32
    assert run.problems("zh") == []
    found = saved_from(run)
    assert found.household == {"address": "清溪镇一村 1 号", "hukou": "rural"}
    assert found.visit["income_wage"] == [{"id": "id2", "item": "casual", "gross": 1_200_000}]
    assert [found.visit[f"income_{c}"] for c in ("business", "property", "transfer")] == [[], [], []]
    assert found.visit["assets"] == found.visit["expenses"] == []


def test_the_identity_number_fills_in_sex_birth_age_and_what_follows_from_age() -> None:
    run = opened(FORM)
    fill(run, [WORKING, CHILD])
    grown, child = (slots for _, slots in saved_from(run).members)
    assert (grown["sex"], grown["born"], grown["student"]) == ("1", "1987-06-15", "no")
    assert (child["sex"], child["born"], child["labour"], child["marital"]) == ("1", "2015-03-01", "none", "10")


def test_what_was_filled_in_for_a_wrong_birth_date_does_not_stay_with_the_right_one() -> None:
    run = opened(FORM)
    member = run.add("members")
    place = f"members[{member}]/"
    run.set(place + "born", "2020-01-01")
    assert (run.value(place + "labour"), run.value(place + "marital")) == ("none", "10")
    run.set(place + "born", "1980-01-01")
    assert (run.value(place + "labour"), run.value(place + "marital"), run.value(place + "student")) == (
        None,
        None,
        "no",
    )
    run.set(place + "labour", "full")
    run.set(place + "born", "1980-01-02")
    assert run.value(place + "labour") == "full"


def test_an_old_or_full_width_number_is_brought_to_form_before_it_is_read() -> None:
    run = opened(FORM)
    member = run.add("members")
    run.set(f"members[{member}]/national_id", "９９０１０１５００１０１００１")
    assert str(run.value(f"members[{member}]/national_id")).startswith("99010119500101001")
    assert run.value(f"members[{member}]/born") == "1950-01-01"
    assert run.value(f"members[{member}]/labour") == "none"


def test_a_wrong_check_digit_warns_and_does_not_block() -> None:
    run = opened(FORM)
    fill(run, [{**WORKING, "national_id": "990101198706150030"}])
    assert [(t.code, t.hard) for t in run.problems("zh")] == [("id_check", False)]
    question = next(q for q in asked(run).values() if q.name == "national_id")
    assert question.warnings == question.problems != ()


def test_what_contradicts_the_number_is_pointed_out_and_kept() -> None:
    run = opened(FORM)
    fill(run, [WORKING])
    run.set("members[id0]/born", "1988-06-15")
    run.set("members[id0]/sex", "2")
    assert [(t.path, t.hard) for t in run.problems("en")] == [("members[id0]/sex", False), ("members[id0]/born", False)]
    assert saved_from(run).members[0][1]["born"] == "1988-06-15"


def test_the_same_number_twice_in_a_household_is_pointed_out_at_both() -> None:
    run = opened(FORM)
    fill(run, [WORKING, {**CHILD, "national_id": WORKING["national_id"], "labour": "full"}])
    twice = [t.path for t in run.problems("zh") if t.path.endswith("national_id")]
    assert twice == ["members[id0]/national_id", "members[id1]/national_id"]


def test_somebody_without_a_card_says_why_and_is_not_blocked() -> None:
    run = opened(FORM)
    card = {"no_id_reason": "新生儿", "sex": "2", "born": "2026-11-01"}
    fill(run, [{**card, **{k: v for k, v in CHILD.items() if k != "national_id"}, "student": "no"}])
    assert run.problems("zh") == []
    assert saved_from(run).members[0][1]["no_id_reason"] == "新生儿"


def test_what_a_family_cannot_say_stays_unknown_and_does_not_keep_the_visit_from_being_finished() -> None:
    run = opened(FORM)
    fill(run, [WORKING])
    for path in ("income/has_transfer", "assets/has_assets", "members[id0]/labour"):
        run.set(path, None)
    left = [(t.path, t.code, t.hard) for t in run.problems("zh")]
    assert left == [
        ("members[id0]/labour", "answer_wanted", False),
        ("income/has_transfer", "answer_wanted", False),
        ("assets/has_assets", "answer_wanted", False),
    ]
    income = next(s for s in run.sections("zh") if s.name == "income")
    assert (income.answered, income.problems, income.warnings) == (income.expected - 1, 0, 1)
    assert "income_transfer" not in saved_from(run).visit


def test_a_household_without_members_is_pointed_out() -> None:
    run = opened(FORM)
    assert [(t.code, t.hard) for t in run.problems("zh") if t.section == "members"] == [("answer_wanted", False)]


@pytest.mark.parametrize("outcome", ["refused", "absent", "moved", "died", "withdrew"])
def test_a_visit_that_could_not_be_made_is_recorded_in_a_minute(outcome: str) -> None:
    run = opened(FORM)
    run.set("basic/outcome", outcome)
    relevant = {s.name for s in run.sections("zh") if s.relevant}
    assert relevant <= {"basic", "signatures", "remarks"}
    hard = [t.path for t in run.problems("zh") if t.hard]
    assert hard in ([], ["signatures/sign_investigator_1"])


def test_a_refusal_to_sign_is_recorded_and_does_not_block() -> None:
    run = opened(FORM)
    fill(run, [WORKING])
    run.set("signatures/sign_respondent", None)
    assert [t.path for t in run.problems("zh")] == ["signatures/sign_respondent"]
    run.set("signatures/refused", "yes")
    run.set("signatures/refused_reason", "不识字，家属不在")
    assert run.problems("zh") == []
    assert saved_from(run).visit["signatures"]["refused"] == "yes"


def test_the_note_adds_up_what_is_known_so_far() -> None:
    run = opened(FORM)
    fill(run, [WORKING, CHILD])
    assert "12000 元/年" in asked(run)["income/income_so_far"].label
    assert "500 yuan per head" in asked(run, "en")["income/income_so_far"].label
    run.set("members[id1]/present", "no")
    assert "1000 yuan per head" in asked(run, "en")["income/income_so_far"].label


def test_an_income_line_names_a_member_by_choosing() -> None:
    run = opened(FORM)
    fill(run, [WORKING, CHILD])
    question = asked(run)["income/wage[id2]/wage_member"]
    assert question.type == "select_one"
    assert [(o.value, o.label) for o in question.choices] == [("id0", "王小明"), ("id1", "王·小毛")]


def test_income_of_a_member_who_was_removed_is_pointed_out_and_never_shown_as_a_number() -> None:
    run = opened(FORM)
    fill(run, [WORKING, CHILD])
    run.set("income/wage[id2]/wage_member", "id1")
    run.remove("members", "id1")
    question = asked(run, "en")["income/wage[id2]/wage_member"]
    assert [(o.value, o.label) for o in question.choices] == [("id0", "王小明"), ("id1", "(removed)")]
    assert [(t.path, t.code, t.hard) for t in run.problems("zh")] == [(question.path, "answer_gone", False)]


def test_a_returned_visit_begins_with_everything_it_held() -> None:
    run = opened(FORM)
    fill(run, [WORKING, CHILD])
    found = saved_from(run)
    again = opened(FORM, prefill(FORM, found.household, found.members, found.visit))
    assert saved_from(again) == found
    assert again.problems("zh") == []


def test_every_slot_of_the_contract_is_asked_for() -> None:
    slots = {".".join(s.split(".")[:2]) for e in FORM.elements.values() for s in e.slots}
    wanted = {
        "household": "address phone hukou reasons",
        "member": (
            "name national_id no_id_reason sex born relation marital health serious_illness disability labour student "
            "present apart"
        ),
        "visit": (
            "visited_on outcome respondent kin members income_wage income_business income_property income_transfer "
            "assets expenses housing evidence signatures remarks"
        ),
    }
    assert slots == {f"{kind}.{name}" for kind, names in wanted.items() for name in names.split()}


def test_choice_lists_are_the_code_tables() -> None:
    """A form may put a table's codes into another order, never change what they are called."""
    for name, items in FORM.lists.items():
        table = records.codes(name)
        assert {c.value: dict(c.label) for c in items} == {code: dict(label) for code, label in table.items()}, name


def test_every_word_is_there_in_chinese_and_english() -> None:
    for element in FORM.elements.values():
        for text in (element.label, element.hint, element.message):
            assert set(text) in (set(), {"zh", "en"}), element.path
        if element.asked or element.type in (GROUP, REPEAT):
            assert element.label, element.path
            assert re.search(r"[一-鿿]", element.label["zh"])
            assert not re.search(r"[一-鿿]", element.label["en"])


def test_the_sections_are_those_of_the_plan() -> None:
    assert [e.name for e in FORM.children] == (
        "basic members income assets expenses housing evidence signatures remarks".split()  # noqa: SIM905
    )
