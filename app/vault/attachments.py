"""Photos and papers: sealed into a file of their own at once, recorded when their visit is finished, sent in chunks.

  kept      the visit is still open; dropped with it, or when its answers no longer name it
  recorded  the attachment's record is written; its chunks wait for the server
  safe      the server holds every chunk

A chunk is 256 KiB of the plain bytes, named by its SHA-256, so that the server can say which it lacks.
"""

import contextlib
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Row, Select, delete, exists, func, select, update
from sqlalchemy.dialects.sqlite import insert

from app.vault import changes, records, sealing, stream, tables
from app.vault.drafts import Draft
from app.vault.keyring import Tx
from schemas import codec, ids
from schemas.codec import Value
from schemas.problems import Failed
from schemas.wire import CHUNK_BYTES

KEPT = "kept"
RECORDED = "recorded"
SAFE = "safe"

attachment = tables.attachment.c
change = tables.change.c
chunk = tables.chunk.c


def put(tx: Tx, folder: Path, household: str, visit: str, purpose: str, media_type: str, data: bytes) -> str:
    """Seals the bytes for a visit; the id of the attachment comes back. Raises Failed `unknown_household`,
    `disk_full` or `disk_error`."""
    area = records.place(tx, household)
    if area is None:
        raise Failed("unknown_household")
    id_ = ids.record_id(tx.clock.unix_ms(), tx.clock.random(10))
    about = {
        "visit": visit,
        "sha256": codec.sha256(data),
        "size": len(data),
        "type": media_type,
        "purpose": purpose,
        "chunks": [codec.sha256(data[i : i + CHUNK_BYTES]) for i in range(0, len(data), CHUNK_BYTES)],
    }
    _store(tx, folder, id_, household, visit, area, about, data, KEPT)
    return id_


def read(tx: Tx, folder: Path, id_: str) -> bytes:
    """The bytes of an attachment; raises Failed `not_found` when they are not on this device, and `damaged`."""
    row = tx.sql.execute(_mine(tx).where(attachment.id == id_)).one_or_none()
    if row is None:
        raise Failed("not_found")
    return _content(tx, folder, row, _about(tx, row))


def receive(tx: Tx, folder: Path, id_: str, data: bytes) -> None:
    """Seals the bytes of an attachment that another device recorded. Raises Failed `not_found` without its record,
    `bad_chunk` when they are not what the record names."""
    held = records.load(tx, id_)
    if held is None or held.kind != "attachment":
        raise Failed("not_found")
    about = held.heads.values()
    if codec.sha256(data) != about.get("sha256"):
        raise Failed("bad_chunk")
    tx.sql.execute(delete(tables.attachment).where(attachment.person == tx.person, attachment.id == id_))
    _store(tx, folder, id_, held.household, str(about.get("visit") or ""), held.area, about, data, SAFE)


def drafts(tx: Tx, visit: str, named_in: Iterable[Draft]) -> list[Draft]:
    """The records to write for a visit's kept attachments: those that the other drafts name."""
    text = codec.encode([d.sets for d in named_in]).decode()
    rows = tx.sql.execute(_mine(tx).where(attachment.visit == visit, attachment.state == KEPT)).all()
    return [
        Draft(row.household, row.id, "attachment", "", _about(tx, row))
        for row in rows
        if codec.encode(row.id).decode() in text
    ]


def record(tx: Tx, written: Iterable[str]) -> None:
    """Queues the chunks of attachments whose records were just written."""
    for id_ in written:
        row = tx.sql.execute(_mine(tx).where(attachment.id == id_, attachment.state == KEPT)).one_or_none()
        if row is None:
            continue
        count = len(_about(tx, row)["chunks"])
        _set_state(tx, id_, RECORDED if count else SAFE)
        if count:
            tx.sql.execute(
                insert(tables.chunk), [{"person": tx.person, "attachment": id_, "i": i} for i in range(count)]
            )


def drop_kept(tx: Tx, visit: str) -> list[str]:
    """Forgets a visit's attachments that were never recorded; the names of their files come back, to be removed
    once the transaction is committed."""
    of_visit = (attachment.person == tx.person) & (attachment.visit == visit) & (attachment.state == KEPT)
    files = list(tx.sql.scalars(select(attachment.file).where(of_visit)))
    tx.sql.execute(delete(tables.attachment).where(of_visit))
    return files


def erase(tx: Tx, household: str) -> None:
    """Forgets every attachment of a household that was erased. Its files name no row any more, and nothing here opens
    them; `sweep` removes them."""
    theirs = select(attachment.id).where(attachment.person == tx.person, attachment.household == household)
    for table in (tables.chunk, tables.wanted, tables.fetched):
        tx.sql.execute(delete(table).where(table.c.person == tx.person, table.c.attachment.in_(theirs)))
    tx.sql.execute(delete(tables.attachment).where(attachment.person == tx.person, attachment.household == household))


def unconfirmed(tx: Tx) -> None:
    """Takes back what is known of chunks at the server, which was put back from a backup: it is asked again which it
    lacks."""
    safe = _mine(tx).where(attachment.state.in_((RECORDED, SAFE)))
    for row in tx.sql.execute(safe).all():
        _unconfirmed(tx, row)


def remove_files(folder: Path, files: Sequence[str]) -> None:
    """Removes sealed files. One that cannot be removed stays sealed and unnamed, so that is no failure."""
    for file in files:
        with contextlib.suppress(OSError):
            (folder / file).unlink(missing_ok=True)


def sweep(sql: Connection, folder: Path, now: datetime) -> None:
    """Removes what a cut left behind: files older than a day that are half written or that no row names."""
    named = set(sql.scalars(select(attachment.file)))
    with contextlib.suppress(OSError):
        stray = [f for f in folder.iterdir() if f.name not in named]
        remove_files(folder, [f.name for f in stray if now.timestamp() - f.stat().st_mtime > 24 * 3600])


def chunks_waiting(tx: Tx) -> list[str]:
    """SHA-256 of every chunk that the server is not known to hold, in the order the photos were taken."""
    return list(dict.fromkeys(name for name, _, _ in _queue(tx)))


def chunk_of(tx: Tx, folder: Path, sha256: str) -> bytes | None:
    """The bytes of a waiting chunk; None when no attachment here has it any more or its file is damaged."""
    for name, row, i in _queue(tx):
        if name == sha256:
            try:
                data = _content(tx, folder, row, _about(tx, row))
            except Failed:
                return None
            return data[i * CHUNK_BYTES : (i + 1) * CHUNK_BYTES]
    return None


def chunks_safe(tx: Tx, sha256s: Sequence[str]) -> None:
    """Notes that the server holds these chunks."""
    wanted = set(sha256s)
    for name, row, i in _queue(tx):
        if name in wanted:
            done = (chunk.person == tx.person) & (chunk.attachment == row.id) & (chunk.i == i)
            tx.sql.execute(delete(tables.chunk).where(done))
    left = select(chunk.attachment).where(chunk.person == tx.person)
    tx.sql.execute(
        update(tables.attachment)
        .where(attachment.person == tx.person, attachment.state == RECORDED, attachment.id.not_in(left))
        .values(state=SAFE)
    )


def awaited(tx: Tx) -> list[str]:
    """The attachments that the server knows of, as far as is known here, and does not hold whole."""
    of_it = (change.person == tx.person) & (change.record == attachment.id)
    known = exists().where(of_it, change.state.in_((changes.SENT, changes.FED)))
    waiting = select(attachment.id).where(attachment.person == tx.person, attachment.state == RECORDED, known)
    return list(tx.sql.scalars(waiting.order_by(attachment.id)))


def lacked(tx: Tx, ids: Collection[str]) -> bool:
    """Takes back that attachments are safe when the server says that it does not hold these whole, because it was put
    back from a backup; whether there was any."""
    held_safe = _mine(tx).where(attachment.state == SAFE, attachment.id.in_(sorted(ids)))
    lost = [row for row in tx.sql.execute(held_safe).all() if _unconfirmed(tx, row)]
    return bool(lost)


def queue(tx: Tx) -> dict[str, list[str]]:
    """For every photo that the server does not hold whole the SHA-256 of the chunks it lacks, in the order taken."""
    out: dict[str, list[str]] = {}
    for name, row, _ in _queue(tx):
        out.setdefault(row.id, []).append(name)
    return out


def photos_waiting(tx: Tx) -> int:
    """How many recorded attachments the server does not hold whole."""
    recorded = (attachment.person == tx.person) & (attachment.state == RECORDED)
    return tx.sql.scalar(select(func.count()).where(recorded)) or 0


def _unconfirmed(tx: Tx, row: Row[tuple[Value, ...]]) -> bool:
    """Lets every chunk of an attachment wait again; False for one that is damaged here or has none."""
    try:
        count = len(_about(tx, row)["chunks"])
    except Failed:
        return False
    if count:
        rows = [{"person": tx.person, "attachment": row.id, "i": i} for i in range(count)]
        tx.sql.execute(insert(tables.chunk).on_conflict_do_nothing(), rows)
        _set_state(tx, row.id, RECORDED)
    return count > 0


def _queue(tx: Tx) -> list[tuple[str, Row[tuple[Value, ...]], int]]:
    """(sha256, attachment's row, index) of every waiting chunk. One whose row is damaged waits unnamed."""
    waiting: dict[str, list[int]] = {}
    queued = select(chunk.attachment, chunk.i).where(chunk.person == tx.person).order_by(chunk.i)
    for id_, i in tx.sql.execute(queued):
        waiting.setdefault(id_, []).append(i)
    out = []
    for row in tx.sql.execute(_mine(tx).where(attachment.state == RECORDED).order_by(attachment.id)).all():
        with contextlib.suppress(Failed):
            names = _about(tx, row)["chunks"]
            out += [(names[i], row, i) for i in waiting.get(row.id, [])]
    return out


def _store(
    tx: Tx, folder: Path, id_: str, household: str, visit: str, area: str, about: Value, data: bytes, state: str
) -> None:
    gen, sealed = tx.ring.seal("attachment", area, id_, 0, about)
    file = tx.clock.random(16).hex()
    key = tx.ring.key("file", area, gen)
    stream.write(folder / file, key, id_.encode(), data, suite=tx.ring.suite, random=tx.clock.random)
    tx.sql.execute(
        insert(tables.attachment).values(
            person=tx.person,
            id=id_,
            household=household,
            visit=visit,
            area=area,
            gen=gen,
            file=file,
            state=state,
            sealed=sealed,
        )
    )


def _content(tx: Tx, folder: Path, row: Row[tuple[Value, ...]], about: dict[str, Value]) -> bytes:
    try:
        data = stream.read(folder / row.file, tx.ring.key("file", row.area, row.gen), row.id.encode())
    except sealing.Damaged:
        raise Failed("damaged") from None
    if codec.sha256(data) != about["sha256"]:
        raise Failed("damaged")
    return data


def _about(tx: Tx, row: Row[tuple[Value, ...]]) -> dict[str, Value]:
    try:
        about: dict[str, Value] = tx.ring.unseal("attachment", row.area, row.gen, row.id, 0, row.sealed)
    except sealing.Damaged:
        raise Failed("damaged") from None
    return about


def _set_state(tx: Tx, id_: str, state: str) -> None:
    mine = (attachment.person == tx.person) & (attachment.id == id_)
    tx.sql.execute(update(tables.attachment).where(mine).values(state=state))


def _mine(tx: Tx) -> Select[tuple[Value, ...]]:
    return select(tables.attachment).where(attachment.person == tx.person)
