"""The messages of sync, the same over HTTP and in a bundle.

Every message is canonical JSON of the shapes below. `from_wire` raises NotCanonical for anything else, before a byte
of it is believed.

Evolution rule: `PROTOCOL` is sent in every request. A server answers each protocol in `SPOKEN`; a client that speaks
none of them is told to update (`problems: protocol_unknown`) and loses nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Self, TypeAlias

from schemas import codec
from schemas.change import START, Change
from schemas.codec import NotCanonical, Value
from schemas.merge import Heads
from schemas.message import Message, read

PROTOCOL = 2
"""1: 2026-11, first trial. 2: 2026-11, snapshots, receipts by number, own changes come back as numbers only, grants are
renewed and lost areas told in a pull, pages are sealed by the county."""
SPOKEN = frozenset({2})

BATCH_BYTES = 256 * 1024
"""How much a client puts in one push, and asks for in one pull, in canonical bytes before compression."""
BODY_LIMIT = 4 * 1024 * 1024
"""The most a body may hold after decompression; above it the answer is `too_big` and the client halves its batch."""
CHUNK_BYTES = 256 * 1024
IMPLIED = frozenset({"device", "n", "prev"})
"""What a change in a push leaves out, because the order of the changes says it."""


@dataclass(frozen=True)
class Push(Message):
    """A device's changes in order, without a hole. `signature` is the device's over the last change's id, in hex.

    On the wire the changes leave out what the order says: the device, the numbers, and each one's `prev`, of which only
    the first is sent. So a batch cannot hold a hole, and 20 bytes a change that do not compress stay at home.
    """

    protocol: int
    device: str
    now: str
    changes: tuple[Change, ...]
    signature: str

    def wire(self) -> dict[str, Value]:
        first = self.changes[0] if self.changes else None
        return {
            "protocol": self.protocol,
            "device": self.device,
            "now": self.now,
            "first": first.n if first else 0,
            "prev": first.prev if first else "",
            "changes": [{k: v for k, v in c.wire().items() if k not in IMPLIED} for c in self.changes],
            "signature": self.signature,
        }

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        f = read(data, "push", protocol=int, device=str, now=str, first=int, prev=str, changes=list, signature=str)
        changes: list[Change] = []
        prev = f["prev"]
        for n, item in enumerate(f["changes"], f["first"]):
            if not isinstance(item, dict) or not IMPLIED.isdisjoint(item):
                raise NotCanonical("push.changes: must be objects without what their order says")
            changes.append(Change.from_wire({**item, "device": f["device"], "n": n, "prev": prev}))
            prev = changes[-1].id
        return cls(f["protocol"], f["device"], f["now"], tuple(changes), f["signature"])


@dataclass(frozen=True)
class Taken(Message):
    """The change is in the area's feed at `seq`, durably."""

    area: str
    seq: int


@dataclass(frozen=True)
class Known(Message):
    """The change was in the feed already, at `seq`."""

    area: str
    seq: int


@dataclass(frozen=True)
class Held(Message):
    """The change is kept for a supervisor; `reason` is a code of the problem catalogue."""

    reason: str


Verdict: TypeAlias = Taken | Known | Held


@dataclass(frozen=True)
class Receipt(Message):
    """Everything up to the device's change number `upto` is durable at the server. `verdicts` are of the changes
    `first`, `first + 1` … in the order they were sent."""

    device: str
    first: int
    upto: int
    verdicts: tuple[Verdict, ...]

    def wire(self) -> dict[str, Value]:
        verdicts = [{"is": TAGS[type(v)], **v.wire()} for v in self.verdicts]
        return {"device": self.device, "first": self.first, "upto": self.upto, "verdicts": verdicts}

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        f = read(data, "receipt", device=str, first=int, upto=int, verdicts=list)
        return cls(f["device"], f["first"], f["upto"], tuple(_verdict(v) for v in f["verdicts"]))


@dataclass(frozen=True)
class Cursor(Message):
    """Where a device stands in an area's feed: the number of the last entry it has and the chain there (0 and "" for
    none). `after`: the record that the last part of a snapshot ended with, "" when none is under way."""

    seq: int = 0
    chain: str = START
    after: str = ""

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        return cls(**read(data, "cursor", seq=int, chain=str, after=str))


@dataclass(frozen=True)
class Pull(Message):
    """What the device holds: a cursor for each area, the number of its last own change (`mine`; up to it, own changes
    come back as their numbers), and short digests of its grant and of the library's list, so that what did not change
    is not sent. `budget`: canonical bytes wanted."""

    protocol: int
    device: str
    now: str
    cursors: Mapping[str, Cursor]
    mine: int
    grant: str
    library: str
    budget: int

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        f = read(
            data, "pull", protocol=int, device=str, now=str, cursors=dict, mine=int, grant=str, library=str, budget=int
        )
        return cls(**{**f, "cursors": {area: Cursor.from_wire(c) for area, c in f["cursors"].items()}})


@dataclass(frozen=True)
class Entry(Message):
    """One line of an area's feed."""

    seq: int
    change: Change


@dataclass(frozen=True)
class Echo(Message):
    """One line of an area's feed that the device wrote itself: its own change number `mine`."""

    seq: int
    mine: int


@dataclass(frozen=True)
class Page(Message):
    """The next entries of an area, dense from the cursor; `chain` is the area's chain after the last of them, `head`
    the number of the area's last entry. `seal` is the county's signature over area, number and chain of the page's last
    entry (`standing`): with it a device can prove what the feed was, should the server ever forget."""

    area: str
    entries: tuple[Entry | Echo, ...]
    chain: str
    head: int
    seal: str

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        f = read(data, "page", area=str, entries=list, chain=str, head=int, seal=str)
        return cls(f["area"], tuple(_line(item) for item in f["entries"]), f["chain"], f["head"], f["seal"])


@dataclass(frozen=True)
class Head(Message):
    """One record as a snapshot brings it."""

    household: str
    record: str
    kind: str
    heads: Heads

    def wire(self) -> dict[str, Value]:
        return {"household": self.household, "record": self.record, "kind": self.kind, "heads": self.heads.wire()}

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        f = read(data, "head", household=str, record=str, kind=str, heads=dict)
        return cls(f["household"], f["record"], f["kind"], _heads(f["heads"]))


@dataclass(frozen=True)
class Snapshot(Message):
    """A part of an area's records as they stand, in order of household and record, in the place of its whole log.

    `since` is the `after` that was asked with, `after` the one to ask the next part with, "" in the last part. The
    part was read when the feed stood at `seq` with `chain`; later parts are read later, so whoever applies the feed
    afterwards skips for each record the entries up to the `seq` its part was read at. `mine`: of the device's own
    changes those up to this number are in it, unless they are held. `seal` as of a Page.
    """

    area: str
    since: str
    heads: tuple[Head, ...]
    after: str
    seq: int
    chain: str
    mine: int
    seal: str

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        f = read(data, "snapshot", area=str, since=str, heads=list, after=str, seq=int, chain=str, mine=int, seal=str)
        return cls(**{**f, "heads": tuple(Head.from_wire(h) for h in f["heads"])})


def standing(area: str, seq: int, chain: str) -> bytes:
    """What the county signs of a feed: that it stood at this number with this chain."""
    return codec.encode([area, seq, chain])


@dataclass(frozen=True)
class Witness(Message):
    """What a device holds of a feed that the server has lost part of: the ids of all entries from `before` (the chain
    before the first) to the entry `seq`, sealed by the county. `changes` are those of them that the server said it
    lacks, as many as fit in one message; none asks which it lacks."""

    protocol: int
    device: str
    area: str
    before: str
    ids: tuple[str, ...]
    seq: int
    seal: str
    changes: tuple[Change, ...]

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        f = read(
            data, "witness", protocol=int, device=str, area=str, before=str, ids=list, seq=int, seal=str, changes=list
        )
        if not _texts(f["ids"]):
            raise NotCanonical("witness.ids: must be ids")
        return cls(**{**f, "ids": tuple(f["ids"]), "changes": tuple(Change.from_wire(c) for c in f["changes"])})


@dataclass(frozen=True)
class Lacking(Message):
    """The answer to a Witness: which of its ids the server still lacks."""

    ids: tuple[str, ...]

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        f = read(data, "lacking", ids=list)
        if not _texts(f["ids"]):
            raise NotCanonical("lacking.ids: must be ids")
        return cls(tuple(f["ids"]))


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
        return cls(**read(data, "library", hash=str, kind=str, name=str, signature=str))


@dataclass(frozen=True)
class SetAside(Message):
    """The device's own change `n` is kept for a supervisor; `reason` is a code of the problem catalogue."""

    n: int
    reason: str

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        return cls(**read(data, "held", n=int, reason=str))


@dataclass(frozen=True)
class Pages(Message):
    """The answer to a pull. An area with nothing new is not in it. `more` when the budget ended it.

    `upto`: the device's last change here; less than it had a receipt for when the server was put back from a backup.
    `held`: its changes that a supervisor has yet to look at; `dismissed`: those that a supervisor let rest, by number.
    `lost`: areas whose cursor is not on the feed (any more). `grant` and `library` only when they differ from what the
    pull named.
    """

    now: str
    pages: tuple[Page, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    upto: int = 0
    held: tuple[SetAside, ...] = ()
    dismissed: tuple[int, ...] = ()
    lost: tuple[str, ...] = ()
    library: tuple[LibraryItem, ...] | None = None
    grant: "Grant | None" = None
    more: bool = False

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        f = read(
            data, "pages", now=str, pages=list, snapshots=list, upto=int, held=list, dismissed=list, lost=list,
            library=None, grant=None, more=bool,
        )  # fmt: skip
        if not all(type(n) is int and n > 0 for n in f["dismissed"]) or not _texts(f["lost"]):
            raise NotCanonical("pages: numbers and areas")
        library = f["library"]
        if library is not None and not isinstance(library, list):
            raise NotCanonical("pages.library: must be list")
        return cls(
            now=f["now"],
            pages=tuple(Page.from_wire(p) for p in f["pages"]),
            snapshots=tuple(Snapshot.from_wire(s) for s in f["snapshots"]),
            upto=f["upto"],
            held=tuple(SetAside.from_wire(h) for h in f["held"]),
            dismissed=tuple(f["dismissed"]),
            lost=tuple(f["lost"]),
            library=None if library is None else tuple(LibraryItem.from_wire(i) for i in library),
            grant=None if f["grant"] is None else Grant.from_wire(f["grant"]),
            more=f["more"],
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
        return cls(**read(data, "enrol", protocol=int, code=str, name=str, sign_key=str, box_key=str))


@dataclass(frozen=True)
class Area(Message):
    code: str
    name: str

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        return cls(**read(data, "area", code=str, name=str))


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
        f = read(data, "grant", **{x.name: list if x.name == "areas" else str for x in fields(cls)})
        return cls(**{**f, "areas": tuple(Area.from_wire(a) for a in f["areas"])})

    def signed_part(self) -> dict[str, Value]:
        return {k: v for k, v in self.wire().items() if k != "signature"}

    @property
    def digest(self) -> str:
        """What a pull names it by."""
        return codec.short_digest(self.signed_part())


def library_digest(items: Iterable[LibraryItem]) -> str:
    """What a pull names the library's list by."""
    return codec.short_digest(sorted(item.hash for item in items))


TAGS: dict[type, str] = {Taken: "taken", Known: "known", Held: "held"}
"""What a verdict is called on the wire."""


def _verdict(data: Value) -> Verdict:
    if not isinstance(data, dict) or "is" not in data:
        raise NotCanonical("verdict: must say which it is")
    rest = {k: v for k, v in data.items() if k != "is"}
    match data["is"]:
        case "taken":
            return Taken(**read(rest, "verdict", area=str, seq=int))
        case "known":
            return Known(**read(rest, "verdict", area=str, seq=int))
        case "held":
            return Held(**read(rest, "verdict", reason=str))
        case _:
            raise NotCanonical("verdict.is: unknown")


def _line(data: Value) -> Entry | Echo:
    if isinstance(data, dict) and "mine" in data:
        return Echo(**read(data, "entry", seq=int, mine=int))
    f = read(data, "entry", seq=int, change=dict)
    return Entry(f["seq"], Change.from_wire(f["change"]))


def _heads(data: Value) -> Heads:
    f = read({"saw": {}, **data} if isinstance(data, dict) else data, "head.heads", live=dict, early=list, saw=dict)
    if not all(isinstance(writes, dict) for writes in f["live"].values()):
        raise NotCanonical("head.heads.live: must be writes by slot")
    if not all(isinstance(pair, list) and len(pair) == 2 and _texts(pair) for pair in f["early"]):
        raise NotCanonical("head.heads.early: must be pairs of slot and change")
    if not all(isinstance(seen, list) and _texts(seen) for seen in f["saw"].values()):
        raise NotCanonical("head.heads.saw: must be changes by delete")
    return Heads.from_wire(data)


def _texts(items: list[Value]) -> bool:
    return all(isinstance(item, str) for item in items)
