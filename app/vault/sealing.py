"""How bytes are sealed: authenticated encryption in one of two suites, padding, and keys derived for one purpose.

  sealed = suite byte ‖ nonce ‖ ciphertext and tag, bound to `about` (which row of which vault this is)
  suite 1  AES-256-GCM
  suite 2  SM4-CTR, then HMAC-SM3 over everything (GB/T 32907, GB/T 32905), for deployments that must use the national
           algorithms. Not SM4-GCM: the OpenSSL that Android gets has none.

The suite stands in each sealed row, so a vault whose suite was changed opens its old rows as before. Values are
compressed and padded before sealing, so that a row's size tells little about what is in it.

Evolution rule: a suite's bytes never change; a new construction is a new suite byte.
"""

import hmac
import zlib
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import hmac as mac
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from schemas import codec
from schemas.codec import Value

LEVEL = 3
"""How hard to compress: harder costs twice the time and saves less than the padding adds."""
AES = 1
SM = 2
Random = Callable[[int], bytes]


class Damaged(Exception):
    """The bytes do not open under this key for this place: changed, cut, moved from elsewhere, or another key."""


def seal(suite: int, key: bytes, about: bytes, content: bytes, random: Random) -> bytes:
    """Content sealed under a 32-byte key and bound to `about`."""
    if suite == AES:
        nonce = random(12)
        return bytes([AES]) + nonce + AESGCM(key).encrypt(nonce, content, about)
    if suite == SM:
        nonce = random(16)
        ciphertext = _sm4(key, nonce, content)
        return bytes([SM]) + nonce + ciphertext + _sm3_tag(key, about, nonce, ciphertext)
    raise ValueError(f"no suite {suite}")


def unseal(key: bytes, about: bytes, sealed: bytes) -> bytes:
    """What was sealed under this key for `about`; raises Damaged for anything else."""
    match sealed[:1]:
        case b"\x01":
            try:
                return AESGCM(key).decrypt(sealed[1:13], sealed[13:], about)
            except (InvalidTag, ValueError) as error:
                raise Damaged from error
        case b"\x02" if len(sealed) >= 1 + 16 + 32:
            nonce, ciphertext, tag = sealed[1:17], sealed[17:-32], sealed[-32:]
            if not hmac.compare_digest(tag, _sm3_tag(key, about, nonce, ciphertext)):
                raise Damaged
            return _sm4(key, nonce, ciphertext)
        case _:
            raise Damaged


def pack(content: bytes, step: int) -> bytes:
    """Bytes compressed and padded to a multiple of `step` bytes."""
    data = zlib.compress(content, LEVEL)
    return len(data).to_bytes(4, "big") + data + bytes(-(len(data) + 4) % step)


def unpack(data: bytes) -> Value:
    return codec.decode(zlib.decompress(data[4 : 4 + int.from_bytes(data[:4], "big")]))


def subkey(key: bytes, purpose: str, salt: bytes = b"", length: int = 32) -> bytes:
    """A key for one purpose only, by HKDF-SHA256 (RFC 5869)."""
    return HKDF(hashes.SHA256(), length, salt or None, f"ruhu {purpose} v1".encode()).derive(key)


def _sm4(key: bytes, nonce: bytes, data: bytes) -> bytes:
    """SM4 in counter mode, the same in both directions."""
    mode = Cipher(algorithms.SM4(subkey(key, "sm4", length=16)), modes.CTR(nonce)).encryptor()
    return mode.update(data) + mode.finalize()


def _sm3_tag(key: bytes, about: bytes, nonce: bytes, ciphertext: bytes) -> bytes:
    tag = mac.HMAC(subkey(key, "hmac-sm3"), hashes.SM3())
    tag.update(bytes([SM]) + len(about).to_bytes(8, "big") + about + nonce + ciphertext)
    return tag.finalize()
