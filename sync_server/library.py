"""The county's forms and policy packs: immutable, named by the hash of their canonical bytes, signed by the county.

Publishing one puts the one of the same kind and name out of force. It stays readable by its hash, because the visits
and assessments that used it name it.
"""

from importlib.resources.abc import Traversable
from pathlib import Path

from sqlalchemy import insert, select, update

from schemas import codec, signing, wire
from schemas.clock import stamp
from schemas.codec import Value
from schemas.problems import Failed
from sync_server import audit
from sync_server import tables as t
from sync_server.db import Tx

FORM = "form"
PACK = "pack"


def publish_form(tx: Tx, county: str, source: bytes | str, name: str, by: str = audit.SERVER) -> wire.LibraryItem:
    """Publishes a questionnaire from its XLSForm; raises what the compiler raises when it refuses it."""
    # Compiling needs pyxform, which is slow to load and which a server that only syncs never calls.
    from schemas.forms.compile import compile_form

    return publish(tx, county, FORM, name, compile_form(source, name).wire(), by)


def publish_pack(tx: Tx, county: str, folder: Path | Traversable, by: str = audit.SERVER) -> wire.LibraryItem:
    """Publishes a policy pack from its folder; raises what the loader raises when it refuses it."""
    from schemas.policy.load import load_pack

    pack = load_pack(folder)
    return publish(tx, county, PACK, pack.name, pack.wire(), by)


def publish(tx: Tx, county: str, kind: str, name: str, content: Value, by: str = audit.SERVER) -> wire.LibraryItem:
    """Puts a document in force in place of the one of that kind and name; the same content again changes nothing."""
    audit.lock(tx, county)
    data = codec.encode(content)
    hash_ = codec.sha256(data)
    signature = tx.keys(county).sign(signing.LIBRARY, hash_.encode())
    item = wire.LibraryItem(hash_, kind, name, signature)
    in_force = {i.hash for i in in_force_of(tx, county, kind, name)}
    if in_force == {hash_}:
        return item
    now = stamp(tx.clock.now())
    mine = (t.library.c.county == county) & (t.library.c.kind == kind) & (t.library.c.name == name)
    tx.execute(
        update(t.library)
        .where(mine, t.library.c.withdrawn_at.is_(None), t.library.c.hash != hash_)
        .values(withdrawn_at=now)
    )
    back = tx.execute(
        update(t.library)
        .where(t.library.c.county == county, t.library.c.hash == hash_)
        .values(withdrawn_at=None, published_at=now)
    )
    if back.rowcount == 0:
        tx.execute(
            insert(t.library).values(
                county=county,
                hash=hash_,
                kind=kind,
                name=name,
                data=data,
                signature=signature,
                published_at=now,
            )
        )
    audit.write(tx, county, by, "published", hash_, kind=kind, name=name)
    return item


def in_force(tx: Tx, county: str) -> list[wire.LibraryItem]:
    """What devices should hold, in order of kind and name."""
    return in_force_of(tx, county)


def in_force_of(tx: Tx, county: str, kind: str | None = None, name: str | None = None) -> list[wire.LibraryItem]:
    """What is in force of a kind, or under a name."""
    c = t.library.c
    query = select(c.hash, c.kind, c.name, c.signature).where(c.county == county, c.withdrawn_at.is_(None))
    if kind is not None:
        query = query.where(c.kind == kind)
    if name is not None:
        query = query.where(c.name == name)
    return [wire.LibraryItem(r.hash, r.kind, r.name, r.signature) for r in tx.execute(query.order_by(c.kind, c.name))]


def data(tx: Tx, county: str, hash_: str) -> bytes:
    """A document's canonical bytes, in force or not; raises Failed("not_found")."""
    c = t.library.c
    found = tx.execute(select(c.data).where(c.county == county, c.hash == hash_)).scalar_one_or_none()
    if found is None:
        raise Failed("not_found")
    return bytes(found)


def document(tx: Tx, county: str, hash_: str) -> Value:
    """A document's content; raises Failed("not_found")."""
    return codec.decode(data(tx, county, hash_))
