"""Photos that another tablet took and that the person here asked for: fetched chunk by chunk, kept sealed as they come,
and shown only once all are here and the whole is what the record says."""

from collections.abc import Mapping, Sequence
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
wanted = tables.wanted.c


def want(tx: Tx, id_: str) -> None:
    """Asks for the bytes of an attachment; nothing happens when they are here. Raises Failed `not_found` for one that
    the vault holds no record of."""
    if not _names(records.load(tx, id_)):
        raise Failed("not_found")
    mine = select(attachment.id).where(attachment.person == tx.person, attachment.id == id_)
    if tx.sql.scalar(mine) is None:
        tx.sql.execute(insert(tables.wanted).values(person=tx.person, attachment=id_).on_conflict_do_nothing())


def unwant(tx: Tx, id_: str) -> None:
    """Takes the asking back; what came so far is forgotten."""
    for table in (tables.wanted, tables.fetched):
        tx.sql.execute(delete(table).where(table.c.person == tx.person, table.c.attachment == id_))


def wanted_photos(tx: Tx) -> list[str]:
    """The attachments that were asked for and are not here yet."""
    return list(tx.sql.scalars(select(wanted.attachment).where(wanted.person == tx.person).order_by(wanted.attachment)))


def wanted_chunks(tx: Tx) -> list[str]:
    """SHA-256 of every chunk that was asked for and has not come yet."""
    out: dict[str, None] = {}
    for id_, names in _asked(tx).items():
        here = _here(tx, id_)
        out |= {name: None for i, name in enumerate(names) if i not in here}
    return list(out)


def receive(tx: Tx, folder: Path, sha256: str, data: bytes) -> Failed | None:
    """Keeps a chunk; with the last one of a photo the photo is here. `bad_chunk` comes back when the chunk is not what
    it is named, or the photo that it completes is not what its record says, which is then asked for no longer."""
    if codec.sha256(data) != sha256:
        return Failed("bad_chunk")
    problem = None
    for id_, names in _asked(tx).items():
        held = records.load(tx, id_)
        places = [i for i, name in enumerate(names) if name == sha256]
        if held is None or not places:
            continue
        for i in places:
            gen, sealed = tx.ring.seal_bytes("fetched", held.area, id_, i, data)
            row = {"person": tx.person, "attachment": id_, "i": i, "area": held.area, "gen": gen, "sealed": sealed}
            tx.sql.execute(tables.upsert(tables.fetched), [row])
        if len(_here(tx, id_)) == len(names):
            problem = _complete(tx, folder, id_) or problem
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


def _asked(tx: Tx) -> Mapping[str, Sequence[str]]:
    return {id_: names for id_ in wanted_photos(tx) if (names := _names(records.load(tx, id_)))}


def _names(held: Record | None) -> Sequence[str]:
    """The names of an attachment's chunks; empty for anything else."""
    names = held.heads.value("chunks") if held is not None and held.kind == "attachment" else None
    return [str(name) for name in names] if isinstance(names, list) else []


def _here(tx: Tx, id_: str) -> set[int]:
    mine = select(fetched.i).where(fetched.person == tx.person, fetched.attachment == id_)
    return set(tx.sql.scalars(mine))
