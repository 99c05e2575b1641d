import uuid

from hypothesis import given
from hypothesis import strategies as st

from schemas import ids


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_a_record_id_is_a_uuid_of_version_7_that_sorts_by_time(ms: int, random: bytes) -> None:
    made = uuid.UUID(ids.record_id(ms, random))
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == ms
    assert ids.is_record_id(str(made))


def test_the_same_parts_name_the_same_record() -> None:
    assert ids.derived_id("case", "a", "dibao") == ids.derived_id("case", "a", "dibao")
    assert ids.derived_id("case", "a", "dibao") != ids.derived_id("case", "ad", "ibao")
    assert uuid.UUID(ids.derived_id("x")).version == 8


@given(st.binary(min_size=10, max_size=10), st.integers(0, 6), st.sampled_from(ids.ALPHABET))
def test_one_wrong_character_in_a_short_code_is_noticed(random: bytes, place: int, wrong: str) -> None:
    code = ids.short_code(ids.record_id(0, random)).replace("-", "")
    assert ids.is_short_code(code)
    assert ids.is_short_code(code.lower())
    spoilt = code[:place] + wrong + code[place + 1 :]
    assert ids.is_short_code(spoilt) == (spoilt == code)


def test_a_scope_covers_by_prefix_and_an_empty_one_covers_nothing() -> None:
    assert ids.within("990101100203", ("990101",))
    assert ids.within("990101100203", ("990101001", "990101100203"))
    assert not ids.within("990101100203", ("990101001",))
    assert not ids.within("990101100203", ())
    assert not ids.within("990101100203", ("",))
