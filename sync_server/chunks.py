"""Photos and papers: pieces addressed by their hash, and which attachments are whole.

A record of an attachment travels as any record does and names its pieces; the pieces follow when there is a signal.
A piece may come before its record or after, once or many times, from one device or two. An attachment counts as
received only when all its pieces are here and together have the hash that its record names.
"""

import hashlib
import re
from collections.abc import Iterable

from sqlalchemy import ColumnElement, select, update

from schemas import codec, ids
from schemas.change import Change
from schemas.clock import stamp
from schemas.problems import Failed
from schemas.wire import CHUNK_BYTES
from sync_server import devices
from sync_server import tables as t
from sync_server.db import Tx
from sync_server.devices import Device
from sync_server.people import Person

ASKED_AT_ONCE = 5000
SLACK = 1024
"""A sealed piece may be a little longer than what was cut."""


def missing(tx: Tx, county: str, asked: Iterable[str]) -> list[str]:
    """Of these hashes the ones that are not here, in the order asked. Raises Failed("too_big") for too many."""
    wanted = list(dict.fromkeys(asked))
    if len(wanted) > ASKED_AT_ONCE:
        raise Failed("too_big")
    c = t.chunk.c
    have = {row.sha256 for row in tx.among(select(c.sha256).where(c.county == county), c.sha256, wanted)}
    return [h for h in wanted if h not in have]


def put(tx: Tx, device: Device, sha256: str, data: bytes) -> None:
    """Keeps a piece. Raises Failed: `bad_chunk` when it does not have its hash, `too_big`."""
    if len(data) > CHUNK_BYTES + SLACK:
        raise Failed("too_big")
    if codec.sha256(data) != sha256:
        raise Failed("bad_chunk")
    devices.lock(tx, device.county, device.id)  # so that the record, on its way from the same device, is not missed
    row = {"county": device.county, "sha256": sha256, "data": data, "device": device.id, "at": stamp(tx.clock.now())}
    tx.add_new(t.chunk, [row])
    c = t.attachment_chunk.c
    named = tx.execute(select(c.record).where(c.county == device.county, c.sha256 == sha256).distinct()).scalars().all()
    for record in sorted(named):
        _check(tx, device.county, record)


def get(tx: Tx, county: str, person: Person, sha256: str) -> bytes:
    """A piece of an attachment in one of the person's areas; raises Failed("not_found"), also for somebody else's."""
    a, c = t.attachment.c, t.attachment_chunk.c
    areas = tx.execute(
        select(a.area)
        .join(t.attachment_chunk, (c.county == a.county) & (c.record == a.record))
        .where(c.county == county, c.sha256 == sha256)
    ).scalars()
    if not any(ids.within(area, person.scope) for area in areas):
        raise Failed("not_found")
    data = _data(tx, county, sha256)
    if data is None:
        raise Failed("not_found")
    return data


def whole(tx: Tx, county: str, record: str) -> bytes:
    """An attachment's content; raises Failed("not_found") while it is not all here."""
    a = t.attachment.c
    row = tx.execute(select(a.received_at).where(_is(county, record))).one_or_none()
    if row is None or row.received_at is None:
        raise Failed("not_found")
    return b"".join(_data(tx, county, sha256) or b"" for sha256 in _pieces(tx, county, record))


def awaited(tx: Tx, county: str, author: str) -> list[str]:
    """The attachments that this person recorded and that are not whole here, in order of id."""
    a = t.attachment.c
    waiting = select(a.record).where(a.county == county, a.author == author, a.received_at.is_(None))
    return list(tx.execute(waiting.order_by(a.record)).scalars())


def expect(tx: Tx, county: str, area: str, change: Change) -> None:
    """Notes what the record of an attachment says will come; what came before it counts."""
    sha256, size, pieces = (change.sets.get(slot) for slot in ("sha256", "size", "chunks"))
    if not (_is_hash(sha256) and isinstance(size, int) and pieces and all(map(_is_hash, pieces))):
        return
    row = {
        "county": county,
        "record": change.record,
        "household": change.household,
        "area": area,
        "visit": str(change.sets.get("visit") or "")[:64].replace("\x00", ""),
        "author": change.author,
        "sha256": sha256,
        "size": size,
    }
    tx.add_new(t.attachment, [row])
    tx.add_new(
        t.attachment_chunk,
        [{"county": county, "record": change.record, "place": i, "sha256": h} for i, h in enumerate(pieces)],
    )
    _check(tx, county, change.record)


def _check(tx: Tx, county: str, record: str) -> None:
    """Marks an attachment received when every piece is here and the whole has its hash and size."""
    row = tx.execute(select(t.attachment).where(_is(county, record)).with_for_update(key_share=True)).one_or_none()
    if row is None or row.received_at is not None:
        return
    pieces = _pieces(tx, county, record)
    if missing(tx, county, pieces):
        return
    digest, size = hashlib.sha256(), 0
    for sha256 in pieces:
        data = _data(tx, county, sha256) or b""
        digest.update(data)
        size += len(data)
    if (digest.hexdigest(), size) == (row.sha256, row.size):
        tx.execute(update(t.attachment).where(_is(county, record)).values(received_at=stamp(tx.clock.now())))


def _pieces(tx: Tx, county: str, record: str) -> list[str]:
    c = t.attachment_chunk.c
    query = select(c.sha256).where(c.county == county, c.record == record).order_by(c.place)
    return list(tx.execute(query).scalars())


def _data(tx: Tx, county: str, sha256: str) -> bytes | None:
    c = t.chunk.c
    data = tx.execute(select(c.data).where(c.county == county, c.sha256 == sha256)).scalar_one_or_none()
    return None if data is None else bytes(data)


def _is(county: str, record: str) -> ColumnElement[bool]:
    return (t.attachment.c.county == county) & (t.attachment.c.record == record)


def _is_hash(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[0-9a-f]{64}", value) is not None
