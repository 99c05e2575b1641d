"""A bundle: the messages of sync in one signed and sealed file, for a USB stick or a LAN instead of a network.

  file     = magic ‖ version ‖ box ‖ segments              the box holds the file's own key, closed to the reader
  content  = opening ‖ part … ‖ signature ‖ zeros          in segments of 64 KiB (`schemas.stream`), AES-256-GCM
  each     = tag ‖ length in 4 bytes ‖ body                `schemas.bundle_parts`

A carrier sees a number and a coarse size: neither who made it, nor for whom, nor in which county. Only the reader's
private key tells whether it is theirs. The maker signs the digest of all that stands before the signature, the kind and
the reader's key included, so that a reader cannot close a bundle anew to somebody else as if it had been made for them.
Nothing of a bundle is believed before its last segment and its signature have been checked (`Sealed.believed`), which
reads it once; its parts are then read a second time, each segment held to what it was the first time. So a bundle of
hundreds of megabytes needs the memory of one part.

  up       device → county: pushes, pieces of photos, which documents it has, and last a pull
  return   county → device: what a session would have been answered, in the same order

Evolution rule: version 1 never changes, `tests/vectors/bundle.json` pins it. A new kind, part or field is a new
version; a reader says `bundle_newer` to a version it does not know and believes nothing of it.
"""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schemas import box, signing, stream
from schemas.bundle_parts import BODY_LIMIT, END, Opening, Part, frame, framed, opening_of, part_of
from schemas.problems import Failed

MAGIC = b"RuhuB"
VERSION = b"\x01"
LIMIT = 1024 * 1024 * 1024
"""The most bytes a file may have. What does not fit goes into the next one."""
SMALLEST = 256 * 1024
"""The least size: a day's work without photos looks like no work at all."""
SUFFIX = ".ruhu"

_ABOUT = b"bundle"
_HEAD = len(MAGIC + VERSION) + 1 + 32 + 32 + 16
_TAG_BYTES = 16


def name(opening: Opening) -> str:
    """A name for the file, with nothing personal in it: `ruhu-7K2P-4XQ9-20261123-return.ruhu`."""
    return f"ruhu-{opening.code}-{opening.at[:10].replace('-', '')}-{opening.kind}{SUFFIX}"


def return_name(called: str) -> str:
    """What to call the return to a file of this name, so that its owner knows it again."""
    return called.removesuffix(SUFFIX).removesuffix("-up") + "-return" + SUFFIX


def write(
    out: BinaryIO,
    opening: Opening,
    parts: Iterable[Part],
    sign: Callable[[bytes, bytes], str],
    random: Callable[[int], bytes],
) -> None:
    """Writes a bundle, part by part as they come. `sign(purpose, message)` is the maker's."""
    key = random(32)
    out.write(MAGIC + VERSION + box.close(bytes.fromhex(opening.reader), _ABOUT, key, random))
    cipher = AESGCM(key)
    content = _content(opening, parts, sign)
    out.writelines(stream.sealed(content, lambda nonce, piece: cipher.encrypt(nonce, piece, None)))


def padded(size: int) -> int:
    """The size that content of this size is filled up to: eight steps to each doubling, so at most an eighth more."""
    size = max(size, SMALLEST)
    step = 1 << (size.bit_length() - 4)
    return -(-size // step) * step


@dataclass(frozen=True)
class Reader:
    """Somebody a bundle may be for: their public key in hex, and what opens a box that was closed to it."""

    key: str
    unbox: Callable[[bytes, bytes], bytes]

    @classmethod
    def of(cls, private: bytes) -> Self:
        return cls(box.public(private).hex(), lambda about, closed: box.open_(private, about, closed))


class Sealed:
    """A bundle that one of the readers can open. Until `believed`, `opening` is only what it claims to be."""

    def __init__(self, file: BinaryIO, key: bytes, reader: Reader) -> None:
        self._file = file
        self._cipher = AESGCM(key)
        self.reader = reader
        self._seen: list[bytes] = []
        self.opening = opening_of(next(self._frames(stream.SEGMENT), None))

    @classmethod
    def open(cls, file: BinaryIO, readers: Sequence[Reader]) -> Self:
        """The bundle in a file that can be read twice. Raises Failed: `bundle_other` when it is none or for none of
        these readers, `bundle_newer`, `bundle_too_big`, `bundle_damaged`."""
        if file.seek(0, os.SEEK_END) > LIMIT:
            raise Failed("bundle_too_big", mb=LIMIT // 2**20)
        file.seek(0)
        head = file.read(_HEAD)
        if head[:5] != MAGIC:
            raise Failed("bundle_other")
        if head[5:6] != VERSION:
            raise Failed("bundle_newer")
        for reader in readers:
            try:
                key = reader.unbox(_ABOUT, head[6:])
            except box.NotForUs:
                continue
            return cls(file, key, reader)
        raise Failed("bundle_other")

    def believed(self, kind: str, maker: str) -> Iterator[Part]:
        """Its parts in order, once all of it is known to be whole, of this kind, made for this reader and signed with
        the maker's public key (hex). Raises Failed `bundle_damaged`, here and not at the first part."""
        self._check(maker)
        if self.opening.kind != kind or self.opening.reader != self.reader.key:
            raise Failed("bundle_damaged")
        return self._parts()

    def _check(self, maker: str) -> None:
        digest = hashlib.sha256(MAGIC + VERSION)
        signature = b""
        for tag, body in self._frames(BODY_LIMIT[self.opening.kind]):
            if tag == END:
                signature = body
            else:
                digest.update(framed(tag, body))
        if not signing.verifies(maker, signing.BUNDLE, digest.digest(), signature.decode("ascii", "replace")):
            raise Failed("bundle_damaged")

    def _parts(self) -> Iterator[Part]:
        frames = self._frames(BODY_LIMIT[self.opening.kind])
        next(frames)  # the opening
        for tag, body in frames:
            if tag != END:
                yield part_of(self.opening.kind, tag, body)

    def _frames(self, limit: int) -> Iterator[tuple[int, bytes]]:
        """Tag and body of every frame; after the last of them there are only zeros."""
        self._file.seek(_HEAD)
        content = bytearray()
        ended = False
        for segment in stream.opened(self._file.read, _TAG_BYTES, self._opened):
            content += segment
            while not ended and len(content) >= 5:
                size = int.from_bytes(content[1:5], "big")
                if size > limit:
                    raise Failed("bundle_damaged")
                if len(content) < 5 + size:
                    break
                tag, body = content[0], bytes(content[5 : 5 + size])
                del content[: 5 + size]
                ended = tag == END
                yield tag, body
            if ended:
                if content.count(0) != len(content):
                    raise Failed("bundle_damaged")
                content.clear()
        if not ended:
            raise Failed("bundle_damaged")

    def _opened(self, nonce: bytes, segment: bytes) -> bytes:
        """A segment's content. The file may lie on a stick in somebody's hands: read again, it must be the same."""
        seen, i = hashlib.sha256(segment).digest(), int.from_bytes(nonce[:11], "big")
        if i == len(self._seen):
            self._seen.append(seen)
        if self._seen[i] != seen:
            raise Failed("bundle_damaged")
        try:
            return self._cipher.decrypt(nonce, segment, None)
        except (InvalidTag, ValueError) as error:
            raise Failed("bundle_damaged") from error


def _content(opening: Opening, parts: Iterable[Part], sign: Callable[[bytes, bytes], str]) -> Iterator[bytes]:
    digest, size = hashlib.sha256(MAGIC + VERSION), 0
    for part in chain([opening], parts):
        data = frame(part)
        digest.update(data)
        size += len(data)
        yield data
    signature = framed(END, sign(signing.BUNDLE, digest.digest()).encode())
    size += len(signature)
    yield signature
    left = padded(size) - size
    while left:
        fill = min(left, stream.SEGMENT)
        left -= fill
        yield bytes(fill)
