"""What comes down an area's feed: checked to be dense, of the server's own chain and sealed by the county; then
applied, and the cursor moved on, in one transaction.

A change is applied once, when it comes down the feed of the area that its household lies in; an own one was applied
when it was written and only finds its place here (`Echo`). In the feed of an area that a household moves to, its whole
history is entered anew, the move last: until that move the changes of a household that this vault holds in another
area only find their places, and with it the household is taken over (`households.take_over`). A page that does not join
on to what is here, or whose chain or seal is not right, writes nothing: `chain_broken`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select, update

from app.vault import changes, households, places, records, summary, tables
from app.vault.changes import Kept
from app.vault.keyring import Tx
from app.vault.places import Line, Place
from app.vault.records import Record
from schemas import signing, wire
from schemas.change import Change, chain
from schemas.merge import NOTHING, apply
from schemas.problems import Failed
from schemas.wire import Echo, Page

change = tables.change.c


@dataclass(frozen=True)
class Arrived:
    """One new entry: its place, and its change unless that is here already."""

    line: Line
    change: Change | None


def receive_page(tx: Tx, page: Page, county_key: str) -> int:
    """Takes the next entries of an area; how many new ones there were comes back. A page that does not fit a snapshot
    under way is passed over.

    Raises Failed `chain_broken` when the page leaves a hole, its chain is not the server's own or the county's seal is
    not on it, and `not_your_area` for an area without a key.
    """
    tx.ring.generation(page.area)
    here = places.at(tx, page.area)
    if here.after:
        return 0
    own = _own(tx, [e.mine for e in page.entries if isinstance(e, Echo)])
    fresh = _joined(tx, page, here, own)
    if not fresh:
        return 0
    end = fresh[-1].line
    check_seal(county_key, page.area, end.seq, page.chain, page.seal)
    if here.seq == 0:
        households.from_the_start(tx, page.area)
    places.add(tx, page.area, [a.line for a in fresh])
    _apply(tx, page.area, fresh)
    places.move(tx, page.area, replace(here, seq=end.seq, chain=end.link, seal=page.seal))
    return len(fresh)


def check_seal(county_key: str, area: str, seq: int, link: str, seal: str) -> None:
    """Raises Failed `chain_broken` unless the county signed that the feed stood so."""
    if not signing.verifies(county_key, signing.STANDING, wire.standing(area, seq, link), seal):
        raise Failed("chain_broken")


def _own(tx: Tx, numbers: Sequence[int]) -> dict[int, str]:
    rows = tx.sql.execute(select(change.n, change.id).where(change.person == tx.person, change.n.in_(numbers)))
    return {row.n: row.id for row in rows}


def _joined(tx: Tx, page: Page, here: Place, own: dict[int, str]) -> list[Arrived]:
    """The entries of the page that are new. Those that came before must be the ones that came before."""
    seq, link = here.seq, here.chain
    again: dict[int, str] = {}
    fresh: list[Arrived] = []
    for entry in page.entries:
        id_ = own.get(entry.mine) if isinstance(entry, Echo) else entry.change.id
        if id_ is None:
            raise Failed("chain_broken")
        if entry.seq <= here.seq:
            again[entry.seq] = id_
            continue
        if entry.seq != seq + 1:
            raise Failed("chain_broken")
        seq, link = entry.seq, chain(link, id_)
        fresh.append(Arrived(Line(seq, id_, link), None if isinstance(entry, Echo) else entry.change))
    if again:
        known = places.between(tx, page.area, min(again), max(again))
        if any(known.get(n, id_) != id_ for n, id_ in again.items()):
            raise Failed("chain_broken")
    if (fresh or not page.entries) and page.chain != link:
        raise Failed("chain_broken")
    return fresh


def _apply(tx: Tx, area: str, fresh: Sequence[Arrived]) -> None:
    """Stores what is new, and applies what the households of this area have not had yet. A record that is damaged
    beyond its changes is passed over: it must not stop the feed, and it comes back when the area is fetched again."""
    coming = _coming(tx, area, fresh)
    lying = records.lying(tx, {c.change.household for c in coming})
    here = {c.change.record for c in coming if lying.get(c.change.household, area) == area}
    held, damaged = records.load_readable(tx, here)
    done = {c.change.id for c in coming if c.applied}
    gone: set[str] = set()
    moved: set[str] = set()
    half = households.half_arrived(
        tx, {c.change.household for c in coming} - lying.keys(), {c.change.id for c in coming}
    )
    touched: dict[str, None] = {}
    for seq, item in ((c.seq, c.change) for c in coming):
        if item.household in gone:
            continue
        if households.erased(item):
            gone.add(item.household)
            households.erase(tx, item.household)
            touched[item.household] = None
            continue
        if item.household in half or lying.get(item.household, area) != area:
            if item.household not in half and not households.arrives(tx, item, area):
                continue
            half.discard(item.household)
            taken, theirs = households.take_over(tx, item.household, area, seq)
            held |= taken
            done |= theirs
            lying[item.household] = area
            touched[item.household] = None
            continue
        if item.record == item.household and "area" in item.sets:
            moved.add(item.household)
        if item.id not in done:
            done.add(item.id)
            known = held.get(item.record) or Record(item.record, item.household, item.kind, area, NOTHING)
            if item.record in damaged or (seq <= known.as_of and not known.whole):
                continue
            held[item.record] = replace(known, heads=apply(known.heads, item), as_of=seq)
            touched[item.household] = None
    written = [r for r in held.values() if r.household in touched and r.household not in gone]
    records.save(tx, written)
    changes.applied(tx, sorted(done))
    left = {h for h in moved - gone if h in held and households.has_left(tx, held[h])}
    records.leave(tx, left)
    written = [replace(r, left=True) if r.household in left else r for r in written]
    touched |= dict.fromkeys(left)
    summary.renew(tx, sorted(touched), written)


@dataclass(frozen=True)
class Coming:
    """An entry that may change a record: its number, its change, and whether that is in the record's heads already."""

    seq: int
    change: Change
    applied: bool


def _coming(tx: Tx, area: str, fresh: Sequence[Arrived]) -> list[Coming]:
    """The new entries whose changes are in no heads yet, that are of a household's own record and so may move it, or
    whose body is gone. Changes that are new here are stored. One that is here and cannot be opened is left out."""
    ids = [a.line.id for a in fresh]
    rows = tx.sql.execute(
        select(change.id, change.household, change.record, change.applied).where(
            change.person == tx.person, change.id.in_(ids)
        )
    ).all()
    known = {row.id: row.applied for row in rows}
    mine = (change.person == tx.person) & change.id.in_(sorted(known))
    tx.sql.execute(update(tables.change).where(mine).values(state=changes.FED, reason=None))
    roots = {row.id for row in rows if row.record == row.household}
    opening = sorted(roots | {id_ for id_, applied in known.items() if not applied})
    again = select(tables.change).where(change.person == tx.person, change.id.in_(opening))
    found = {c.id: c for c in changes.readable(tx, tx.sql.execute(again).all())}
    new = {a.line.id: a.change for a in fresh if a.change is not None and a.line.id not in known}
    changes.add(tx, [Kept(c, area, changes.FED, applied=False) for c in new.values()], own=False)
    found |= new
    found |= {a.line.id: a.change for a in fresh if a.change is not None and a.change.erased}
    return [Coming(a.line.seq, found[a.line.id], known.get(a.line.id, False)) for a in fresh if a.line.id in found]
