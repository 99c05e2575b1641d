"""With msgspec and without it, the same bytes are read as the same value and the same value is written as the same
bytes: what a server takes and a tablet takes are one."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from schemas import codec, quick
from schemas.codec import NotCanonical, Value
from tests.schemas.making import anything, values

pytest.importorskip("msgspec", reason="the server's tests need it")

LITTLE = st.sampled_from(
    [b"[", b"]", b"{", b"}", b'"', b":", b",", b"1", b"-", b".5", b"e9", b"null", b"true", b"\\u00e9", b"\\ud800",
     b"\\/", b"\\n", b"\n", b" ", b"\x00", b"\xff", b"e\xcc\x81", "é王𬇕".encode(), b"9007199254740993", b"a"]
)  # fmt: skip


@contextmanager
def on_a_tablet() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as tablet:
        tablet.setattr(quick, "read", quick.nothing)
        tablet.setattr(quick, "write", quick.written)
        yield


def tried(work: Callable[[Value], Value], value: Value) -> Value:
    """What comes of it, or the refusal."""
    try:
        return work(value)
    except (NotCanonical, TypeError) as refusal:
        return str(refusal)


@given(data=st.lists(LITTLE, max_size=12).map(b"".join))
@example(data=b'{"a":1,"a":2}')
@example(data=b'{"a":' * 65 + b"1" + b"}" * 65)
@example(data=b'{"a":' * 64 + b"1" + b"}" * 64)
@example(data=b"[" * 5000 + b"]" * 5000)
@example(data=b'["[[[["]')
@example(data=b"-0")
@example(data=b"-9007199254740993")
@example(data=b"[9007199254740992]")
@example(data=b'{"account":"6228480402564890018","n":1}')
@example(data=b'"e\\u0301"')
def test_a_tablet_and_a_server_read_the_same_and_refuse_the_same(data: bytes) -> None:
    with on_a_tablet():
        there = tried(codec.decode, data)
    assert there == tried(codec.decode, data)


@given(anything)
def test_a_tablet_and_a_server_write_the_same_and_refuse_the_same(value: Value) -> None:
    with on_a_tablet():
        there = tried(codec.encode, value)
    assert there == tried(codec.encode, value)


@given(values)
def test_what_is_canonical_is_read_at_once(value: Value) -> None:
    data = codec.encode(value)
    assert codec.decode(data) == codec.canonical(value)
    assert value is None or quick.read(data) == codec.canonical(value)


@given(values)
def test_both_write_the_same_bytes(value: Value) -> None:
    value = codec.canonical(value)
    assert quick.write(value) == quick.written(value)


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_both_write_the_same_text(text: str) -> None:
    assert quick.write({text: [text]}) == quick.written({text: [text]})


@given(values, st.integers(0, 6))
def test_brackets_never_make_something_deep_look_shallow(value: Value, levels: int) -> None:
    data = codec.encode(value)
    if quick.is_shallow(data, levels):
        assert _depth(json.loads(data)) <= levels


@given(st.integers(-(2**70), 2**70))
def test_a_number_that_is_too_big_is_always_long(number: int) -> None:
    assert abs(number) <= 2**53 or quick.has_long_numbers(b"[%d]" % number)


def _depth(value: Value) -> int:
    inside = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inside is None else 1 + max(map(_depth, inside), default=0)
