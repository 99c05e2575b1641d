"""What a message is: a frozen dataclass whose fields are plain values, messages or tuples of messages, read strictly.

The texts that come with every request say in their types how long they may be; `within` holds them to it.

`wire` gives its canonical shape; `read` is what every `from_wire` begins with: exactly these fields, of exactly these
types, or NotCanonical, before a byte of it is believed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Annotated, Any, ClassVar, TypeAlias, get_type_hints

from schemas.change import Change
from schemas.codec import NotCanonical, Value


@dataclass(frozen=True)
class Most:
    """The most characters that a text may have."""

    length: int


Id: TypeAlias = Annotated[str, Most(36)]
Link: TypeAlias = Annotated[str, Most(32)]
Stamp: TypeAlias = Annotated[str, Most(40)]
Signature: TypeAlias = Annotated[str, Most(128)]


@dataclass(frozen=True)
class Message:
    """`SPARED`: fields that came to a message after it was first spoken, with what each says when it is not there; it
    is left out then, so that the bytes of before are those of today."""

    SPARED: ClassVar[Mapping[str, Value]] = {}

    def wire(self) -> dict[str, Value]:
        told = {f.name: _plain(getattr(self, f.name)) for f in fields(self)}
        return {n: said for n, said in told.items() if n not in self.SPARED or said != self.SPARED[n]}


def read(
    data: Value, place: str, spared: Mapping[str, Value] | None = None, /, **spec: Callable[..., Any] | None
) -> dict[str, Any]:
    """The fields of an object, of exactly these types; None as a type leaves the check to the caller. Numbers in a
    message count something, so none is below 0. `spared`: what those fields say that need not be there."""
    if not isinstance(data, dict):
        raise NotCanonical(f"{place}: must be an object")
    told: dict[str, Any] = {**spared, **data} if spared else data
    if set(told) != set(spec):
        raise NotCanonical(f"{place}: fields missing or unknown")
    for name, kind in spec.items():
        if kind is not None and type(told[name]) is not kind:
            raise NotCanonical(f"{place}.{name}: must be {kind.__name__}")
        if kind is int and told[name] < 0:
            raise NotCanonical(f"{place}.{name}: must not be below 0")
    return told


def within(kind: type, place: str, data: dict[str, Any]) -> dict[str, Any]:
    """The fields that `read` gave, none longer than its type allows."""
    for name, length in _limits(kind):
        if len(data[name]) > length:
            raise NotCanonical(f"{place}.{name}: must not be longer than {length}")
    return data


@cache
def _limits(kind: type) -> tuple[tuple[str, int], ...]:
    hints = get_type_hints(kind, include_extras=True).items()
    return tuple(
        (name, limit.length)
        for name, hint in hints
        for limit in getattr(hint, "__metadata__", ())
        if isinstance(limit, Most)
    )


def all_texts(items: list[Value]) -> bool:
    """Whether a list holds nothing but text."""
    return all(isinstance(item, str) for item in items)


def _plain(value: Any) -> Value:
    if isinstance(value, Message | Change):
        return value.wire()
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return {k: _plain(v) for k, v in value.items()} if isinstance(value, Mapping) else value
