"""What a device has, and what is new for it: entries of feeds, parts of snapshots, and what else it must be told.

A part of `schemas.wire`, where the protocol's versions and their evolution rule stand.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar, Self

from schemas import codec
from schemas.change import START, Change
from schemas.codec import NotCanonical, Value
from schemas.enrolling import Grant
from schemas.merge import Heads
from schemas.message import Id, Link, Message, Most, Stamp, all_texts, read, within

EARLIER = 200
"""The most changes of former enrolments that one pull asks about."""
TAKEN, HELD, RESTED, UNKNOWN = "taken", "held", "rested", "unknown"
FATES = frozenset({TAKEN, HELD, RESTED, UNKNOWN})


@dataclass(frozen=True)
class Cursor(Message):
    """Where a device stands in an area's feed: the number of the last entry it has and the chain there (0 and "" for
    none). `after`: the record that the last part of a snapshot ended with, "" when none is under way."""

    seq: int = 0
    chain: Link = START
    after: Annotated[str, Most(80)] = ""

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        return cls(**within(cls, "cursor", read(data, "cursor", seq=int, chain=str, after=str)))


@dataclass(frozen=True)
class Pull(Message):
    """What the device holds: a cursor for each area, the number of its last own change (`mine`; up to it, own changes
    come back as their numbers), and short digests of its grant and of the library's list, so that what did not change
    is not sent. `photos` is a digest too, of the attachments that this device knows the server waits for
    (`photos_digest`). `earlier`: changes that the person sent under a former enrolment and whose end is not known here.
    `budget`: canonical bytes wanted."""

    protocol: int
    device: Id
    now: Stamp
    cursors: Mapping[str, Cursor]
    mine: int
    grant: Link
    library: Link
    budget: int
    photos: Link = ""
    earlier: tuple[str, ...] = ()

    SPARED: ClassVar[Mapping[str, Value]] = {"photos": "", "earlier": []}

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        f = read(
            data, "pull", cls.SPARED, protocol=int, device=str, now=str, cursors=dict, mine=int, grant=str,
            library=str, budget=int, photos=str, earlier=list,
        )  # fmt: skip
        within(cls, "pull", f)
        if len(f["earlier"]) > EARLIER or not all_texts(f["earlier"]):
            raise NotCanonical("pull.earlier: must be changes, and not too many")
        cursors = {area: Cursor.from_wire(c) for area, c in f["cursors"].items()}
        return cls(**{**f, "cursors": cursors, "earlier": tuple(f["earlier"])})


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
class Earlier(Message):
    """What became of a change that the person sent under a former enrolment. `fate`: TAKEN when it stands in a feed,
    HELD with the `reason` while a supervisor has yet to look at it, RESTED when one let it rest, UNKNOWN when the
    server does not have it (any more)."""

    change: str
    fate: str
    reason: str = ""

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        found = cls(**read(data, "earlier", change=str, fate=str, reason=str))
        if found.fate not in FATES:
            raise NotCanonical("earlier.fate: must be one of those there are")
        return found


@dataclass(frozen=True)
class Pages(Message):
    """The answer to a pull. An area with nothing new is not in it. `more` when the budget ended it.

    `upto`: the device's last change here; less than it had a receipt for when the server was put back from a backup.
    `held`: its changes that a supervisor has yet to look at; `dismissed`: those that a supervisor let rest, by number.
    `earlier`: what became of those that the pull asked about. `lost`: areas whose cursor is not on the feed (any more).
    `grant`, `library` and `photos`, the person's attachments that are not whole here, only when they differ from what
    the pull named.
    """

    now: str
    pages: tuple[Page, ...] = ()
    snapshots: tuple[Snapshot, ...] = ()
    upto: int = 0
    held: tuple[SetAside, ...] = ()
    dismissed: tuple[int, ...] = ()
    lost: tuple[str, ...] = ()
    library: tuple[LibraryItem, ...] | None = None
    grant: Grant | None = None
    more: bool = False
    photos: tuple[str, ...] | None = None
    earlier: tuple[Earlier, ...] = ()

    SPARED: ClassVar[Mapping[str, Value]] = {"photos": None, "earlier": []}

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        f = read(
            data, "pages", cls.SPARED, now=str, pages=list, snapshots=list, upto=int, held=list, dismissed=list,
            lost=list, library=None, grant=None, more=bool, photos=None, earlier=list,
        )  # fmt: skip
        if not all(type(n) is int and n > 0 for n in f["dismissed"]) or not all_texts(f["lost"]):
            raise NotCanonical("pages: numbers and areas")
        library = f["library"]
        if library is not None and not isinstance(library, list):
            raise NotCanonical("pages.library: must be list")
        photos = f["photos"]
        if photos is not None and not (isinstance(photos, list) and all_texts(photos)):
            raise NotCanonical("pages.photos: must be attachments")
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
            photos=None if photos is None else tuple(photos),
            earlier=tuple(Earlier.from_wire(e) for e in f["earlier"]),
        )


def library_digest(items: Iterable[LibraryItem]) -> str:
    """What a pull names the library's list by."""
    return codec.short_digest(sorted(item.hash for item in items))


def photos_digest(attachments: Iterable[str]) -> str:
    """What a pull names a list of attachments by; "" for none."""
    names = sorted(attachments)
    return codec.short_digest(names) if names else ""


def _line(data: Value) -> Entry | Echo:
    if isinstance(data, dict) and "mine" in data:
        return Echo(**read(data, "entry", seq=int, mine=int))
    f = read(data, "entry", seq=int, change=dict)
    return Entry(f["seq"], Change.from_wire(f["change"]))


def _heads(data: Value) -> Heads:
    f = read({"saw": {}, **data} if isinstance(data, dict) else data, "head.heads", live=dict, early=list, saw=dict)
    if not all(isinstance(writes, dict) for writes in f["live"].values()):
        raise NotCanonical("head.heads.live: must be writes by slot")
    if not all(isinstance(pair, list) and len(pair) == 2 and all_texts(pair) for pair in f["early"]):
        raise NotCanonical("head.heads.early: must be pairs of slot and change")
    if not all(isinstance(seen, list) and all_texts(seen) for seen in f["saw"].values()):
        raise NotCanonical("head.heads.saw: must be changes by delete")
    return Heads.from_wire(data)
