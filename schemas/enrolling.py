"""How a device is let in: what it asks with, and what it is granted.

A part of `schemas.wire`, where the protocol's versions and their evolution rule stand.
"""

from dataclasses import dataclass, fields
from typing import Annotated, Self

from schemas import codec
from schemas.codec import Value
from schemas.message import Message, Most, read, within


@dataclass(frozen=True)
class Enrol(Message):
    """A device asks to be let in with a one-time code. Keys are raw public keys in hex: Ed25519, X25519."""

    protocol: int
    code: Annotated[str, Most(64)]
    name: str
    sign_key: Annotated[str, Most(64)]
    box_key: Annotated[str, Most(64)]

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        f = read(data, "enrol", protocol=int, code=str, name=str, sign_key=str, box_key=str)
        return cls(**within(cls, "enrol", f))


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
