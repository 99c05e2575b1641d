"""The photos of a round: chunks of own ones that the server lacks, while the link is good enough, and chunks of others'
that the person asked for. No chunk is asked about, sent or fetched twice."""

from collections.abc import Callable

from app.sync.asks import Chunk, Fetch, Missing
from app.sync.store import Store

CHUNKS_ASKED = 500
"""How many chunk hashes one `Missing` names: 32 KB of them."""


class Photos:
    """Of one round. `may_go` is asked before each chunk whether the link is good enough; `paused` says that it was
    not."""

    def __init__(self, store: Store, may_go: Callable[[], bool]) -> None:
        self._store = store
        self._may_go = may_go
        self._unknown: list[str] | None = None
        self._lacking: list[str] = []
        self._wanted: list[str] | None = None
        self.paused = False

    def next(self, *, at_any_rate: bool) -> Missing | Chunk | None:
        """The next question or chunk of own photos, or None; `at_any_rate` sends them however slow the link is."""
        if self._unknown is None:
            self._unknown = list(self._store.chunks_waiting())
        while self._lacking or self._unknown:
            if not self._lacking:
                asked, self._unknown = self._unknown[:CHUNKS_ASKED], self._unknown[CHUNKS_ASKED:]
                return Missing(tuple(asked))
            if not at_any_rate and not self._may_go():
                self.paused = True
                return None
            sha256 = self._lacking.pop(0)
            data = self._store.chunk(sha256)
            if data is not None:
                return Chunk(sha256, data)
        return None

    def lacks(self, asked: Missing, missing: frozenset[str]) -> None:
        """Which of the chunks asked about the server lacks; it has the others."""
        self._store.chunks_safe([c for c in asked.chunks if c not in missing])
        self._lacking = [c for c in asked.chunks if c in missing]

    def wanted(self) -> Fetch | None:
        """The next chunk of others' photos to fetch, or None."""
        if self._wanted is None:
            self._wanted = list(self._store.wanted_chunks())
        return Fetch(self._wanted.pop(0)) if self._wanted else None
