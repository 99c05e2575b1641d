"""Sealed files, segment by segment (`schemas.stream`).

  file = magic ‖ 32-byte salt ‖ segments;  key = HKDF(file key, salt, about)

A missing, swapped, added or changed segment is detected, and so is a file moved to another attachment. A file is
written beside its name, made durable, then renamed: it is there whole or not at all. Nothing is given out before the
last segment has been checked. The suite stands in the magic, as in `sealing`.
"""

import io
import os
from functools import partial
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.vault import sealing
from app.vault.sealing import AES, Damaged, Random
from app.vault.store import saying_disk_errors
from schemas import stream

_MAGIC = b"RuhuA"


def write(file: Path, key: bytes, about: bytes, data: bytes, *, suite: int, random: Random) -> None:
    """Seals data into a new file. Raises Failed `disk_full` or `disk_error`; then the file is not there."""
    salt = random(32)
    own = sealing.subkey(key, "file|" + about.hex(), salt)
    part = file.with_suffix(".part")
    with saying_disk_errors():
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with part.open("wb") as out:
                out.write(_MAGIC + bytes([suite]) + salt)
                out.writelines(stream.sealed([data], partial(_sealed, suite, own)))
                out.flush()
                os.fsync(out.fileno())
            part.replace(file)
            _sync_folder(file.parent)
        except OSError:
            part.unlink(missing_ok=True)
            raise


def read(file: Path, key: bytes, about: bytes) -> bytes:
    """What was sealed into the file; raises Damaged for anything else, also when the file is not there."""
    with saying_disk_errors():
        try:
            sealed = file.read_bytes()
        except FileNotFoundError as error:
            raise Damaged from error
    head, suite, salt = sealed[:5], sealed[5:6], sealed[6:38]
    if head != _MAGIC or suite not in (b"\x01", b"\x02") or len(salt) != 32:
        raise Damaged
    own = sealing.subkey(key, "file|" + about.hex(), salt)
    extra = 16 if suite == b"\x01" else 1 + 16 + 32
    body = io.BytesIO(sealed)
    body.seek(38)
    return b"".join(stream.opened(body.read, extra, partial(_opened, suite[0], own)))


def _sealed(suite: int, key: bytes, nonce: bytes, piece: bytes) -> bytes:
    if suite == AES:
        return AESGCM(key).encrypt(nonce, piece, None)
    # The file's key is used for this file only, so the counter may fill SM4's nonce as it does AES's.
    return sealing.seal(suite, key, nonce, piece, lambda size: nonce[3:11] + bytes(size - 8))


def _opened(suite: int, key: bytes, nonce: bytes, sealed: bytes) -> bytes:
    if suite != AES:
        return sealing.unseal(key, nonce, sealed)
    try:
        return AESGCM(key).decrypt(nonce, sealed, None)
    except (InvalidTag, ValueError) as error:
        raise Damaged from error


def _sync_folder(folder: Path) -> None:
    """Makes the rename itself durable, where the platform lets a folder be opened."""
    if hasattr(os, "O_DIRECTORY"):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
