"""Writing changes: judging each one, giving it its number, and keeping heads in step, for a whole batch at a time.

Theory of operation. A `Ledger` is opened on the changes somebody wants to write. It works out which feeds they can
go to, locks those in order of code, and only then reads the heads that judging and merging need, so that nothing it
has read can change under it. `take` and `hold` work in memory; `save` writes everything. Who calls decides what a
reason means: `intake` holds the change, `authoring` refuses it to the person at the desk.

A change that came before its household (bundles come in any order) is held as `unknown_household` and taken by
itself as soon as a change to that household is.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from schemas import codec, ids, records, wire
from schemas.change import Change
from schemas.clock import stamp
from sync_server import audit, chunks, feed, heads, may
from sync_server import tables as t
from sync_server.db import Tx
from sync_server.feed import Tail
from sync_server.people import Person


class Ledger:
    """One batch being written in a transaction. `skew` is of the push that brings it."""

    def __init__(self, tx: Tx, county: str, changes: Sequence[Change], skew: int = 0) -> None:
        self._tx = tx
        self._county = county
        self._skew = skew
        self._at = stamp(tx.clock.now())
        named = {c.record for c in changes} | {c.household for c in changes}
        named = {n for n in named if ids.is_record_id(n)}
        self._tails_before = feed.lock(tx, county, self._areas(named, changes))
        self._tails = dict(self._tails_before)
        self._before = heads.load(tx, county, named)
        self._heads = dict(self._before)
        self._rows: list[dict[str, Any]] = []
        self._held: list[dict[str, Any]] = []
        self._attachments: list[tuple[str, Change]] = []
        self._households = named & {c.household for c in changes}
        self._released: list[dict[str, Any]] = []

    def unfit(self, change: Change) -> str | None:
        """Why the county's records cannot hold a change, whoever made it; None when they can."""
        if complaint := records.complaint(change):
            return complaint
        head, root = self._heads.get(change.record), self._heads.get(change.household)
        if head is not None and (head.household, head.kind) != (change.household, change.kind):
            return "bad_id"
        if root is None:
            return self._unfit_first(change)
        if root.kind != "household":
            return "bad_id"
        if change.kind == "household" and change.sets.get("area", root.area) != root.area:
            return "moved"
        return None

    def reason(self, change: Change, person: Person) -> str | None:
        """Why this change of this person should not simply be taken; None when it should."""
        if not person.active:
            return "revoked_held"
        if unfit := self.unfit(change):
            return unfit
        if not ids.within(self._area(change), person.scope):
            return "not_your_area"
        if change.author != person.user or not may.write(person.role, change.kind, change.sets):
            return "not_your_role"
        return None

    def take(self, change: Change) -> wire.Taken:
        """Gives a change, which must not be unfit, the next number of its area."""
        area = self._append(change)
        tail = self._tails[area]
        self._rows.append(self._row(change, tail))
        return wire.Taken(change.id, area, tail.seq)

    def hold(self, change: Change, reason: str) -> wire.Held:
        """Sets a change aside with the reason."""
        self._rows.append(self._row(change, None))
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
        return wire.Held(change.id, reason)

    def release(self, change: Change, by: str) -> wire.Taken:
        """Takes a change, not unfit, that was held until now."""
        area = self._append(change)
        tail = self._tails[area]
        self._released.append(
            {"key": change.id, "to": area, "number": tail.seq, "link": tail.chain, "by": by, "on": self._at}
        )
        return wire.Taken(change.id, area, tail.seq)

    def save(self) -> None:
        """Writes everything, and takes what was only waiting for a household that is here now."""
        if self._rows:
            self._tx.execute(insert(t.change), self._rows)
        if self._held:
            self._tx.execute(insert(t.held), self._held)
        self._release_waiting()
        self._mark_released()
        heads.save(self._tx, self._county, self._before, self._heads)
        feed.save(self._tx, self._county, self._tails_before, self._tails)
        for area, change in self._attachments:
            chunks.expect(self._tx, self._county, area, change)

    def _areas(self, named: Iterable[str], changes: Iterable[Change]) -> set[str]:
        """The feeds these changes can go to: of the households that are here, and of the ones they begin."""
        here = {h.area for h in heads.load(self._tx, self._county, named).values()}
        begun = [c.sets.get("area") for c in changes if c.kind == "household"]
        return here | {area for area in begun if isinstance(area, str) and ids.is_area(area)}

    def _unfit_first(self, change: Change) -> str | None:
        """Why a change cannot be a household's first."""
        if change.kind != "household":
            return "unknown_household"
        area = change.sets.get("area")
        if area is None:
            return "unknown_household"
        return None if area in self._tails else "unknown_area"

    def _area(self, change: Change) -> str:
        root = self._heads.get(change.household)
        return root.area if root else str(change.sets["area"])

    def _append(self, change: Change) -> str:
        area = self._area(change)
        self._tails[area] = self._tails[area].after(change)
        self._heads[change.record] = heads.applied(self._heads.get(change.record), change, area, self._at, self._skew)
        if change.kind == "attachment":
            self._attachments.append((area, change))
        return area

    def _release_waiting(self) -> None:
        known = sorted(h for h in self._households if h in self._heads)
        for start in range(0, len(known), heads.MANY):
            for change in _waiting(self._tx, self._county, known[start : start + heads.MANY]):
                if change.record not in self._heads:
                    found = heads.load(self._tx, self._county, [change.record])
                    self._before |= found
                    self._heads |= found
                person = _author(self._tx, self._county, change)
                if person is not None and self.reason(change, person) is None:
                    self.release(change, audit.SERVER)

    def _mark_released(self) -> None:
        if not self._released:
            return
        changed = update(t.change).where(t.change.c.county == self._county, t.change.c.id == bindparam("key"))
        self._tx.execute(
            changed.values(area=bindparam("to"), seq=bindparam("number"), chain=bindparam("link")), self._released
        )
        settled = update(t.held).where(t.held.c.county == self._county, t.held.c.change == bindparam("key"))
        self._tx.execute(
            settled.values(released_at=bindparam("on"), settled_by=bindparam("by"), area=bindparam("to")),
            self._released,
        )

    def _row(self, change: Change, tail: Tail | None) -> dict[str, Any]:
        return {
            "county": self._county,
            "id": change.id,
            "area": tail.area if tail else None,
            "seq": tail.seq if tail else None,
            "chain": tail.chain if tail else None,
            "household": _plain(change.household),
            "record": _plain(change.record),
            "kind": _plain(change.kind),
            "author": _plain(change.author),
            "device": change.device,
            "n": change.n,
            "at": _plain(change.at),
            "taken_at": self._at,
            "skew": self._skew,
            "data": codec.encode(change.wire()),
        }


def _waiting(tx: Tx, county: str, households: Sequence[str]) -> list[Change]:
    """The held changes that wait for one of these households, in the order their devices made them."""
    held = t.held.c
    rows = tx.execute(
        select(t.change.c.data)
        .join(t.held, (held.county == t.change.c.county) & (held.change == t.change.c.id))
        .where(held.county == county, held.household.in_(households), held.reason == "unknown_household")
        .where(held.released_at.is_(None), held.dismissed_at.is_(None))
        .order_by(t.change.c.device, t.change.c.n)
    )
    return [Change.from_wire(codec.decode(row.data)) for row in rows]


def _author(tx: Tx, county: str, change: Change) -> Person | None:
    """Who holds the device that made a change, unless the device has been revoked."""
    d, p = t.device.c, t.person.c
    row = tx.execute(
        select(t.person)
        .join(t.device, (d.county == p.county) & (d.user == p.user))
        .where(d.county == county, d.id == change.device, d.revoked_at.is_(None))
    ).one_or_none()
    return Person(row.county, row.user, row.name, row.role, tuple(row.scope), row.active) if row else None


def _plain(text: str) -> str:
    """What a column that is only an index may hold of any text: PostgreSQL takes no NUL and no index key of pages."""
    return text.replace("\x00", "")[:64]
