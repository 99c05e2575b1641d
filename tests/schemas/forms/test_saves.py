"""Answers become slots and slots become answers."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import codec, records
from schemas.codec import Value
from schemas.forms.runtime import Runtime
from schemas.forms.saves import Saved, prefill, saved, saved_from
from tests.schemas.forms.making import TODAY, built_in, opened
from tests.schemas.forms.test_incremental import work


def again(found: Saved) -> Saved:
    answers = prefill(built_in(), found.household, found.members, found.visit)
    return saved(built_in(), codec.decode(codec.encode(answers)), today=TODAY)


def within(less: Any, more: Any) -> bool:
    """Whether every slot of one record is the same in the other."""
    return all(more.get(name) == value for name, value in less.items())


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_saving_and_prefilling_are_inverse_on_what_was_saved(data: st.DataObject) -> None:
    run = opened(built_in())
    data.draw(work(run))
    first = saved_from(run)
    second = again(first)
    assert within(first.household, second.household)
    assert within(first.visit, second.visit)
    # A member whom a skipped section hid is not there to be saved; those who are keep what was known of them.
    assert [m for m, _ in first.members] == [m for m, _ in second.members]
    assert all(within(a, b) for (_, a), (_, b) in zip(first.members, second.members, strict=True))
    assert again(second) == second


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_everything_saved_is_a_value_of_its_slot(data: st.DataObject) -> None:
    run = opened(built_in())
    data.draw(work(run))
    found = saved_from(run)
    codec.encode([found.household, [list(m) for m in found.members], found.visit])
    catalogue = records.catalogue()
    people = [("member", slots) for _, slots in found.members]
    for kind, slots in [("household", found.household), ("visit", found.visit), *people]:
        for name, value in slots.items():
            assert catalogue[kind][name].fits(value), (kind, name)


def wages(run: Runtime) -> Value:
    return saved_from(run).visit.get("income_wage", "nothing saved")


def test_no_answer_saves_nothing_and_no_saves_an_empty_table() -> None:
    run = opened(built_in())
    assert wages(run) == "nothing saved"
    run.set("income/has_wage", "no")
    assert wages(run) == []
    run.set("income/has_wage", None)
    assert wages(run) == "nothing saved"


def test_yes_without_a_line_is_not_zero_and_is_pointed_out() -> None:
    run = opened(built_in())
    run.set("income/has_wage", "yes")
    assert wages(run) == "nothing saved"
    assert ("income/wage", "answer_rows") in [(t.path, t.code) for t in run.problems("zh")]


def test_yuan_become_fen_and_back_exactly() -> None:
    run = opened(built_in())
    run.set("income/has_wage", "yes")
    row = run.add("income/wage")
    run.set(f"income/wage[{row}]/wage_gross", "0.07")
    run.set(f"income/wage[{row}]/wage_cost", "1234567.8")
    assert wages(run) == [{"id": row, "gross": 7, "cost": 123456780}]
    answers = prefill(built_in(), {}, [], {"income_wage": wages(run)})
    assert answers["income"]["wage"] == [{"_id": row, "wage_gross": "0.07", "wage_cost": "1234567.8"}]


@given(st.integers(-(2**53) // 100, 2**53 // 100))
def test_every_amount_survives_the_way_to_the_screen_and_back(fen: int) -> None:
    table = [{"id": "r", "gross": fen}]
    answers = prefill(built_in(), {}, [], {"outcome": "done", "income_wage": table})
    assert saved(built_in(), answers, today=TODAY).visit["income_wage"] == table


def test_what_cannot_be_read_is_not_saved() -> None:
    run = opened(built_in())
    run.set("housing/ownership", "own")
    run.set("housing/area_m2", "big")
    assert saved_from(run).visit["housing"] == {"ownership": "own", "dwellings": 1}


def test_a_visit_that_found_nobody_saves_no_members_and_no_income_and_leaves_their_slots_alone() -> None:
    members = [("m1", {"name": "王小明", "born": "1950-01-01"})]
    answers = prefill(built_in(), {"address": "清溪镇"}, members, {"income_wage": []})
    run = opened(built_in(), answers)
    run.set("basic/outcome", "absent")
    found = saved_from(run)
    assert found.members == ()
    assert set(found.visit) == {"visited_on", "outcome"}
    assert not [slot for owner, slot in found.blank if owner == "m1" or slot.startswith("income")]


def test_a_cleared_answer_is_told_from_one_that_was_not_asked() -> None:
    run = opened(built_in(), prefill(built_in(), {"phone": "13800000000"}, [("m1", {"name": "王小明"})], {}))
    run.set("basic/phone", None)
    blank = saved_from(run).blank
    assert ("household", "phone") in blank
    assert ("m1", "relation") in blank
    assert ("m1", "name") not in blank
    assert ("m1", "apart") not in blank


def test_a_member_is_saved_under_the_id_of_their_record_and_listed_in_the_visit() -> None:
    members = [("m1", {"name": "王小明", "present": "yes"}), ("m2", {"name": "王小红", "present": "no"})]
    run = opened(built_in(), prefill(built_in(), {}, members, {}))
    new = run.add("members")
    run.set(f"members[{new}]/name", "王大毛")
    found = saved_from(run)
    assert [(m, s["name"]) for m, s in found.members] == [("m1", "王小明"), ("m2", "王小红"), (new, "王大毛")]
    assert found.visit["members"] == [
        {"id": "m1", "present": "yes"},
        {"id": "m2", "present": "no"},
        {"id": new, "present": "yes"},
    ]


@pytest.mark.parametrize(("disability", "answer"), [({}, "no"), ({"kind": "4", "level": "2"}, "yes"), (None, None)])
def test_no_disability_is_known_and_not_unknown(disability: Value, answer: Value) -> None:
    slots = {} if disability is None else {"disability": disability}
    run = opened(built_in(), prefill(built_in(), {}, [("m1", slots)], {}))
    assert run.value("members[m1]/has_disability") == answer
    assert dict(saved_from(run).members)["m1"].get("disability") == disability


def test_what_a_newer_form_wrote_is_not_lost_by_an_older_one() -> None:
    members = [("m1", {"name": "王小明", "disability": {"kind": "4", "level": "2", "card": "99…42"}})]
    visit = {
        "housing": {"ownership": "own", "dwellings": 1, "built": 1998},
        "kin": {"checked_by": "desk"},
        "assets": [{"id": "a1", "kind": "vehicle", "value": 100, "exempt": "no", "member": "m1"}],
        "members": [{"id": "m1", "present": "yes", "seen": "yes"}],
    }
    run = opened(built_in(), codec.decode(codec.encode(prefill(built_in(), {}, members, visit))))
    run.set("housing/area_m2", 80)
    found = saved_from(opened(built_in(), run.answers()))
    assert found.visit["housing"] == {"ownership": "own", "dwellings": 1, "built": 1998, "area_m2": 80}
    assert found.visit["kin"] == {"checked_by": "desk"}
    assert found.visit["assets"] == visit["assets"]
    assert found.visit["members"] == visit["members"]
    assert dict(found.members)["m1"]["disability"] == members[0][1]["disability"]


def test_a_person_who_says_no_takes_back_all_of_it() -> None:
    members = [("m1", {"disability": {"kind": "4", "level": "2", "card": "99…42"}})]
    run = opened(built_in(), prefill(built_in(), {}, members, {}))
    run.set("members[m1]/has_disability", "no")
    assert dict(saved_from(run).members)["m1"]["disability"] == {}
