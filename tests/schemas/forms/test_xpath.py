"""The grammar of expressions."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.forms.xpath import BadExpression, Binary, Call, Literal, Negative, Number, Path, Step, parse

ONE, TWO, THREE = (Number(Decimal(n)) for n in (1, 2, 3))


def test_multiplication_binds_before_addition_before_comparison_before_and_before_or() -> None:
    assert parse("1 + 2 * 3") == Binary("+", ONE, Binary("*", TWO, THREE))
    assert parse("1 < 2 and 2 < 3 or 3 = 1") == Binary(
        "or", Binary("and", Binary("<", ONE, TWO), Binary("<", TWO, THREE)), Binary("=", THREE, ONE)
    )


def test_operators_of_one_kind_are_read_from_the_left() -> None:
    assert parse("3 - 2 - 1") == Binary("-", Binary("-", THREE, TWO), ONE)
    assert parse("3 div 2 mod 1") == Binary("mod", Binary("div", THREE, TWO), ONE)


def test_parentheses_and_minus_signs_hold() -> None:
    assert parse("-(1 + 2)") == Negative(Binary("+", ONE, TWO))


def test_a_hyphen_belongs_to_a_name_unless_spaces_part_it() -> None:
    assert parse("string-length(a-b)") == Call("string-length", (Path(False, None, (), (Step("child", "a-b"),)),))
    assert isinstance(parse("a - b"), Binary)


def test_operator_words_may_be_names_of_questions_too() -> None:
    assert parse("div div mod") == Binary(
        "div", Path(False, None, (), (Step("child", "div"),)), Path(False, None, (), (Step("child", "mod"),))
    )


def test_paths_have_steps_axes_and_predicates() -> None:
    assert parse("/data/wage[position() = 1]/gross") == Path(
        True,
        None,
        (),
        (
            Step("child", "data"),
            Step("child", "wage", (Binary("=", Call("position", ()), ONE),)),
            Step("child", "gross"),
        ),
    )
    assert parse("..//x") == Path(
        False, None, (), (Step("parent", "node()"), Step("descendant-or-self", "node()"), Step("child", "x"))
    )
    assert parse("preceding-sibling::row") == Path(False, None, (), (Step("preceding-sibling", "row"),))


def test_a_star_is_a_wildcard_where_a_step_is_due_and_a_product_elsewhere() -> None:
    assert parse("* * *") == Binary(
        "*", Path(False, None, (), (Step("child", "*"),)), Path(False, None, (), (Step("child", "*"),))
    )


def test_names_may_be_chinese_and_texts_in_either_quotes() -> None:
    assert parse("'是' = \"是\"") == Binary("=", Literal("是"), Literal("是"))
    assert parse("户主") == Path(False, None, (), (Step("child", "户主"),))


@pytest.mark.parametrize(
    ("text", "at"),
    [("1 +", 3), ("", 0), ("a[1", 3), ("concat('a'", 10), ("1 2", 2), ("a = 'b", 4), ("$x", 0), ("//", 2), ("a::b", 0)],
)
def test_what_cannot_be_read_is_named_by_its_place(text: str, at: int) -> None:
    with pytest.raises(BadExpression) as refused:
        parse(text)
    assert refused.value.at == at


@given(st.text(alphabet="ab1.'\"()[]/*+-<>=!,|@: and div", max_size=30) | st.text(max_size=20))
def test_any_text_is_read_or_refused_by_its_place(text: str) -> None:
    at = refusal(text)
    assert at is None or 0 <= at <= len(text)


def refusal(text: str) -> int | None:
    try:
        parse(text)
    except BadExpression as refused:
        return refused.at
    return None


@pytest.mark.parametrize("text", ["(" * 5000 + "1" + ")" * 5000, "-" * 5000 + "1", "1" + "+1" * 5000, "a[" * 5000])
def test_an_expression_cannot_exhaust_the_stack(text: str) -> None:
    with pytest.raises(BadExpression):
        parse(text)
