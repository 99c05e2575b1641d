"""Photos without what the camera wrote about them: where, when, with which phone, and small copies of the picture.

A photo is evidence of what it shows. Its place and time of taking are more than the rules ask for, and a family's, so
they are taken out on the device before the photo is sealed. The picture itself is not touched: parts are dropped and
the rest is copied, so nothing is lost to a second compression. The one thing kept is how the phone was held, without
which a picture lies on its side.

Parts are kept by name; whatever is not known to belong to the picture goes.

ISO/IEC 10918-1 B (JPEG), JEITA CP-3451 (Exif), ISO/IEC 15948 (PNG), RFC 9649 (WebP).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from schemas.problems import Failed

LARGEST = 12 * 1024 * 1024

_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD"}
)
_WEBP_KEPT = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_WEBP_TOLD = 0x08 | 0x04
"""The bits of VP8X that announce Exif and XMP."""
_SOI, _EOI, _SOS, _COM = 0xD8, 0xD9, 0xDA, 0xFE
_JFIF, _EXIF, _ICC, _ADOBE = 0xE0, 0xE1, 0xE2, 0xEE
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_ORIENTATION = 0x0112


@dataclass(frozen=True)
class Picture:
    media_type: str
    data: bytes


def cleaned(data: bytes) -> Picture:
    """The picture without its metadata. Raises Failed: `photo_too_big`; `photo_format` for what is not a whole JPEG,
    PNG or WebP."""
    if len(data) > LARGEST:
        raise Failed("photo_too_big", mb=LARGEST // (1024 * 1024))
    try:
        if data[:2] == bytes([0xFF, _SOI]):
            return Picture("image/jpeg", _jpeg(data))
        if data[:8] == _PNG:
            return Picture("image/png", _png(data))
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return Picture("image/webp", _webp(data))
    except (IndexError, ValueError):
        pass
    raise Failed("photo_format")


# JPEG


def _jpeg(data: bytes) -> bytes:
    out = [bytes([0xFF, _SOI])]
    told: list[bytes] = []
    for marker, part in _segments(data):
        if marker == _EXIF:
            turned = _orientation(part[4:])
            if turned and not told:
                told.append(turned)
        elif marker == _JFIF:
            if part[4:9] == b"JFIF\0":
                out.append(bytes([0xFF, _JFIF, 0, 16]) + part[4:16] + b"\0\0")  # without its thumbnail
        elif marker == _ICC:
            if part[4:16] == b"ICC_PROFILE\0":
                out.append(part)
        elif not (_JFIF <= marker <= 0xEF or marker == _COM) or marker == _ADOBE:
            out.append(part)
    out[1:1] = told
    return b"".join(out)


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Every segment after the start, up to and with the end of the picture; what lies behind that is not part of it.
    A scan comes with its coded data."""
    at = 2
    while True:
        if data[at] != 0xFF:
            raise ValueError("no marker")
        while data[at + 1] == 0xFF:  # fill
            at += 1
        marker = data[at + 1]
        if marker == _EOI:
            yield marker, data[at : at + 2]
            return
        if marker in _ALONE:
            yield marker, data[at : at + 2]
            at += 2
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        end = at + 2 + length
        if length < 2 or end > len(data):
            raise ValueError("length")
        if marker == _SOS:
            end = _scan_end(data, end)
        yield marker, data[at:end]
        at = end


def _scan_end(data: bytes, at: int) -> int:
    while True:
        at = data.index(b"\xff", at)
        after = data[at + 1]
        if after != 0 and after != 0xFF and not 0xD0 <= after <= 0xD7:
            return at
        at += 1 if after == 0xFF else 2


def _orientation(exif: bytes) -> bytes | None:
    """An Exif segment that says how the phone was held and nothing else; None for upright or unknown."""
    if exif[:6] != b"Exif\0\0":
        return None
    tiff = exif[6:]
    orders: dict[bytes, Literal["little", "big"]] = {b"II": "little", b"MM": "big"}
    order = orders.get(tiff[:2])
    if order is None:
        return None

    def number(start: int, size: int) -> int:
        return int.from_bytes(tiff[start : start + size], order)

    first = number(4, 4)
    for i in range(min(number(first, 2), 64)):
        entry = first + 2 + 12 * i
        if number(entry, 2) == _ORIENTATION:
            turned = number(entry + 8, 2)
            return _says(turned) if 2 <= turned <= 8 else None
    return None


def _says(turned: int) -> bytes:
    entry = _ORIENTATION.to_bytes(2, "big") + b"\0\3\0\0\0\1" + turned.to_bytes(2, "big") + b"\0\0"
    body = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\1" + entry + b"\0\0\0\0"
    return bytes([0xFF, _EXIF]) + (len(body) + 2).to_bytes(2, "big") + body


# PNG and WebP


def _png(data: bytes) -> bytes:
    out, at = [_PNG], 8
    while True:
        size, name = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8]
        end = at + 12 + size
        if end > len(data):
            raise ValueError("length")
        if name in _PNG_KEPT:
            out.append(data[at:end])
        if name == b"IEND":
            return b"".join(out)
        at = end


def _webp(data: bytes) -> bytes:
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data):
        raise ValueError("length")
    out, at = [], 12
    while at + 8 <= end:
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        part = data[at : at + 8 + size + size % 2]
        if at + 8 + size > end:
            raise ValueError("length")
        if name == b"VP8X":
            part = part[:8] + bytes([part[8] & ~_WEBP_TOLD]) + part[9:]
        if name in _WEBP_KEPT:
            out.append(part)
        at += 8 + size + size % 2
    body = b"WEBP" + b"".join(out)
    return b"RIFF" + len(body).to_bytes(4, "little") + body
