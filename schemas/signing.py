"""Ed25519 signatures (RFC 8032) as hex, the same on tablet and server, and what exactly is signed.

Each thing that is signed has its own prefix, so that a signature for one can never pass for another.
"""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from schemas import codec
from schemas.codec import Value

REQUEST = b"ruhu request v1\n"
PUSH = b"ruhu push v1\n"
GRANT = b"ruhu grant v1\n"
LIBRARY = b"ruhu library v1\n"
STANDING = b"ruhu standing v1\n"
ORDER = b"ruhu order v1\n"
BUNDLE = b"ruhu bundle v1\n"


def sign(key: bytes, purpose: bytes, message: bytes) -> str:
    """The signature of a 32-byte raw private key over purpose and message, in hex."""
    return Ed25519PrivateKey.from_private_bytes(key).sign(purpose + message).hex()


def verifies(public_key: str, purpose: bytes, message: bytes, signature: str) -> bool:
    """Whether a hex signature is good; False for malformed keys and signatures too."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(
            bytes.fromhex(signature), purpose + message
        )
    except (InvalidSignature, ValueError):
        return False
    return True


def request(method: str, path: str, device: str, at: str, body: bytes) -> bytes:
    """What a device signs for each request; `body` is as sent, compressed or not."""
    return codec.encode([method, path, device, at, codec.sha256(body)])


def value(content: Value) -> bytes:
    """What is signed of a structured value: its canonical bytes."""
    return codec.encode(content)
