"""Push: what a device sends is taken, known already, or held with a reason. It is never thrown away.

Only four things make a batch an error, and after each of them the tablet still has everything: it is not the device's
(`bad_signature`), numbers are missing before it (`gap`), the device's history differs from the one here because it was
restored from a backup (`fork`), or it is too big. Whatever can be read is kept, whoever sent it.
"""

from dataclasses import replace
from itertools import pairwise

from sqlalchemy import select, update

from schemas import codec, signing, wire
from schemas.change import Change
from schemas.clock import stamp
from schemas.problems import Failed
from sync_server import audit, devices, people
from sync_server import tables as t
from sync_server.db import Tx
from sync_server.devices import Device
from sync_server.ledger import Ledger
from sync_server.people import Person


def push(tx: Tx, device: Device, message: wire.Push) -> wire.Receipt:
    """Takes a device's batch; the same batch again is answered and changes nothing. Raises Failed:
    `protocol_unknown`, `bad_signature`, `gap` with the number expected, `fork`."""
    if message.protocol not in wire.SPOKEN:
        raise Failed("protocol_unknown")
    _signed(device, message)
    device = devices.lock(tx, device.county, device.id)
    person = _person(tx, device)
    skew = devices.skew(tx, message.now)
    known = [c for c in message.changes if c.n <= device.n]
    fresh = [c for c in message.changes if c.n > device.n]
    _follow(device, message.changes, fresh)
    verdicts: list[wire.Verdict] = _known(tx, device, known)
    if not fresh:
        devices.advance(tx, device, device.n, device.last_id, skew)
        return wire.Receipt(device.n, tuple(verdicts))
    ledger = Ledger(tx, device.county, fresh, skew)
    for change in fresh:
        reason = ledger.reason(change, person)
        verdicts.append(ledger.hold(change, reason) if reason else ledger.take(change))
    ledger.save()
    last = fresh[-1]
    devices.advance(tx, device, last.n, last.id, skew)
    held = sum(isinstance(v, wire.Held) for v in verdicts[len(known) :])
    audit.write(tx, device.county, person.user, "pushed", device.id, upto=last.n, taken=len(fresh) - held, held=held)
    return wire.Receipt(last.n, tuple(verdicts))


def release(tx: Tx, county: str, change_id: str, by: Person) -> wire.Taken:
    """Takes a held change on a supervisor's word, who answers for author, role and area. Raises Failed: `not_found`
    when none is held under this id, and the reason again when no record could hold it."""
    change = _held(tx, county, change_id)
    ledger = Ledger(tx, county, [change])
    _held(tx, county, change_id)  # again, now that its feed is locked: somebody else may have been quicker
    if unfit := ledger.unfit(change):
        raise Failed(unfit)
    taken = ledger.release(change, by.user)
    ledger.save()
    audit.write(tx, county, by.user, "held_released", change_id)
    return taken


def dismiss(tx: Tx, county: str, change_id: str, by: Person) -> None:
    """Lets a held change rest, kept but not taken. Raises Failed("not_found")."""
    _held(tx, county, change_id)
    tx.execute(
        update(t.held)
        .where(t.held.c.county == county, t.held.c.change == change_id)
        .values(dismissed_at=stamp(tx.clock.now()), settled_by=by.user)
    )
    audit.write(tx, county, by.user, "held_dismissed", change_id)


def _signed(device: Device, message: wire.Push) -> None:
    if message.device != device.id or any(c.device != device.id for c in message.changes):
        raise Failed("bad_signature")
    if message.changes and not signing.verifies(
        device.sign_key, signing.PUSH, message.changes[-1].id.encode(), message.signature
    ):
        raise Failed("bad_signature")


def _follow(device: Device, sent: tuple[Change, ...], fresh: list[Change]) -> None:
    """Checks that the batch is one unbroken run and that what is fresh in it follows the device's last change."""
    for before, after in pairwise(sent):
        if after.n != before.n + 1:
            raise Failed("gap", expected=min(device.n, before.n) + 1)
        if after.prev != before.id:
            raise Failed("fork")
    if fresh and fresh[0].n != device.n + 1:
        raise Failed("gap", expected=device.n + 1)
    if fresh and fresh[0].prev != device.last_id:
        raise Failed("fork")


def _known(tx: Tx, device: Device, sent: list[Change]) -> list[wire.Verdict]:
    """The verdicts of changes that came before; raises Failed("fork") when one is not what came under its number."""
    if not sent:
        return []
    c, h = t.change.c, t.held.c
    rows = tx.execute(
        select(c.n, c.id, c.area, c.seq, h.reason)
        .outerjoin(t.held, (h.county == c.county) & (h.change == c.id))
        .where(c.county == device.county, c.device == device.id, c.n.between(sent[0].n, sent[-1].n))
    )
    here = {row.n: row for row in rows}
    verdicts: list[wire.Verdict] = []
    for change in sent:
        row = here.get(change.n)
        if row is None or row.id != change.id:
            raise Failed("fork")
        in_feed = row.seq is not None
        verdicts.append(wire.Known(row.id, row.area, row.seq) if in_feed else wire.Held(row.id, row.reason))
    return verdicts


def _person(tx: Tx, device: Device) -> Person:
    """Who the device is in the hands of; not active when the device has been revoked."""
    if device.user is None:
        raise Failed("bad_signature")
    person = people.get(tx, device.county, device.user)
    return replace(person, active=person.active and device.revoked_at is None)


def _held(tx: Tx, county: str, change_id: str) -> Change:
    h, c = t.held.c, t.change.c
    data = tx.execute(
        select(c.data)
        .join(t.held, (h.county == c.county) & (h.change == c.id))
        .where(h.county == county, h.change == change_id, h.released_at.is_(None), h.dismissed_at.is_(None))
    ).scalar_one_or_none()
    if data is None:
        raise Failed("not_found")
    return Change.from_wire(codec.decode(bytes(data)))
