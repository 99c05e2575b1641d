"""A questionnaire being filled in."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import codec
from schemas.forms.compile import compile_form
from schemas.forms.runtime import Group, Question, Repeat
from tests.schemas.forms.making import asked, asking, opened

GATED = asking(
    "begin group | g | G |",
    "select_one yn | has | Has? |",
    "integer | n | N | ${has} = 'yes'",
    "note | said | You said ${n}. | ${n} > 1",
    "end group | | |",
    choices="| | yn | yes | Yes |\n| | yn | no | No |",
    columns=" relevant |",
)


def test_a_question_appears_when_it_becomes_relevant_and_keeps_its_answer_when_it_goes() -> None:
    run = opened(GATED)
    assert set(asked(run)) == {"g/has"}
    run.set("g/has", "yes")
    run.set("g/n", 3)
    assert set(asked(run)) == {"g/has", "g/n", "g/said"}
    run.set("g/has", "no")
    assert set(asked(run)) == {"g/has"}
    run.set("g/has", "yes")
    assert asked(run)["g/n"].value == 3


def test_labels_hold_answers() -> None:
    run = opened(GATED)
    run.set("g/has", "yes")
    run.set("g/n", 3)
    assert asked(run)["g/said"].label == "You said 3."
    run.set("g/n", 4)
    assert asked(run)["g/said"].label == "You said 4."


TYPES = asking(
    "begin group | g | G | |",
    "text | t | T | |",
    "integer | i | I | |",
    "decimal | d | D | |",
    "decimal | m | M | fen |",
    "date | day | Day | |",
    "select_one c | one | One | |",
    "select_multiple c | some | Some | |",
    "image | photo | Photo | |",
    "image | sign | Sign | | signature",
    "end group | | | |",
    choices="| | c | a | A |\n| | c | b | B |",
    columns=" bind::ruhu:unit | appearance |",
)


@pytest.mark.parametrize(
    ("name", "typed", "kept"),
    [
        ("t", "  hello ", "hello"),
        ("t", "e\u0301", "é"),
        ("t", "a\ud800b", "ab"),
        ("t", "", None),
        ("t", "   ", None),
        ("i", "12", 12),
        ("i", "１２", 12),
        ("i", "1,200", 1200),
        ("i", 12, 12),
        ("i", "12.0", 12),
        ("d", "12.50", "12.5"),
        ("d", "-3", "-3"),
        ("d", "1.2万", "12000"),
        ("m", "1，234.5 元", "1234.5"),
        ("m", "0012.00", "12"),
        ("day", "2026-11-23", "2026-11-23"),
        ("day", "2026/1/5", "2026-01-05"),
        ("day", "20260105", "2026-01-05"),
        ("day", "2026年1月5日", "2026-01-05"),
        ("day", date(2026, 1, 5), "2026-01-05"),
        ("one", "a", "a"),
        ("some", ["b", "a", "b"], ["b", "a"]),
        ("some", [], None),
        ("photo", "0190a1b2-0000-7000-8000-000000000000", "0190a1b2-0000-7000-8000-000000000000"),
        ("sign", "M 1 2 L 3 4", "M 1 2 L 3 4"),
    ],
)
def test_answers_are_kept_in_one_form_however_they_are_written(name: str, typed: object, kept: object) -> None:
    run = opened(TYPES)
    run.set(f"g/{name}", typed)
    assert run.value(f"g/{name}") == kept
    assert asked(run)[f"g/{name}"].problems == ()


@pytest.mark.parametrize(
    ("name", "typed", "code"),
    [
        ("i", "twelve", "answer_integer"),
        ("i", "1.5", "answer_integer"),
        ("i", "9" * 30, "answer_large"),
        ("d", "1.2.3", "answer_decimal"),
        ("d", "1e5", "answer_decimal"),
        ("d", True, "answer_decimal"),
        ("m", "1.234", "answer_fen"),
        ("m", "99999999999999999", "answer_large"),
        ("day", "2026-02-30", "answer_date"),
        ("day", "yesterday", "answer_date"),
    ],
)
def test_what_cannot_be_read_is_kept_as_it_was_typed_and_says_why(name: str, typed: object, code: str) -> None:
    run = opened(TYPES)
    run.set(f"g/{name}", typed)
    question = asked(run)[f"g/{name}"]
    assert question.value == str(typed)
    assert len(question.problems) == 1
    assert [(t.path, t.code, t.hard) for t in run.problems("zh")] == [(f"g/{name}", code, True)]
    again = opened(TYPES, codec.decode(codec.encode(run.answers())))
    assert [t.code for t in again.problems("zh")] == [code]


ROWS = asking(
    "begin group | g | G | | |",
    "begin repeat | row | Row | | |",
    "text | what | What | | yes |",
    "integer | n | N | . < 10 | |",
    "calculate | twice | | | | ${n} * 2",
    "end repeat | | | | |",
    "note | total | Sum ${total_n} | | |",
    "calculate | total_n | | | | sum(${n})",
    "end group | | | | |",
    columns=" constraint | required | calculation |",
)

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40) | st.binary(max_size=4) | st.dates(),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=4), inside, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from([e.name for e in TYPES.elements["g"].children]), ANYTHING)
def test_no_input_raises_and_all_of_it_can_be_stored(name: str, typed: object) -> None:
    run = opened(TYPES)
    run.set(f"g/{name}", typed)
    asked(run)
    run.problems("zh")
    stored = codec.decode(codec.encode(run.answers()))
    assert opened(TYPES, stored).answers() == stored


@given(ANYTHING)
def test_no_draft_however_damaged_keeps_the_questionnaire_from_opening(answers: object) -> None:
    for damaged in (answers, {"g": answers}, {"g": {"row": answers}}):
        run = opened(ROWS, damaged)
        asked(run)
        codec.encode(run.answers())


def test_a_choice_that_is_not_in_the_list_is_kept_shown_and_pointed_out() -> None:
    run = opened(TYPES, {"g": {"one": "z"}})
    question = asked(run)["g/one"]
    assert [o.value for o in question.choices] == ["a", "b", "z"]
    assert [(t.code, t.hard) for t in run.problems("zh")] == [("answer_choice", False)]


def test_answers_are_canonical_and_load_again_as_they_were() -> None:
    run = opened(TYPES)
    for name, typed in (("t", "é"), ("i", "3"), ("d", "1.50"), ("some", ["a"]), ("m", "x")):
        run.set(f"g/{name}", typed)
    stored = codec.decode(codec.encode(run.answers()))
    assert opened(TYPES, stored).answers() == stored == run.answers()


def test_rows_are_added_filled_and_removed() -> None:
    run = opened(ROWS)
    first, second = run.add("g/row"), run.add("g/row")
    run.set(f"g/row[{first}]/n", 3)
    run.set(f"g/row[{second}]/n", 4)
    assert asked(run)["g/total"].label == "Sum 7"
    assert run.value(f"g/row[{second}]/twice") == "8"
    run.remove("g/row", first)
    assert asked(run)["g/total"].label == "Sum 4"
    assert run.answers() == {"g": {"row": [{"_id": second, "n": 4}]}}


def test_a_row_is_called_by_its_first_answer_or_by_its_number() -> None:
    run = opened(ROWS)
    first, _ = run.add("g/row"), run.add("g/row")
    run.set(f"g/row[{first}]/what", "Rice")
    (repeat,) = [i for i in run.items("g", "en") if isinstance(i, Repeat)]
    assert [i.title for i in repeat.instances] == ["Rice", "Row 2"]
    assert [i.problems for i in repeat.instances] == [0, 1]


def test_missing_answers_are_troubles_but_no_red_on_an_empty_page() -> None:
    run = opened(ROWS)
    row = run.add("g/row")
    question = asked(run)[f"g/row[{row}]/what"]
    assert question.required
    assert question.problems == ()
    assert [(t.path, t.section, t.code, t.hard) for t in run.problems("en")] == [
        (f"g/row[{row}]/what", "g", "answer_required", True)
    ]
    (section,) = run.sections("en")
    assert (section.answered, section.expected, section.problems) == (0, 1, 1)


def test_an_answer_outside_its_bounds_says_so_in_the_users_language() -> None:
    run = opened(ROWS)
    row = run.add("g/row")
    run.set(f"g/row[{row}]/what", "x")
    run.set(f"g/row[{row}]/n", 11)
    assert [t.message for t in run.problems("en")] == ["The answer is not as it must be. Check it."]
    assert [t.message for t in run.problems("zh")] == ["答案不符合要求。请核对。"]


def test_places_that_the_form_does_not_have_are_a_programmers_mistake() -> None:
    run = opened(ROWS)
    for path in ("g/nothing", "g/row", "g/row[nobody]/n", "g/row/n"):
        with pytest.raises(KeyError):
            run.set(path, 1)
    with pytest.raises(KeyError):
        run.add("g")
    with pytest.raises(ValueError, match="total_n"):
        run.set("g/total_n", 1)


DEFAULTS = asking(
    "begin group | g | G | | | |",
    "date | on | On | | | today() |",
    "text | place | Place | | | here |",
    "text | number | Number | | | |",
    "text | year | Year | ${number} | if(${number} = '', ${year}, substr(${number}, 0, 4)) | |",
    "end group | | | | | |",
    columns=" trigger | calculation | default |",
)


def test_defaults_hold_in_a_new_visit_and_do_not_come_back_when_cleared() -> None:
    run = opened(DEFAULTS)
    assert run.value("g/on") == "2026-11-23"
    assert run.value("g/place") == "here"
    run.set("g/place", None)
    assert opened(DEFAULTS, run.answers()).value("g/place") is None
    assert opened(DEFAULTS, {"g": {"place": "there"}}).value("g/place") == "there"


def test_an_answer_can_fill_in_another_once_and_the_person_may_overrule_it() -> None:
    run = opened(DEFAULTS)
    run.set("g/number", "2016-xyz")
    assert run.value("g/year") == "2016"
    run.set("g/year", "2017")
    assert run.value("g/year") == "2017"
    assert opened(DEFAULTS, run.answers()).value("g/year") == "2017"
    run.set("g/number", "1999-xyz")
    assert run.value("g/year") == "1999"


def test_nested_groups_and_repeats_are_shown_nested() -> None:
    form = asking(
        "begin group | g | G |",
        "begin group | inner | Inner |",
        "begin repeat | a | A |",
        "begin repeat | b | B |",
        "text | t | T |",
        "end repeat | | |",
        "end repeat | | |",
        "end group | | |",
        "end group | | |",
    )
    run = opened(form)
    outer = run.add("g/inner/a")
    inner = run.add(f"g/inner/a[{outer}]/b")
    run.set(f"g/inner/a[{outer}]/b[{inner}]/t", "x")
    assert run.answers() == {"g": {"inner": {"a": [{"_id": outer, "b": [{"_id": inner, "t": "x"}]}]}}}
    (group,) = run.items("g", "zh")
    assert isinstance(group, Group)
    (a,) = group.items
    assert isinstance(a, Repeat)
    (b,) = a.instances[0].items
    assert isinstance(b, Repeat)
    (t,) = b.instances[0].items
    assert isinstance(t, Question)
    assert (t.path, t.value) == (f"g/inner/a[{outer}]/b[{inner}]/t", "x")


def test_choices_follow_an_earlier_answer() -> None:
    form = compile_form(
        """
| survey |
| | type | name | label | choice_filter |
| | begin group | g | G | |
| | select_one town | town | Town | |
| | select_one village | village | Village | town = ${town} |
| | end group | | | |
| choices |
| | list_name | name | label | town |
| | town | t1 | Town 1 | |
| | town | t2 | Town 2 | |
| | village | v1 | Village 1 | t1 |
| | village | v2 | Village 2 | t2 |
""",
        "villages",
    )
    run = opened(form)
    assert asked(run)["g/village"].choices == ()
    run.set("g/town", "t2")
    assert [o.value for o in asked(run)["g/village"].choices] == ["v2"]
    run.set("g/village", "v2")
    run.set("g/town", "t1")
    assert [(t.path, t.code) for t in run.problems("zh")] == [("g/village", "answer_choice")]
    assert [o.value for o in asked(run)["g/village"].choices] == ["v1", "v2"]


def test_a_question_outside_every_group_is_a_section_of_its_own() -> None:
    form = asking("text | loose | Loose |", "begin group | g | G |", "text | a | A |", "end group | | |")
    run = opened(form)
    assert [s.path for s in run.sections("zh")] == ["loose", "g"]
    (question,) = run.items("loose", "zh")
    assert isinstance(question, Question)
    assert (question.path, question.label) == ("loose", "Loose")


def test_an_answer_costs_only_what_it_touches() -> None:
    run = opened(ROWS)
    rows = [run.add("g/row") for _ in range(30)]
    for row in rows:
        run.set(f"g/row[{row}]/n", 1)
    run.items("g", "zh")
    run.problems("zh")
    before = run.evaluated
    run.set(f"g/row[{rows[7]}]/n", 5)
    run.items("g", "zh")
    run.problems("zh")
    # Its own problems, its own double, the total and the label that shows the total: not thirty rows of them.
    assert run.evaluated - before <= 4
    assert asked(run)["g/total"].label == "Sum 34"
