"""Photos that another tablet took and that the person here asked for: fetched chunk by chunk, kept sealed as they come,
and shown only once all are here and the whole is what the record says.

The server gives photos of the person's areas only. What was asked for in an area that is taken away is forgotten; while
a household has left for an area that has not brought it here, nothing of it is fetched.
"""

from collections.abc import Collection, Sequence
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from app.vault import attachments, records, sealing, tables
from app.vault.keyring import Tx
from app.vault.records import Record
from schemas import codec
from schemas.problems import Failed

attachment = tables.attachment.c
fetched = tables.fetched.c
record = tables.record.c
wanted = tables.wanted.c


def want(tx: Tx, id_: str, areas: Collection[str]) -> None:
    """Asks for the bytes of an attachment in one of these areas, the person's; nothing happens when they are here.
    Raises Failed `not_found` for one that the vault holds no record of there."""
    held = records.load(tx, id_)
    if held is None or not _within(held, areas) or not _names(held):
        raise Failed("not_found")
    mine = select(attachment.id).where(attachment.person == tx.person, attachment.id == id_)
    if tx.sql.scalar(mine) is None:
        tx.sql.execute(insert(tables.wanted).values(person=tx.person, attachment=id_).on_conflict_do_nothing())


def unwant(tx: Tx, id_: str) -> None:
    """Takes the asking back; what came so far is forgotten."""
    for table in (tables.wanted, tables.fetched):
        tx.sql.execute(delete(table).where(table.c.person == tx.person, table.c.attachment == id_))


def forget(tx: Tx, areas: Collection[str]) -> None:
    """Takes back what was asked for in other areas than these, the person's."""
    of_it = (record.person == wanted.person) & (record.id == wanted.attachment)
    beyond = select(wanted.attachment).join(tables.record, of_it)
    for id_ in tx.sql.scalars(beyond.where(wanted.person == tx.person, record.area.not_in(areas))).all():
        unwant(tx, id_)


def wanted_photos(tx: Tx) -> list[str]:
    """The attachments that were asked for and are not here yet."""
    return list(tx.sql.scalars(select(wanted.attachment).where(wanted.person == tx.person).order_by(wanted.attachment)))


def wanted_chunks(tx: Tx, areas: Collection[str]) -> list[str]:
    """SHA-256 of every chunk that was asked for in one of these areas, the person's, and has not come yet."""
    out: dict[str, None] = {}
    for held in _asked(tx, areas):
        here = _here(tx, held.id)
        out |= {name: None for i, name in enumerate(_names(held)) if i not in here}
    return list(out)


def receive(tx: Tx, folder: Path, sha256: str, data: bytes, areas: Collection[str]) -> Failed | None:
    """Keeps a chunk; with the last one of a photo the photo is here. `bad_chunk` comes back when the chunk is not what
    it is named, or the photo that it completes is not what its record says, which is then asked for no longer."""
    if codec.sha256(data) != sha256:
        return Failed("bad_chunk")
    problem = None
    for held in _asked(tx, areas):
        names = _names(held)
        places = [i for i, name in enumerate(names) if name == sha256]
        for i in places:
            gen, sealed = tx.ring.seal_bytes("fetched", held.area, held.id, i, data)
            row = {"person": tx.person, "attachment": held.id, "i": i, "area": held.area, "gen": gen, "sealed": sealed}
            tx.sql.execute(tables.upsert(tables.fetched), [row])
        if places and len(_here(tx, held.id)) == len(names):
            problem = _complete(tx, folder, held.id) or problem
    return problem


def _complete(tx: Tx, folder: Path, id_: str) -> Failed | None:
    rows = select(tables.fetched).where(fetched.person == tx.person, fetched.attachment == id_).order_by(fetched.i)
    try:
        parts = [
            tx.ring.unseal_bytes("fetched", row.area, row.gen, id_, row.i, row.sealed) for row in tx.sql.execute(rows)
        ]
        attachments.receive(tx, folder, id_, b"".join(parts))
    except sealing.Damaged:
        tx.sql.execute(delete(tables.fetched).where(fetched.person == tx.person, fetched.attachment == id_))
        return None  # what was damaged on this disk is asked for again
    except Failed as failed:
        if failed.code != "bad_chunk":
            raise
        unwant(tx, id_)
        return failed
    unwant(tx, id_)
    return None


def _asked(tx: Tx, areas: Collection[str]) -> list[Record]:
    """The records of what was asked for in these areas, in order of id; one that is damaged waits."""
    held, _ = records.load_readable(tx, wanted_photos(tx))
    return [held[id_] for id_ in sorted(held) if _within(held[id_], areas)]


def _within(held: Record, areas: Collection[str]) -> bool:
    return held.area in areas and not held.left


def _names(held: Record) -> Sequence[str]:
    """The names of an attachment's chunks; empty for anything else."""
    names = held.heads.value("chunks") if held.kind == "attachment" else None
    return [str(name) for name in names] if isinstance(names, list) else []


def _here(tx: Tx, id_: str) -> set[int]:
    mine = select(fetched.i).where(fetched.person == tx.person, fetched.attachment == id_)
    return set(tx.sql.scalars(mine))
