"""What a screen may know of the sync."""

from dataclasses import dataclass, replace

from app.sync.phases import Phase
from app.sync.store import Store
from schemas.problems import Failed


@dataclass(frozen=True)
class SyncState:
    """What a screen may know. `waiting` changes and `photos_waiting` photos are on this device only; `held` are at
    the server and set aside for a supervisor. `problem` is what ended or marred the last round. `safe` is only true
    right after a round that left nothing waiting anywhere. `photos_paused`: the link is too slow for the photos that
    wait. `wanted` photos of others were asked for and are not here yet. `resending`: the server was put back from a
    backup and is given what it lost. `skew`: by how many seconds this device's clock was ahead of the server's at the
    last answer. `shut_out`: the county had this device's ways in destroyed."""

    running: bool = False
    offline: bool = False
    phase: Phase | None = None
    sent: int = 0
    to_send: int = 0
    received: int = 0
    last_contact: str | None = None
    problem: Failed | None = None
    waiting: int = 0
    held: int = 0
    photos_waiting: int = 0
    photos_paused: bool = False
    wanted: int = 0
    resending: bool = False
    skew: int | None = None
    shut_out: bool = False
    safe: bool = False


def counted(state: SyncState, store: Store) -> SyncState:
    """The state with what waits counted afresh. A vault that cannot tell leaves the counts, and nothing is safe."""
    try:
        waiting, photos = store.waiting_count(), store.photos_waiting()
        held, contact = store.held_count(), store.last_contact()
        wanted = len(store.wanted_attachments())
    except Failed:
        return replace(state, safe=False)
    return replace(
        state,
        waiting=waiting,
        photos_waiting=photos,
        held=held,
        wanted=wanted,
        last_contact=contact,
        safe=state.safe and not waiting and not photos,
    )
