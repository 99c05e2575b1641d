"""The built-in form and the packs fit: every fact a pack can read is asked for, and an answered form is decided."""

from datetime import date
from importlib.resources import files
from itertools import count

import pytest

from schemas.forms.compile import compile_form
from schemas.forms.model import Form
from schemas.forms.runtime import Runtime
from schemas.forms.saves import saved
from schemas.policy.engine import assess
from schemas.policy.facts import facts
from tests.schemas.policy.making import NAMES, VILLAGE, pack


@pytest.fixture(scope="module")
def form() -> Form:
    text = files("schemas.library").joinpath("forms", "means-visit.md").read_text("utf-8")
    return compile_form(text, name="means-visit")


def test_an_answered_form_is_decided(form: Form) -> None:
    numbers = count()
    run = Runtime(form, today=date(2026, 11, 23), new_id=lambda: f"id-{next(numbers)}")
    run.set("basic/visited_on", "2026-11-23")
    run.set("basic/outcome", "done")
    run.set("basic/hukou", "rural")
    person = run.add("members")
    answers = {
        "name": "甲", "relation": "02", "sex": "1", "born": "1960-01-01", "present": "yes", "health": "20",
        "serious_illness": "no", "has_disability": "no", "labour": "none", "student": "no",
    }  # fmt: skip
    for name, value in answers.items():
        run.set(f"members[{person}]/{name}", value)
    for name in ("wage", "business", "property", "transfer"):
        run.set(f"income/has_{name}", "no")
    run.set("assets/has_assets", "no")
    run.set("expenses/has_expenses", "no")
    run.set("housing/ownership", "own")
    run.set("housing/dwellings", "1")
    out = saved(form, run.answers())
    known = facts(VILLAGE, out.household, out.members, out.visit)
    (dibao,) = assess(pack("cn-2021"), known).programmes
    assert (dibao.verdict, dibao.amount) == ("eligible", 93600)


@pytest.mark.parametrize("name", NAMES)
def test_the_form_asks_for_every_slot_that_a_pack_reads(form: Form, name: str) -> None:
    text = repr(form.wire())
    for slot in pack(name).slots - {"visit.hukou"}:  # a visit's own hukou is a correction; the household's is asked
        assert slot in text, slot
