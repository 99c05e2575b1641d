"""Names of things: record ids, the short codes people read aloud, and area codes.

Record ids are UUIDs of version 7 (RFC 9562 §5.7), made on the device from a clock and randomness that the caller
passes in. An area code is the 12-digit 统计用区划代码 of a village: province 2, prefecture 2, county 2, town 3,
village 3.
"""

import hashlib
import re
import uuid

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford base 32: no I, L, O, U


def record_id(unix_ms: int, random: bytes) -> str:
    """A UUID version 7 from milliseconds since 1970 and at least 10 random bytes."""
    number = (unix_ms & (2**48 - 1)) << 80 | int.from_bytes(random[:10], "big")
    number = number & ~(0xF << 76) | 0x7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=number))


def derived_id(*parts: str) -> str:
    """The one record id that belongs to these parts (UUID version 8), e.g. the case of a household in a programme."""
    raw = bytearray(hashlib.sha256("\x1f".join(parts).encode()).digest()[:16])
    raw[6] = raw[6] & 0x0F | 0x80
    raw[8] = raw[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(raw)))


def is_record_id(text: str) -> bool:
    return re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", text) is not None


def short_code(record: str) -> str:
    """Eight characters to read aloud for a record, the last a check character: `7K2P-4XQ9`.

    Taken from the random half of the id. Good for talking and searching, not unique for ever.
    """
    number = uuid.UUID(record).int & (2**35 - 1)
    body = "".join(ALPHABET[number >> 5 * i & 31] for i in reversed(range(7)))
    code = body + _check(body)
    return f"{code[:4]}-{code[4:]}"


def is_short_code(text: str) -> bool:
    """Whether the check character fits, reading I and L as 1 and O as 0 as people do."""
    code = text.upper().replace("-", "").translate(str.maketrans("ILO", "110"))
    return len(code) == 8 and all(c in ALPHABET for c in code) and _check(code[:7]) == code[7]


def _check(body: str) -> str:
    # Odd weights are invertible mod 32, so any single wrong character changes the sum.
    return ALPHABET[sum((2 * i + 1) * ALPHABET.index(c) for i, c in enumerate(body)) % 32]


def is_area(code: str) -> bool:
    return len(code) == 12 and code.isascii() and code.isdigit()


def county_of(area: str) -> str:
    return area[:6]


def town_of(area: str) -> str:
    return area[:9]


def within(area: str, scope: tuple[str, ...]) -> bool:
    """Whether a code prefix of the scope covers the area; an empty scope covers nothing."""
    return any(area.startswith(prefix) for prefix in scope if prefix)
