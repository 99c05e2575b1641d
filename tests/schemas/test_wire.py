"""Messages are the bytes they were yesterday, and anything that is not exactly one is refused with the place."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import codec, signing, wire
from schemas.codec import NotCanonical, Value
from schemas.message import Message
from tests.schemas import messages
from tests.schemas.messages import DEVICE, EAST, EDIT, ERASED, FIRST, GOLDEN, PUSH, READ, Golden, spoilt

PINNED = json.loads(messages.VECTORS.read_text("utf-8"))

golden = pytest.mark.parametrize("golden", GOLDEN, ids=lambda g: g.why)


@golden
def test_the_bytes_of_yesterday_are_the_message_of_today_and_back(golden: Golden) -> None:
    assert codec.encode(golden.message.wire()) == golden.pinned
    assert READ[type(golden.message)](codec.decode(golden.pinned)) == golden.message


def test_every_message_that_travels_is_pinned() -> None:
    assert {g.why for g in GOLDEN} == {each["why"] for each in PINNED["messages"]}
    assert {type(g.message) for g in GOLDEN} == set(READ)


@pytest.mark.parametrize("signed", PINNED["signed"], ids=lambda s: s["why"])
def test_what_was_signed_yesterday_verifies_today_and_only_for_its_purpose(signed: dict[str, str]) -> None:
    purpose, message = signed["purpose"].encode(), signed["message"].encode()
    assert signing.verifies(PINNED["public_key"], purpose, message, signed["signature"])
    for other in (each["purpose"].encode() for each in PINNED["signed"]):
        assert (other == purpose) == signing.verifies(PINNED["public_key"], other, message, signed["signature"])
    assert not signing.verifies(PINNED["public_key"], purpose, message + b" ", signed["signature"])
    assert not signing.verifies(PINNED["public_key"], purpose, message, "zz")
    assert not signing.verifies("no key", purpose, message, signed["signature"])


def test_what_is_signed_is_what_it_was_yesterday() -> None:
    said = {each["why"]: each["message"] for each in PINNED["signed"]}
    assert said["where a feed stood"] == wire.standing(EAST, 2, messages.CHAIN).decode()
    assert said["a grant without its signature"] == signing.value(messages.GRANT.signed_part()).decode()
    assert PINNED["digests"] == {"grant": messages.GRANT.digest, "library": wire.library_digest([messages.ITEM])}


def understood(read: Callable[[Value], Message], data: Value) -> Message | None:
    try:
        return read(data)
    except NotCanonical:
        return None


@golden
def test_a_field_missing_added_or_of_another_type_is_refused_with_the_place(golden: Golden) -> None:
    read = READ[type(golden.message)]
    for what, data in spoilt(golden):
        with pytest.raises(NotCanonical, match=r"^[a-z_$][a-z_.$]*: "):
            assert read(data) is None, what


@pytest.mark.parametrize(
    ("kind", "spoil", "place"),
    [
        (wire.Push, {"changes": [{**PUSH.wire()["changes"][0], "v": 2}]}, "change.v"),
        (wire.Push, {"changes": [{**PUSH.wire()["changes"][0], "n": 1}]}, "push.changes"),
        (wire.Push, {"changes": [{**PUSH.wire()["changes"][0], "body": ""}]}, "change.body"),
        (wire.Push, {"first": 0}, "change.n"),
        (wire.Push, {"first": 2**53}, "$.n"),
        (wire.Push, {"protocol": True}, "push.protocol"),
        (wire.Receipt, {"verdicts": [{"is": "lost", "area": EAST, "seq": 1}]}, "verdict.is"),
        (wire.Receipt, {"verdicts": [{"area": EAST, "seq": 1}]}, "verdict"),
        (wire.Receipt, {"verdicts": [{"is": ["taken"], "area": EAST, "seq": 1}]}, "verdict.is"),
        (wire.Pull, {"cursors": {EAST: {"seq": -1, "chain": "", "after": ""}}}, "cursor.seq"),
        (wire.Pull, {"device": "x" * 37}, "pull.device"),
        (wire.Pull, {"cursors": {EAST: {"seq": 1, "chain": "x" * 33, "after": ""}}}, "cursor.chain"),
        (wire.Push, {"signature": "x" * 129}, "push.signature"),
        (wire.Enrol, {"code": "x" * 65}, "enrol.code"),
        (wire.Witness, {"seal": "x" * 129}, "witness.seal"),
        (wire.Pages, {"dismissed": [True]}, "pages"),
        (wire.Pages, {"photos": [1]}, "pages.photos"),
        (wire.Pages, {"earlier": [{"change": "a", "fate": "lost", "reason": ""}]}, "earlier.fate"),
        (wire.Pull, {"earlier": ["x"] * 201}, "pull.earlier"),
        (wire.Witness, {"changes": [FIRST.wire(), {**FIRST.wire(), "v": 0}]}, "change.v"),
    ],
    ids=str,
)
def test_an_unknown_version_type_or_number_is_refused_with_the_place(
    kind: type[Message], spoil: dict[str, Value], place: str
) -> None:
    message = next(g.message for g in GOLDEN if type(g.message) is kind)
    with pytest.raises(NotCanonical) as refused:
        READ[kind]({**message.wire(), **spoil})
    assert str(refused.value).partition(":")[0] == place


names = st.sampled_from(["protocol", "device", "now", "pages", "ids", "verdicts", "is"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
)


@given(anything)
def test_whatever_it_is_reading_it_ends_in_a_refusal_or_in_the_same_message(data: Value) -> None:
    for read in READ.values():
        found = understood(read, data)
        assert found is None or read(found.wire()) == found


def test_a_push_holds_no_hole_whoever_wrote_it() -> None:
    told = {**PUSH.wire(), "changes": [PUSH.wire()["changes"][1], PUSH.wire()["changes"][0]]}
    first, second = wire.Push.from_wire(told).changes
    assert (second.n, second.prev, second.device) == (first.n + 1, first.id, DEVICE)
    assert second.id not in (FIRST.id, EDIT.id)


def test_an_erased_change_travels_under_its_id_with_nothing_to_read() -> None:
    push = wire.Push(wire.PROTOCOL, DEVICE, PUSH.now, (FIRST, EDIT, ERASED), "")
    again = wire.Push.from_wire(codec.decode(codec.encode(push.wire())))
    assert [c.id for c in again.changes] == [FIRST.id, EDIT.id, ERASED.id]
    assert (again.changes[2].sets, again.changes[2].seen, again.changes[2].salt) == ({}, frozenset(), "")
