"""The photos of a visit at the desk: which there are, which have come whole, and what is on one."""

from sqlalchemy import select

from schemas.codec import Value
from schemas.problems import Failed
from sync_server import audit, chunks, may, review
from sync_server import tables as t
from sync_server.db import Tx
from sync_server.heads import Head
from sync_server.household_file import HouseholdFile
from sync_server.people import Person

PICTURES = frozenset({"image/jpeg", "image/png", "image/webp"})
"""What the desk is handed; anything else a device might name is not called what it says it is."""


def listed(tx: Tx, file: HouseholdFile, visit: Head) -> list[dict[str, Value]]:
    """The visit's photos in the order they were taken; `received` when all of one is here and its hash is right."""
    mine = [a for a in file.of("attachment") if a.heads.value("visit") == visit.record]
    c = t.attachment.c
    query = select(c.record).where(
        c.county == file.county, c.record.in_([a.record for a in mine]), c.received_at.is_not(None)
    )
    here = set(tx.execute(query).scalars())
    return [
        {
            "id": a.record,
            "purpose": str(a.heads.value("purpose") or ""),
            "size": int(a.heads.value("size") or 0),
            "received": a.record in here,
        }
        for a in mine
    ]


def opened(tx: Tx, person: Person, attachment: str) -> tuple[bytes, str]:
    """A photo's bytes and media type, and a line in the audit. Raises Failed: `forbidden`, `not_found`, also while
    it has not come whole."""
    may.require(person.role, "read_files")
    file = review.file_around(tx, person, attachment)
    record = file.records[attachment]
    if record.kind != "attachment":
        raise Failed("not_found")
    data = chunks.whole(tx, person.county, attachment)
    audit.write(tx, person.county, person.user, "photo_read", file.household, attachment=attachment)
    said = str(record.heads.value("type") or "")
    return data, said if said in PICTURES else "application/octet-stream"
