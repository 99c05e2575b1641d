"""What a device hands over, and what became of each change.

A part of `schemas.wire`, where the protocol's versions and their evolution rule stand.
"""

from dataclasses import dataclass
from typing import Self, TypeAlias

from schemas.change import Change
from schemas.codec import NotCanonical, Value
from schemas.message import Id, Message, Signature, Stamp, read, within

IMPLIED = frozenset({"device", "n", "prev"})
"""What a change in a push leaves out, because the order of the changes says it."""


@dataclass(frozen=True)
class Push(Message):
    """A device's changes in order, without a hole. `signature` is the device's over the last change's id, in hex.

    On the wire the changes leave out what the order says: the device, the numbers, and each one's `prev`, of which only
    the first is sent. So a batch cannot hold a hole, and 20 bytes a change that do not compress stay at home.
    """

    protocol: int
    device: Id
    now: Stamp
    changes: tuple[Change, ...]
    signature: Signature

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
        within(cls, "push", f)
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
