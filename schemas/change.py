"""A change: what one author set on one record, and what they had in front of them.

The header names everything but the content; the body holds the content and a salt, and the header holds only the
body's digest. So a lawful erasure can destroy a body while the id, the device chain and the area chain still verify,
and nobody can guess a destroyed body from its digest.

Evolution rule: `VERSION` stands in every header. A header of a known version has exactly the fields below. A new
field means a new version; readers keep every old one. `tests/vectors/change.json` pins ids and bytes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from schemas import codec
from schemas.codec import NotCanonical, Value

VERSION = 1
START = ""
"""What `prev` holds in a device's first change, and what an area's chain is before its first entry."""


@dataclass(frozen=True)
class Change:
    """One change. `sets` maps slot to value (None clears); `seen` holds ids of the changes it had in front of it."""

    household: str
    record: str
    kind: str
    form: str
    sets: Mapping[str, Value]
    seen: frozenset[str]
    author: str
    device: str
    n: int
    prev: str
    at: str
    salt: str

    @cached_property
    def id(self) -> str:
        """32 base32 characters over the canonical header."""
        return codec.short_digest(self.header())

    def body(self) -> dict[str, Value]:
        return {"salt": self.salt, "seen": sorted(self.seen), "sets": dict(self.sets)}

    def header(self) -> dict[str, Value]:
        return {
            "v": VERSION,
            "household": self.household,
            "record": self.record,
            "kind": self.kind,
            "form": self.form,
            "body": codec.digest(self.body()),
            "author": self.author,
            "device": self.device,
            "n": self.n,
            "prev": self.prev,
            "at": self.at,
        }

    def wire(self) -> dict[str, Value]:
        """The change as it is stored and sent: the header with the body in place of its digest."""
        return {**self.header(), "body": self.body()}

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        """The change in a wire value; raises NotCanonical with the place when a field is missing, extra or of a
        wrong type."""
        head = _fields(data, "change", _HEADER)
        body = _fields(head["body"], "change.body", _BODY)
        if head["v"] != VERSION:
            raise NotCanonical("change.v: unknown version")
        if not head["n"] > 0:
            raise NotCanonical("change.n: must count from 1")
        if not all(isinstance(s, str) for s in body["seen"]):
            raise NotCanonical("change.body.seen: must be ids")
        return cls(
            household=head["household"],
            record=head["record"],
            kind=head["kind"],
            form=head["form"],
            sets=body["sets"],
            seen=frozenset(body["seen"]),
            author=head["author"],
            device=head["device"],
            n=head["n"],
            prev=head["prev"],
            at=head["at"],
            salt=body["salt"],
        )


def chain(previous: str, change_id: str) -> str:
    """The next link of an area's chain: 32 base32 characters over the link before and the change's id."""
    return codec.short_digest([previous, change_id])


_HEADER: dict[str, type] = {
    "v": int, "household": str, "record": str, "kind": str, "form": str, "body": dict,
    "author": str, "device": str, "n": int, "prev": str, "at": str,
}  # fmt: skip
_BODY: dict[str, type] = {"salt": str, "seen": list, "sets": dict}


def _fields(data: Value, place: str, spec: Mapping[str, type]) -> dict[str, Value]:
    if not isinstance(data, dict):
        raise NotCanonical(f"{place}: must be an object")
    if odd := set(data) ^ set(spec):
        raise NotCanonical(f"{place}: fields missing or unknown: {len(odd)}")
    for name, kind in spec.items():
        if not isinstance(data[name], kind) or isinstance(data[name], bool):
            raise NotCanonical(f"{place}.{name}: must be {kind.__name__}")
    return data
