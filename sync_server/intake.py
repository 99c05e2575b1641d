"""Push: what a device sends is taken, known already, or held with a reason. It is never thrown away.

Only four things make a batch an error, and after each of them the tablet still has everything: it is not the device's
(`bad_signature`), numbers are missing before it (`gap`), the device's history differs from the one here because it was
restored from a backup (`fork`), or it is too big. Whatever can be read is kept, whoever sent it.
"""

from collections.abc import Sequence

from sqlalchemy import select, update

from schemas import codec, signing, wire
from schemas.change import Change
from schemas.clock import stamp
from schemas.problems import Failed
from sync_server import audit, devices, feed
from sync_server import tables as t
from sync_server.ahead import NOTHING_YET, Ahead, Stale, look
from sync_server.db import Database, Tx
from sync_server.devices import Device
from sync_server.ledger import Ledger
from sync_server.people import Person


def take(db: Database, device: Device, message: wire.Push) -> wire.Receipt:
    """As `push`, with as little as may be done while others wait."""
    _signed(device, message)
    fresh = [c for c in message.changes if c.n > device.n]
    ahead = db.snapshot(lambda tx: look(tx, device.county, fresh))
    try:
        return db.transaction(lambda tx: push(tx, device, message, ahead))
    except Stale:
        return db.transaction(lambda tx: push(tx, device, message))


def push(tx: Tx, device: Device, message: wire.Push, ahead: Ahead = NOTHING_YET) -> wire.Receipt:
    """Takes a device's batch; the same batch again is answered and changes nothing. Raises Failed:
    `protocol_unknown`, `bad_signature`, `gap` with the number expected, `fork`."""
    if message.protocol not in wire.SPOKEN:
        raise Failed("protocol_unknown")
    _signed(device, message)
    device = devices.lock(tx, device.county, device.id)
    person = devices.hands(tx, device)
    skew = devices.skew(tx, message.now)
    known = [c for c in message.changes if c.n <= device.n]
    fresh = [c for c in message.changes if c.n > device.n]
    _follow(device, fresh)
    first = message.changes[0].n if message.changes else device.n + 1
    verdicts = _known(tx, device, known)
    if not fresh:
        devices.advance(tx, device, device.n, device.last_id, skew)
        return wire.Receipt(device.id, first, device.n, tuple(verdicts))
    told = _told(tx, device, fresh)
    new = [c for c in fresh if c.id not in told]
    ledger = Ledger(tx, device.county, new, skew, ahead=ahead)
    late = "expired_held" if devices.expired(tx, device) else None
    judged: dict[str, wire.Verdict] = {}
    for change in new:
        reason = late if late and person.active else ledger.reason(change, person)
        judged[change.id] = ledger.hold(change, reason) if reason else ledger.take(change)
    ledger.save()
    verdicts += [told.get(c.id) or judged[c.id] for c in fresh]
    last = fresh[-1]
    devices.advance(tx, device, last.n, last.id, skew)
    held = sum(isinstance(v, wire.Held) for v in judged.values())
    audit.write(tx, device.county, person.user, "pushed", device.id, upto=last.n, taken=len(new) - held, held=held)
    return wire.Receipt(device.id, first, last.n, tuple(verdicts))


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
    audit.lock(tx, county)  # who releases it at this moment has it too
    _held(tx, county, change_id)
    tx.execute(
        update(t.held)
        .where(t.held.c.county == county, t.held.c.change == change_id)
        .values(dismissed_at=stamp(tx.clock.now()), settled_by=by.user)
    )
    audit.write(tx, county, by.user, "held_dismissed", change_id)


def _signed(device: Device, message: wire.Push) -> None:
    if message.device != device.id:
        raise Failed("bad_signature")
    if message.changes and not signing.verifies(
        device.sign_key, signing.PUSH, message.changes[-1].id.encode(), message.signature
    ):
        raise Failed("bad_signature")


def _follow(device: Device, fresh: Sequence[Change]) -> None:
    """Checks that what is fresh follows the device's last change. The message itself is one unbroken run."""
    if fresh and fresh[0].n != device.n + 1:
        raise Failed("gap", expected=device.n + 1)
    if fresh and fresh[0].prev != device.last_id:
        raise Failed("fork")


def _known(tx: Tx, device: Device, sent: Sequence[Change]) -> list[wire.Verdict]:
    """The verdicts of changes that came before; raises Failed("fork") when one is not what came under its number."""
    if not sent:
        return []
    c = t.change.c
    mine = (c.county == device.county) & (c.device == device.id)
    here = set(tx.execute(select(c.id).where(mine, c.n.between(sent[0].n, sent[-1].n))).scalars())
    if not here.issuperset(change.id for change in sent):
        raise Failed("fork")
    verdicts = _verdicts(tx, device.county, [change.id for change in sent])
    return [verdicts[change.id] for change in sent]


def _told(tx: Tx, device: Device, fresh: Sequence[Change]) -> dict[str, wire.Verdict]:
    """The verdicts of those fresh changes that are here all the same, because a witness brought them after the server
    was put back from a backup. From now on the device itself has brought them."""
    c = t.change.c
    mine = (c.county == device.county) & (c.device == device.id) & (c.n > device.n)
    ahead = set(tx.execute(select(c.id).where(mine)).scalars())
    here = sorted(ahead & {change.id for change in fresh})
    for change in here:
        tx.execute(update(t.change).where(c.county == device.county, c.id == change).values(witness=None))
    return _verdicts(tx, device.county, here)


def _verdicts(tx: Tx, county: str, ids: Sequence[str]) -> dict[str, wire.Verdict]:
    """What was said, or would be, of changes that are here."""
    h = t.held.c
    held = tx.among(select(h.change, h.reason).where(h.county == county), h.change, ids)
    verdicts: dict[str, wire.Verdict] = {row.change: wire.Held(row.reason) for row in held}
    return verdicts | {c: wire.Known(area, seq) for c, (area, seq) in feed.places(tx, county, ids).items()}


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
