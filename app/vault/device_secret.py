"""The secret of the device: 32 bytes that live in the platform's key store and never in the vault's folder.

A PIN has only a million values; mixed with this secret, a copied vault cannot be opened by guessing, because the
guesser lacks the other half. Key stores do lose their content, so the secret is never the only way in (`slots`).
"""

import contextlib
import os
from pathlib import Path
from typing import Protocol

from schemas import codec


class DeviceSecret(Protocol):
    """Where the secret is kept. `get` gives None when the store has none (any more)."""

    def get(self) -> bytes | None: ...
    def put(self, secret: bytes) -> None: ...


class FileSecret:
    """The secret in a file only its owner may read, for hosts without a key store. Keep the folder apart from the
    vault's: whoever copies both has both halves."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "device-secret"

    def get(self) -> bytes | None:
        with contextlib.suppress(FileNotFoundError):
            secret = self._file.read_bytes()
            return secret if len(secret) == 32 else None
        return None

    def put(self, secret: bytes) -> None:
        self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = self._file.with_suffix(".part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        part.replace(self._file)


def name(secret: bytes) -> str:
    """A name for a secret that tells nothing of it, to know a lost or exchanged one from a wrong PIN."""
    return codec.sha256(b"ruhu device secret v1|" + secret)[:16]
