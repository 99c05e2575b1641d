"""A backup of a server's database, and putting it back: what was written in between is lost."""

from typing import Any

from sqlalchemy import delete, insert, select

from sync_server.server import Server
from sync_server.tables import metadata

Backup = dict[str, list[dict[str, Any]]]


def made(server: Server) -> Backup:
    """Every row of every table as it is now."""
    return server.db.snapshot(
        lambda tx: {t.name: [dict(r._mapping) for r in tx.execute(select(t))] for t in metadata.sorted_tables}
    )


def put_back(server: Server, backup: Backup) -> None:
    """The database as it was."""

    def work(tx: Any) -> None:
        for table in reversed(metadata.sorted_tables):
            tx.execute(delete(table))
        for table in metadata.sorted_tables:
            if rows := backup[table.name]:
                tx.execute(insert(table), rows)

    server.db.transaction(work)
