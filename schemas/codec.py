"""The one way bytes are made from values, so that equal values have equal bytes everywhere.

Canonical JSON: keys sorted by code point, no spaces, text in Unicode NFC and written as UTF-8, integers within
±2^53, no floats. Every id, chain and signature in Ruhu is taken over these bytes.

Evolution rule: the output for a value that encodes today never changes; `tests/vectors/codec.json` pins it.
A new kind of value may be added only where `encode` raises today.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TypeAlias

from schemas import quick

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
    """Canonical bytes of a value, around which `deep` lists and mappings may come to stand elsewhere; raises
    NotCanonical with the place."""
    # Nearly every value is canonical but for the order of its keys. To see that is much quicker than to make it so.
    if _is_plain(value, DEEPEST - deep):
        with suppress(UnicodeEncodeError):  # half a character: let `canonical` say where
            data = quick.write(value)
            if _is_nfc(data.decode()):
                return data
    return quick.written(canonical(value, deep=deep))


def text_again(value: Value) -> str:
    """The canonical JSON of what `decode` gave, or of a part of that. Nothing is looked at: any other value belongs to
    `encode`, which is some half slower."""
    return quick.write(value).decode()


def quoted(name: str) -> str:
    """As `text_again`, for a name or id: most are letters, digits and underscores."""
    return f'"{name}"' if name.isalnum() or name.isidentifier() else text_again(name)


def encode_again(value: Value) -> bytes:
    """As `text_again`, in bytes."""
    return quick.write(value)


def is_deeper(value: Value, levels: int, data: bytes = b"") -> bool:
    """Whether more than so many lists and mappings stand inside one another in what `decode` gave. `data`: its bytes,
    which mostly tell it at once."""
    return not (data and quick.is_shallow(data, levels)) and _is_deeper(value, levels)


def _is_deeper(value: Value, levels: int) -> bool:
    if levels <= 0:
        return bool(value)
    for item in value.values() if type(value) is dict else value:
        kind = type(item)
        if (kind is dict or kind is list) and _is_deeper(item, levels - 1):
            return True
    return False


def decode(data: bytes) -> Value:
    """The value of canonical bytes, or of any JSON within the same limits; raises NotCanonical for anything else."""
    try:
        text = data.decode()
        value = quick.read(data)
        if value is not None and _is_nfc(text) and _is_within(value, data):
            return value
        value = _QUICK.decode(text)
        # Only an escape can bring in a half character, or a mark that belongs to the letter before it.
        if "\\u" not in text and _is_nfc(text) and _stand_once(text, _names(value, DEEPEST)):
            return value
        value = _STRICT.decode(text)
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
    return short(encode(value))


def short(data: bytes) -> str:
    bits = int.from_bytes(hashlib.sha256(data).digest()[:20], "big")
    return "".join([_BASE32[bits >> place & 1023] for place in range(150, -1, -10)])


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


_QUICK = json.JSONDecoder(parse_float=_refuse, parse_constant=_refuse)
_STRICT = json.JSONDecoder(parse_float=_refuse, parse_constant=_refuse, object_pairs_hook=_once)
_QUOTE = re.compile(r'\\["\\]')
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_BASE32 = [a + b for a in _LETTERS for b in _LETTERS]
"""What ten bits are in base32, which the standard library makes out letter by letter."""


def _is_plain(value: Value, room: int) -> bool:
    """Whether a value is made of nothing but what canonical JSON holds, whatever the form of its text, and is at most
    `room` deep. Where it says no, `canonical` says what is wrong, if anything is."""
    kind = type(value)
    if kind is dict:
        try:
            "".join(value)
        except TypeError:
            return False  # a key that is not text
        value = value.values()
    elif kind is not list and kind is not tuple:
        value = (value,)
    if room <= 0:
        return False
    for item in value:
        kind = type(item)
        if kind is int:
            if not -LARGEST <= item <= LARGEST:
                return False
        elif kind is dict or kind is list or kind is tuple:
            if not _is_plain(item, room - 1):
                return False
        elif kind is not str and kind is not bool and item is not None:
            return False
    return True


def _names(value: Value, room: int) -> int:
    """How many names stand in the objects of what JSON was read as; -1 when it is too deep or a number is too big."""
    count = 0
    if type(value) is dict:
        count = len(value)
        value = value.values()
    elif type(value) is not list:
        value = (value,)
    if room <= 0:
        return -1
    for item in value:
        kind = type(item)
        if kind is str:
            continue
        if kind is dict or kind is list:
            inside = _names(item, room - 1)
            if inside < 0:
                return -1
            count += inside
        elif kind is int and not -LARGEST <= item <= LARGEST:
            return -1
    return count


def _is_within(value: Value, data: bytes) -> bool:
    """Whether what these bytes hold is not too deep and no number in it too big."""
    return (quick.is_shallow(data, DEEPEST) and not quick.has_long_numbers(data)) or _names(value, DEEPEST) >= 0


def _stand_once(text: str, names: int) -> bool:
    """Whether no more names stand in a JSON text than were read from it; where it says no, one may stand twice."""
    # A quote and a colon end a name, if no text holds a quote or could be taken to, and no space stands between them.
    if any(space in text for space in "\t\n\r") or " :" in text or ("\\" in text and _QUOTE.search(text)):
        return False
    return text.count('":') == names


def _is_nfc(text: str) -> bool:
    """Whether a text, and with it every part of it, is in NFC."""
    return text.isascii() or unicodedata.is_normalized("NFC", text)
