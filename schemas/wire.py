"""The messages of sync, the same over HTTP and in a bundle.

Every message is canonical JSON of the shapes below. `from_wire` raises NotCanonical for anything else, before a byte
of it is believed.

Evolution rule: `PROTOCOL` is sent in every request. A server answers each protocol in `SPOKEN`; a client that speaks
none of them is told to update (`problems: protocol_unknown`) and loses nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Self, TypeAlias

from schemas.change import Change
from schemas.codec import NotCanonical, Value

PROTOCOL = 1
"""1: 2026-11, first release."""
SPOKEN = frozenset({1})

BATCH_BYTES = 256 * 1024
"""How much a client puts in one push, and asks for in one pull, in canonical bytes before compression."""
BODY_LIMIT = 4 * 1024 * 1024
"""The most a body may hold after decompression; above it the answer is `too_big` and the client halves its batch."""
CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True)
class Message:
    """A frozen dataclass whose fields are plain values, messages or tuples of messages."""

    def wire(self) -> dict[str, Value]:
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self)}


@dataclass(frozen=True)
class Push(Message):
    """A device's changes n..m in order. `signature` is the device's over the last change's id, in hex."""

    protocol: int
    device: str
    now: str
    changes: tuple[Change, ...]
    signature: str

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        f = _read(data, "push", protocol=int, device=str, now=str, changes=list, signature=str)
        return cls(**{**f, "changes": tuple(Change.from_wire(c) for c in f["changes"])})


@dataclass(frozen=True)
class Taken(Message):
    """The change is in the area's feed at `seq`, durably."""

    id: str
    area: str
    seq: int


@dataclass(frozen=True)
class Known(Message):
    """The change was in the feed already, at `seq`."""

    id: str
    area: str
    seq: int


@dataclass(frozen=True)
class Held(Message):
    """The change is kept for a supervisor; `reason` is a code of the problem catalogue."""

    id: str
    reason: str


Verdict: TypeAlias = Taken | Known | Held


@dataclass(frozen=True)
class Receipt(Message):
    """Everything up to the device's change number `upto` is durable at the server; a verdict for each change sent."""

    upto: int
    verdicts: tuple[Verdict, ...]

    def wire(self) -> dict[str, Value]:
        return {"upto": self.upto, "verdicts": [{"is": _TAG[type(v)], **v.wire()} for v in self.verdicts]}

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        f = _read(data, "receipt", upto=int, verdicts=list)
        return cls(f["upto"], tuple(_verdict(v) for v in f["verdicts"]))


@dataclass(frozen=True)
class Pull(Message):
    """What the device holds: for each area the number of the last entry it has."""

    protocol: int
    device: str
    cursors: Mapping[str, int]
    budget: int

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        f = _read(data, "pull", protocol=int, device=str, cursors=dict, budget=int)
        if not all(isinstance(n, int) and n >= 0 for n in f["cursors"].values()):
            raise NotCanonical("pull.cursors: must be numbers of entries")
        return cls(**f)


@dataclass(frozen=True)
class Entry(Message):
    """One line of an area's feed."""

    seq: int
    change: Change


@dataclass(frozen=True)
class Page(Message):
    """The next entries of an area, dense from the cursor; `chain` is the area's chain after the last of them (or at
    the cursor when there are none), `head` the number of the area's last entry."""

    area: str
    entries: tuple[Entry, ...]
    chain: str
    head: int

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        f = _read(data, "page", area=str, entries=list, chain=str, head=int)
        entries = []
        for item in f["entries"]:
            e = _read(item, "entry", seq=int, change=dict)
            entries.append(Entry(e["seq"], Change.from_wire(e["change"])))
        return cls(f["area"], tuple(entries), f["chain"], f["head"])


@dataclass(frozen=True)
class LibraryItem(Message):
    """A form or pack in force: its content hash (SHA-256 of its canonical bytes), kind, name, and the county's
    signature over the hash in hex."""

    hash: str
    kind: str
    name: str
    signature: str

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        return cls(**_read(data, "library", hash=str, kind=str, name=str, signature=str))


@dataclass(frozen=True)
class Pages(Message):
    """The answer to a pull. `more` when the budget ended it; `held` are this device's changes a supervisor has yet
    to look at."""

    now: str
    pages: tuple[Page, ...]
    library: tuple[LibraryItem, ...]
    held: tuple[Held, ...]
    more: bool

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        f = _read(data, "pages", now=str, pages=list, library=list, held=list, more=bool)
        return cls(
            f["now"],
            tuple(Page.from_wire(p) for p in f["pages"]),
            tuple(LibraryItem.from_wire(i) for i in f["library"]),
            tuple(Held(**_read(h, "held", id=str, reason=str)) for h in f["held"]),
            f["more"],
        )


@dataclass(frozen=True)
class Enrol(Message):
    """A device asks to be let in with a one-time code. Keys are raw public keys in hex: Ed25519, X25519."""

    protocol: int
    code: str
    name: str
    sign_key: str
    box_key: str

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        return cls(**_read(data, "enrol", protocol=int, code=str, name=str, sign_key=str, box_key=str))


@dataclass(frozen=True)
class Area(Message):
    code: str
    name: str

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        return cls(**_read(data, "area", code=str, name=str))


@dataclass(frozen=True)
class Grant(Message):
    """What one person may do on one device. `signature` is the county's over the canonical rest, in hex."""

    device: str
    user: str
    name: str
    role: str
    county: str
    county_name: str
    areas: tuple[Area, ...]
    issued: str
    expires: str
    county_sign_key: str
    county_box_key: str
    signature: str

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        f = _read(data, "grant", **{x.name: list if x.name == "areas" else str for x in fields(cls)})
        return cls(**{**f, "areas": tuple(Area.from_wire(a) for a in f["areas"])})

    def signed_part(self) -> dict[str, Value]:
        return {k: v for k, v in self.wire().items() if k != "signature"}


_TAG: dict[type, str] = {Taken: "taken", Known: "known", Held: "held"}


def _verdict(data: Value) -> Verdict:
    if not isinstance(data, dict) or "is" not in data:
        raise NotCanonical("verdict: must say which it is")
    rest = {k: v for k, v in data.items() if k != "is"}
    match data["is"]:
        case "taken":
            return Taken(**_read(rest, "verdict", id=str, area=str, seq=int))
        case "known":
            return Known(**_read(rest, "verdict", id=str, area=str, seq=int))
        case "held":
            return Held(**_read(rest, "verdict", id=str, reason=str))
        case _:
            raise NotCanonical("verdict.is: unknown")


def _plain(value: Any) -> Value:
    if isinstance(value, Message | Change):
        return value.wire()
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    return dict(value) if isinstance(value, Mapping) else value


def _read(data: Value, place: str, **spec: Callable[..., Any]) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise NotCanonical(f"{place}: must be an object")
    if set(data) != set(spec):
        raise NotCanonical(f"{place}: fields missing or unknown")
    for name, kind in spec.items():
        if type(data[name]) is not kind:
            raise NotCanonical(f"{place}.{name}: must be {kind.__name__}")
    return data
