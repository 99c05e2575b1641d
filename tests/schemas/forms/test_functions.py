"""Expressions and what they give. Where ODK's specification or XPath 1.0 says what is right, the value is theirs."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import Value
from schemas.forms.functions import FUNCTIONS
from schemas.forms.model import GROUP, REPEAT, Choice, Element, Form
from tests.schemas.forms.making import opened

ANSWERS: Value = {
    "age": 42,
    "income": "1500.5",
    "name": "陈 小明",
    "services": ["water", "power"],
    "day": "2026-11-23",
    "code": "power",
    "one": {"two": {"deep": "x"}},
    "resident": [
        {"_id": "a", "who": "Ana", "years": 34},
        {"_id": "b", "who": "Bia", "years": 7},
        {"_id": "c", "who": "Caio"},
    ],
}


def value(expression: str) -> str:
    """What an expression gives as text, asked at /data/asked over ANSWERS."""
    questions = {"age": "integer", "income": "decimal", "name": "text", "services": "select_multiple", "day": "date"}
    below = (Element("text", "who", "resident/who"), Element("integer", "years", "resident/years"))
    deep = Element(GROUP, "two", "one/two", children=(Element("text", "deep", "one/two/deep"),))
    form = Form(
        "f",
        "1",
        {"": "f"},
        (
            *(Element(kind, name, name) for name, kind in questions.items()),
            Element("text", "blank", "blank"),
            Element("select_one", "code", "code", choices="supply"),
            Element("text", "hidden", "hidden", relevant="false()", default="seen"),
            Element(GROUP, "one", "one", children=(deep,)),
            Element(REPEAT, "resident", "resident", children=below),
            Element("calculate", "asked", "asked", calculation=f"string({expression})"),
        ),
        {"supply": (Choice("water", {"zh": "水"}, {"kind": "wet"}), Choice("power", {"zh": "电"}, {"kind": "dry"}))},
    )
    return opened(form, ANSWERS).value("asked") or ""


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # Paths
        ("/data/age", "42"),
        ("../income", "1500.5"),
        ("/data/nobody", ""),
        ("/data/resident[2]/who", "Bia"),
        ("/data/resident[last()]/who", "Caio"),
        ("/data/resident[position() = 2]/years", "7"),
        ("join(',', /data/resident[years > 5]/who)", "Ana,Bia"),
        ("/data/resident[who = 'Bia']/years", "7"),
        ("//deep", "x"),
        ("count(//who)", "3"),
        ("count(/data/one/*)", "1"),
        ("count(/data/resident/who | /data/resident/years)", "6"),
        ("/data/resident[2]/preceding-sibling::resident[1]/who", "Ana"),
        ("/data/resident[2]/following-sibling::resident/who", "Caio"),
        ("name(/data/one/two/..)", "one"),
        ("count(/data/one/two/deep/ancestor::*)", "3"),
        ("/data/hidden", ""),
        ("(/data/resident/who)[2]", "Bia"),
        ("indexed-repeat(/data/resident/who, /data/resident, 2)", "Bia"),
        ("indexed-repeat(/data/resident/who, /data/resident, 9)", ""),
        ("position(/data/resident[2])", "2"),
        # Comparisons
        ("'a' = 'a'", "true"),
        ("1 = '1'", "true"),
        ("1 = '1.0'", "true"),
        ("/data/resident/years = 7", "true"),
        ("/data/resident/years != 7", "true"),
        ("/data/resident/years > 100", "false"),
        ("/data/missing = ''", "false"),
        ("/data/blank = ''", "true"),
        ("/data/blank < 5", "false"),
        ("true() = 'x'", "true"),
        ("/data/day = '2026-11-23'", "true"),
        ("/data/day < '2026-11-24'", "true"),
        ("/data/day <= today()", "true"),
        # Arithmetic, exact
        ("0.1 + 0.2", "0.3"),
        ("0.1 + 0.2 = 0.3", "true"),
        ("7 div 2", "3.5"),
        ("7 mod 3", "1"),
        ("-7 mod 3", "-1"),
        ("1 div 0", "Infinity"),
        ("-1 div 0", "-Infinity"),
        ("- - 2", "2"),
        ("100 * 3", "300"),
        ("coalesce(number('abc'), 'x')", ""),
        # Text
        ("concat('a', 'b', /data/age)", "ab42"),
        ("string-length(/data/name)", "4"),
        ("normalize-space('  a   b ')", "a b"),
        ("contains(/data/name, '小明')", "true"),
        ("starts-with(/data/name, '陈')", "true"),
        ("ends-with(/data/name, '明')", "true"),
        ("substring-before('a-b', '-')", "a"),
        ("substring-after('a-b', '-')", "b"),
        ("substring-before('ab', '-')", ""),
        ("substring('hello', 2)", "ello"),
        ("substring('hello', 2, 3)", "ell"),
        ("substring('hello', 0, 3)", "he"),
        ("substring('12345', 1.5, 2.6)", "234"),
        ("substr('hello', 2, 3)", "l"),
        ("substr('hello', 0, 2)", "he"),
        ("substr('hello', -2)", "lo"),
        ("translate('bar', 'abc', 'AB')", "BAr"),
        ("translate('--aaa--', 'abc-', 'ABC')", "AAA"),
        ("upper-case('abcX')", "ABCX"),
        ("regex('330106', '^[0-9]{6}$')", "true"),
        ("regex('x330106', '[0-9]{6}')", "false"),
        ("regex('x', '[')", "false"),
        ("join('、', /data/resident/who)", "Ana、Bia、Caio"),
        # Numbers
        ("sum(/data/resident/years)", "41"),
        ("count(/data/resident)", "3"),
        ("count-non-empty(/data/resident/years)", "2"),
        ("min(/data/resident/years)", "7"),
        ("max(3, 9, 4)", "9"),
        ("round(2.5)", "3"),
        ("round(-2.5)", "-2"),
        ("round(2.567, 2)", "2.57"),
        ("round(1234, -2)", "1200"),
        ("floor(-1.5)", "-2"),
        ("ceiling(-1.5)", "-1"),
        ("int(-1.9)", "-1"),
        ("abs(-3)", "3"),
        ("pow(2, 10)", "1024"),
        ("sqrt(16)", "4"),
        ("number(true())", "1"),
        # Choices
        ("selected(/data/services, 'power')", "true"),
        ("selected(/data/services, 'pow')", "false"),
        ("selected-at(/data/services, 1)", "power"),
        ("count-selected(/data/services)", "2"),
        ("jr:choice-name(/data/code, '/data/code')", "电"),
        ("instance('supply')/root/item[kind = 'wet']/label", "水"),
        ("instance('supply')/root/item[name = current()/../code]/kind", "dry"),
        # Days
        ("format-date(/data/day, '%Y年%n月%e日')", "2026年11月23日"),
        ("format-date('2026-01-05', '%d/%m/%y')", "05/01/26"),
        ("date('1970-01-31') + 1", "31"),
        ("date(31)", "1970-02-01"),
        ("date('nonsense')", ""),
        ("today()", "2026-11-23"),
        ("int((today() - date('1950-11-24')) div 365.2425)", "75"),
        # Logic
        ("if(/data/age > 40, 'old', 'young')", "old"),
        ("not('')", "true"),
        ("boolean(0)", "false"),
        ("coalesce(/data/blank, /data/code)", "power"),
        ("checklist(1, 2, true(), true(), false())", "true"),
        ("checklist(-1, 0, true())", "false"),
        ("boolean-from-string('1')", "true"),
    ],
)
def test_an_expression_gives_what_its_specification_says(expression: str, expected: str) -> None:
    assert value(expression) == expected


def test_a_blank_row_does_not_make_the_total_unknown() -> None:
    """XPath would say NaN; a row that is not filled in yet must not hide the rest of the household's income."""
    assert value("sum(/data/resident/years)") == "41"
    assert value("/data/resident[3]/years + 1") == ""


OPERANDS = st.sampled_from(
    [
        "''",
        "'x'",
        "'2026-02-30'",
        "'٣'",
        "number('x')",
        "0",
        "-1.5",
        "1 div 0",
        "99999999999999999999999999999999999999",
        "pow(10, 999)",
        "today()",
        "true()",
        "/data/resident",
        "/data/resident/years",
        "/data/nobody",
        "/data/services",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted({*FUNCTIONS} - {"current"})), st.lists(OPERANDS, min_size=7, max_size=7))
def test_no_function_breaks_on_any_answer(name: str, arguments: list[str]) -> None:
    entry = FUNCTIONS[name]
    count = next(n for n in range(min(entry.most, 7), -1, -1) if entry.takes(n))
    value(f"{name}({', '.join(arguments[:count])})")


@settings(deadline=None)
@given(OPERANDS, st.sampled_from(["+", "-", "*", "div", "mod", "=", "!=", "<", "<=", ">", ">=", "and", "or"]), OPERANDS)
def test_no_operator_breaks_on_any_answer(left: str, operator: str, right: str) -> None:
    value(f"{left} {operator} {right}")
