"""What is said to the server and what its answers mean, whatever road they go: a network (`session`) or a file carried
by somebody (`bundle`)."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.sync.store import Came, Store
from schemas import signing
from schemas.change import Change
from schemas.clock import Clock
from schemas.problems import Failed
from schemas.wire import PROTOCOL, LibraryItem, Pages, Pull, Push


@dataclass(frozen=True)
class Told:
    """What pages brought. `areas_new`: the person has areas now that were not asked for. `documents` are in force and
    not here. `problems` stood in the way of some of it."""

    came: Came
    areas_new: bool
    documents: tuple[LibraryItem, ...]
    problems: tuple[Failed, ...]


def push(store: Store, clock: Clock, changes: Sequence[Change]) -> Push:
    """The message for own changes, of which there is at least one."""
    signature = store.sign(signing.PUSH, changes[-1].id.encode())
    return Push(PROTOCOL, store.device(), clock.stamp(), tuple(changes), signature)


def pull(store: Store, clock: Clock, budget: int) -> Pull:
    """The question what is new."""
    return Pull(
        protocol=PROTOCOL,
        device=store.device(),
        now=clock.stamp(),
        cursors=store.cursors(),
        mine=store.mine(),
        grant=store.grant.digest,
        library=store.library_digest(),
        budget=budget,
        photos=store.awaited_digest(),
        earlier=tuple(store.earlier()),
    )


def take_pages(store: Store, pages: Pages, *, live: bool = True) -> Told:
    """Takes an answer to a pull. One that is not `live` is older than what the server said last: it brings entries and
    records as any does, but says nothing of how things stand now (own changes, the grant, what is in force)."""
    problems: list[Failed] = []
    new = live and _renewed(store, pages, problems)
    came = store.receive_pages(pages, live=live)
    problems += came.problems
    if came.ahead:
        # The device was put back from a backup; its next change would be refused.
        problems.append(Failed("fork"))
    documents: list[LibraryItem] = []
    if live and pages.library is not None:
        store.receive_library(pages.library)
        documents = [item for item in pages.library if store.document(item.hash) is None]
    return Told(came, new, tuple(documents), tuple(problems))


def lost(store: Store, refusal: Failed) -> bool:
    """Whether a refusal for good says that the server has less of this device's work than it gave receipts for; that
    is unsent again then."""
    upto = refusal.figures.get("upto")
    return type(upto) is int and upto >= 0 and store.lost(upto)


def obey(store: Store, refusal: Failed) -> bool:
    """Destroys the ways in if this refusal is the county's order to do so and nothing is left to send; whether it
    did."""
    at, order = refusal.figures.get("at"), refusal.figures.get("order")
    if store.waiting_count() or not (isinstance(at, str) and isinstance(order, str) and store.is_order(at, order)):
        return False
    store.shut_out()
    return True


def _renewed(store: Store, pages: Pages, problems: list[Failed]) -> bool:
    """Takes a new grant of this device; whether it has areas that were not asked for yet."""
    new, before = pages.grant, set(store.cursors())
    if new is None:
        return False
    if new.device != store.device():
        problems.append(Failed("bad_grant"))
        return False
    try:
        store.renew(new)
    except Failed as problem:
        if problem.code != "bad_grant":
            raise
        problems.append(problem)
    return not set(store.cursors()) <= before
