"""The mistakes that would be easy to make (DESIGN §5), made: each breaks one rule of the product in a process that was
forked for it, and nowhere else. `test_mutants` tells a story to each in which it must break a promise.

A mutant is put in the place of what callers look up when they call, so that all of the product meets it.
"""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from app.sync.session import Missing, Session
from app.vault import changes, feed, places, records, snapshot, standing, tables
from app.vault.keyring import Tx
from app.vault.syncing import Syncing
from schemas import codec, merge, wire
from schemas.change import Change
from schemas.merge import GONE, YES, Heads, Writes
from sync_server import intake, moves, snapshots


def break_(mutant: str) -> None:
    """Breaks this process."""
    MUTANTS[mutant]()


def _an_edit_sees_all() -> None:
    """An ordinary edit takes every rival for seen, and so replaces what nobody was shown."""
    _put(merge, "seeing", merge.seeing_all)


def _an_edit_sees_one() -> None:
    """An ordinary edit sees one of several equal writes, and so conflicts with what it changes."""
    _put(merge, "seeing", _sees_one)


def _the_conflict_screen_sees_one() -> None:
    """Whoever settles has seen one side only, and the other stays."""
    _put(merge, "seeing_all", _sees_one)


def _a_delete_sees_its_own_slot() -> None:
    """A delete has seen nothing of the record but `gone`, and so each is contested by what was there."""
    _put(merge, "delete", lambda heads: ({GONE: YES}, merge.seeing_all(heads, [GONE])))


def _equal_values_conflict() -> None:
    """Two people who wrote the same are sent to a supervisor."""
    _put(merge, "_rivals", lambda writes: len(writes) > 1)


def _rivals_are_silent() -> None:
    """Of two values one is shown, and that there is another is not."""

    def rivals(_: Writes) -> bool:
        return False

    _put(merge, "_rivals", rivals)


def _nobody_contests_a_delete() -> None:
    """What was written behind a delete's back is gone with the record."""
    _put(Heads, "contested", lambda _: {})


def _the_last_writer_wins() -> None:
    """Whatever comes last replaces what is there, seen or not."""

    def apply(heads: Heads, change: Change) -> Heads:
        return Heads({**heads.live, **{slot: {change.id: value} for slot, value in change.sets.items()}})

    _put(merge, "apply", apply)


def _what_came_early_is_forgotten() -> None:
    """A write that was replaced before it arrived comes back."""
    apply = merge.apply
    _put(merge, "apply", lambda heads, change: apply(replace(heads, early=frozenset()), change))


def _an_echo_is_applied_again() -> None:
    """A device applies what it wrote once more when it comes down the feed."""
    coming = feed._coming

    def again(tx: Tx, area: str, fresh: Any) -> list[feed.Coming]:
        echoes = {a.line.id: a.line.seq for a in fresh if a.change is None}
        mine = select(tables.change).where(feed.change.person == tx.person, feed.change.id.in_(sorted(echoes)))
        own = [feed.Coming(echoes[c.id], c, False) for c in changes.readable(tx, tx.sql.execute(mine).all())]
        return sorted([*own, *(c for c in coming(tx, area, fresh) if c.change.id not in echoes)], key=lambda c: c.seq)

    _put(feed, "_coming", again)


def _cursor_and_heads_in_two_transactions() -> None:
    """The cursor is written first and the heads after it, and the battery is empty in between."""

    def receive_page(self: Syncing, page: wire.Page) -> int:
        with self._writing() as tx:
            here = places.at(tx, page.area)
            if not page.entries or page.entries[-1].seq <= here.seq:
                return 0
            places.move(tx, page.area, replace(here, seq=page.entries[-1].seq, chain=page.chain, seal=page.seal))
        os.kill(os.getpid(), signal.SIGKILL)
        return 0

    _put(Syncing, "receive_page", receive_page)


def _the_feed_repeats_what_a_snapshot_brought() -> None:
    """Entries are applied to a record whose part of the snapshot held them already."""
    load = records.load_readable

    def ageless(tx: Tx, ids: Iterable[str]) -> Any:
        found, damaged = load(tx, ids)
        return {id_: replace(held, as_of=0) for id_, held in found.items()}, damaged

    _put(records, "load_readable", ageless)


def _a_snapshot_ends_where_its_last_part_was_read() -> None:
    """Each part takes the cursor with it, over what happened since to the records of the parts before."""
    receive = snapshot.receive

    def with_the_cursor(tx: Tx, part: wire.Snapshot, county_key: str) -> int:
        came = receive(tx, part, county_key)
        here = places.at(tx, part.area)
        places.move(tx, part.area, replace(here, seq=part.seq, chain=part.chain, seal=part.seal))
        return came

    _put(snapshot, "receive", with_the_cursor)


def _a_snapshot_brings_changes() -> None:
    """A snapshot holds of each record one change in the place of its heads."""
    read = snapshots.read

    def one_change(*about: Any) -> snapshots.Part:
        part = read(*about)
        return replace(part, records=[replace(r, data=_of_one_change(r.data)) for r in part.records])

    _put(snapshots, "read", one_change)


def _receipts_are_believed_before_they_come() -> None:
    """A tablet calls sent what it has only begun to send."""
    ask = Session.ask

    def sent_at_once(self: Session) -> Any:
        asked = ask(self)
        if isinstance(asked, wire.Push):
            first, last = asked.changes[0].n, asked.changes[-1].n
            self._store.receive_receipt(wire.Receipt(asked.device, first, last, ()))
        return asked

    _put(Session, "ask", sent_at_once)


def _receipts_are_given_before_the_commit() -> None:
    """The server gives its receipt and dies before what it took is durable."""
    push = intake.push

    def lost(tx: Any, *about: Any) -> wire.Receipt:
        with _undone(tx):
            return push(tx, *about)

    _put(intake, "push", lost)


def _a_photo_is_safe_with_its_record() -> None:
    """Whatever the server says it lacks, a photo counts as sent."""
    take = Session.take

    def all_there(self: Session, answer: Any) -> None:
        take(self, frozenset() if isinstance(self._asked, Missing) else answer)

    _put(Session, "take", all_there)


def _a_household_moves_without_its_history() -> None:
    """The new village learns of the move and of nothing before it."""
    _put(moves, "history", lambda *_: [])


def _what_was_let_rest_stays() -> None:
    """A tablet goes on showing its own change that a supervisor dismissed."""
    _put(standing, "dismissed", lambda *_: set())


def _put(owner: object, name: str, new: Any) -> None:
    assert hasattr(owner, name), "there is nothing of this name to break"
    setattr(owner, name, new)


def _sees_one(heads: Heads, slots: Iterable[str]) -> frozenset[str]:
    return frozenset(min(heads.live[slot]) for slot in slots if heads.live.get(slot))


def _of_one_change(data: bytes) -> bytes:
    live = codec.decode(data)["live"]
    last = max(change for writes in live.values() for change in writes)
    kept = {slot: {last: writes[last]} for slot, writes in live.items() if last in writes}
    return codec.encode({"live": kept, "early": []})


@contextmanager
def _undone(tx: Any) -> Iterator[None]:
    attempt = tx.connection.begin_nested()
    try:
        yield
    finally:
        attempt.rollback()


MUTANTS: dict[str, Callable[[], None]] = {
    "an edit sees all": _an_edit_sees_all,
    "an edit sees one of the equals": _an_edit_sees_one,
    "the conflict screen sees one": _the_conflict_screen_sees_one,
    "a delete sees its own slot": _a_delete_sees_its_own_slot,
    "equal values conflict": _equal_values_conflict,
    "rivals are silent": _rivals_are_silent,
    "nobody contests a delete": _nobody_contests_a_delete,
    "the last writer wins": _the_last_writer_wins,
    "what came early is forgotten": _what_came_early_is_forgotten,
    "an echo is applied again": _an_echo_is_applied_again,
    "cursor and heads in two transactions": _cursor_and_heads_in_two_transactions,
    "the feed repeats what a snapshot brought": _the_feed_repeats_what_a_snapshot_brought,
    "a snapshot ends where its last part was read": _a_snapshot_ends_where_its_last_part_was_read,
    "a snapshot brings changes": _a_snapshot_brings_changes,
    "receipts are believed before they come": _receipts_are_believed_before_they_come,
    "receipts are given before the commit": _receipts_are_given_before_the_commit,
    "a photo is safe with its record": _a_photo_is_safe_with_its_record,
    "a household moves without its history": _a_household_moves_without_its_history,
    "what was let rest stays": _what_was_let_rest_stays,
}
