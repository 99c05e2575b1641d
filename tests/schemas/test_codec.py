import base64
import hashlib
import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import codec
from schemas.codec import NotCanonical
from tests.schemas.making import anything, awkward, text, values

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "codec.json").read_text("utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=[v["why"] for v in VECTORS])
def test_the_bytes_of_yesterday_are_the_bytes_of_today(vector: dict[str, object]) -> None:
    assert codec.encode(vector["value"]).hex() == vector["bytes"]
    assert codec.digest(vector["value"]) == vector["sha256"]


@given(anything)
def test_bytes_are_those_of_the_plain_definition(value: object) -> None:
    """The definition: the canonical value, as JSON, with no more than that."""
    try:
        plain = json.dumps(codec.canonical(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except (NotCanonical, TypeError):  # a mapping's keys of two types cannot be put in order
        with pytest.raises((NotCanonical, TypeError)):
            codec.encode(value)
        return
    assert codec.encode(value) == plain


@given(anything, st.booleans(), st.sampled_from([None, 1]))
def test_any_json_is_read_as_its_canonical_value(value: object, escaped: bool, indent: int | None) -> None:
    try:
        data = json.dumps(value, ensure_ascii=escaped, indent=indent).encode()
        plain = codec.canonical(json.loads(data))
    except (NotCanonical, UnicodeEncodeError):
        return
    with suppress(NotCanonical):  # a name that stands twice
        assert codec.decode(data) == plain


@given(values)
def test_what_was_encoded_is_what_is_decoded(value: object) -> None:
    try:
        data = codec.encode(value)
    except NotCanonical:
        return  # two keys that NFC makes one
    assert codec.encode(codec.decode(data)) == data
    assert codec.decode(data) == codec.canonical(value)


@pytest.mark.parametrize(
    "value",
    [1.5, 2**53 + 1, -(2**53) - 1, {1: 2}, b"x", {"a"}, "\ud800", {"\udfff": 1}, {"\u00e9": 1, "e\u0301": 2}],
)
def test_what_cannot_be_the_same_everywhere_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        codec.encode(value)


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"1.0", b"1e3", b"NaN", b"Infinity", b"\xff", b"9007199254740993", b"9" * 5000, b"[" * 100_000,
        b'{"\\ud800":1}', b'"\\udc00"', b'{"a":1,"a":1}', b'{"a":{"b":1,"\\u0062":2}}',
    ],
)  # fmt: skip
def test_bytes_that_are_not_canonical_json_are_refused_without_harm(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        codec.decode(data)


def test_a_refusal_names_the_place_and_never_the_value() -> None:
    with pytest.raises(NotCanonical) as caught:
        codec.encode({"members": [{"name": "王", "income": 1.5}]})
    assert str(caught.value) == "$.members[0].income: float cannot be stored"


@pytest.mark.parametrize("depth", [codec.DEEPEST + 1, 200, 480, 700, 990, 2000])
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"a":', b"}")])
def test_what_is_nested_too_deep_is_refused_at_every_depth(depth: int, opening: bytes, closing: bytes) -> None:
    with pytest.raises(NotCanonical):
        codec.decode(opening * depth + b"1" + closing * depth)
    assert codec.decode(opening * codec.DEEPEST + b"1" + closing * codec.DEEPEST)


@given(values)
def test_what_was_decoded_is_encoded_again_without_being_looked_at(value: object) -> None:
    with suppress(NotCanonical):
        data = codec.encode(value)
        assert codec.encode_again(codec.decode(data)) == data


@given(values, st.integers(1, 5))
def test_depth_is_counted_as_the_plain_definition_counts_it(value: object, levels: int) -> None:
    inside = [value]
    refusal = ""
    try:
        codec.canonical(inside, deep=codec.DEEPEST - levels)
    except NotCanonical as refused:
        refusal = str(refused)
    if not refusal or refusal.endswith("too deep"):
        assert codec.is_deeper(inside, levels) == bool(refusal)


@pytest.mark.parametrize(
    "data",
    [
        b'{"a" :1,"a":2}',
        b'{"a":1,"a"\n:2}',
        b'{"a\\\\":1,"a\\\\":2,"b":"\\":"}',
        b'{"a":"\\":","a":1}',
        b'[{"x":{"a":1,"a":1}}]',
    ],
)
def test_a_name_that_stands_twice_is_seen_however_it_is_written(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        codec.decode(data)


@given(st.binary(max_size=40))
def test_short_digests_are_base32_of_the_first_160_bits(data: bytes) -> None:
    plain = base64.b32encode(hashlib.sha256(data).digest())[:32].decode().lower()
    assert codec.short(data) == plain


@given(awkward | text | st.text("a_1é", max_size=4))
def test_a_name_is_quoted_as_any_text_is(name: str) -> None:
    with suppress(NotCanonical):
        name = codec.canonical(name)
        assert codec.quoted(name).encode() == codec.encode(name)
