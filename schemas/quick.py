"""JSON read and written as fast as this machine can: by msgspec where it is installed, which is on the server, and by
the standard library elsewhere.

Only what both do alike may go through here, and `tests/schemas/test_quick.py` compares them. So `read` says None of
everything that is not certainly canonical, be it fine or not: to find out is `schemas.codec`'s.
"""

import json
from collections.abc import Callable
from typing import Any

_JSON = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False
)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_DIGITS = bytes(48 if 48 <= byte < 58 else 32 for byte in range(256))
_LONG = b"0" * 16
"""No number outside ±2^53 has fewer digits."""


def written(value: Any) -> bytes:
    """The JSON of a value in the canonical order, its text as it is."""
    return _JSON.encode(value).encode()


def nothing(_: bytes) -> None:
    """What `read` says of everything where there is only the standard library."""
    return


read: Callable[[bytes], Any] = nothing
"""What these bytes hold, if they are the bytes that `write` makes of it and hold no fraction; else None."""
write: Callable[[Any], bytes] = written
"""As `written`, for values of exactly the types that JSON is read as; raises TypeError for others."""

try:
    import msgspec
except ImportError:  # a tablet
    pass
else:
    _encoder = msgspec.json.Encoder(order="sorted")

    def _refuse(_: str) -> Any:
        raise ValueError("a number with a fraction or exponent")

    _decoder = msgspec.json.Decoder(float_hook=_refuse)

    def _read(data: bytes) -> Any:
        try:
            value = _decoder.decode(data)
        except (ValueError, RecursionError):
            return None
        return value if _encoder.encode(value) == data else None

    read, write = _read, _encoder.encode


def is_shallow(data: bytes, levels: int) -> bool:
    """Whether at most so many lists and objects stand inside one another in a JSON text, as far as its brackets tell:
    a bracket in a text may make it say no."""
    brackets = data.translate(None, _NO_BRACKETS)
    for _ in range(levels // 2):  # each turn takes away one level or two
        if not brackets:
            return True
        before, brackets = brackets, brackets.replace(b"[]", b"").replace(b"{}", b"")
        if brackets == before:
            return False
    return not brackets


def has_long_numbers(data: bytes) -> bool:
    """Whether a JSON text may hold an integer of more than fifteen digits."""
    return _LONG in data.translate(_DIGITS)
