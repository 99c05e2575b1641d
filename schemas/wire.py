"""The messages of sync, the same over HTTP and in a bundle.

Every message is canonical JSON of the shapes in `pushing`, `pulling`, `witnessing` and `enrolling`, which are all named
here. `from_wire` raises NotCanonical for anything else, before a byte of it is believed. `tests/vectors/wire.json` pins
their bytes.

Evolution rule: `PROTOCOL` is sent in every request. A server answers each protocol in `SPOKEN`; a client that speaks
none of them is told to update (`problems: protocol_unknown`) and loses nothing.
"""

from schemas.enrolling import Area, Enrol, Grant
from schemas.message import Message
from schemas.pulling import (
    EARLIER,
    HELD,
    RESTED,
    TAKEN,
    UNKNOWN,
    Cursor,
    Earlier,
    Echo,
    Entry,
    Head,
    LibraryItem,
    Page,
    Pages,
    Pull,
    SetAside,
    Snapshot,
    library_digest,
    photos_digest,
)
from schemas.pushing import IMPLIED, TAGS, Held, Known, Push, Receipt, Taken, Verdict
from schemas.witnessing import Lacking, Witness, standing

__all__ = [
    "BATCH_BYTES",
    "BODY_LIMIT",
    "CHUNK_BYTES",
    "EARLIER",
    "HELD",
    "IMPLIED",
    "PROTOCOL",
    "RESTED",
    "SPOKEN",
    "TAGS",
    "TAKEN",
    "UNKNOWN",
    "Area",
    "Cursor",
    "Earlier",
    "Echo",
    "Enrol",
    "Entry",
    "Grant",
    "Head",
    "Held",
    "Known",
    "Lacking",
    "LibraryItem",
    "Message",
    "Page",
    "Pages",
    "Pull",
    "Push",
    "Receipt",
    "SetAside",
    "Snapshot",
    "Taken",
    "Verdict",
    "Witness",
    "library_digest",
    "photos_digest",
    "standing",
]

PROTOCOL = 2
"""1: 2026-11, first trial. 2: 2026-11, snapshots, receipts by number, own changes come back as numbers only, grants are
renewed and lost areas told in a pull, pages are sealed by the county."""
SPOKEN = frozenset({2})

BATCH_BYTES = 512 * 1024
"""How much a client puts in one push, and asks for in one pull, in canonical bytes before compression. That is some
60 KB on the line: two seconds of a village's, of which a round trip and a write to the disk are then a small part."""
BODY_LIMIT = 4 * 1024 * 1024
"""The most a body may hold after decompression; above it the answer is `too_big` and the client halves its batch."""
CHUNK_BYTES = 256 * 1024
