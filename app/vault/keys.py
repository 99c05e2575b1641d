"""A device's own keys: Ed25519 to sign what it sends, X25519 to open what is sealed to it."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from schemas import box
from schemas.clock import Clock


@dataclass(frozen=True)
class DeviceKeys:
    """Raw private keys (32 bytes) and raw public keys in hex. The private halves are never shown."""

    sign_private: bytes = field(repr=False)
    sign_public_hex: str
    box_private: bytes = field(repr=False)
    box_public_hex: str


def new_device_keys(clock: Clock) -> DeviceKeys:
    """New keys for a device that is about to enrol."""
    sign, reader = clock.random(32), clock.random(32)
    shown = Ed25519PrivateKey.from_private_bytes(sign).public_key().public_bytes_raw()
    return DeviceKeys(sign, shown.hex(), reader, box.public(reader).hex())
