"""One script's world: its server, its tablets, the network between them, and what the model knows of it all.

A process that dies is started again when it is next needed, on the folder it left. Whoever finds after a death that
something was written, or was not, tells the model: what a power cut leaves is all of a write or nothing of it.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from schemas.wire import BATCH_BYTES
from tests.promises import books
from tests.promises.actor import Actor, Died
from tests.promises.books import Books
from tests.promises.model import Model, all_sides, live
from tests.promises.network import Fault, Network
from tests.promises.place import TABLETS, Place, Template

Value: TypeAlias = Any
ENROLS_ANEW = {"fork", "expired", "unknown_device"}
"""What a person answers with a new code from the steward."""


@dataclass
class Hand:
    """A person with a tablet. `misled`: the server was put back from a backup and the tablet cannot know yet. `out`:
    the tablet was revoked and has destroyed its keys."""

    who: str
    device: str
    actor: Actor | None = None
    lives: int = 0
    days: int = 0
    misled: bool = False
    revoked: bool = False
    out: bool = False
    backup: str | None = None


@dataclass
class Script:
    """`people`: whose tablets are in use. `mutants`: how the product is broken, by role. `well`: it has ended well."""

    place: Place
    people: tuple[str, ...] = TABLETS
    mutants: dict[str, str] = field(default_factory=dict)
    model: Model = field(default_factory=Model)
    days: int = 0
    told: list[str] = field(default_factory=list)
    server_lives: int = 0
    backed_up: bool = False
    well: bool = False

    def __post_init__(self) -> None:
        self.net = Network(lambda left: self.server.call("doom", left))
        self._server: Actor | None = None
        self.hands = {who: Hand(who, "") for who in self.people}
        self.model.written.update(self.books().changes)

    # Processes

    @property
    def server(self) -> Actor:
        if self._server is None or not self._server.alive:
            self.server_lives += 1
            self._server = Actor.born(
                self.place.nursery,
                "server",
                folder=str(self.place.folder / "server"),
                url=self.place.url,
                seed=f"server {self.server_lives}",
                days=self.days,
                **self._broken("server"),
            )
            self.net.server_is(self._server.call("port"))
        return self._server

    def _broken(self, role: str) -> dict[str, Any]:
        return {"mutant": self.mutants[role]} if role in self.mutants else {}

    def stop_server(self) -> None:
        """kill -9."""
        if self._server is not None and self._server.alive:
            self._server.kill()
        self.net.server_is(None)

    def tablet(self, who: str) -> Actor:
        hand = self.hands[who]
        if hand.actor is None or not hand.actor.alive:
            hand.lives += 1
            hand.actor = Actor.born(
                self.place.nursery,
                "tablet",
                meanwhile=self.net.carry,
                folder=str(self.place.tablet(who)),
                user=who,
                url=self.net.url(who),
                seed=f"{who} {hand.lives}",
                days=hand.days,
                **self._broken("tablet"),
            )
            hand.device = hand.actor.call("device")
        return hand.actor

    def stop_tablet(self, who: str) -> None:
        """kill -9."""
        actor = self.hands[who].actor
        if actor is not None and actor.alive:
            actor.kill()

    def in_use(self) -> list[str]:
        return [who for who, hand in self.hands.items() if not hand.out]

    def books(self) -> Books:
        return self.place.books()

    # What people do

    def writes(self, who: str, expected: set[str], name: str, *args: Any, dies: int = 0) -> bool:
        """Somebody writes something, who had `expected` in front of them; whether it was written for sure. With `dies`
        the tablet dies at that statement."""
        tablet = self.tablet(who)
        if dies:
            tablet.call("doom", dies)
        try:
            made = tablet.call(name, *args)
        except Died:
            self._after_death(who)
            return False
        if dies:
            tablet.call("doom", None)
        for new in self.model.add(made):
            assert new.seen == expected, f"{name}: replaces what its author was not shown, or leaves what they were"
        return True

    def _after_death(self, who: str) -> None:
        """Takes down what was written all the same."""
        own = self.tablet(who).call("own")
        self.model.add(own)

    def desk_writes(self, name: str, *args: Any) -> Value:
        """Somebody does something at the desk, with all sides in front of them; what they wrote is taken down."""
        before = self.books()
        answer = self.server.call(name, *args)
        after = self.books()
        taken = [before.changes[c] for c in before.taken]
        for new in sorted((w for c, w in after.changes.items() if c not in before.changes), key=lambda w: w.n):
            slots = live(taken).get(new.record, {})
            assert new.seen == all_sides(slots, slots if "gone" in new.sets else new.sets), (
                "replaces what was not shown"
            )
            self.model.written[new.id] = new
            taken.append(new)
        return answer

    def supervisor_settles(self, last: bool) -> Value:
        return self.desk_writes("settle", last)

    def revokes(self, who: str) -> None:
        self.tablet(who)
        self.server.call("revoke", self.hands[who].device)
        self.hands[who].revoked = True

    # Sync

    def syncs(self, who: str, fault: Fault | None = None, batch: int = BATCH_BYTES) -> Value:
        """One round in batches of so many bytes; how it ended, or None when the tablet died in it."""
        hand, tablet = self.hands[who], self.tablet(who)
        _ = self.server
        former = books.vault(self.place.tablet(who)).former
        self.net.begin(fault)
        dies = fault is not None and fault.what == "tablet dies"
        if dies and fault is not None:
            tablet.call("doom", fault.amount)
        try:
            outcome = tablet.call("sync", batch)
            if dies:
                tablet.call("doom", None)
        except Died:
            outcome = None
        self.net.begin(None)
        self._server_after(fault)
        self.told.append(f"{who} → {outcome}")
        gone = former - books.vault(self.place.tablet(who)).kept
        if gone := gone and gone - set(self.books().changes):
            self.model.issued_anew(gone, self.tablet(who).call("own"))
        self._believes_no_more_than_there_is(hand, outcome)
        if outcome is not None:
            if outcome["closed"]:
                assert hand.revoked, "nobody is shut out who was not revoked"
                hand.out = True
            elif ENROLS_ANEW & set(outcome["problems"]):
                self.enrols_anew(who, forgotten="unknown_device" in outcome["problems"])
        return outcome

    def syncs_until_safe(self, who: str) -> None:
        """With a network that holds, a few rounds are enough for everybody."""
        for _ in range(5):
            outcome = self.syncs(who)
            if self.hands[who].out or (outcome is not None and outcome["safe"]):
                return
        raise AssertionError(f"{who} cannot come to rest: {outcome}")

    def enrols_anew(self, who: str, forgotten: bool = False) -> None:
        """The steward gives a new code, and what was not sent gets new numbers; of a server that has `forgotten` the
        device, also what was sent and has not come down a feed."""
        tablet = self.tablet(who)
        old = tablet.call("own" if forgotten else "waiting")
        here = books.vault(self.place.tablet(who))
        known = here.entries | {c for c, state in here.own.items() if state == "rested"}
        self.net.begin(None)
        hand = self.hands[who]
        before, hand.device = hand.device, tablet.call("enrol", self.server.call("code", who), forgotten)
        assert hand.device != before
        self.model.reissued(old, tablet.call("waiting"), known if forgotten else ())
        hand.revoked = False

    def _server_after(self, fault: Fault | None) -> None:
        if fault is not None and fault.what == "server dies":
            try:
                if self._server is not None:
                    self._server.call("doom", None)
            except Died:
                self.net.server_is(None)

    def _believes_no_more_than_there_is(self, hand: Hand, outcome: Value) -> None:
        """Never "safe" while something is not at the server; never "sent" what the server does not have."""
        there, here = self.books(), books.vault(self.place.tablet(hand.who))
        if outcome is not None and not outcome["problems"]:
            hand.misled = False
        if not hand.misled:
            assert here.claimed <= set(there.changes), "a change is called sent that the server does not have"
            for photo, safe in here.photos.items():
                assert not safe or self.model.chunks(photo) <= there.chunks, "a photo is called safe that is not"
        if outcome is not None and (outcome["safe"] or outcome["closed"]):
            assert set(here.own) <= set(there.changes), "called safe and is not"
            assert all(self.model.chunks(photo) <= there.chunks for photo in here.photos), "called safe and is not"

    # Disasters

    def tablet_is_backed_up(self, who: str) -> None:
        self.tablet(who)
        self.stop_tablet(who)
        self.place.back_up_tablet(who)
        self.hands[who].backup = self.hands[who].device

    def tablet_is_put_back(self, who: str) -> None:
        self.stop_tablet(who)
        self.place.put_tablet_back(who)
        self._something_is_gone()

    def server_is_backed_up(self) -> None:
        _ = self.server
        self.stop_server()
        self.place.back_up_server()
        self.backed_up = True

    def server_is_put_back(self) -> None:
        self.stop_server()
        self.place.put_server_back()
        self.net.server_is(None, forgets=True)
        for hand in self.hands.values():
            hand.misled = True
        self._something_is_gone()

    def _something_is_gone(self) -> None:
        """After a disk was lost: what is neither at the server nor on a tablet that can bring it there is gone."""
        there = self.books()
        living = [books.vault(self.place.tablet(who)) for who in self.in_use()]
        changes = set(there.changes).union(*(v.brings for v in living))
        photos = {photo for v in living for photo in v.photos}
        self.model.loose |= self.model.musts() - changes
        for w in self.model.written.values():
            if w.kind == "attachment" and w.record not in photos and not self.model.chunks(w.record) <= there.chunks:
                self.model.blind.add(w.record)

    def close(self) -> None:
        self.net.close()
        for actor in (self._server, *(hand.actor for hand in self.hands.values())):
            if actor is not None and actor.alive:
                if self.well and not self.mutants:
                    actor.spare()
                else:
                    actor.kill()


@contextlib.contextmanager
def begun(
    template: Template, people: tuple[str, ...] = TABLETS, mutants: dict[str, str] | None = None
) -> Iterator[Script]:
    """A script on a county of its own."""
    with template.copied() as place:
        script = Script(place, people, mutants or {})
        try:
            yield script
        finally:
            script.close()
