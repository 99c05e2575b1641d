"""What a feed was, as the county sealed it, and how a device proves it to a server that was put back from a backup.

A part of `schemas.wire`, where the protocol's versions and their evolution rule stand.
"""

from dataclasses import dataclass
from typing import Self

from schemas import codec
from schemas.change import Change
from schemas.codec import NotCanonical, Value
from schemas.message import Id, Link, Message, Signature, all_texts, read, within


def standing(area: str, seq: int, chain: str) -> bytes:
    """What the county signs of a feed: that it stood at this number with this chain."""
    return codec.encode([area, seq, chain])


@dataclass(frozen=True)
class Witness(Message):
    """What a device holds of a feed that the server has lost part of: the ids of all entries from `before` (the chain
    before the first) to the entry `seq`, sealed by the county. `changes` are those of them that the server said it
    lacks, as many as fit in one message; none asks which it lacks."""

    protocol: int
    device: Id
    area: Id
    before: Link
    ids: tuple[str, ...]
    seq: int
    seal: Signature
    changes: tuple[Change, ...]

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        f = read(
            data, "witness", protocol=int, device=str, area=str, before=str, ids=list, seq=int, seal=str, changes=list
        )
        if not all_texts(f["ids"]):
            raise NotCanonical("witness.ids: must be ids")
        within(cls, "witness", f)
        return cls(**{**f, "ids": tuple(f["ids"]), "changes": tuple(Change.from_wire(c) for c in f["changes"])})


@dataclass(frozen=True)
class Lacking(Message):
    """The answer to a Witness: which of its ids the server still lacks."""

    ids: tuple[str, ...]

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        f = read(data, "lacking", ids=list)
        if not all_texts(f["ids"]):
            raise NotCanonical("lacking.ids: must be ids")
        return cls(tuple(f["ids"]))
