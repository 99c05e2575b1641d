"""A round of sync without a network: what a session would ask goes into a file, what it would be answered comes back.

What is exported stays unsent until its answer has been loaded, so a lost stick loses nothing. An answer may be loaded
twice, late, or after a later one. It is then an old truth: asked before the server last said something, both by this
device's own clock. The vault takes from it the entries, records and receipts that it does not have yet, nothing of how
things stood, and not even receipts when the server has lost something since. An answer for somebody else, another
device, another county, or one that was cut or changed, is refused whole.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Protocol

from app.sync import exchange
from app.sync.store import Store
from schemas import bundle, codec, ids
from schemas.bundle import Reader, Sealed
from schemas.bundle_parts import Document, Have, Opening, Part, Piece, Refused
from schemas.clock import Clock
from schemas.problems import Failed
from schemas.wire import BATCH_BYTES, CHUNK_BYTES, Echo, LibraryItem, Pages, Receipt

ROOM = 768 * 1024 * 1024
"""How many bytes of photos go into one file when nobody says less; with all else it stays below the file's limit."""


class Vault(Store, Protocol):
    """What a bundle needs of an open vault besides what a session does."""

    def box_key(self) -> str: ...
    def unbox(self, about: bytes, closed: bytes) -> bytes: ...
    def documents(self, kind: str) -> Sequence[LibraryItem]: ...
    def photo_queue(self) -> dict[str, list[str]]: ...
    def attachment(self, id_: str) -> bytes: ...
    def lost_at(self) -> str | None: ...


@dataclass
class Exported:
    """What went into a bundle: so many changes, and these attachments. `left` more did not fit."""

    opening: Opening
    changes: int = 0
    photos: set[str] = field(default_factory=set)
    left: int = 0


@dataclass
class Loaded:
    """What an answer brought: so many changes and photos of this device that were not known to be at the server, and
    entries and records from there. `more`: the server has more than was in it. `shut_out`: it was the county's order
    that this device is to be used no longer. `problems` are what the server refused, and what did not fit here."""

    changes: int = 0
    photos: int = 0
    received: int = 0
    more: bool = False
    shut_out: bool = False
    problems: list[Failed] = field(default_factory=list)


def export(vault: Vault, out: BinaryIO, clock: Clock, *, room: int = ROOM, carried: Collection[str] = ()) -> Exported:
    """Writes a bundle of everything that the server is not known to have, photos as far as there is room, and the
    question what is new. `carried` are attachments that other files hold already."""
    opening = Opening(
        kind="up",
        id=ids.record_id(clock.unix_ms(), clock.random(10)),
        maker=vault.device(),
        reader=vault.grant.county_box_key,
        at=clock.stamp(),
    )
    made = Exported(opening)
    bundle.write(out, opening, _asked(vault, clock, made, room, carried), vault.sign, clock.random)
    return made


def load(vault: Vault, file: BinaryIO) -> Loaded:
    """Takes an answer. Raises Failed: `bundle_other` when it is not for this person on this device, `bundle_damaged`,
    `bundle_newer`, and then nothing of it was taken; or what keeps the vault from writing, and then it may be loaded
    again."""
    sealed = Sealed.open(file, [Reader(vault.box_key(), vault.unbox)])
    parts = sealed.believed("return", vault.grant.county_sign_key)
    waiting, photos = vault.waiting_count(), vault.photos_waiting()
    found = Loaded()
    asked, last, lost = sealed.opening.asked, vault.last_contact(), vault.lost_at()
    live = last is None or last <= asked
    order = _take(vault, parts, found, live=live, kept=lost is None or lost <= asked)
    found.changes = max(0, waiting - vault.waiting_count())
    found.photos = max(0, photos - vault.photos_waiting())
    if live:
        vault.contacted(asked)
    if order is not None:
        found.problems.append(order)
        if live:
            exchange.lost(vault, order)
        found.shut_out = exchange.obey(vault, order)
    return found


def _asked(vault: Vault, clock: Clock, made: Exported, room: int, carried: Collection[str]) -> Iterator[Part]:
    since: int | None = None
    while changes := vault.unsent(BATCH_BYTES, since):
        made.changes += len(changes)
        since = changes[-1].n + 1
        yield exchange.push(vault, clock, changes)
    yield from _pieces(vault, made, room, carried)
    yield Have(tuple(item.hash for kind in ("form", "pack") for item in vault.documents(kind)))
    yield exchange.pull(vault, clock, BATCH_BYTES)


def _pieces(vault: Vault, made: Exported, room: int, carried: Collection[str]) -> Iterator[Piece]:
    """Photos, each whole, until there is no more room; the first one always finds some."""
    sent: set[str] = set()
    for photo, lacking in vault.photo_queue().items():
        if photo in carried:
            continue
        try:
            data = vault.attachment(photo)
        except Failed:
            continue  # damaged on this disk; it stays among those that wait
        pieces = {codec.sha256(p): p for p in (data[i : i + CHUNK_BYTES] for i in range(0, len(data), CHUNK_BYTES))}
        room -= len(data)
        if made.left or (room < 0 and made.photos):
            made.left += 1
            continue
        made.photos.add(photo)
        for name in lacking:
            if name in pieces and name not in sent:
                sent.add(name)
                yield Piece(pieces[name])


def _take(vault: Vault, parts: Iterator[Part], found: Loaded, *, live: bool, kept: bool) -> Failed | None:
    """Takes each part as a session takes its answer. `live`: the server has said nothing since this was asked; `kept`:
    nor has it lost anything. The refusal of the pull comes back: it may be an order, to be obeyed when all else is
    done."""
    order: Failed | None = None
    wanted: dict[str, LibraryItem] = {}
    for part in parts:
        match part:
            case Receipt(first=first, verdicts=verdicts) if kept:
                # Of what the server had besides, this was not the question.
                vault.receive_receipt(replace(part, upto=min(part.upto, first + len(verdicts) - 1)))
            case Have(hashes) if kept:
                vault.chunks_safe(hashes)
            case Refused(asked="push", code=code, figures=figures) if live:
                found.problems.append(Failed(code, **figures))
            case Refused(asked="pull", code=code, figures=figures):
                order = Failed(code, **figures)
            case Pages():
                wanted |= _pages(vault, part, live, found)
            case Document(data) if (item := wanted.pop(codec.sha256(data), None)) is not None:
                vault.put_document(item, data)
    return order


def _pages(vault: Vault, pages: Pages, live: bool, found: Loaded) -> dict[str, LibraryItem]:
    """Takes pages; the documents that they name and that are not here come back, by hash."""
    told = exchange.take_pages(vault, pages, live=live)
    echoes = sum(isinstance(entry, Echo) for page in pages.pages for entry in page.entries)
    found.received += max(0, told.came.entries - echoes)
    found.more = live and (pages.more or told.areas_new)
    known = {p.code for p in found.problems}
    found.problems += [p for p in told.problems if p.code not in known]
    if live and pages.lost and "bundle_lost" not in known:
        found.problems.append(Failed("bundle_lost"))
    return {item.hash: item for item in told.documents}
