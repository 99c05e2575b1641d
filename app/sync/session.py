"""One round of sync without a network: what to ask the server next, and what each answer means.

Theory of operation. A round goes through the phases of `ORDER`. `Session.ask` gives the next request as a value, or
None when the round is over; the caller carries it to the server by whatever road it has and gives what came back, an
answer or the refusal, to `Session.take`. So the rules of sync are tested without a socket, and HTTP is a thin shell.

  push      own changes, oldest first, in batches by bytes, until none is left that the server has not receipted
  pull      each area's feed from the cursor, or its records as they stand; the vault checks density, chain and seal
            and writes a page and its cursor in one transaction, so a cut anywhere costs at most one page
  witness   for areas that a server put back from a backup has lost part of: what their feeds were, and the changes it
            lacks; then the areas are fetched anew. With that, and when own work was lost, the round begins again
  library   the forms and packs in force that this device lacks
  chunks    of photos: which the server lacks, then those, while the link is good (`Session.photos`)
  fetch     chunks of photos that other tablets took and the person asked for
  done      the truth is told: what is safe at the server and what still waits

Nothing is remembered between rounds but what the vault holds, so a round that was cut is resumed by starting another.
What a refusal does is the table `REFUSED`; a refusal that is not in it ends the round and is told. Nothing is lost by
any of them: the vault forgets a change only on a receipt.

Whatever a server answers, a round ends: each push moves the receipt on, each pull moves a cursor or is the last, no
chunk, document or area is asked for twice, the round begins again `TURNS` times at most, and there are never more than
`ASKS` requests.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from app.sync import exchange
from app.sync.store import Store
from schemas import codec
from schemas.clock import Clock, parse_stamp
from schemas.problems import Failed
from schemas.wire import (
    BATCH_BYTES,
    CHUNK_BYTES,
    Lacking,
    LibraryItem,
    Pages,
    Pull,
    Push,
    Receipt,
    Witness,
)


class Phase(StrEnum):
    PUSH = "push"
    PULL = "pull"
    WITNESS = "witness"
    LIBRARY = "library"
    CHUNKS = "chunks"
    FETCH = "fetch"
    DONE = "done"


ORDER: Mapping[Phase, Phase] = {
    Phase.PUSH: Phase.PULL,
    Phase.PULL: Phase.WITNESS,
    Phase.WITNESS: Phase.LIBRARY,
    Phase.LIBRARY: Phase.CHUNKS,
    Phase.CHUNKS: Phase.FETCH,
    Phase.FETCH: Phase.DONE,
}
"""Own changes go first: if the signal lasts only a minute, that minute saves the day's work."""

AGAIN: Mapping[Phase, Phase] = {Phase.WITNESS: Phase.PUSH}
"""Where a round goes on instead, when the server turned out to have lost something."""

TURNS = 2
ASKS = 20_000


class Move(StrEnum):
    """What a refusal does to the round."""

    HALVE = "halve"
    RESEND = "resend"
    SKIP = "skip"
    GIVE_UP = "give up"
    PHOTOS = "photos"
    END = "end"


REFUSED: Mapping[tuple[Phase, str], Move] = {
    (Phase.PUSH, "too_big"): Move.HALVE,
    (Phase.PUSH, "gap"): Move.RESEND,
    (Phase.PULL, "revoked"): Move.PHOTOS,
    (Phase.PULL, "expired"): Move.PHOTOS,
    (Phase.WITNESS, "too_big"): Move.GIVE_UP,
    (Phase.WITNESS, "not_your_area"): Move.GIVE_UP,
    (Phase.WITNESS, "chain_broken"): Move.GIVE_UP,
    (Phase.WITNESS, "malformed"): Move.GIVE_UP,
    (Phase.LIBRARY, "not_found"): Move.SKIP,
    (Phase.LIBRARY, "bad_signature"): Move.SKIP,
    (Phase.CHUNKS, "bad_chunk"): Move.SKIP,
    (Phase.CHUNKS, "too_big"): Move.SKIP,
    (Phase.CHUNKS, "not_found"): Move.SKIP,
    (Phase.FETCH, "bad_chunk"): Move.SKIP,
    (Phase.FETCH, "not_found"): Move.SKIP,
    (Phase.FETCH, "forbidden"): Move.SKIP,
}
"""SKIP goes on with the next document or chunk and tells the problem at the end. GIVE_UP takes the area as the server
has it now. PHOTOS goes on with the photos this device has yet to send and nothing else. All else ends the round."""


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


@dataclass(frozen=True)
class Fetch:
    """Ask for one chunk of a photo."""

    sha256: str


Ask: TypeAlias = Push | Pull | Witness | Document | Missing | Chunk | Fetch
Answer: TypeAlias = Receipt | Pages | Lacking | bytes | frozenset[str] | None
"""In the order of Ask: a receipt, pages, what the server lacks, the document's bytes, the chunks that are missing,
nothing, the chunk's bytes."""


@dataclass(frozen=True)
class Progress:
    """How far a round is: changes sent of those to send, entries and records received, documents, chunks of own photos
    and chunks of others' photos moved. `resending`: the server was put back from a backup and is given what it lost.
    `skew`: by how many seconds this device's clock is ahead of the server's, None before its first answer."""

    phase: Phase = Phase.PUSH
    sent: int = 0
    to_send: int = 0
    received: int = 0
    documents: int = 0
    chunks: int = 0
    fetched: int = 0
    resending: bool = False
    skew: int | None = None


@dataclass(frozen=True)
class Outcome:
    """How a round ended. `waiting` changes and `photos_waiting` photos are on this device only; `held` are kept at
    the server for a supervisor. `whole` says that every area is at the server's last entry, its chain checked.
    `photos_paused`: photos wait because the link is too slow for them. `shut_out`: the county ordered this device's
    way in destroyed, and it was."""

    sent: int
    received: int
    documents: int
    chunks: int
    fetched: int
    waiting: int
    held: int
    photos_waiting: int
    whole: bool
    photos_paused: bool
    shut_out: bool
    problems: tuple[Failed, ...]

    @property
    def safe(self) -> bool:
        """Whether everything of this device is at the server and everything of the server's is here."""
        return self.whole and not self.waiting and not self.photos_waiting and not self.problems


class Session:
    """One round. Call `ask` and `take` in turns until `ask` gives None; then `outcome` tells how it ended. `photos` is
    asked before each chunk of a photo whether the link is good enough for it."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        batch_bytes: int = BATCH_BYTES,
        photos: Callable[[], bool] = lambda: True,
    ) -> None:
        self._store = store
        self._clock = clock
        self._batch_bytes = batch_bytes
        self._budget = batch_bytes
        self._photos_may_go = photos
        self._begun = False
        self._asks = 0
        self._turns = 0
        self._again = False
        self._since: int | None = None
        self._resent: set[int] = set()
        self._asked: Ask | None = None
        self._pulled = False
        self._ends: dict[str, int] = {}
        self._lost: list[str] = []
        self._witnessed: set[str] = set()
        self._witness: Witness | None = None
        self._lacking: list[str] = []
        self._documents: list[LibraryItem] = []
        self._unknown_chunks: list[str] | None = None
        self._chunks: list[str] = []
        self._wanted: list[str] | None = None
        self._paused = False
        self._order: Failed | None = None
        self._shut_out = False
        self._cut = False
        self._problems: list[Failed] = []
        self.progress = Progress()

    def ask(self) -> Ask | None:
        """The next request, or None when the round is over. Raises Failed when the vault cannot be read."""
        if not self._begun:
            self._begun = True
            self.progress = replace(self.progress, to_send=self._store.waiting_count())
        self._asks += 1
        if self._asks > ASKS:
            self.end(Failed("odd_answer"))
        while self.progress.phase is not Phase.DONE:
            self._asked = self._next()
            if self._asked is not None:
                return self._asked
            self._to(self._following())
        self._obey()
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
            case Witness(), Lacking():
                self._lacks(asked, answer)
            case Document(item), bytes():
                self._store.put_document(item, answer)
                self.progress = replace(self.progress, documents=self.progress.documents + 1)
            case Missing(chunks), frozenset():
                self._store.chunks_safe([c for c in chunks if c not in answer])
                self._chunks = [c for c in chunks if c in answer]
            case Chunk(sha256, _), None:
                self._store.chunks_safe([sha256])
                self.progress = replace(self.progress, chunks=self.progress.chunks + 1)
            case Fetch(sha256), bytes():
                self._fetched(sha256, answer)
            case _:
                self.end(Failed("odd_answer"))

    def end(self, problem: Failed) -> None:
        """Ends the round here, with the problem that ended it."""
        self._problems.append(problem)
        self._cut = True
        self._to(Phase.DONE)

    def outcome(self) -> Outcome:
        """How the round ended, with what still waits read from the vault at this moment. Never raises: a vault that
        was locked meanwhile is one more problem."""
        waiting = held = photos = 0
        try:
            if not self._shut_out:
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
            fetched=p.fetched,
            waiting=waiting,
            held=held,
            photos_waiting=photos,
            whole=self._pulled and not self._behind(),
            photos_paused=self._paused and photos > 0,
            shut_out=self._shut_out,
            problems=tuple(self._problems),
        )

    def _to(self, phase: Phase) -> None:
        self.progress = replace(self.progress, phase=phase)

    def _following(self) -> Phase:
        """The phase after this one; a round that has to begin again does so a bounded number of times."""
        phase = self.progress.phase
        if self._again and phase in AGAIN and self._turns < TURNS:
            self._turns += 1
            self._again = self._pulled = False
            self._since = None
            return AGAIN[phase]
        return ORDER[phase]

    def _next(self) -> Ask | None:
        match self.progress.phase:
            case Phase.PUSH:
                return self._push()
            case Phase.PULL:
                return None if self._pulled else exchange.pull(self._store, self._clock, self._budget)
            case Phase.WITNESS:
                return self._bear_witness()
            case Phase.LIBRARY:
                return Document(self._documents.pop(0)) if self._documents else None
            case Phase.CHUNKS:
                return self._photo()
            case _:
                return self._fetch()

    # Push

    def _push(self) -> Push | None:
        changes = self._store.unsent(self._batch_bytes, self._since)
        if not changes:
            return None
        return exchange.push(self._store, self._clock, changes)

    def _receipt(self, push: Push, receipt: Receipt) -> None:
        last = push.changes[-1].n
        fits = receipt.first == push.changes[0].n and len(receipt.verdicts) <= len(push.changes)
        if receipt.upto < last or not fits:
            self.end(Failed("odd_answer"))
            return
        # What was written since is not in this push, whatever the receipt says.
        self._store.receive_receipt(replace(receipt, upto=last))
        self._store.contacted(self._clock.stamp())
        self._since = last + 1 if self._since is not None else None
        sent = self.progress.sent + len(push.changes)
        self.progress = replace(self.progress, sent=sent, to_send=max(self.progress.to_send, sent))

    # Pull

    def _pages(self, pages: Pages) -> None:
        told = exchange.take_pages(self._store, pages)
        came = told.came
        for problem in told.problems:
            self._tell(problem)
        self._again = self._again or came.resend
        resending = self.progress.resending or came.resend
        self.progress = replace(self.progress, resending=resending, skew=self._skew(pages.now))
        mine = self._store.cursors()
        for area in dict.fromkeys(pages.lost):
            if area in self._witnessed:
                self._tell(Failed("chain_broken"))
            elif area in mine:
                self._lost.append(area)
                self._witnessed.add(area)
        self._ends |= {page.area: page.head for page in pages.pages} | {s.area: s.seq for s in pages.snapshots}
        # A server that says there is more and sends nothing would be asked for ever.
        self._pulled = not (pages.more and came.moved) and not told.areas_new
        if pages.library is not None:
            self._documents = list(told.documents)
        if self._pulled:
            self._store.contacted(self._clock.stamp())
        self.progress = replace(self.progress, received=self.progress.received + came.entries)

    def _skew(self, now: str) -> int | None:
        try:
            return round((self._clock.now() - parse_stamp(now)).total_seconds())
        except (ValueError, OverflowError):
            return self.progress.skew

    def _behind(self) -> bool:
        try:
            cursors = self._store.cursors()
        except Failed:
            return True
        return any(c.after or c.seq < self._ends.get(area, 0) for area, c in cursors.items())

    # Witness

    def _bear_witness(self) -> Witness | None:
        while self._witness is not None or self._lost:
            if self._witness is None:
                self._witness = self._store.witness(self._lost[0])
                if self._witness is not None:
                    return self._witness
            elif self._lacking:
                changes = tuple(self._store.lacked(self._lacking, self._batch_bytes))
                named = {c.id for c in changes}
                last = max((i for i, id_ in enumerate(self._lacking) if id_ in named), default=len(self._lacking) - 1)
                self._lacking = self._lacking[last + 1 :]
                if changes:
                    return replace(self._witness, changes=changes)
            self._give_up_area()
        return None

    def _lacks(self, asked: Witness, answer: Lacking) -> None:
        if not asked.changes:
            lacking = set(answer.ids)
            self._lacking = [i for i in dict.fromkeys(asked.ids) if i in lacking]
        if not self._lacking:
            self._give_up_area()

    def _give_up_area(self) -> None:
        """Nothing more can be said of the first lost area: it is taken as the server has it now."""
        self._store.rebase(self._lost.pop(0))
        self._witness, self._lacking, self._again = None, [], True

    # Photos

    def _photo(self) -> Ask | None:
        if self._unknown_chunks is None:
            self._unknown_chunks = list(self._store.chunks_waiting())
        while self._chunks or self._unknown_chunks:
            if not self._chunks:
                asked, self._unknown_chunks = self._unknown_chunks[:CHUNKS_ASKED], self._unknown_chunks[CHUNKS_ASKED:]
                return Missing(tuple(asked))
            if self._order is None and not self._photos_may_go():
                self._paused = True
                return None
            sha256 = self._chunks.pop(0)
            data = self._store.chunk(sha256)
            if data is not None:
                return Chunk(sha256, data)
        return None

    def _fetch(self) -> Fetch | None:
        if self._wanted is None:
            self._wanted = [] if self._order is not None else list(self._store.wanted_chunks())
        return Fetch(self._wanted.pop(0)) if self._wanted else None

    def _fetched(self, sha256: str, data: bytes) -> None:
        try:
            self._store.receive_chunk(sha256, data[: CHUNK_BYTES + 1])
        except Failed as problem:
            self._refused(Fetch(sha256), problem)
            return
        self.progress = replace(self.progress, fetched=self.progress.fetched + 1)

    # Refusals

    def _tell(self, problem: Failed) -> None:
        """Keeps a problem for the end, each kind once."""
        if all(problem.code != told.code for told in self._problems):
            self._problems.append(problem)

    def _refused(self, asked: Ask | None, refusal: Failed) -> None:
        match REFUSED.get((self.progress.phase, refusal.code), Move.END):
            case Move.HALVE if isinstance(asked, Push) and len(asked.changes) > 1:
                size = sum(len(codec.encode(c.wire())) for c in asked.changes)
                self._batch_bytes = min(self._batch_bytes, size) // 2
            case Move.RESEND if isinstance(expected := refusal.figures.get("expected"), int) and self._fresh(expected):
                self._since = expected
            case Move.SKIP:
                self._problems.append(refusal)
            case Move.GIVE_UP:
                self._give_up_area()
            case Move.PHOTOS:
                self._problems.append(refusal)
                self._order = refusal
                self._to(Phase.CHUNKS)
            case _:
                self.end(refusal)

    def _fresh(self, expected: int) -> bool:
        """Whether this gap has not been answered before in this round, so that it cannot go round for ever."""
        if expected in self._resent:
            return False
        self._resent.add(expected)
        return True

    def _obey(self) -> None:
        """After a refusal for good, once nothing is left to send: destroys the ways in, if the county ordered it."""
        if self._order is not None and not self._cut:
            self._shut_out = exchange.obey(self._store, self._order)


CHUNKS_ASKED = 500
"""How many chunk hashes one `Missing` names: 32 KB of them."""
