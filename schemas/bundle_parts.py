"""What stands in a bundle, one after the other: how it opens, the messages of sync, pieces of photos, documents.

Each is a tag, a length in four bytes, and a body: messages are compressed canonical JSON, documents compressed, pieces
of photos as they are. Which may stand in a bundle depends on its kind. The evolution rule is the bundle's.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self, TypeAlias

from schemas import codec, ids, wire
from schemas.codec import NotCanonical, Value
from schemas.message import Message, read
from schemas.problems import Failed

BODY_LIMIT = {"up": wire.BODY_LIMIT, "return": 4 * wire.BODY_LIMIT}
"""The most one part may hold after decompression, by kind: what a server takes at once and what a device does."""
END = 0
"""The tag of the signature."""
_OPENING_LIMIT = 4096


@dataclass(frozen=True)
class Opening(Message):
    """What a bundle says of itself. `maker` is the device's id, in a return bundle the county's code; `reader` the
    public key in hex that it is closed to; `id` a record id, the same in an up bundle and the return to it. `at` is
    when it was made by its maker's clock, `asked` when the bundle that a return answers was, by the device's."""

    kind: str
    id: str
    maker: str
    reader: str
    at: str
    asked: str = ""

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        return cls(**read(data, "opening", kind=str, id=str, maker=str, reader=str, at=str, asked=str))

    @property
    def code(self) -> str:
        """What people call the bundle by; it tells nothing."""
        return ids.short_code(self.id)


@dataclass(frozen=True)
class Piece:
    """A piece of a photo, known by its hash as a chunk is."""

    data: bytes


@dataclass(frozen=True)
class Document:
    """The canonical bytes of a form or pack, known by their hash."""

    data: bytes


@dataclass(frozen=True)
class Have(Message):
    """Hashes of documents that the maker has, or of pieces that it holds safely."""

    hashes: tuple[str, ...]

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        f = read(data, "have", hashes=list)
        if not all(isinstance(h, str) for h in f["hashes"]):
            raise NotCanonical("have.hashes: must be hashes")
        return cls(tuple(f["hashes"]))


@dataclass(frozen=True)
class Refused(Message):
    """The refusal of a push or of the pull (`asked`), with the code and figures of the problem."""

    asked: str
    code: str
    figures: dict[str, Value]

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        return cls(**read(data, "refused", asked=str, code=str, figures=dict))


Part: TypeAlias = wire.Push | Piece | Have | wire.Pull | wire.Receipt | Refused | wire.Pages | Document

_READ: dict[int, Callable[[Value], Part | Opening]] = {
    1: Opening.from_wire,
    2: wire.Push.from_wire,
    4: Have.from_wire,
    5: wire.Pull.from_wire,
    6: wire.Receipt.from_wire,
    7: Refused.from_wire,
    8: wire.Pages.from_wire,
}
_TAG: dict[type[Part] | type[Opening], int] = {
    Opening: 1,
    wire.Push: 2,
    Piece: 3,
    Have: 4,
    wire.Pull: 5,
    wire.Receipt: 6,
    Refused: 7,
    wire.Pages: 8,
    Document: 9,
}
_MAY_HOLD: dict[str, tuple[type, ...]] = {
    "up": (wire.Push, Piece, Have, wire.Pull),
    "return": (wire.Receipt, Refused, Have, wire.Pages, Document),
}


def frame(part: Part | Opening) -> bytes:
    """A part as it stands in a bundle."""
    match part:
        case Piece(data):
            body = data
        case Document(data):
            body = zlib.compress(data, 6)
        case _:
            body = zlib.compress(codec.encode(part.wire()), 6)
    return framed(_TAG[type(part)], body)


def framed(tag: int, body: bytes) -> bytes:
    return bytes([tag]) + len(body).to_bytes(4, "big") + body


def opening_of(first: tuple[int, bytes] | None) -> Opening:
    """The opening in the first frame (tag and body) of a bundle; raises Failed `bundle_damaged`."""
    found = _message(first[0], first[1], _OPENING_LIMIT) if first is not None else None
    if not isinstance(found, Opening) or found.kind not in _MAY_HOLD or not ids.is_record_id(found.id):
        raise Failed("bundle_damaged")
    return found


def part_of(kind: str, tag: int, body: bytes) -> Part:
    """The part in a frame of a bundle of this kind; raises Failed `bundle_damaged`."""
    found = _message(tag, body, BODY_LIMIT[kind])
    if isinstance(found, Opening) or not isinstance(found, _MAY_HOLD[kind]):
        raise Failed("bundle_damaged")
    return found


def _message(tag: int, body: bytes, limit: int) -> Part | Opening:
    if tag == _TAG[Piece]:
        return Piece(body)
    data = _unpacked(body, limit)
    if tag == _TAG[Document]:
        return Document(data)
    try:
        return _READ[tag](codec.decode(data))
    except (KeyError, NotCanonical) as error:
        raise Failed("bundle_damaged") from error


def _unpacked(data: bytes, limit: int) -> bytes:
    """What was compressed, if it is no more than the limit."""
    unpack = zlib.decompressobj()
    try:
        out = unpack.decompress(data, limit + 1)
    except zlib.error as error:
        raise Failed("bundle_damaged") from error
    if len(out) > limit or not unpack.eof or unpack.unused_data:
        raise Failed("bundle_damaged")
    return out
