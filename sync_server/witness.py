"""What a device can prove of a feed that the server has lost part of, because it was put back from a backup.

The county sealed the feed's chain at every page it sent. A device shows the ids it has up to such a seal; the chain
over them must come out as the one that was sealed, so nobody can slip in a change that was never in the feed, and
nobody has to be trusted. The server then says which of those changes it lacks, and takes them as they were: who might
write them, and where, was judged when they came first. They get new numbers, in the feed of the area where their
household lives.

Their own makers may still come with them later, or never. Where a change is the next of its device's chain, the device
is moved on; where it is not, it stands in the feed all the same and is known when its device sends it again.
"""

from collections.abc import Sequence

from sqlalchemy import select

from schemas import change as changes
from schemas import codec, ids, signing, wire
from schemas.change import Change
from schemas.problems import Failed
from sync_server import audit, devices, feed
from sync_server import tables as t
from sync_server.db import Tx
from sync_server.devices import Device
from sync_server.ledger import Ledger


def tell(tx: Tx, device: Device, message: wire.Witness) -> wire.Lacking:
    """Takes the changes in the message, and says which of its ids are still lacking. Raises Failed:
    `protocol_unknown`, `bad_signature` for another device's message, `revoked`, `expired`, `not_your_area`,
    `chain_broken` when the ids are not what the county sealed or a change is none of them, `unknown_area` when the
    server has lost the area itself."""
    if message.protocol not in wire.SPOKEN:
        raise Failed("protocol_unknown")
    if message.device != device.id:
        raise Failed("bad_signature")
    person = devices.allowed(tx, devices.find(tx, device.id))
    if not ids.within(message.area, person.scope):
        raise Failed("not_your_area")
    _sealed(tx, device.county, message)
    lacking = _lacking(tx, device.county, message.ids)
    if not message.changes:
        return wire.Lacking(tuple(lacking))
    if not feed.tails(tx, device.county, [message.area]):  # it was added after the backup was made
        raise Failed("unknown_area", area=message.area)
    makers = _lock(tx, device.county, message.changes)
    wanted = _lacking(tx, device.county, message.ids)  # again, now that nobody else brings them
    by_id = {change.id: change for change in message.changes}
    new = [by_id[i] for i in wanted if i in by_id]
    ledger = Ledger(tx, device.county, new, witness=device.id, areas=[message.area])
    held = _held(tx, device.county, [c.id for c in new])
    for change in new:
        if change.id in held:
            ledger.release(change, audit.SERVER, message.area)
        else:
            ledger.restore(change, message.area)
    ledger.save()
    for maker in makers:
        _advance(tx, maker)
    if new:
        audit.write(tx, device.county, person.user, "witnessed", device.id, area=message.area, count=len(new))
    return wire.Lacking(tuple(i for i in wanted if i not in by_id))


def _sealed(tx: Tx, county: str, message: wire.Witness) -> None:
    link = message.before
    for id_ in message.ids:
        link = changes.chain(link, id_)
    seal = wire.standing(message.area, message.seq, link)
    known = set(message.ids)
    if not signing.verifies(tx.keys(county).sign_public, signing.STANDING, seal, message.seal) or not all(
        change.id in known for change in message.changes
    ):
        raise Failed("chain_broken")


def _lacking(tx: Tx, county: str, ids: Sequence[str]) -> list[str]:
    """Of these changes those that stand in no feed, in the order given and each once."""
    e = t.entry.c
    here = {row.change for row in tx.among(select(e.change).where(e.county == county), e.change, ids)}
    return [i for i in dict.fromkeys(ids) if i not in here]


def _held(tx: Tx, county: str, ids: Sequence[str]) -> set[str]:
    h = t.held.c
    return {row.change for row in tx.among(select(h.change).where(h.county == county), h.change, ids)}


def _lock(tx: Tx, county: str, told: Sequence[Change]) -> list[Device]:
    """The devices that made these changes, those that are known, locked in order of id before any area is."""
    makers = []
    for name in sorted({change.device for change in told}):
        try:
            makers.append(devices.lock(tx, county, name))
        except Failed:  # enrolled after the backup was made: what it wrote counts all the same
            continue
    return makers


def _advance(tx: Tx, device: Device) -> None:
    """Moves a device on over the changes that follow the last it is known for."""
    c = t.change.c
    mine = (c.county == device.county) & (c.device == device.id) & (c.n > device.n)
    rows = tx.execute(select(c.n, c.id, c.data).where(mine).order_by(c.n))
    n, last = device.n, device.last_id
    for row in rows:
        change = Change.from_wire(codec.decode(bytes(row.data)))
        if change.n == n + 1 and change.prev == last:
            n, last = change.n, change.id
    if n != device.n:
        devices.move_on(tx, device, n, last)
