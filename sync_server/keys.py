"""The county's own keys: what it signs grants and library items with, and what escrow is sealed to.

They are files in the data folder, readable by the server's user only, so that a copy of the database gives nobody the
county's signature. Losing them means enrolling every device anew: back the folder up with the database.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from schemas import signing
from schemas.clock import Clock
from schemas.problems import Failed


@dataclass(frozen=True, repr=False)
class CountyKeys:
    """Raw 32-byte private keys: Ed25519 for signing, X25519 for opening what was sealed to the county."""

    sign_private: bytes
    box_private: bytes

    @property
    def sign_public(self) -> str:
        return Ed25519PrivateKey.from_private_bytes(self.sign_private).public_key().public_bytes_raw().hex()

    @property
    def box_public(self) -> str:
        return X25519PrivateKey.from_private_bytes(self.box_private).public_key().public_bytes_raw().hex()

    def sign(self, purpose: bytes, message: bytes) -> str:
        return signing.sign(self.sign_private, purpose, message)


class Keyring:
    """The key files of a data folder, one a county."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, CountyKeys] = {}

    def of(self, county: str) -> CountyKeys:
        """A county's keys; raises Failed("county_keys_missing") when the file is not there or cannot be read."""
        if county not in self._read:
            try:
                held = json.loads(self._file(county).read_text("ascii"))
                self._read[county] = CountyKeys(bytes.fromhex(held["sign"]), bytes.fromhex(held["box"]))
            except (OSError, ValueError, KeyError) as error:
                raise Failed("county_keys_missing", county=county) from error
        return self._read[county]

    def make(self, county: str, clock: Clock) -> CountyKeys:
        """New keys for a county, on disk before this returns; the ones it has, if it has any."""
        if not self._file(county).exists():
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            part = self._file(county).with_suffix(".part")
            with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
                json.dump({"sign": clock.random(32).hex(), "box": clock.random(32).hex()}, out)
                out.flush()
                os.fsync(out.fileno())
            part.replace(self._file(county))
        return self.of(county)

    def _file(self, county: str) -> Path:
        return self._folder / f"county-{county}.json"
