"""Pull: what is new for a device since it last asked, in one consistent view.

For each area that the device asks about and its person may see, one of three things comes: the next entries of the
feed; a part of a snapshot, when the device has nothing yet or is so far behind that the records themselves are less
than what happened to them; or nothing, when nothing is new. Bytes that were stored are sent as they lie there: a
change's and a record's canonical JSON is put into the message without being read, so that what a pull costs is what
the disk and the line cost.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from schemas import codec, ids, signing, wire
from schemas.clock import stamp
from schemas.problems import Failed
from sync_server import audit, chunks, devices, feed, library, snapshots, standing
from sync_server.db import Database, Tx
from sync_server.devices import Device
from sync_server.feed import Tail
from sync_server.people import Person
from sync_server.snapshots import Record

BUDGET = 1024 * 1024
"""The most canonical bytes one pull brings, whatever it asks for (one change or record more, when that is bigger)."""
_ECHO = 24


@dataclass(frozen=True)
class Pulled:
    """An answer: the canonical bytes of a `wire.Pages`, whom it is for, and what the audit says of it. `quiet` when
    the device had not been heard of for a while."""

    device: Device
    person: Person
    quiet: bool
    body: bytes
    areas: tuple[str, ...]
    entries: int
    records: int

    @property
    def message(self) -> wire.Pages:
        return wire.Pages.from_wire(codec.decode(self.body))


def serve(db: Database, device: Device, asked: wire.Pull) -> Pulled:
    """The answer to a device that asked, noted in the audit. Raises Failed: `protocol_unknown`, `bad_signature` for
    another device's message, `revoked`, `expired`.

    Reading is one view of the database and writes nothing; what has to be written (a grant's new end, that files of
    people were read) is written before and after it, and mostly there is nothing to write.
    """
    if asked.protocol not in wire.SPOKEN:
        raise Failed("protocol_unknown")
    if asked.device != device.id:
        raise Failed("bad_signature")
    if devices.renewal_due(device, db.clock.now()):
        db.transaction(lambda tx: devices.renew(tx, device.county, device.id))
    pulled = db.snapshot(lambda tx: answer(tx, device.id, asked))
    if pulled.quiet or pulled.areas:
        db.transaction(lambda tx: noted(tx, pulled))
    return pulled


def answer(tx: Tx, device_id: str, asked: wire.Pull) -> Pulled:
    """What is new for a device, as things stand. Raises Failed: `revoked`, `expired`."""
    device = devices.find(tx, device_id)
    person = devices.allowed(tx, device)
    news = _News(max(1, min(asked.budget, BUDGET)))
    mine = [area for area in asked.cursors if ids.within(area, person.scope)]
    for tail in feed.tails(tx, device.county, mine):
        _area(tx, news, device, tail, asked)
    held, dismissed = standing.set_aside(tx, device)
    items = library.in_force(tx, device.county)
    photos = chunks.awaited(tx, device.county, person.user)
    grant = devices.newer_grant(tx, person, device, asked.grant)
    besides: dict[str, bytes] = {}
    if wire.photos_digest(photos) != asked.photos:
        besides["photos"] = codec.encode(photos)
    if asked.earlier:
        besides["earlier"] = codec.encode(
            [e.wire() for e in standing.earlier(tx, device.county, person.user, asked.earlier)]
        )
    body = _object(
        now=codec.encode(stamp(tx.clock.now())),
        pages=_list(news.pages),
        snapshots=_list(news.snapshots),
        upto=codec.encode(device.n),
        held=codec.encode([h.wire() for h in held]),
        dismissed=codec.encode(dismissed),
        lost=codec.encode(news.lost),
        library=codec.encode(None if wire.library_digest(items) == asked.library else [item.wire() for item in items]),
        grant=codec.encode(grant.wire() if grant else None),
        more=codec.encode(news.more),
        **besides,
    )
    return Pulled(device, person, devices.quiet(tx, device), body, tuple(news.areas), news.entries, news.records)


def noted(tx: Tx, pulled: Pulled) -> None:
    """Notes that a device was heard of and what it was given: files of people were read."""
    devices.touch(tx, pulled.device)
    if pulled.areas:
        audit.write(
            tx,
            pulled.device.county,
            pulled.person.user,
            "pulled",
            pulled.device.id,
            entries=pulled.entries,
            records=pulled.records,
            areas=list(pulled.areas),
        )


@dataclass
class _News:
    """What has been found for an answer so far, and how many bytes are left for more."""

    left: int
    pages: list[bytes] = field(default_factory=list)
    snapshots: list[bytes] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    areas: list[str] = field(default_factory=list)
    entries: int = 0
    records: int = 0
    more: bool = False


def _area(tx: Tx, news: _News, device: Device, tail: Tail, asked: wire.Pull) -> None:
    """Adds what is new in one area."""
    cursor = asked.cursors[tail.area]
    if not _on_feed(tx, device.county, tail, cursor):
        news.lost.append(tail.area)
    elif news.left <= 0:
        news.more = news.more or cursor.seq < tail.seq or bool(cursor.after)
    elif cursor.after or snapshots.shorter(tx, device.county, tail, cursor.seq):
        _snapshot(tx, news, device, tail, cursor)
    elif cursor.seq < tail.seq:
        _page(tx, news, device, tail, asked)


def _on_feed(tx: Tx, county: str, tail: Tail, cursor: wire.Cursor) -> bool:
    """Whether the feed stood where the cursor says, and the server has not lost what came before it."""
    if cursor.seq >= tail.seq:
        return (cursor.seq, cursor.chain) == (tail.seq, tail.chain)
    return feed.chain_at(tx, county, tail.area, cursor.seq) == cursor.chain


def _page(tx: Tx, news: _News, device: Device, tail: Tail, asked: wire.Pull) -> None:
    """Adds the next entries of a feed. At least one comes, so that a change bigger than the budget still travels."""
    lines: list[bytes] = []
    seq, chain = asked.cursors[tail.area].seq, ""
    for entry in feed.read(tx, device.county, tail.area, seq):
        own = entry.own and entry.device == device.id and entry.n <= asked.mine
        size = _ECHO if own else len(entry.data)
        if lines and size > news.left:
            break
        news.left -= size
        number = codec.encode(entry.seq)
        lines.append(_object(mine=codec.encode(entry.n), seq=number) if own else _object(change=entry.data, seq=number))
        seq, chain = entry.seq, entry.chain
    news.pages.append(
        _object(
            area=codec.encode(tail.area),
            entries=_list(lines),
            chain=codec.encode(chain),
            head=codec.encode(tail.seq),
            seal=codec.encode(_seal(tx, device.county, tail.area, seq, chain)),
        )
    )
    news.areas.append(tail.area)
    news.entries += len(lines)
    if seq < tail.seq:
        news.more, news.left = True, 0


def _snapshot(tx: Tx, news: _News, device: Device, tail: Tail, cursor: wire.Cursor) -> None:
    """Adds the next part of a snapshot. At least one record comes, if there is one."""
    part = snapshots.read(tx, device.county, tail.area, cursor.after, news.left)
    news.left -= part.size
    news.snapshots.append(
        _object(
            area=codec.encode(tail.area),
            since=codec.encode(cursor.after),
            heads=_list([_head(record) for record in part.records]),
            after=codec.encode(part.after),
            seq=codec.encode(tail.seq),
            chain=codec.encode(tail.chain),
            mine=codec.encode(device.n),
            seal=codec.encode(_seal(tx, device.county, tail.area, tail.seq, tail.chain)),
        )
    )
    news.areas.append(tail.area)
    news.records += len(part.records)
    if part.after:
        news.more, news.left = True, 0
    elif cursor.after and cursor.seq < tail.seq:
        news.more = True


def _seal(tx: Tx, county: str, area: str, seq: int, chain: str) -> str:
    return tx.keys(county).sign(signing.STANDING, wire.standing(area, seq, chain))


def _head(record: Record) -> bytes:
    household, name, kind = (codec.quoted(text).encode() for text in (record.household, record.record, record.kind))
    return b'{"heads":%s,"household":%s,"kind":%s,"record":%s}' % (record.data, household, kind, name)


def _object(**members: bytes) -> bytes:
    """The canonical bytes of an object, from those of its members."""
    return b"{%s}" % b",".join(b'"%s":%s' % (name.encode(), members[name]) for name in sorted(members))


def _list(items: Sequence[bytes]) -> bytes:
    return b"[%s]" % b",".join(items)
