"""From a spreadsheet to a form, and what is said about one that cannot be used."""

import importlib
import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest

from schemas import codec
from schemas.forms.compile import compile_form
from schemas.forms.model import Form, FormRefused
from schemas.problems import Failed
from tests.schemas.forms.making import asked, built_in, opened

GOLDEN = Path(__file__).with_name("golden.json")

SMALL = Path(__file__).with_name("small.md").read_text("utf-8")


def test_a_published_form_is_the_same_bytes_for_ever() -> None:
    """Golden: a change of the wire form of a form breaks drafts and signatures in the field. Add, never change."""
    form = compile_form(SMALL)
    assert json.loads(GOLDEN.read_text("utf-8")) == {"hash": form.hash, "wire": form.wire()}


def test_a_form_comes_back_from_the_wire_as_it_was() -> None:
    for form in (compile_form(SMALL), built_in()):
        again = Form.from_wire(codec.decode(codec.encode(form.wire())))
        assert again.wire() == form.wire()
        assert again.hash == form.hash
        assert again.elements == form.elements


def test_a_form_has_its_title_and_texts_in_both_languages() -> None:
    form = compile_form(SMALL)
    assert (form.id, form.version, form.title("zh"), form.title("en")) == ("small", "3", "小表", "Small form")
    run = opened(form)
    assert [s.label for s in run.sections("en")] == ["Members", "Income"]
    run.add("members")
    assert next(iter(asked(run, "en").values())).hint == "照证件", "a text not translated is better than none"


def test_a_workbook_compiles_to_the_same_form_as_the_markdown() -> None:
    book = importlib.import_module("openpyxl").Workbook()
    book.remove(book.worksheets[0])
    for line in SMALL.strip().splitlines():
        cells = [c.strip() or None for c in line.strip().strip("|").split("|")]
        if cells[0]:
            sheet = book.create_sheet(cells[0])
        else:
            sheet.append(cells[1:])
    data = BytesIO()
    book.save(data)
    assert compile_form(data.getvalue()).hash == compile_form(SMALL).hash


def survey(*rows: str, columns: str) -> str:
    return f"| survey |\n| | type | name | label | {columns} |\n" + "\n".join(f"| | {row} |" for row in rows)


@pytest.mark.parametrize(
    ("source", "code", "place", "figures"),
    [
        (survey("geopoint | here | Here |", columns=""), "form_type", "survey!2!type", {"type": "geopoint"}),
        (survey("text | a | A | ", "audio | b | B |", columns=""), "form_type", "survey!3!type", {"type": "audio"}),
        (
            survey("text | a | A | pulldata('x', 'y', 'z', 1) = 1", columns="relevant"),
            "form_function",
            "survey!2!relevant",
            {"name": "pulldata"},
        ),
        (
            survey("text | a | A | ", "calculate | b | | if(1, 2)", columns="calculation"),
            "form_function",
            "survey!3!calculation",
            {"name": "if"},
        ),
        (
            survey("text | a | A | . = (1", columns="constraint"),
            "form_expression",
            "survey!2!constraint",
            {"at": 7},
        ),
        (
            survey("text | a | A | ../b = 1", columns="relevant"),
            "form_path",
            "survey!2!relevant",
            {"name": "b"},
        ),
        (
            survey("text | a | A | ${b} = 1", "text | b | B | ${a} = 1", columns="relevant"),
            "form_cycle",
            "survey!2!relevant",
            {},
        ),
        (
            survey("calculate | a | | ${b} + 1", "calculate | b | | ${a} + 1", columns="calculation"),
            "form_cycle",
            "survey!2!calculation",
            {},
        ),
        (survey("calculate | a | | . + 1", columns="calculation"), "form_cycle", "survey!2!calculation", {}),
        (
            survey("begin repeat | r | R |", "text | a | A | count(//a) = 1", "end repeat | | |", columns="relevant"),
            "form_cycle",
            "survey!3!relevant",
            {},
        ),
        (survey("calculate | a | | string()", columns="calculation"), "form_cycle", "survey!2!calculation", {}),
        (survey("calculate | a | | count(current())", columns="calculation"), "form_cycle", "survey!2!calculation", {}),
        (
            survey("text | a | A | ${b} | ${b} + 1", "text | b | B | ${a} | ${a} + 1", columns="trigger | calculation"),
            "form_cycle",
            "survey!2!calculation",
            {},
        ),
        (
            survey("text | a | A | household.favourite", columns="bind::ruhu:slot"),
            "form_slot",
            "survey!2!bind::ruhu:slot",
            {"slot": "household.favourite"},
        ),
        (
            survey("text | a | A | visit.housing", columns="bind::ruhu:slot"),
            "form_slot",
            "survey!2!bind::ruhu:slot",
            {"slot": "visit.housing"},
        ),
        (
            survey("text | a | A | household.phone.x", columns="bind::ruhu:slot"),
            "form_slot",
            "survey!2!bind::ruhu:slot",
            {"slot": "household.phone.x"},
        ),
        (
            survey("text | a | A | member.name", columns="bind::ruhu:slot"),
            "form_slot",
            "survey!2!bind::ruhu:slot",
            {"slot": "member.name"},
        ),
        (
            survey(
                "begin repeat | r | R | household.phone",
                "text | a | A |",
                "end repeat | | |",
                columns="bind::ruhu:slot",
            ),
            "form_slot",
            "survey!2!bind::ruhu:slot",
            {"slot": "household.phone"},
        ),
        (
            survey("integer | a | A | household.phone", columns="bind::ruhu:slot"),
            "form_slot",
            "survey!2!bind::ruhu:slot",
            {"slot": "household.phone"},
        ),
        (
            survey("select_one h | a | A | household.hukou", columns="bind::ruhu:slot")
            + "\n| choices |\n| | list_name | name | label |\n| | h | rural | R |\n| | h | island | I |\n",
            "form_value",
            "choices!3!name",
            {"value": "island"},
        ),
        (
            survey("text | a | A | fen", columns="bind::ruhu:unit"),
            "form_value",
            "survey!2!bind::ruhu:unit",
            {"value": "fen"},
        ),
        (
            survey("decimal | a | A | visit.assets.value", columns="bind::ruhu:slot"),
            "form_slot",
            "survey!2!bind::ruhu:slot",
            {"slot": "visit.assets.value"},
        ),
        (
            survey("text | a | A | regex(., '[')", columns="constraint"),
            "form_value",
            "survey!2!constraint",
            {"value": "["},
        ),
        (
            survey("text | a | A | maybe", columns="bind::ruhu:soft"),
            "form_value",
            "survey!2!bind::ruhu:soft",
            {"value": "maybe"},
        ),
        (
            survey("decimal | a | A | pence", columns="bind::ruhu:unit"),
            "form_value",
            "survey!2!bind::ruhu:unit",
            {"value": "pence"},
        ),
        (
            survey("text | a | A | passport", columns="bind::ruhu:format"),
            "form_value",
            "survey!2!bind::ruhu:format",
            {"value": "passport"},
        ),
        (
            survey("text | a | A | x", columns="bind::ruhu:wish"),
            "form_value",
            "survey!2!ruhu:wish",
            {"value": "ruhu:wish"},
        ),
        (
            survey("begin repeat | r | R | 3", "text | a | A |", "end repeat | | |", columns="repeat_count"),
            "form_value",
            "survey!2!repeat_count",
            {},
        ),
    ],
)
def test_what_the_runtime_cannot_do_is_refused_with_its_place(
    source: str, code: str, place: str, figures: dict[str, object]
) -> None:
    with pytest.raises(FormRefused) as refused:
        compile_form(source, "bad")
    assert refused.value.code == code
    assert refused.value.figures["place"] == place
    assert {k: refused.value.figures[k] for k in figures} == figures
    for lang in ("zh", "en"):
        assert place in refused.value.say(lang)
        assert "…" not in refused.value.say(lang)


@pytest.mark.parametrize(
    ("source", "sheet", "row", "column"),
    [
        (survey("text | a | A |", "begin group | g | G |", columns=""), "survey", 3, None),
        (survey("text | a | A |", "text | a | A |", columns=""), "survey", 3, "name"),
        (survey("text | a b | A |", columns=""), "survey", 2, "name"),
        (survey("text | a | A | ${nobody} = 1", columns="relevant"), "survey", 2, "relevant"),
        (survey("select_one nowhere | a | A |", columns=""), "survey", None, None),
        (survey("wibble | a | A |", columns=""), "survey", None, None),
        ("", "survey", None, None),
        ("no table at all", "survey", None, None),
        ("PK\x03\x04 not a workbook", "survey", None, None),
    ],
)
def test_what_pyxform_refuses_is_passed_on_with_its_place(
    source: str, sheet: str, row: int | None, column: str | None
) -> None:
    with pytest.raises(FormRefused) as refused:
        compile_form(source, "bad")
    assert (refused.value.sheet, refused.value.row, refused.value.column) == (sheet, row, column)
    assert refused.value.code == "form_refused"


def test_an_answer_may_refer_to_itself_in_its_constraint_and_in_what_it_triggers() -> None:
    form = compile_form(
        survey(
            "integer | a | A | . < 10 | | ",
            "integer | b | B | | ${a} | if(${a} > 5, 0, ${b})",
            "integer | c | C | | | | . = '' or /data/c > 3",
            columns="constraint | trigger | calculation | relevant",
        ),
        "good",
    )
    assert set(form.elements) == {"a", "b", "c"}
    run = opened(form)
    run.set("c", 2)
    assert not [s for s in run.sections("zh") if s.name == "c" and s.relevant]


@pytest.mark.parametrize(
    "wire",
    [
        None,
        [],
        {},
        {"id": "x", "version": "1", "titles": {}, "children": [{"type": "text"}], "lists": {}},
        {"id": "x", "version": "1", "titles": {}, "children": [{"type": "hologram", "name": "h"}], "lists": {}},
    ],
)
def test_a_value_that_is_no_form_is_refused_and_not_half_read(wire: codec.Value) -> None:
    with pytest.raises(Failed) as refused:
        Form.from_wire(wire)
    assert refused.value.code.startswith("form_")


@pytest.mark.parametrize(
    ("relevant", "code", "figures"),
    [
        ("fly()", "form_function", {"place": "h", "name": "fly"}),
        ("1 +", "form_expression", {"place": "h", "at": 4}),
        ("../i = 1", "form_cycle", {"place": "h"}),
    ],
)
def test_a_form_that_came_by_another_way_is_judged_again_when_it_is_opened(
    relevant: str, code: str, figures: dict[str, object]
) -> None:
    children = [
        {"type": "text", "name": "h", "relevant": relevant},
        {"type": "text", "name": "i", "relevant": "../h = 1"},
    ]
    wire = {"id": "x", "version": "1", "titles": {}, "children": children, "lists": {}}
    with pytest.raises(Failed) as refused:
        opened(Form.from_wire(wire))
    assert (refused.value.code, refused.value.figures) == (code, figures)


def test_filling_in_needs_no_spreadsheet_library() -> None:
    """The tablet has no pyxform."""
    look = "import sys, schemas.forms.saves; print('pyxform' in sys.modules, 'openpyxl' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False False"
