"""Forms and packs as the county signed them. They are public, so they are not sealed; they are checked instead, when
they come and again whenever they are read: bytes that do not hash to their name or are not signed are not there."""

from collections.abc import Sequence

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects.sqlite import insert

from app.vault import tables
from schemas import codec, signing
from schemas.codec import NotCanonical, Value
from schemas.problems import Failed
from schemas.wire import LibraryItem

document = tables.document.c


def put(sql: Connection, county_key: str, item: LibraryItem, data: bytes) -> None:
    """Keeps a document and puts it in force. Raises Failed `bad_signature` when the bytes are not what the county
    signed, whoever is at fault."""
    if not _good(county_key, item.hash, item.signature, data):
        raise Failed("bad_signature")
    values = {"kind": item.kind, "name": item.name, "signature": item.signature, "in_force": True, "data": data}
    sql.execute(insert(tables.document).values(hash=item.hash, **values).on_conflict_do_update(["hash"], set_=values))


def in_force(sql: Connection, kind: str) -> list[LibraryItem]:
    """The documents of a kind that are in force and here, in the order they came."""
    rows = sql.execute(
        select(document.hash, document.kind, document.name, document.signature)
        .where(document.kind == kind, document.in_force)
        .order_by(document.no)
    )
    return [LibraryItem(*row) for row in rows]


def read(sql: Connection, county_key: str, hash_: str) -> Value | None:
    """A document by its hash, in force or not; None when it is not here or its bytes are no longer right."""
    row = sql.execute(select(document.data, document.signature).where(document.hash == hash_)).one_or_none()
    if row is None or not _good(county_key, hash_, row.signature, row.data):
        return None
    return codec.decode(row.data)


def receive_list(sql: Connection, items: Sequence[LibraryItem]) -> None:
    """Takes the server's list of what is in force. Documents not in it stay, for the visits made with them, and are
    no longer listed."""
    now = [item.hash for item in items]
    sql.execute(update(tables.document).values(in_force=document.hash.in_(now)))


def digest(sql: Connection) -> str:
    """What a pull names the documents in force by, those whose bytes are here and right."""
    rows = sql.execute(select(document.hash, document.data).where(document.in_force).order_by(document.hash))
    return codec.short_digest([row.hash for row in rows if codec.sha256(row.data) == row.hash])


def _good(county_key: str, hash_: str, signature: str, data: bytes) -> bool:
    if codec.sha256(data) != hash_ or not signing.verifies(county_key, signing.LIBRARY, hash_.encode(), signature):
        return False
    try:
        codec.decode(data)
    except NotCanonical:
        return False
    return True
