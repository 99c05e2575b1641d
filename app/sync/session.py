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

from collections.abc import Callable
from dataclasses import replace

from app.sync import exchange
from app.sync.asks import Answer, Ask, Chunk, Document, Fetch, Missing
from app.sync.outcome import Outcome, Progress
from app.sync.phases import AGAIN, ASKS, ORDER, REFUSED, TURNS, Move, Phase
from app.sync.photos import Photos
from app.sync.store import Store
from app.sync.testimony import Testimony
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

__all__ = [
    "ASKS", "ORDER", "REFUSED", "Answer", "Ask", "Chunk", "Document", "Fetch", "Missing", "Outcome", "Phase",
    "Progress", "Session",
]  # fmt: skip
"""All that a caller of a round needs is named here, wherever it stands."""


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
        self._testimony = Testimony(store)
        self._photos = Photos(store, photos)
        self._begun = False
        self._asks = 0
        self._turns = 0
        self._again = False
        self._since: int | None = None
        self._resent: set[int] = set()
        self._asked: Ask | None = None
        self._pulled = False
        self._ends: dict[str, int] = {}
        self._documents: list[LibraryItem] = []
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
                self._testimony.take(asked, answer)
            case Document(item), bytes():
                self._store.put_document(item, answer)
                self.progress = replace(self.progress, documents=self.progress.documents + 1)
            case Missing(), frozenset():
                self._photos.lacks(asked, answer)
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
            photos_paused=self._photos.paused and photos > 0,
            shut_out=self._shut_out,
            problems=tuple(self._problems),
        )

    def _to(self, phase: Phase) -> None:
        self.progress = replace(self.progress, phase=phase)

    def _following(self) -> Phase:
        """The phase after this one; a round that has to begin again does so a bounded number of times."""
        phase = self.progress.phase
        if phase in AGAIN and (self._again or self._testimony.given_up) and self._turns < TURNS:
            self._turns += 1
            self._again = self._testimony.given_up = self._pulled = False
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
                return self._testimony.next(self._batch_bytes)
            case Phase.LIBRARY:
                return Document(self._documents.pop(0)) if self._documents else None
            case Phase.CHUNKS:
                return self._photos.next(at_any_rate=self._order is not None)
            case _:
                return self._photos.wanted() if self._order is None else None

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
            if area in mine and not self._testimony.hear(area):
                self._tell(Failed("chain_broken"))
        self._ends |= {page.area: page.head for page in pages.pages} | {s.area: s.seq for s in pages.snapshots}
        # A server that says there is more and sends nothing would be asked for ever.
        self._pulled = not (pages.more and came.moved) and not told.areas_new and not came.set_back
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
                self._testimony.give_up()
            case Move.PHOTOS if self._turns < TURNS and exchange.lost(self._store, refusal):
                self._turns += 1
                self._since = None
                self.progress = replace(self.progress, resending=True)
                self._to(Phase.PUSH)
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
        if self._order is not None and not self._cut and not self._shut_out:
            self._shut_out = exchange.obey(self._store, self._order)
