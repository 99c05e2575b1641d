"""Identity numbers by GB 11643, names and telephone numbers: tidied and looked at, never refused. All are made up."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.forms import identity
from tests.schemas.forms.making import TODAY


@pytest.mark.parametrize(
    "number",
    ["330106199001010018", "110101199003074514", "330102194912310021", "330727201602290013", "990106199001010010"],
)
def test_a_number_whose_digits_agree_has_no_problem_wherever_its_region(number: str) -> None:
    assert identity.national_id_problem(number, TODAY) is None


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("330727201502290016", "id_date"),
        ("330106199001320016", "id_date"),
        ("33010620990101001X", "id_future"),
        ("330106199001010019", "id_check"),
        ("330106189912310015", "id_date"),
        ("33010619900101001", "id_length"),
        ("33010619900101001Y", "id_digits"),
        ("３３０１０６１９９００１０１００１８", "id_digits"),
        ("護照 E12345678", "id_length"),
    ],
)
def test_a_number_that_cannot_be_right_says_what_is_wrong(number: str, problem: str) -> None:
    assert identity.national_id_problem(number, TODAY) == problem


def test_full_width_digits_spaces_and_a_small_x_are_tidied() -> None:
    assert identity.tidy_national_id("３３０１０６　１９９００１０１ ００１８") == "330106199001010018"
    assert identity.tidy_national_id("11010119900307109x")[-1] == "X"


def test_an_old_number_of_fifteen_digits_becomes_the_eighteen_of_1999() -> None:
    assert identity.tidy_national_id("330106900101001") == "330106199001010018"


@given(st.integers(0, 999_999), st.dates(date(1900, 1, 1), TODAY), st.integers(0, 999))
def test_every_number_with_its_check_character_is_right_and_tells_the_day_of_birth(
    region: int, day: date, order: int
) -> None:
    body = f"{region:06d}{day:%Y%m%d}{order:03d}"
    number = body + identity.check_character(body)
    assert identity.national_id_problem(number, TODAY) is None
    assert identity.born(number) == day


@given(st.integers(0, 16), st.integers(1, 9))
def test_any_one_digit_written_wrong_is_noticed(at: int, by: int) -> None:
    number = "990101198706150023"
    right = number[:17] + identity.check_character(number[:17])
    wrong = right[:at] + str((int(right[at]) + by) % 10) + right[at + 1 :]
    assert identity.national_id_problem(wrong, TODAY) is not None


@pytest.mark.parametrize("written", ["买买提•艾力", "买买提‧艾力", "买买提 · 艾力", "买买提・艾力", "买买提·艾力"])
def test_a_name_has_one_kind_of_dot(written: str) -> None:
    assert identity.tidy_name(written) == "买买提·艾力"


@pytest.mark.parametrize("name", ["欧阳娜", "司徒·阿依古丽", "𬇕㛃", "䶮𠮷", "O'Neil-Smith Jr.", "José"])
def test_rare_characters_and_names_of_other_scripts_are_names(name: str) -> None:
    assert identity.tidy_name(name) == name
    assert identity.name_problem(name, TODAY) is None


@pytest.mark.parametrize("name", ["王2", "李?", "张三（户主）"])
def test_digits_and_signs_in_a_name_are_pointed_out(name: str) -> None:
    assert identity.name_problem(name, TODAY) == "name_signs"


@pytest.mark.parametrize(
    "phone", ["13800000000", "19900000000", "16600000000", "0571-8500 0000", "+86 13800000000", "85000000"]
)
def test_all_ranges_of_mobile_numbers_and_landlines_pass(phone: str) -> None:
    assert identity.phone_problem(identity.tidy_phone(phone), TODAY) is None


@pytest.mark.parametrize("phone", ["1380000000", "12", "电话"])
def test_a_telephone_number_of_odd_length_is_pointed_out(phone: str) -> None:
    assert identity.phone_problem(phone, TODAY) == "phone_digits"
