"""One round of sync without a network: what to ask the server next, and what each answer means.

Theory of operation. A round goes through the phases of `ORDER`. `Session.ask` gives the next request as a value, or
None when the round is over; the caller carries it to the server by whatever road it has and gives what came back, an
answer or the refusal, to `Session.take`. So the rules of sync are tested without a socket, and HTTP is a thin shell.

  push      own changes, oldest first, in batches by bytes, until none is left that the server has not receipted
  pull      each area's feed from the cursor, page by page; the vault checks density and chain and writes a page and
            its cursor in one transaction, so a cut anywhere costs at most one page
  library   the forms and packs in force that this device lacks
  chunks    of photos: which the server lacks, then those
  done      the truth is told: what is safe at the server and what still waits

Nothing is remembered between rounds but what the vault holds, so a round that was cut is resumed by starting another.
What a refusal does is the table `REFUSED`; a refusal that is not in it ends the round and is told. Nothing is lost by
any of them: the vault forgets a change only on a receipt.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from app.sync.store import Store
from schemas import codec, signing
from schemas.clock import Clock
from schemas.problems import Failed
from schemas.wire import BATCH_BYTES, PROTOCOL, LibraryItem, Pages, Pull, Push, Receipt


class Phase(StrEnum):
    PUSH = "push"
    PULL = "pull"
    LIBRARY = "library"
    CHUNKS = "chunks"
    DONE = "done"


ORDER: Mapping[Phase, Phase] = {
    Phase.PUSH: Phase.PULL,
    Phase.PULL: Phase.LIBRARY,
    Phase.LIBRARY: Phase.CHUNKS,
    Phase.CHUNKS: Phase.DONE,
}
"""Own changes go first: if the signal lasts only a minute, that minute saves the day's work."""


class Move(StrEnum):
    """What a refusal does to the round."""

    HALVE = "halve"
    RESEND = "resend"
    SKIP = "skip"
    END = "end"


REFUSED: Mapping[tuple[Phase, str], Move] = {
    (Phase.PUSH, "too_big"): Move.HALVE,
    (Phase.PUSH, "gap"): Move.RESEND,
    (Phase.LIBRARY, "not_found"): Move.SKIP,
    (Phase.LIBRARY, "bad_signature"): Move.SKIP,
    (Phase.CHUNKS, "bad_chunk"): Move.SKIP,
    (Phase.CHUNKS, "too_big"): Move.SKIP,
    (Phase.CHUNKS, "not_found"): Move.SKIP,
}
"""SKIP goes on with the next document or photo and tells the problem at the end; all else ends the round."""


@dataclass(frozen=True)
class Document:
    """Ask for one form or pack."""

    item: LibraryItem


@dataclass(frozen=True)
class Missing:
    """Ask which of these chunks the server lacks."""

    chunks: tuple[str, ...]


@dataclass(frozen=True)
class Chunk:
    """Give the server one chunk; `data` hashes to `sha256`."""

    sha256: str
    data: bytes


Ask: TypeAlias = Push | Pull | Document | Missing | Chunk
Answer: TypeAlias = Receipt | Pages | bytes | frozenset[str] | None
"""In the order of Ask: a receipt, pages, the document's bytes, the chunks that are missing, nothing."""


@dataclass(frozen=True)
class Progress:
    """How far a round is: changes sent of those to send, entries received, documents and chunks moved."""

    phase: Phase = Phase.PUSH
    sent: int = 0
    to_send: int = 0
    received: int = 0
    documents: int = 0
    chunks: int = 0


@dataclass(frozen=True)
class Outcome:
    """How a round ended. `waiting` changes and `photos_waiting` photos are on this device only; `held` are kept at
    the server for a supervisor. `whole` says that every area is at the server's last entry, its chain checked."""

    sent: int
    received: int
    documents: int
    chunks: int
    waiting: int
    held: int
    photos_waiting: int
    whole: bool
    problems: tuple[Failed, ...]

    @property
    def safe(self) -> bool:
        """Whether everything of this device is at the server and everything of the server's is here."""
        return self.whole and not self.waiting and not self.photos_waiting and not self.problems


class Session:
    """One round. Call `ask` and `take` in turns until `ask` gives None; then `outcome` tells how it ended."""

    def __init__(self, store: Store, clock: Clock, batch_bytes: int = BATCH_BYTES) -> None:
        self._store = store
        self._clock = clock
        self._batch_bytes = batch_bytes
        self._budget = batch_bytes
        self._begun = False
        self._since: int | None = None
        self._resent: set[int] = set()
        self._asked: Ask | None = None
        self._pulled = False
        self._behind: set[str] = set()
        self._documents: list[LibraryItem] = []
        self._unknown_chunks: list[str] | None = None
        self._chunks: list[str] = []
        self._problems: list[Failed] = []
        self.progress = Progress()

    def ask(self) -> Ask | None:
        """The next request, or None when the round is over. Raises Failed when the vault cannot be read."""
        if not self._begun:
            self._begun = True
            self.progress = replace(self.progress, to_send=self._store.waiting_count())
        while self.progress.phase is not Phase.DONE:
            self._asked = self._next()
            if self._asked is not None:
                return self._asked
            self._to(ORDER[self.progress.phase])
        return None

    def take(self, answer: Answer | Failed) -> None:
        """What came back for the last request. Raises Failed when the vault cannot write it; then nothing of this
        answer was written and the next round asks again."""
        asked, self._asked = self._asked, None
        if isinstance(answer, Failed):
            self._refused(asked, answer)
            return
        match asked, answer:
            case Push(), Receipt():
                self._receipt(asked, answer)
            case Pull(), Pages():
                self._pages(answer)
            case Document(item), bytes():
                self._store.put_document(item, answer)
                self.progress = replace(self.progress, documents=self.progress.documents + 1)
            case Missing(chunks), frozenset():
                self._store.chunks_safe([c for c in chunks if c not in answer])
                self._chunks = [c for c in chunks if c in answer]
            case Chunk(sha256, _), None:
                self._store.chunks_safe([sha256])
                self.progress = replace(self.progress, chunks=self.progress.chunks + 1)
            case _:
                self.end(Failed("odd_answer"))

    def end(self, problem: Failed) -> None:
        """Ends the round here, with the problem that ended it."""
        self._problems.append(problem)
        self._to(Phase.DONE)

    def outcome(self) -> Outcome:
        """How the round ended, with what still waits read from the vault at this moment. Never raises: a vault that
        was locked meanwhile is one more problem."""
        waiting = held = photos = 0
        try:
            waiting, held = self._store.waiting_count(), self._store.held_count()
            photos = self._store.photos_waiting()
        except Failed as problem:
            self._problems.append(problem)
        p = self.progress
        return Outcome(
            sent=p.sent,
            received=p.received,
            documents=p.documents,
            chunks=p.chunks,
            waiting=waiting,
            held=held,
            photos_waiting=photos,
            whole=self._pulled and not self._behind,
            problems=tuple(self._problems),
        )

    def _to(self, phase: Phase) -> None:
        self.progress = replace(self.progress, phase=phase)

    def _next(self) -> Ask | None:
        match self.progress.phase:
            case Phase.PUSH:
                return self._push()
            case Phase.PULL:
                return None if self._pulled else self._pull()
            case Phase.LIBRARY:
                return Document(self._documents.pop(0)) if self._documents else None
            case _:
                return self._photo()

    def _push(self) -> Push | None:
        changes = tuple(self._store.unsent(self._batch_bytes, self._since))
        if not changes:
            return None
        device = self._store.device()
        signature = self._store.sign(signing.PUSH, changes[-1].id.encode())
        return Push(PROTOCOL, device, self._clock.stamp(), changes, signature)

    def _receipt(self, push: Push, receipt: Receipt) -> None:
        last = push.changes[-1].n
        if receipt.upto < last:
            self.end(Failed("odd_answer"))
            return
        self._store.receive_receipt(receipt)
        self._store.contacted(self._clock.stamp())
        self._since = last + 1 if self._since is not None else None
        sent = self.progress.sent + len(push.changes)
        self.progress = replace(self.progress, sent=sent, to_send=max(self.progress.to_send, sent))

    def _pull(self) -> Pull:
        return Pull(PROTOCOL, self._store.device(), self._store.cursors(), self._budget)

    def _pages(self, pages: Pages) -> None:
        arrived = 0
        mine = self._store.cursors()
        for page in pages.pages:
            if page.area in mine:
                self._store.receive_page(page)
                arrived += len(page.entries)
        # A server that says there is more and sends nothing would be asked for ever.
        self._pulled = not pages.more or arrived == 0
        if self._pulled:
            self._last_pages(pages)
        self.progress = replace(self.progress, received=self.progress.received + arrived)

    def _last_pages(self, pages: Pages) -> None:
        self._store.receive_held(pages.held)
        self._store.receive_library(pages.library)
        self._store.contacted(self._clock.stamp())
        cursors = self._store.cursors()
        self._behind = {p.area for p in pages.pages if cursors.get(p.area, 0) < p.head}
        if any(p.area not in cursors for p in pages.pages):
            # The person was given another village after this device was let in: it has no key for it.
            self._problems.append(Failed("areas_changed"))
        self._documents = [item for item in pages.library if self._store.document(item.hash) is None]

    def _photo(self) -> Ask | None:
        if self._unknown_chunks is None:
            self._unknown_chunks = list(self._store.chunks_waiting())
        if self._chunks:
            sha256 = self._chunks.pop(0)
            data = self._store.chunk(sha256)
            return Chunk(sha256, data) if data is not None else self._photo()
        if self._unknown_chunks:
            asked, self._unknown_chunks = self._unknown_chunks[:CHUNKS_ASKED], self._unknown_chunks[CHUNKS_ASKED:]
            return Missing(tuple(asked))
        return None

    def _refused(self, asked: Ask | None, refusal: Failed) -> None:
        match REFUSED.get((self.progress.phase, refusal.code), Move.END):
            case Move.HALVE if isinstance(asked, Push) and len(asked.changes) > 1:
                size = sum(len(codec.encode(c.wire())) for c in asked.changes)
                self._batch_bytes = min(self._batch_bytes, size) // 2
            case Move.RESEND if isinstance(expected := refusal.figures.get("expected"), int) and self._fresh(expected):
                self._since = expected
            case Move.SKIP:
                self._problems.append(refusal)
            case _:
                self.end(refusal)

    def _fresh(self, expected: int) -> bool:
        """Whether this gap has not been answered before in this round, so that it cannot go round for ever."""
        if expected in self._resent:
            return False
        self._resent.add(expected)
        return True


CHUNKS_ASKED = 500
"""How many chunk hashes one `Missing` names: 32 KB of them."""
