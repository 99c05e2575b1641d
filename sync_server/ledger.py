"""Writing changes: judging each one, giving it its number, and keeping heads in step, for a whole batch at a time.

Theory of operation. A `Ledger` is opened on the changes somebody wants to write. It works out which feeds they can
go to, those a household moves to with them, locks those in order of code, and only then reads the heads that judging
and merging need, so that nothing it has read can change under it; when a household moved in between, everything begins
again (`db.Again`). What was worked out before, in a view of the database, stands in for that where it still fits
(`ahead`). `take` and `hold` work in memory; `save` writes everything. Who calls decides what a reason means:
`intake` holds the change, `authoring` refuses it to the person at the desk.

A change that came before its household (bundles come in any order) is held as `unknown_household` and taken by
itself as soon as a change to that household is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from schemas import codec, ids, wire
from schemas.change import Change
from schemas.clock import stamp
from schemas.merge import ERASED, GONE
from sync_server import ahead as ahead_of
from sync_server import audit, chunks, devices, duplicates, feed, heads, may, moves
from sync_server import tables as t
from sync_server.ahead import NOTHING_YET, Ahead, Stale
from sync_server.db import Again, Tx
from sync_server.feed import Line
from sync_server.people import Person


class Ledger:
    """One batch being written in a transaction. `skew` is of the push that brings it; `witness` the device that brings
    what others made; `areas` are locked besides those that the changes name; `ahead` is what was worked out before. It
    may raise Stale if there is that."""

    def __init__(
        self,
        tx: Tx,
        county: str,
        changes: Sequence[Change],
        skew: int = 0,
        witness: str | None = None,
        areas: Iterable[str] = (),
        ahead: Ahead = NOTHING_YET,
    ) -> None:
        self._tx = tx
        self._county = county
        self._skew = skew
        self._witness = witness
        self._at = stamp(tx.clock.now())
        self._ahead = ahead
        self._again = Again if ahead is NOTHING_YET else Stale
        named = ahead_of.named(changes)
        here = heads.load(tx, county, named) if ahead is NOTHING_YET else ahead.heads
        reach = moves.reach(here.values())
        self._tails_before = feed.lock(tx, county, reach | moves.named(changes) | set(areas))
        self._tails = dict(self._tails_before)
        fits = tx.alone if ahead is NOTHING_YET else ahead.fits(tx, county, self._tails)
        self._before = dict(here) if fits else heads.load(tx, county, named)
        if not moves.reach(self._before.values()) <= set(self._tails):
            raise self._again
        self._first, self._heads = dict(self._before), dict(self._before)
        self._rows: list[dict[str, Any]] = []
        self._lines: list[Line] = []
        self._held: list[dict[str, Any]] = []
        self._orphans: set[str] = set()
        self._attachments: list[Change] = []
        self._households = named & {c.household for c in changes}
        self._released: list[dict[str, Any]] = []

    def unfit(self, change: Change) -> str | None:
        """Why the county's records cannot hold a change, whoever made it; None when they can."""
        if complaint := self._ahead.complaint(change):
            return complaint
        if change.sets.get(GONE) == ERASED and change.device != ids.derived_id(devices.DESK, self._county):
            return "bad_value"
        head, root = self._heads.get(change.record), self._heads.get(change.household)
        if head is not None and (head.household, head.kind) != (change.household, change.kind):
            return "bad_id"
        if root is None:
            return self._unfit_first(change)
        if root.kind != "household":
            return "bad_id"
        if root.heads.value(GONE) == ERASED:
            return "household_erased"
        return None if self._target(change) in self._tails else self._unfit_target(change)

    def reason(self, change: Change, person: Person) -> str | None:
        """Why this change of this person should not simply be taken; None when it should."""
        if not person.active:
            return "revoked_held"
        if unfit := self.unfit(change):
            return unfit
        if not ids.within(self._area(change), person.scope):
            return "not_your_area"
        if not ids.within(self._target(change), person.scope):
            return "moved"
        if change.author != person.user or not may.write(person.role, change.kind, change.sets):
            return "not_your_role"
        return None

    def take(self, change: Change) -> wire.Taken:
        """Gives a change, which must not be unfit, the next number of its area."""
        self._rows.append(self._row(change))
        return self._append(change, self._area(change))

    def restore(self, change: Change, area: str) -> wire.Taken:
        """Takes a change that stood in the feed of `area` once, so that nobody has to judge it again."""
        self._rows.append(self._row(change))
        return self._append(change, self._area_once(change, area))

    def hold(self, change: Change, reason: str) -> wire.Held:
        """Sets a change aside with the reason."""
        self._rows.append(self._row(change))
        if reason == "unknown_household":
            self._orphans.add(change.household)
        root, begun = self._heads.get(change.household), change.sets.get("area")
        self._held.append(
            {
                "county": self._county,
                "change": change.id,
                "reason": reason,
                "household": _plain(change.household),
                "device": change.device,
                "area": root.area if root else begun if isinstance(begun, str) and begun in self._tails else None,
                "at": self._at,
            }
        )
        return wire.Held(reason)

    def release(self, change: Change, by: str, area: str = "") -> wire.Taken:
        """Takes a change that was held until now and is not unfit, or stood in the feed of `area` once."""
        area = self._area_once(change, area) if area else self._area(change)
        taken = self._append(change, area)
        self._released.append({"key": change.id, "by": by, "on": self._at, "to": self._heads[change.record].area})
        return taken

    def save(self) -> None:
        """Writes everything, and takes what was only waiting for a household that is here now.

        The last lock, which every writer of the county takes, is taken before looking for what waits: whoever holds a
        change for want of a household and whoever brings the household cannot both have missed the other.
        """
        self._write()
        audit.lock(self._tx, self._county)
        if heads.load(self._tx, self._county, self._orphans):
            raise self._again
        if self._take_waiting():
            self._write()
        duplicates.follow(self._tx, self._county, self._first, self._heads)

    def _unfit_first(self, change: Change) -> str | None:
        """Why a change cannot be a household's first."""
        if change.kind != "household":
            return "unknown_household"
        area = change.sets.get("area")
        if area is None:
            return "unknown_household"
        return None if area in self._tails else "unknown_area"

    def _unfit_target(self, change: Change) -> str:
        """Why a household cannot be moved to an area whose feed is not locked: there is none, or the change waited for
        its household and nobody knew that it would be a move."""
        target = self._target(change)
        return "moved" if feed.tails(self._tx, self._county, [target]) else "unknown_area"

    def _area(self, change: Change) -> str:
        """Where a change goes: where its household lives, or begins."""
        root = self._heads.get(change.household)
        return root.area if root else str(change.sets["area"])

    def _area_once(self, change: Change, area: str) -> str:
        """As `_area`, or where the change was before when neither can be told any more, its body being erased."""
        root, begun = self._heads.get(change.household), change.sets.get("area")
        return root.area if root else begun if isinstance(begun, str) and begun in self._tails else area

    def _target(self, change: Change) -> str:
        """Where a household is to live by this change; where it lives when the change does not say."""
        area = self._area(change)
        return str(change.sets.get("area", area)) if change.kind == "household" else area

    def _append(self, change: Change, area: str) -> wire.Taken:
        tail = self._enter(change.id, area)
        self._heads[change.record] = heads.applied(
            self._heads.get(change.record), change, area, self._at, self._skew, self._ahead.after
        )
        if change.kind == "attachment":
            self._attachments.append(change)
        if change.record == change.household:
            lives_in = moves.lives_in(area, self._heads[change.record].heads)
            if lives_in != area and lives_in in self._tails:
                self._move(change.household, area, lives_in)
        return wire.Taken(area, tail.seq)

    def _enter(self, change: str, area: str) -> feed.Tail:
        tail = self._tails[area] = self._tails[area].after(change)
        self._lines.append(Line(tail, change))
        return tail

    def _move(self, household: str, before: str, after: str) -> None:
        """Enters a household's history where it lives from now on, and lists all of it there."""
        self._write()
        for change in moves.history(self._tx, self._county, before, household):
            self._enter(change, after)
        moves.follow(self._tx, self._county, household, after)
        here = {r: replace(h, area=after) for r, h in self._heads.items() if h.household == household}
        self._heads |= here
        self._before |= here

    def _write(self) -> None:
        """Writes what there is so far."""
        if self._rows:
            self._tx.add(t.change, self._rows)
        if self._held:
            self._tx.execute(insert(t.held), self._held)
        feed.add(self._tx, self._county, self._lines)
        self._mark_released()
        heads.save(self._tx, self._county, self._before, self._heads)
        feed.save(self._tx, self._county, self._tails_before, self._tails)
        for change in self._attachments:
            chunks.expect(self._tx, self._county, self._heads[change.record].area, change)
        self._rows, self._held, self._lines, self._released, self._attachments = [], [], [], [], []
        self._before, self._tails_before = dict(self._heads), dict(self._tails)

    def _take_waiting(self) -> bool:
        """Takes what waited for the batch's households; what cannot be taken waits for another reason from now on."""
        waiting = _waiting(self._tx, self._county, (h for h in self._households if h in self._heads))
        for change in waiting:
            if change.record not in self._heads:
                found = heads.load(self._tx, self._county, [change.record])
                self._before |= found
                self._first |= found
                self._heads |= found
            person = devices.hands(self._tx, devices.find(self._tx, change.device))
            if reason := self.reason(change, person):
                h = t.held.c
                mine = (h.county == self._county) & (h.change == change.id)
                area = self._heads[change.household].area
                self._tx.execute(update(t.held).where(mine).values(reason=reason, area=area))
            else:
                self.release(change, audit.SERVER)
        return bool(waiting)

    def _mark_released(self) -> None:
        if not self._released:
            return
        settled = update(t.held).where(t.held.c.county == self._county, t.held.c.change == bindparam("key"))
        self._tx.execute(
            settled.values(released_at=bindparam("on"), settled_by=bindparam("by"), area=bindparam("to")),
            self._released,
        )

    def _row(self, change: Change) -> dict[str, Any]:
        return {
            "county": self._county,
            "id": change.id,
            "household": _plain(change.household),
            "record": _plain(change.record),
            "kind": _plain(change.kind),
            "author": _plain(change.author),
            "device": change.device,
            "n": change.n,
            "at": _plain(change.at),
            "taken_at": self._at,
            "skew": self._skew,
            "witness": self._witness,
            "data": change.encoded,
        }


def _waiting(tx: Tx, county: str, households: Iterable[str]) -> list[Change]:
    """The held changes that wait for one of these households, in the order their devices made them."""
    held = t.held.c
    query = (
        select(t.change.c.data)
        .join(t.held, (held.county == t.change.c.county) & (held.change == t.change.c.id))
        .where(held.county == county, held.reason == "unknown_household")
        .where(held.released_at.is_(None), held.dismissed_at.is_(None))
        .order_by(t.change.c.device, t.change.c.n)
    )
    return [Change.from_wire(codec.decode(bytes(row.data))) for row in tx.among(query, held.household, households)]


def _plain(text: str) -> str:
    """What a column that is only an index may hold of any text: PostgreSQL takes no NUL and no index key of pages."""
    return text.replace("\x00", "")[:64]
