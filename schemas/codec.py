"""The one way bytes are made from values, so that equal values have equal bytes everywhere.

Canonical JSON: keys sorted by code point, no spaces, text in Unicode NFC and written as UTF-8, integers within
±2^53, no floats. Every id, chain and signature in Ruhu is taken over these bytes.

Evolution rule: the output for a value that encodes today never changes; `tests/vectors/codec.json` pins it.
A new kind of value may be added only where `encode` raises today.
"""

import base64
import hashlib
import json
import unicodedata
from collections.abc import Mapping
from typing import Any, TypeAlias

Value: TypeAlias = Any
"""What may be stored, signed or sent: None, bool, int, str, and lists and str-keyed mappings of these."""

LARGEST = 2**53
DEEPEST = 64
"""How many lists and mappings may stand inside one another. Far above anything Ruhu makes, far below what a reader's
stack holds."""


class NotCanonical(ValueError):
    """The value or the bytes are outside what canonical JSON can hold; the message names the place, not the value."""


def canonical(value: Value, place: str = "$", deep: int = 0) -> Value:
    """The same value with text in NFC, tuples as lists and sets refused; raises NotCanonical with the place."""
    if deep > DEEPEST:
        raise NotCanonical(f"{place}: too deep")
    match value:
        case None | bool():
            return value
        case int():
            if not -LARGEST <= value <= LARGEST:
                raise NotCanonical(f"{place}: integer outside ±2^53")
            return value
        case str():
            return _text(value, place)
        case list() | tuple():
            return [canonical(v, f"{place}[{i}]", deep + 1) for i, v in enumerate(value)]
        case Mapping():
            out: dict[str, Value] = {}
            for key in sorted(value):
                if not isinstance(key, str):
                    raise NotCanonical(f"{place}: key is not text")
                name = _text(key, place)
                if name in out:
                    raise NotCanonical(f"{place}: two keys are the same text")
                out[name] = canonical(value[key], f"{place}.{name}", deep + 1)
            return dict(sorted(out.items()))
        case _:
            raise NotCanonical(f"{place}: {type(value).__name__} cannot be stored")


def encode(value: Value, deep: int = 0) -> bytes:
    """Canonical bytes of a value, around which `deep` lists and mappings may come to stand elsewhere."""
    return json.dumps(canonical(value, deep=deep), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def decode(data: bytes) -> Value:
    """The value of canonical bytes, or of any JSON within the same limits; raises NotCanonical for anything else."""
    try:
        value = json.loads(data.decode(), parse_float=_refuse, parse_constant=_refuse, object_pairs_hook=_once)
    except NotCanonical:
        raise
    except (ValueError, RecursionError) as error:
        raise NotCanonical("not JSON in UTF-8, or too deep") from error
    return canonical(value)


def digest(value: Value) -> str:
    """SHA-256 of the canonical bytes, 64 lower-case hex digits."""
    return sha256(encode(value))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def short_digest(value: Value) -> str:
    """The first 160 bits of the SHA-256 of the canonical bytes, as 32 lower-case base32 characters."""
    return base64.b32encode(hashlib.sha256(encode(value)).digest())[:32].decode().lower()


def _text(text: str, place: str) -> str:
    if text.isascii():
        return text
    composed = unicodedata.normalize("NFC", text)
    if any("\ud800" <= c <= "\udfff" for c in composed):
        raise NotCanonical(f"{place}: unpaired surrogate")
    return composed


def _once(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
    """An object in which every name stands once: of two readers one would otherwise believe the first, one the last."""
    out = dict(pairs)
    if len(out) != len(pairs):
        raise NotCanonical("a name stands twice in an object")
    return out


def _refuse(_: str) -> Value:
    raise NotCanonical("a number with a fraction or exponent")
