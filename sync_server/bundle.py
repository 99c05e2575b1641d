"""A bundle that somebody carried here: what the device asks in it is done as if it had asked by itself, and what it
would have been answered goes into a return bundle, closed to that device.

Everything goes through the rooms that answer over HTTP (`intake`, `chunks`, `pull`, `library`), with their checks and
their audit; the only thing here is the order. Who carries it needs no name: the file itself says, to the county only,
which device made it, and proves it. The memory it takes is that of one message, however big the file is.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import select

from schemas import bundle, codec, wire
from schemas.bundle import Reader, Sealed
from schemas.bundle_parts import Document, Have, Opening, Part, Piece, Refused
from schemas.clock import stamp
from schemas.problems import Failed
from sync_server import audit, chunks, county, devices, intake, library
from sync_server import tables as t
from sync_server.db import Database, Tx
from sync_server.devices import Device
from sync_server.pull import BUDGET, serve
from sync_server.server import Server

ROOM = 256 * 1024 * 1024
"""About how many canonical bytes of news one return bundle brings; what is left the next one does."""
PIECES_AT_ONCE = 16
"""How many pieces of photos one transaction keeps: few enough for the memory, many enough for the disk."""


@dataclass
class Taken:
    """What was in a bundle, for whoever stands at the server: figures and nothing else. `refused` is the code of the
    problem that the device is told, if there is one."""

    code: str
    changes: int = 0
    held: int = 0
    pieces: int = 0
    refused: str = ""


def recognise(server: Server, file: BinaryIO) -> Sealed:
    """The bundle in a file as far as its beginning tells: one for a county of this server, from a device it knows. The
    rest of the file may still be on its way. Raises Failed: `bundle_other`, `bundle_newer`, `bundle_damaged`,
    `bundle_too_big`, `unknown_device`."""
    return _recognised(server, file)[0]


def answer(server: Server, file: BinaryIO, out: BinaryIO) -> Taken:
    """Takes a bundle and writes the answer to it. The same bundle again is answered again and changes nothing.

    Raises Failed as `recognise`, and `bundle_damaged` when it is not whole or not that device's; then nothing of it
    was taken. What the device itself is refused stands in the answer.
    """
    sealed, device, key = _recognised(server, file)
    parts = sealed.believed("up", device.sign_key)
    taken = Taken(sealed.opening.code)
    now, asked = stamp(server.clock.now()), sealed.opening.at
    opening = Opening("return", sealed.opening.id, device.county, key, now, asked)
    sign = server.db.keyring.of(device.county).sign
    bundle.write(out, opening, _answers(server.db, device, parts, taken), sign, server.clock.random)
    return taken


def answer_file(server: Server, file: Path, out: Path) -> Taken:
    """The same from file to file; the answer is there whole and durable, or not at all. Raises OSError too."""
    part = out.with_name(out.name + ".part")
    try:
        with file.open("rb") as brought, part.open("wb") as back:
            taken = answer(server, brought, back)
            back.flush()
            os.fsync(back.fileno())
        part.replace(out)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    return taken


def _recognised(server: Server, file: BinaryIO) -> tuple[Sealed, Device, str]:
    """The bundle, the device that says it made it, and the key in hex that answers to it are closed to."""
    counties = server.db.snapshot(county.counties)
    readers = {c.code: Reader.of(server.db.keyring.of(c.code).box_private) for c in counties}
    sealed = Sealed.open(file, list(readers.values()))

    def device(tx: Tx) -> tuple[Device, str]:
        found = devices.find(tx, sealed.opening.maker)
        return found, tx.execute(select(t.device.c.box_key).where(t.device.c.id == found.id)).scalar_one()

    found, key = server.db.snapshot(device)
    if sealed.opening.kind != "up" or readers[found.county] is not sealed.reader:
        raise Failed("bundle_other")
    return sealed, found, key


def _answers(db: Database, device: Device, parts: Iterator[Part], taken: Taken) -> Iterator[Part]:
    """Does what the parts ask, in their order, and gives what is answered, in the order of a session."""
    safe: list[str] = []
    documents: frozenset[str] = frozenset()
    pull: wire.Pull | None = None
    pieces = _Pieces(db, device, safe)
    for part in parts:
        match part:
            case wire.Push() if not taken.refused:
                yield _pushed(db, device, part, taken)
            case Piece(data):
                pieces.add(data)
            case Have(hashes):
                documents = frozenset(hashes)
            case wire.Pull():
                pull = part
    pieces.keep()
    taken.pieces = len(safe)
    db.transaction(lambda tx: _noted(tx, device, taken))
    if safe:
        yield Have(tuple(safe))
    if pull is not None:
        yield from _told(db, device, pull, documents, taken)


def _pushed(db: Database, device: Device, push: wire.Push, taken: Taken) -> Part:
    try:
        receipt = intake.take(db, device, push)
    except Failed as refusal:
        return _refused("push", refusal, taken)
    taken.changes += len(receipt.verdicts)
    taken.held += sum(isinstance(v, wire.Held) for v in receipt.verdicts)
    return receipt


class _Pieces:
    """Pieces of photos on their way into the database, some at a time; `safe` are the hashes of those that arrived."""

    def __init__(self, db: Database, device: Device, safe: list[str]) -> None:
        self._db = db
        self._device = device
        self._safe = safe
        self._waiting: dict[str, bytes] = {}

    def add(self, data: bytes) -> None:
        if len(data) > wire.CHUNK_BYTES + chunks.SLACK:
            return  # no device cuts such a piece; it is not confirmed
        self._waiting[codec.sha256(data)] = data
        if len(self._waiting) == PIECES_AT_ONCE:
            self.keep()

    def keep(self) -> None:
        """Durably, and only then are they safe."""
        waiting, self._waiting = self._waiting, {}

        def work(tx: Tx) -> None:
            for sha256, data in waiting.items():
                chunks.put(tx, self._device, sha256, data)

        if waiting:
            self._db.transaction(work)
            self._safe += waiting


def _told(db: Database, device: Device, pull: wire.Pull, documents: frozenset[str], taken: Taken) -> Iterator[Part]:
    """What is new for the device, message by message, then the documents that it lacks."""
    left = ROOM
    more = True
    while more and left > 0:
        try:
            pulled = serve(db, device, replace(pull, budget=BUDGET))
        except Failed as refusal:
            yield _refused("pull", refusal, taken)
            return
        left -= len(pulled.body)
        pages = pulled.message
        yield pages
        pull, more = after(pull, pages), pages.more
    for item in db.snapshot(lambda tx: library.in_force(tx, device.county)):
        if item.hash not in documents:
            yield _document(db, device, item.hash)


def _document(db: Database, device: Device, hash_: str) -> Document:
    return Document(db.snapshot(lambda tx: library.data(tx, device.county, hash_)))


def after(pull: wire.Pull, pages: wire.Pages) -> wire.Pull:
    """What the device will ask next, once it has taken these pages."""
    cursors = dict(pull.cursors)
    for page in pages.pages:
        cursors[page.area] = wire.Cursor(page.entries[-1].seq, page.chain)
    for part in pages.snapshots:
        # While a snapshot is under way the cursor is that of its first part, whence the feed goes on.
        first = wire.Cursor(part.seq, part.chain) if not part.since else cursors[part.area]
        cursors[part.area] = replace(first, after=part.after)
    return replace(
        pull,
        cursors=cursors,
        grant=pull.grant if pages.grant is None else pages.grant.digest,
        library=pull.library if pages.library is None else wire.library_digest(pages.library),
    )


def _refused(asked: str, refusal: Failed, taken: Taken) -> Refused:
    taken.refused = taken.refused or refusal.code
    return Refused(asked, refusal.code, dict(refusal.figures))


def _noted(tx: Tx, device: Device, taken: Taken) -> None:
    audit.write(
        tx, device.county, device.user or audit.SERVER, "bundle_taken", device.id,
        code=taken.code, changes=taken.changes, pieces=taken.pieces,
    )  # fmt: skip
