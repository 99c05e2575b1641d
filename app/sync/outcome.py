"""How far a round of sync is, and how it ended."""

from dataclasses import dataclass

from app.sync.phases import Phase
from schemas.problems import Failed


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
