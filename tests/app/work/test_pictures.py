"""Photos lose what the camera told about them, and nothing of what they show."""

import zlib
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.work import pictures
from schemas.problems import Failed

PLACE = b"GPS 30.123456N 119.654321E"


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2, "big") + body


def exif(turned: int, order: str = "big") -> bytes:
    """What a phone writes: how it was held, and where."""

    def n(value: int, size: int) -> bytes:
        return value.to_bytes(size, "little" if order == "little" else "big")

    mark = b"II" if order == "little" else b"MM"
    entries = n(0x010F, 2) + n(2, 2) + n(4, 4) + b"cam\0" + n(0x0112, 2) + n(3, 2) + n(1, 4) + n(turned, 2) + n(0, 2)
    return b"Exif\0\0" + mark + n(42, 2) + n(8, 4) + n(2, 2) + entries + n(0, 4) + PLACE


TABLES = segment(0xDB, bytes(65)) + segment(0xC0, bytes(15)) + segment(0xC4, bytes(20))
SCANS = segment(0xDA, bytes(10)) + b"\x12\xff\x00\x34\xff\xd0\x56" + segment(0xDA, bytes(8)) + b"\x78\x9a"
JFIF = segment(0xE0, b"JFIF\0\1\2\0\0\1\0\1\0\0")
ICC = segment(0xE2, b"ICC_PROFILE\0\1\1colours")
ADOBE = segment(0xEE, b"Adobe\0\x64\0\0\0\0\0")


def jpeg(*told: bytes, after: bytes = b"") -> bytes:
    return b"\xff\xd8" + b"".join(told) + TABLES + SCANS + b"\xff\xd9" + after


def chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")


def png(*told: bytes) -> bytes:
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13)) + b"".join(told) + chunk(b"IDAT", b"x") + chunk(b"IEND", b"")
    )


def webp(*parts: tuple[bytes, bytes]) -> bytes:
    body = b"WEBP" + b"".join(n + len(b).to_bytes(4, "little") + b + (b"\0" if len(b) % 2 else b"") for n, b in parts)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def test_a_photo_tells_neither_place_nor_phone_nor_words() -> None:
    taken = jpeg(
        JFIF, segment(0xE1, exif(1)), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + PLACE), segment(0xFE, PLACE)
    )
    clean = pictures.cleaned(taken)
    assert clean == pictures.Picture("image/jpeg", jpeg(JFIF))


@pytest.mark.parametrize("order", ["big", "little"])
@pytest.mark.parametrize("turned", range(2, 9))
def test_a_picture_does_not_fall_on_its_side(turned: int, order: str) -> None:
    clean = pictures.cleaned(jpeg(JFIF, segment(0xE1, exif(turned, order)))).data
    assert PLACE not in clean
    assert b"cam" not in clean
    told = clean[2:38]
    assert told[:10] == b"\xff\xe1\0\x22Exif\0\0"
    assert told[10 + 18 : 10 + 20] == turned.to_bytes(2, "big")
    assert pictures.cleaned(clean).data == clean


def test_colours_stay_as_they_were() -> None:
    taken = jpeg(JFIF, ICC, ADOBE)
    assert pictures.cleaned(taken).data == taken


def test_a_small_copy_of_the_picture_goes_too() -> None:
    thumbnail = segment(0xE0, b"JFIF\0\1\2\0\0\1\0\1\2\2" + bytes(12))
    other = segment(0xE0, b"JFXX\0\x10" + bytes(20))
    assert pictures.cleaned(jpeg(thumbnail, other)).data == jpeg(JFIF)


def test_what_a_phone_hangs_on_behind_the_picture_goes() -> None:
    assert pictures.cleaned(jpeg(JFIF, after=jpeg(segment(0xE1, exif(6))))).data == jpeg(JFIF)


def test_a_png_keeps_only_its_picture() -> None:
    told = (chunk(b"eXIf", PLACE), chunk(b"tEXt", PLACE), chunk(b"tIME", bytes(7)))
    assert pictures.cleaned(png(*told)) == pictures.Picture("image/png", png())
    assert pictures.cleaned(png(chunk(b"gAMA", bytes(4)))).data == png(chunk(b"gAMA", bytes(4)))


def test_a_webp_keeps_only_its_picture_and_no_longer_announces_more() -> None:
    size = bytes(9)
    taken = webp((b"VP8X", b"\x1c" + size), (b"VP8 ", b"odd"), (b"EXIF", PLACE), (b"XMP ", PLACE))
    clean = pictures.cleaned(taken)
    assert clean == pictures.Picture("image/webp", webp((b"VP8X", b"\x10" + size), (b"VP8 ", b"odd")))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a" + bytes(20),
        b"\0\0\0\x18ftypheic" + bytes(40),
        jpeg()[:-2],
        png()[:-1],
        webp((b"VP8 ", b"ab"))[:-1],
    ],
)
def test_what_is_no_whole_picture_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(Failed, match="photo_format"):
        pictures.cleaned(data)


def test_a_picture_that_is_too_big_is_refused_by_name() -> None:
    with pytest.raises(Failed, match="photo_too_big"):
        pictures.cleaned(jpeg(after=bytes(pictures.LARGEST)))


def refused_or_cleaned(data: bytes) -> pictures.Picture | None:
    """The clean picture, or None when it was refused as no picture; any other error is a fault."""
    with suppress(Failed):
        return pictures.cleaned(data)
    return None


@given(st.binary(max_size=400), st.sampled_from([b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"RIFF\x20\0\0\0WEBP"]))
def test_no_bytes_do_more_than_be_refused(data: bytes, start: bytes) -> None:
    clean = refused_or_cleaned(start + data)
    assert clean is None or pictures.cleaned(clean.data) == clean


@given(st.integers(0, 200), st.integers(0, 255))
def test_a_damaged_byte_does_no_more_than_be_refused(at: int, byte: int) -> None:
    whole = bytearray(jpeg(JFIF, segment(0xE1, exif(6))))
    whole[at % len(whole)] = byte
    refused_or_cleaned(bytes(whole))
