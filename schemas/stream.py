"""The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015): long content sealed segment by segment.

Every segment of 64 KiB is sealed by itself under a nonce that holds its number and whether it is the last. So content
of any length is sealed and opened in the memory of one segment, and a segment that is missing, swapped, added or
changed is noticed. The key must be used for this one content only.

Evolution rule: segment size and nonce never change; `tests/vectors/vault.json` and `bundle.json` pin them.
"""

from collections.abc import Callable, Iterable, Iterator

SEGMENT = 64 * 1024

Seal = Callable[[bytes, bytes], bytes]
"""Of a 12-byte nonce and one segment's content."""


def sealed(content: Iterable[bytes], seal: Seal) -> Iterator[bytes]:
    """The sealed segments of content that comes in pieces of any size; of no content, one empty segment."""
    i, held = 0, bytearray()
    for piece in content:
        held += piece
        while len(held) > SEGMENT:
            yield seal(nonce(i, False), bytes(held[:SEGMENT]))
            del held[:SEGMENT]
            i += 1
    yield seal(nonce(i, True), bytes(held))


def opened(read: Callable[[int], bytes], extra: int, open_: Seal) -> Iterator[bytes]:
    """The content of each segment in order. `read` as a file's, `extra` is how much longer a segment is when sealed;
    `open_` raises for a segment that is not what was sealed. Until the last has come nothing of it is whole."""
    i, now = 0, _exactly(read, SEGMENT + extra)
    while True:
        after = _exactly(read, SEGMENT + extra)
        yield open_(nonce(i, not after), now)
        if not after:
            return
        i, now = i + 1, after


def nonce(i: int, last: bool) -> bytes:
    return i.to_bytes(11, "big") + bytes([last])


def _exactly(read: Callable[[int], bytes], size: int) -> bytes:
    """So many bytes, fewer only at the end: a pipe or a socket may give them in parts."""
    out = read(size)
    while len(out) < size and (more := read(size - len(out))):
        out += more
    return out
