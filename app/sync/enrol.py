"""Letting a device in: a one-time code and the device's public keys go out, a grant signed by the county comes back.

The code travels on paper or as a QR code together with the fingerprint of the county's key, so that a device can tell
its own county's server from any other that answers at the address.
"""

from app.sync import http
from schemas import codec, signing, wire
from schemas.problems import Failed


def enrol(url: str, code: str, sign_key: str, box_key: str, name: str, *, fingerprint: str | None = None) -> wire.Grant:
    """The grant for a code, its signature checked. `sign_key` and `box_key` are the device's public keys in hex,
    `name` what people call the device. Raises Failed: `unknown_code`, `server_down`, `bad_grant` …"""
    asked = wire.Enrol(wire.PROTOCOL, code.strip(), name, sign_key, box_key)
    grant = http.enrol(url, asked)
    signed = signing.value(grant.signed_part())
    if not signing.verifies(grant.county_sign_key, signing.GRANT, signed, grant.signature):
        raise Failed("bad_grant")
    if fingerprint is not None and key_fingerprint(grant.county_sign_key) != fingerprint.replace(" ", "").lower():
        raise Failed("bad_grant")
    return grant


def key_fingerprint(county_sign_key: str) -> str:
    """16 hex digits of the county's public key, to print beside a code."""
    return codec.sha256(bytes.fromhex(county_sign_key))[:16]
