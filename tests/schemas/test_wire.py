from collections.abc import Callable

import pytest

from schemas import codec, signing
from schemas.codec import NotCanonical, Value
from schemas.wire import (
    PROTOCOL,
    Area,
    Enrol,
    Entry,
    Grant,
    Held,
    Known,
    LibraryItem,
    Message,
    Page,
    Pages,
    Pull,
    Push,
    Receipt,
    Taken,
)
from tests.schemas.making import change

ONE = change({"phone": "1"})
NOW = "2026-11-23T01:00:00.000Z"
MESSAGES: list[Message] = [
    Push(PROTOCOL, "tablet-a", NOW, (ONE,), "ab"),
    Receipt(3, (Taken("a", "990101001001", 1), Known("b", "990101001001", 2), Held("c", "not_your_area"))),
    Pull(PROTOCOL, "tablet-a", {"990101001001": 4}, 1000),
    Pages(
        NOW,
        (Page("990101001001", (Entry(5, ONE),), "chain", 9),),
        (LibraryItem("h", "form", "means-visit", "s"),),
        (Held("c", "not_your_area"),),
        True,
    ),
    Enrol(PROTOCOL, "ABCD", "tablet", "aa", "bb"),
    Grant("d", "u", "n", "visitor", "990101", "样例县", (Area("990101001001", "村"),), NOW, NOW, "a", "b", "c"),
]


READ: dict[type, Callable[[Value], Message]] = {
    kind: kind.from_wire for kind in (Push, Receipt, Pull, Pages, Enrol, Grant)
}


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: type(m).__name__)
def test_a_message_survives_the_wire(message: Message) -> None:
    data = codec.decode(codec.encode(message.wire()))
    assert READ[type(message)](data) == message


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: type(m).__name__)
def test_a_message_with_a_field_missing_added_or_of_another_type_is_refused(message: Message) -> None:
    read = READ[type(message)]
    spoilt: list[Value] = [[], None, {**message.wire(), "extra": 1}]
    for name in message.wire():
        spoilt.append({k: v for k, v in message.wire().items() if k != name})
        spoilt.append({**message.wire(), name: None})
    for data in spoilt:
        with pytest.raises(NotCanonical):
            read(data)
    for verdict in ({}, {"is": "lost", "id": "a"}, {"is": "taken", "id": "a"}, 1):
        with pytest.raises(NotCanonical):
            Receipt.from_wire({"upto": 1, "verdicts": [verdict]})
    with pytest.raises(NotCanonical):
        Pull.from_wire({**MESSAGES[2].wire(), "cursors": {"a": -1}})


def test_a_signature_for_one_purpose_never_passes_for_another() -> None:
    key = bytes(range(32))
    public = "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8"
    signature = signing.sign(key, signing.PUSH, b"x")
    assert signing.verifies(public, signing.PUSH, b"x", signature)
    assert not signing.verifies(public, signing.REQUEST, b"x", signature)
    assert not signing.verifies(public, signing.PUSH, b"y", signature)
    assert not signing.verifies(public, signing.PUSH, b"x", "zz")
    assert not signing.verifies("no key", signing.PUSH, b"x", signature)
