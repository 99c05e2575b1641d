"""Reading and writing figures and days as people do."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ui.parts import figures


@pytest.mark.parametrize(
    ("typed", "worth"),
    [
        ("1500", "1500"),
        ("1500*12", "18000"),
        ("1500×12", "18000"),
        ("800 + 1,200.50", "2000.5"),
        ("12.50", "12.5"),
        ("０.１+０.２", "0.3"),
        ("100-30", "70"),
        ("0", "0"),
        ("100.00", "100"),
    ],
)
def test_a_sum_is_worked_out_exactly(typed: str, worth: str) -> None:
    assert figures.reckon(typed) == worth


@pytest.mark.parametrize("typed", ["", "一千五", "1e5", "12*", "*3", "1..2", "(1+2)*3", "NaN", "9" * 61])
def test_what_is_no_sum_is_not_guessed(typed: str) -> None:
    assert figures.reckon(typed) is None
    assert figures.fen(typed) is None


@given(st.integers(0, 10**11))
def test_money_read_back_is_the_money_written(fen: int) -> None:
    assert figures.fen(figures.yuan(fen).removesuffix(" 元").replace(",", "")) == fen


def test_money_is_written_the_way_it_is_read() -> None:
    assert figures.yuan(64800) == "648 元"
    assert figures.yuan(123450) == "1,234.50 元"
    assert figures.yuan(-500) == "-5 元"
    assert figures.yuan(64800, "en") == "¥648"


@pytest.mark.parametrize("typed", ["19530412", "1953-4-12", "1953.04.12", "1953/4/12", "1953年4月12日", " 1953 4 12 "])
def test_a_day_may_be_written_in_any_usual_way(typed: str) -> None:
    assert figures.read_day(typed) == "1953-04-12"


@pytest.mark.parametrize("typed", ["", "1953", "1953-13-01", "20230230", "530412", "明天"])
def test_what_is_no_day_is_not_guessed(typed: str) -> None:
    assert figures.read_day(typed) is None


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_every_day_is_read_back_from_how_it_is_shown(on: date) -> None:
    assert figures.read_day(figures.day(on.isoformat())) == on.isoformat()
    assert figures.read_day(on.strftime("%Y%m%d")) == on.isoformat()


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)), st.integers(-11 * 60 - 59, 12 * 60))
def test_a_day_picked_in_a_calendar_is_the_same_in_every_zone(on: date, minutes_east: int) -> None:
    midnight = datetime(on.year, on.month, on.day, tzinfo=timezone(timedelta(minutes=minutes_east)))
    assert figures.picked(midnight.astimezone(UTC)) == on


def test_a_calendar_closed_without_a_choice_picks_nothing() -> None:
    assert figures.picked(None) is None
    assert figures.picked(date(2026, 3, 2)) == date(2026, 3, 2)
