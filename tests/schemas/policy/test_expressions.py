"""The language of rule lines: what it says, what it makes of the unknown, and what it refuses."""

import pytest

from schemas.policy.expressions import Env, ExpressionRefused, Scope, compile_expression, unknown_row
from schemas.policy.values import ANY, SOME, Range

SCOPE = Scope(
    names={"line": "number", "people": "number", "rural": "truth", "group": "text", "left_out": "codes"},
    collections={"wages": {"gross": "number", "item": "text", "ours": "truth"}},
)


def run(text: str, **env: object) -> object:
    given: Env = {"line": 100, "people": 2, "rural": True, "group": "rural", "left_out": frozenset({"veteran"})}
    given["wages"] = [
        {"gross": 30, "item": "wage", "ours": True},
        {"gross": 12, "item": "veteran", "ours": True},
        {"gross": 5, "item": "wage", "ours": False},
    ]
    given[unknown_row("wages")] = {"gross": SOME, "item": None, "ours": None}
    return compile_expression(text, SCOPE).run({**given, **env})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("line * people - 3", 197),
        ("max(0, 3 - line)", 0),
        ("min(line, people, 1)", 1),
        ("line / 3 * 3", 100),
        ("-line", -100),
        ("rounded(line / 3, 10, 'up')", 40),
        ("sum(r.gross for r in wages)", 47),
        ("sum(r.gross for r in wages if r.ours if r.item not in left_out)", 30),
        ("count(r for r in wages if r.item in ('wage', 'bonus'))", 2),
        ("any(r.gross > 20 for r in wages)", True),
        ("all(r.gross > 20 for r in wages if r.ours)", False),
        ("0 < people <= 2 < line", True),
        ("rural and not (group == 'urban')", True),
        ("group != 'rural' or people == 2", True),
        ("1 if rural else 2", 1),
    ],
)
def test_it_says_what_it_seems_to_say(text: str, value: object) -> None:
    assert run(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("line + people", Range(100, float("inf"))),
        ("people < 100", None),
        ("line > 100 or people >= 0", True),
        ("people < 0 and line > 100", False),
        ("1 if people > 3 else 2", Range(1, 2)),
        ("group == 'rural'", True),
        ("line / people", ANY),
    ],
)
def test_an_unknown_makes_a_range_not_an_error(text: str, value: object) -> None:
    assert run(text, people=SOME) == value


def test_rows_nobody_asked_about_may_be_any_and_none() -> None:
    assert run("sum(r.gross for r in wages)", wages=None) == SOME
    assert run("count(r for r in wages)", wages=None) == SOME
    assert run("any(r.gross > 20 for r in wages)", wages=None) is None
    assert run("sum(r.gross for r in wages if people > 5)", wages=None) == 0


def test_a_row_that_may_not_count_makes_a_range() -> None:
    wages = [{"gross": 30, "item": None, "ours": True}]
    assert run("sum(r.gross for r in wages if r.item not in left_out)", wages=wages) == Range(0, 30)
    assert run("count(r for r in wages if r.item == 'wage')", wages=wages) == Range(0, 1)
    assert run("any(r.item == 'wage' for r in wages)", wages=wages) is None
    assert run("all(r.item == 'wage' for r in wages if r.ours)", wages=wages) is None


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("lines", "unknown name lines"),
        ("line.real", "unknown row line"),
        ("sum(r.net for r in wages)", "wages have no net"),
        ("sum(r.gross for r in rents)", "unknown collection rents"),
        ("sum(line.gross for line in wages)", "the name line is taken"),
        ("sum(wages)", "sum needs `… for row in rows`"),
        ("count(r.gross for r in wages)", "count counts rows: count(r for r in wages if …)"),
        ("sum(r.gross + s.gross for r in wages for s in wages)", "a loop goes over one collection"),
        ("line * 0.5", "a number with a fraction: make it a parameter with its source"),
        ("line + rural", "rural is a truth where a number is needed"),
        ("group + 1", "group is a text where a number is needed"),
        ("line and rural", "line is a number where a truth is needed"),
        ("rural < True", "a truth cannot be compared like this"),
        ("group in ('a', line)", "a list after `in` holds different codes in quotes"),
        ("group in group", "group is a text where a codes is needed"),
        ("1 if rural else 'x'", "'x' is a text where a number is needed"),
        ("max(line)", "max needs two numbers or more"),
        ("rounded(line)", "rounded needs a number, a step and up, down or nearest"),
        ("open('x')", "no function open"),
        ("__import__('os')", "no function __import__"),
        ("line ** 9", "BinOp is not part of the language"),
        ("line // 9", "BinOp is not part of the language"),
        ("[x for x in wages]", "ListComp is not part of the language"),
        ("(lambda: 1)()", "Call is not part of the language"),
        ("f'{line}'", "JoinedStr is not part of the language"),
        ("wages[0]", "Subscript is not part of the language"),
        ("(x := 1)", "NamedExpr is not part of the language"),
        ("max(line, key=people)", "Call is not part of the language"),
        ("line +", "not an expression"),
        ("line; people", "not an expression"),
        ("", "not an expression"),
        ("(" * 900 + "1" + ")" * 900, "not an expression"),
        ("-" * 1900 + "1", "nested too deeply: make it several lines"),
        ("1" * 3000, "longer than 2000 characters"),
    ],
)
def test_everything_else_is_refused_by_name(text: str, complaint: str) -> None:
    with pytest.raises(ExpressionRefused) as refused:
        compile_expression(text, SCOPE)
    assert complaint in str(refused.value)


def test_the_kind_asked_for_is_the_kind_it_must_give() -> None:
    with pytest.raises(ExpressionRefused, match="gives a number where a truth is needed"):
        compile_expression("line + 1", SCOPE, "truth")


def test_it_says_what_it_reads_and_which_codes_it_looks_for() -> None:
    found = compile_expression("sum(r.gross for r in wages if r.item in left_out or r.item == 'gift')", SCOPE)
    assert found.reads == {"wages", "wages.gross", "wages.item", "left_out"}
    assert found.codes == {"wages.item": {"@left_out", "gift"}}
