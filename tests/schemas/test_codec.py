import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import codec
from schemas.codec import NotCanonical

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "codec.json").read_text("utf-8"))

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | text,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(text, inner, max_size=5),
    max_leaves=20,
)


@pytest.mark.parametrize("vector", VECTORS, ids=[v["why"] for v in VECTORS])
def test_the_bytes_of_yesterday_are_the_bytes_of_today(vector: dict[str, object]) -> None:
    assert codec.encode(vector["value"]).hex() == vector["bytes"]
    assert codec.digest(vector["value"]) == vector["sha256"]


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
