"""Key slots: how a PIN or a passphrase opens the one key of a user.

  K          = scrypt(secret) ‖ the device's secret, for the kind `pin`
  KEK ‖ mark = HKDF(K, salt = the vault's id, info = the slot's head)     mark: tells a wrong secret from damage
  wrapped    = sealed(KEK, UK)                                            UK: 32 random bytes, one per user

Kinds: `pin` (6 digits and the device's secret; for the day), `pass` (a passphrase alone; when the PIN or the key store
is lost). The head stands in clear and is bound into both steps, so that a cost lowered in the file opens nothing.

Tries are for the person at the screen: four are free, then each waits longer, and the tenth wrong PIN removes the PIN
slot, never any data. A thief with a copy of the file is stopped by the device's secret, not by a counter.
"""

import hmac
import time
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from app.vault import device_secret as secrets_
from app.vault import sealing
from app.vault.sealing import Random
from schemas import codec
from schemas.codec import Value
from schemas.problems import Failed

PIN = "pin"
PASS = "pass"  # noqa: S105  # the name of a kind

WAITS = (0, 0, 0, 0, 30, 60, 300, 900, 3600)
"""Seconds to wait after the first, second … failed try in a row; the last for every further one."""
LAST_PIN = 10
"""The failed try that removes the PIN slot."""

COSTS = (2**14, 2**15, 2**16, 2**17)
SLOWEST = 1.0
"""Seconds that one try may take on this device; the costs are doublings, so the chosen one takes at least half."""


class WrongSecret(Exception):
    """The secret is not the slot's."""


@dataclass(frozen=True)
class Slot:
    """One way in, as it is stored."""

    kind: str
    head: bytes
    mark: bytes
    wrapped: bytes

    @property
    def device(self) -> str:
        """The name of the device secret that this slot needs; empty when it needs none."""
        return str(_fields(self.head).get("device", ""))


def make(
    kind: str,
    user: str,
    secret: str,
    user_key: bytes,
    *,
    vault: bytes,
    device: bytes | None,
    cost: int,
    suite: int,
    random: Random,
) -> Slot:
    """A slot that opens `user_key` with the secret, and with the device's secret where one is given. `cost` is
    scrypt's n."""
    head = codec.encode(
        {
            "v": 1,
            "user": user,
            "kind": kind,
            "kdf": "scrypt",
            "n": cost,
            "r": 8,
            "p": 1,
            "salt": random(16).hex(),
            "device": secrets_.name(device) if device else "",
        }
    )
    key, mark = _derive(head, secret, vault, device)
    return Slot(kind, head, mark, sealing.seal(suite, key, head, user_key, random))


def open_(slot: Slot, secret: str, *, vault: bytes, device: bytes | None) -> bytes:
    """The user's key. Raises WrongSecret; raises Failed `device_secret_lost` when the slot needs a device secret that
    the key store no longer has, and `vault_damaged` when the slot is not as it was made."""
    check_device(slot, device)
    try:
        key, mark = _derive(slot.head, secret, vault, device if slot.device else None)
    except (ValueError, TypeError, KeyError, MemoryError):
        raise Failed("vault_damaged") from None
    if not hmac.compare_digest(mark, slot.mark):
        raise WrongSecret
    try:
        return sealing.unseal(key, slot.head, slot.wrapped)
    except sealing.Damaged as error:
        raise Failed("vault_damaged") from error


def check_device(slot: Slot, device: bytes | None) -> None:
    """Raises Failed `device_secret_lost` when the slot needs another device secret than the one there is."""
    if slot.device and (device is None or secrets_.name(device) != slot.device):
        raise Failed("device_secret_lost")


def check_pin(pin: str) -> None:
    """Raises Failed `weak_pin` unless the PIN is six digits, not a straight run and not of one or two digits only."""
    text = _plain(pin)
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(text)} if _digits(text) else set()
    if not _digits(text) or len(text) != 6 or len(set(text)) < 3 or steps in ({1}, {9}):
        raise Failed("weak_pin")


def check_passphrase(passphrase: str) -> None:
    """Raises Failed `weak_passphrase` below ten characters or five different ones."""
    text = _plain(passphrase)
    if len(text) < 10 or len(set(text)) < 5:
        raise Failed("weak_passphrase")


def calibrate(random: Random) -> int:
    """The greatest cost whose try takes this device no longer than `SLOWEST`, by timing the least."""
    begun = time.perf_counter()
    Scrypt(random(16), 32, COSTS[0], 8, 1).derive(b"calibration")
    taken = time.perf_counter() - begun
    return max((n for n in COSTS if taken * n / COSTS[0] <= SLOWEST), default=COSTS[0])


def wait_after(failures: int) -> int:
    """Seconds between the last of so many failed tries in a row and the next one."""
    return WAITS[min(failures, len(WAITS)) - 1] if failures else 0


def _derive(head: bytes, secret: str, vault: bytes, device: bytes | None) -> tuple[bytes, bytes]:
    h = _fields(head)
    stretched = Scrypt(bytes.fromhex(h["salt"]), 32, h["n"], h["r"], h["p"]).derive(_plain(secret).encode())
    both = HKDF(hashes.SHA256(), 48, vault, b"ruhu slot v1|" + head).derive(stretched + (device or b""))
    return both[:32], both[32:]


def _fields(head: bytes) -> dict[str, Value]:
    try:
        fields = codec.decode(head)
    except codec.NotCanonical:
        fields = None
    if not isinstance(fields, dict):
        raise Failed("vault_damaged")
    return fields


def _plain(secret: str) -> str:
    """Full-width digits and composed characters become plain ones: keyboards differ, the secret does not."""
    return unicodedata.normalize("NFKC", secret).strip()


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()
