"""The keys of one open person, and the sealing of a value into its row.

  UK (one per user)  →  CK (one per person and area; its generation `gen`)  →  a key per purpose

A value is bound to its place: vault, purpose, person, area, generation, row id and revision. A sealed value copied to
another row, or to another vault, opens nowhere. Not told by this: a whole row put back to an older state of its own;
the chains over changes tell that (`checking`).
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from app.vault import sealing
from app.vault.sealing import Random
from schemas import codec
from schemas.clock import Clock
from schemas.codec import Value
from schemas.problems import Failed

STEPS: Final[Mapping[str, int]] = {
    "record": 1024,
    "summary": 256,
    "change": 256,
    "working": 1024,
    "attachment": 256,
}
"""What is sealed under a compartment's key, and to what multiple of bytes it is padded."""
CANONICAL: Final = frozenset({"record", "summary", "change"})
"""What is made of values that are canonical already, so that they need not be looked at again."""


class Keyring:
    """One person's keys while their vault is open. `drop` forgets them; after that everything raises `locked`."""

    def __init__(
        self,
        vault: bytes,
        person: int,
        user_key: bytes,
        areas: Mapping[tuple[str, int], bytes],
        suite: int,
        random: Random,
    ) -> None:
        self.vault = vault
        self._vault = vault.hex()
        self.person = person
        self.suite = suite
        self._random = random
        self._user_key: bytes | None = user_key
        self._areas = dict(areas)
        self._derived: dict[tuple[str, int, str], bytes] = {}

    @property
    def user_key(self) -> bytes:
        if self._user_key is None:
            raise Failed("locked")
        return self._user_key

    def drop(self) -> None:
        """Forgets the keys. Python cannot wipe bytes; dropping the references is what it can do."""
        self._user_key = None
        self._areas = {}
        self._derived = {}

    def generation(self, area: str) -> int:
        """The generation to seal under; raises Failed `not_your_area` where the person holds no key."""
        gens = [gen for code, gen in self._areas if code == area]
        if not gens:
            raise Failed("locked" if self._user_key is None else "not_your_area")
        return max(gens)

    def add(self, area: str, gen: int, key: bytes) -> None:
        self._areas = {**self._areas, (area, gen): key}

    def holds(self, area: str) -> bool:
        return any(code == area for code, _ in self._areas)

    def seal(self, purpose: str, area: str, row: str, rev: int, value: Value) -> tuple[int, bytes]:
        """The generation used and the sealed value of one row."""
        gen = self.generation(area)
        text = codec.encode_again(value) if purpose in CANONICAL else codec.encode(value)
        content = sealing.pack(text, STEPS[purpose])
        about = self._about(purpose, area, gen, row, rev)
        return gen, sealing.seal(self.suite, self.key(purpose, area, gen), about, content, self._random)

    def unseal(self, purpose: str, area: str, gen: int, row: str, rev: int, sealed: bytes) -> Value:
        """The value of a row; raises sealing.Damaged when it is not what was sealed for this row."""
        about = self._about(purpose, area, gen, row, rev)
        return sealing.unpack(sealing.unseal(self.key(purpose, area, gen), about, sealed))

    def seal_bytes(self, purpose: str, area: str, row: str, rev: int, data: bytes) -> tuple[int, bytes]:
        """As `seal`, of bytes as they are."""
        gen = self.generation(area)
        about = self._about(purpose, area, gen, row, rev)
        return gen, sealing.seal(self.suite, self.key(purpose, area, gen), about, data, self._random)

    def unseal_bytes(self, purpose: str, area: str, gen: int, row: str, rev: int, sealed: bytes) -> bytes:
        """As `unseal`, of bytes as they are."""
        about = self._about(purpose, area, gen, row, rev)
        return sealing.unseal(self.key(purpose, area, gen), about, sealed)

    def key(self, purpose: str, area: str, gen: int) -> bytes:
        """A compartment's key for one purpose; raises sealing.Damaged for a compartment whose key did not open."""
        known = self._derived.get((area, gen, purpose))
        if known is None:
            key = self._areas.get((area, gen))
            if key is None:
                raise Failed("locked") if self._user_key is None else sealing.Damaged
            known = self._derived[area, gen, purpose] = sealing.subkey(key, purpose)
        return known

    def compartments(self) -> list[tuple[str, int]]:
        return sorted(self._areas)

    def area_key(self, area: str, gen: int) -> bytes:
        return self._areas[area, gen]

    def token(self, area: str, text: str) -> bytes:
        """The blind index of a text in an area's present compartment: 128 bits of HMAC-SHA256."""
        return self._token(area, self.generation(area), text)

    def tokens(self, text: str) -> list[bytes]:
        """The blind indexes of a text in every compartment."""
        return [self._token(area, gen, text) for area, gen in self.compartments()]

    def _token(self, area: str, gen: int, text: str) -> bytes:
        return hmac.digest(self.key("blind", area, gen), text.encode(), "sha256")[:16]

    def seal_own(self, purpose: str, rev: int, value: Value) -> bytes:
        """A value sealed under the user's key, in no compartment."""
        about = self._about(purpose, "", 0, "", rev)
        key = sealing.subkey(self.user_key, purpose)
        return sealing.seal(self.suite, key, about, sealing.pack(codec.encode(value), 256), self._random)

    def unseal_own(self, purpose: str, rev: int, sealed: bytes) -> Value:
        about = self._about(purpose, "", 0, "", rev)
        return sealing.unpack(sealing.unseal(sealing.subkey(self.user_key, purpose), about, sealed))

    def _about(self, purpose: str, area: str, gen: int, row: str, rev: int) -> bytes:
        # The canonical JSON of the list of these, put together, because it is made for every row that is written.
        vault, what, where, which = (codec.quoted(text) for text in (self._vault, purpose, area, row))
        return f"[{vault},{what},{self.person},{where},{gen},{which},{rev}]".encode()


@dataclass(frozen=True)
class Tx:
    """One transaction in one person's compartments: what every function that stores needs."""

    sql: Connection
    ring: Keyring
    clock: Clock

    @property
    def person(self) -> int:
        return self.ring.person
