"""What a round tells a server that was put back from a backup and has lost part of a feed.

For each lost area: first the ids of the feed, sealed by the county, so that the server can say which changes it lacks;
then those of them that are here, in batches; then the area is taken as the server has it now. Each change is offered
once, so a server that goes on lacking it is not answered for ever.
"""

from dataclasses import replace

from app.sync.store import Store
from schemas.wire import Lacking, Witness


class Testimony:
    """Of one round. `given_up` says that an area was set back, to be fetched anew."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._areas: list[str] = []
        self._told: set[str] = set()
        self._witness: Witness | None = None
        self._lacking: list[str] = []
        self.given_up = False

    def hear(self, area: str) -> bool:
        """Notes a lost area; False for one of which everything has been told in this round."""
        if area not in self._areas and area not in self._told:
            self._areas.append(area)
        return area not in self._told

    def next(self, limit_bytes: int) -> Witness | None:
        """What to tell next, in about so many bytes of changes, or None when nothing is left to tell."""
        while self._areas:
            if self._witness is None:
                self._witness = self._store.witness(self._areas[0])
                if self._witness is not None:
                    return self._witness
            elif self._lacking:
                changes = tuple(self._store.lacked(self._lacking, limit_bytes))
                named = {c.id for c in changes}
                last = max((i for i, id_ in enumerate(self._lacking) if id_ in named), default=len(self._lacking) - 1)
                self._lacking = self._lacking[last + 1 :]
                if changes:
                    return replace(self._witness, changes=changes)
            self.give_up()
        return None

    def take(self, told: Witness, answer: Lacking) -> None:
        """What the server said it lacks."""
        if not told.changes:
            lacking = set(answer.ids)
            self._lacking = [i for i in dict.fromkeys(told.ids) if i in lacking]
        if not self._lacking:
            self.give_up()

    def give_up(self) -> None:
        """Nothing more can be said of the first lost area: it is taken as the server has it now."""
        self._told.add(self._areas[0])
        self._store.rebase(self._areas.pop(0))
        self._witness, self._lacking, self.given_up = None, [], True
