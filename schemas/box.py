"""A sealed box to a public key: only the holder of the private key opens it, and nobody can say who sealed it.

X25519 (RFC 7748) with a key made for this one box, HKDF-SHA256 (RFC 5869) over the shared secret with both public keys
bound in, AES-256-GCM. Built by hand from these because HPKE is missing from the `cryptography` that Android gets.

Evolution rule: a box begins with its version; `tests/vectors/vault.json` pins how version 1 opens.
"""

from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = b"\x01"
_NONCE = bytes(12)  # safe: each box has a key of its own, used once


class NotForUs(Exception):
    """The box does not open: another key, another purpose, or changed bytes."""


def public(private: bytes) -> bytes:
    """The raw public key of a raw 32-byte X25519 private key."""
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def close(reader: bytes, about: bytes, content: bytes, random: Callable[[int], bytes]) -> bytes:
    """A box that only `reader` (raw public key) opens, naming the same `about`. Raises ValueError for a bad key."""
    once = X25519PrivateKey.from_private_bytes(random(32))
    shown = once.public_key().public_bytes_raw()
    shared = once.exchange(X25519PublicKey.from_public_bytes(reader))
    return VERSION + shown + AESGCM(_key(shared, shown, reader, about)).encrypt(_NONCE, content, about)


def open_(private: bytes, about: bytes, box: bytes) -> bytes:
    """The content of a box closed to this private key with this `about`; raises NotForUs for anything else."""
    mine = X25519PrivateKey.from_private_bytes(private)
    shown, sealed = box[1:33], box[33:]
    if box[:1] != VERSION or len(shown) != 32:
        raise NotForUs
    try:
        shared = mine.exchange(X25519PublicKey.from_public_bytes(shown))
        return AESGCM(_key(shared, shown, mine.public_key().public_bytes_raw(), about)).decrypt(_NONCE, sealed, about)
    except (InvalidTag, ValueError) as error:
        raise NotForUs from error


def _key(shared: bytes, shown: bytes, reader: bytes, about: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, shown + reader, b"ruhu box v1|" + about).derive(shared)
