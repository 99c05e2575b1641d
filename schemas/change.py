"""A change: what one author set on one record, and what they had in front of them.

The header names everything but the content; the body holds the content and a salt, and the header holds only the
body's digest. So a lawful erasure can destroy a body while the id, the device chain and the area chain still verify,
and nobody can guess a destroyed body from its digest. A change whose body was destroyed sets nothing and has seen
nothing; on the wire the digest stands where the body stood.

Evolution rule: `VERSION` stands in every header. A header of a known version has exactly the fields below. A new
field means a new version; readers keep every old one. `tests/vectors/change.json` pins ids and bytes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
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
    erased: str = ""
    """The digest of the body that was destroyed; empty while the body is here."""

    @cached_property
    def id(self) -> str:
        """32 base32 characters over the canonical header."""
        return codec.short(self._header)

    @cached_property
    def encoded(self) -> bytes:
        """The canonical bytes of `wire()`. What the id was taken over is not made a second time."""
        if self.erased:
            return self._header
        # Quotes inside a value are escaped, so the first place where this stands is the field.
        return self._header.replace(b'"body":"%s"' % self._digest.encode(), b'"body":' + self._body, 1)

    def body(self) -> dict[str, Value]:
        return {"salt": self.salt, "seen": sorted(self.seen), "sets": dict(self.sets)}

    def header(self) -> dict[str, Value]:
        return {
            "v": VERSION,
            "household": self.household,
            "record": self.record,
            "kind": self.kind,
            "form": self.form,
            "body": self.erased or self._digest,
            "author": self.author,
            "device": self.device,
            "n": self.n,
            "prev": self.prev,
            "at": self.at,
        }

    def wire(self) -> dict[str, Value]:
        """The change as it is stored and sent: the header with the body in place of its digest."""
        return self.header() if self.erased else {**self.header(), "body": self.body()}

    def without_body(self) -> Self:
        """The same change, under the same id, after a lawful erasure."""
        return replace(self, sets={}, seen=frozenset(), salt="", erased=self.erased or self._digest)

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        """The change in a wire value, as `codec.decode` gives it; raises NotCanonical with the place when a field is
        missing, extra or of a wrong type."""
        head = _fields(data, "change", HEADER)
        erased = head["body"] if isinstance(head["body"], str) else ""
        body = _ERASED if erased else _fields(head["body"], "change.body", BODY)
        if head["v"] != VERSION:
            raise NotCanonical("change.v: unknown version")
        if erased and not _DIGEST.fullmatch(erased):
            raise NotCanonical("change.body: must be a body or its digest")
        if not head["n"] > 0:
            raise NotCanonical("change.n: must count from 1")
        if not all(isinstance(s, str) for s in body["seen"]):
            raise NotCanonical("change.body.seen: must be ids")
        made = cls(
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
            erased=erased,
        )
        if not erased:
            # What `codec.decode` gave need not be looked through again.
            made.__dict__["_body"] = codec.encode_again(body | {"seen": sorted(made.seen)})
            if codec.is_deeper(body, codec.DEEPEST - _AROUND, made._body):
                raise NotCanonical("change.body: too deep")
        return made

    @cached_property
    def _header(self) -> bytes:
        return codec.encode(self.header())

    @cached_property
    def _body(self) -> bytes:
        return codec.encode(self.body(), _AROUND)

    @cached_property
    def _digest(self) -> str:
        return codec.sha256(self._body)


def chain(previous: str, change_id: str) -> str:
    """The next link of an area's chain: 32 base32 characters over the link before and the change's id."""
    if previous.isascii() and previous.isalnum() and change_id.isascii() and change_id.isalnum():
        return codec.short(f'["{previous}","{change_id}"]'.encode())
    return codec.short_digest([previous, change_id])


_AROUND = 16
"""How deep in a message or a snapshot a body may stand: what could not be sent on must not be made or taken."""
_DIGEST = re.compile("[0-9a-f]{64}")
HEADER: dict[str, type | tuple[type, ...]] = {
    "v": int, "household": str, "record": str, "kind": str, "form": str, "body": (dict, str),
    "author": str, "device": str, "n": int, "prev": str, "at": str,
}  # fmt: skip
BODY: dict[str, type | tuple[type, ...]] = {"salt": str, "seen": list, "sets": dict}
_ERASED: dict[str, Value] = {"salt": "", "seen": [], "sets": {}}


def _fields(data: Value, place: str, spec: Mapping[str, type | tuple[type, ...]]) -> dict[str, Value]:
    if not isinstance(data, dict):
        raise NotCanonical(f"{place}: must be an object")
    if data.keys() != spec.keys():
        raise NotCanonical(f"{place}: fields missing or unknown: {len(set(data) ^ set(spec))}")
    for name, kind in spec.items():
        found = data[name]
        if type(found) is not kind and (not isinstance(found, kind) or isinstance(found, bool)):
            raise NotCanonical(f"{place}.{name}: must be of another type")
    return data
