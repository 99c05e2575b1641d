"""A person's ways in: their slots in the table, and tries, counted before they are made.

A try is counted in a transaction of its own and only taken back when it was right, so that pulling the battery at the
right moment buys nobody an extra one. The clock on the wall may be set back; then the wait begins anew, but never lasts
longer than it would have.
"""

import math
from datetime import timedelta
from typing import NoReturn

from sqlalchemy import ColumnElement, Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from app.vault import slots, tables
from app.vault.slots import Slot
from app.vault.store import Store
from schemas.clock import Clock, parse_stamp, stamp
from schemas.problems import Failed

slot = tables.slot.c


def put(sql: Connection, person: int, new: Slot) -> None:
    """Puts a slot in the place of the person's slot of that kind, with no failures."""
    values = {"head": new.head, "mark": new.mark, "wrapped": new.wrapped, "failures": 0, "failed_at": None}
    sql.execute(
        insert(tables.slot)
        .values(person=person, kind=new.kind, **values)
        .on_conflict_do_update(["person", "kind"], set_=values)
    )


def kinds(sql: Connection, person: int) -> tuple[str, ...]:
    """The kinds of slot a person has: `pin` and `pass`, as far as they are there."""
    return tuple(sql.scalars(select(slot.kind).where(slot.person == person).order_by(slot.kind.desc())))


def remove(sql: Connection, person: int) -> None:
    """Removes every way in. What was sealed stays sealed; only the county's escrow opens it now."""
    sql.execute(delete(tables.slot).where(slot.person == person))


def user_key(
    store: Store, person: int, kind: str, secret: str, *, vault: bytes, device: bytes | None, clock: Clock
) -> bytes:
    """The user's key for a right secret.

    Raises Failed: `wrong_pin` with the tries left, `wrong_passphrase`, `wait` with the seconds, `pin_removed` when
    there is no PIN (any more), `device_secret_lost` (not counted: no PIN could have been right).
    """
    found = _counted(store, person, kind, device, clock)
    if found is None:
        raise Failed("pin_removed" if kind == slots.PIN else "wrong_passphrase")
    way, failures = found
    try:
        key = slots.open_(way, secret, vault=vault, device=device)
    except slots.WrongSecret:
        _wrong(store, person, kind, failures)
    with store.writing() as sql:
        sql.execute(update(tables.slot).where(_is(person, kind)).values(failures=0, failed_at=None))
    return key


def _counted(store: Store, person: int, kind: str, device: bytes | None, clock: Clock) -> tuple[Slot, int] | None:
    """The slot to try and how many tries in a row have failed if this one does; None without such a slot."""
    waits = 0
    with store.writing() as sql:
        row = sql.execute(select(tables.slot).where(_is(person, kind))).one_or_none()
        if row is None:
            return None
        way = Slot(kind, row.head, row.mark, row.wrapped)
        slots.check_device(way, device)
        now = clock.now()
        if row.failed_at is not None:
            since = now - parse_stamp(row.failed_at)
            waits = slots.wait_after(row.failures)
            if since < timedelta(0):
                sql.execute(update(tables.slot).where(_is(person, kind)).values(failed_at=stamp(now)))
            waits = min(waits, math.ceil(waits - since.total_seconds()))
        if waits <= 0:
            counted = {"failures": row.failures + 1, "failed_at": stamp(now)}
            sql.execute(update(tables.slot).where(_is(person, kind)).values(**counted))
    if waits > 0:
        raise Failed("wait", seconds=waits)
    return way, row.failures + 1


def _wrong(store: Store, person: int, kind: str, failures: int) -> NoReturn:
    if kind != slots.PIN:
        raise Failed("wrong_passphrase") from None
    if failures < slots.LAST_PIN:
        raise Failed("wrong_pin", left=slots.LAST_PIN - failures) from None
    with store.writing() as sql:
        sql.execute(delete(tables.slot).where(_is(person, kind)))
    store.forget_deleted()
    raise Failed("pin_removed") from None


def _is(person: int, kind: str) -> ColumnElement[bool]:
    return (slot.person == person) & (slot.kind == kind)
