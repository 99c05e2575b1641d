"""What comes down an area's feed: checked to be dense and of the server's own chain, then applied, in one transaction.

A change that the vault holds already (the echo of an own one, or a page that came twice) is not applied again; its
place in the feed is noted. A page that does not join on to what is here, or whose chain comes out differently, writes
nothing: `chain_broken`.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select, update
from sqlalchemy.dialects.sqlite import insert

from app.vault import changes, records, summary, tables
from app.vault.keyring import Tx
from app.vault.records import Record
from schemas.change import START, Change, chain
from schemas.merge import NOTHING, apply
from schemas.problems import Failed
from schemas.wire import Page

change = tables.change.c
cursor = tables.cursor.c


def cursors(tx: Tx, areas: Sequence[str]) -> dict[str, int]:
    """For each of these areas the number of the last entry the vault has, 0 for none."""
    rows = tx.sql.execute(select(cursor.area, cursor.seq).where(cursor.person == tx.person))
    known = {row.area: row.seq for row in rows}
    return {area: known.get(area, 0) for area in areas}


def receive_page(tx: Tx, page: Page) -> int:
    """Takes the next entries of an area; how many were new to this vault comes back.

    Raises Failed `chain_broken` when the page leaves a hole or its chain is not the server's own, and
    `not_your_area` for an area without a key.
    """
    tx.ring.generation(page.area)
    seq, link = _cursor(tx, page.area)
    _check_repeats(tx, page, seq)
    fresh: list[tuple[Change, int, str]] = []
    for entry in page.entries:
        if entry.seq <= seq:
            continue
        if entry.seq != seq + 1:
            raise Failed("chain_broken")
        seq, link = entry.seq, chain(link, entry.change.id)
        fresh.append((entry.change, seq, link))
    joins = bool(fresh) or (not page.entries and page.head >= seq)
    if joins and page.chain != link:
        raise Failed("chain_broken")
    known = _known(tx, [c.id for c, _, _ in fresh])
    for item, at, then in fresh:
        if item.id in known:
            _echoed(tx, item.id, at, then)
    new = [(c, page.area, changes.FED, at, then) for c, at, then in fresh if c.id not in known]
    changes.add(tx, new, own=False)
    _apply(tx, [c for c, *_ in new], page.area)
    if fresh:
        _move(tx, page.area, seq, link)
    return len(new)


def _cursor(tx: Tx, area: str) -> tuple[int, str]:
    row = tx.sql.execute(
        select(cursor.seq, cursor.chain).where(cursor.person == tx.person, cursor.area == area)
    ).one_or_none()
    return (row.seq, row.chain) if row else (0, START)


def _move(tx: Tx, area: str, seq: int, link: str) -> None:
    values = {"seq": seq, "chain": link}
    tx.sql.execute(
        insert(tables.cursor)
        .values(person=tx.person, area=area, **values)
        .on_conflict_do_update(["person", "area"], set_=values)
    )


def _check_repeats(tx: Tx, page: Page, seq: int) -> None:
    """Entries that came before must be the ones that came before: a server put back from a backup numbers anew."""
    again = {entry.seq: entry.change.id for entry in page.entries if entry.seq <= seq}
    if not again:
        return
    rows = tx.sql.execute(
        select(change.seq, change.id).where(
            change.person == tx.person, change.area == page.area, change.seq.between(min(again), max(again))
        )
    )
    if {row.seq: row.id for row in rows if row.seq in again} != again:
        raise Failed("chain_broken")


def _known(tx: Tx, wanted: Sequence[str]) -> set[str]:
    return set(tx.sql.scalars(select(change.id).where(change.person == tx.person, change.id.in_(wanted))))


def _echoed(tx: Tx, id_: str, seq: int, link: str) -> None:
    place = {"seq": seq, "link": link, "state": changes.FED, "reason": None}
    tx.sql.execute(update(tables.change).where(change.person == tx.person, change.id == id_).values(**place))


def _apply(tx: Tx, new: Sequence[Change], area: str) -> None:
    """Applies changes to their records. A record that is damaged beyond its changes is passed over: it must not stop
    the feed, and its changes are kept, so that it comes back when the area is fetched again."""
    if not new:
        return
    held, damaged = records.load_readable(tx, {item.record for item in new})
    for item in new:
        if item.record not in damaged:
            known = held.get(item.record) or Record(item.record, item.household, item.kind, area, NOTHING)
            held[item.record] = replace(known, heads=apply(known.heads, item))
    records.save(tx, list(held.values()))
    summary.renew(tx, sorted({item.household for item in new}))
