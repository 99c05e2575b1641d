"""The one place that opens the database, begins and commits, and says in our words what the disk said.

SQLite in WAL mode with `synchronous=FULL`: what was committed is on the disk when the call returns. A writer takes the
lock at once (`BEGIN IMMEDIATE`), so that what it read cannot change before it writes; threads, sessions and processes
that share the folder queue up behind it. `hide_parameters` keeps personal data out of every error's text, and
`secure_delete` with a truncated log keeps what was deleted from lying about in the file.
"""

import errno
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, event, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from app.vault import migrations, tables
from schemas.problems import Failed

_PRAGMAS = (
    "busy_timeout=30000",
    "journal_mode=WAL",
    "synchronous=FULL",
    "secure_delete=ON",
    "temp_store=MEMORY",
)


class Store:
    """A vault's database file; made with its tables when it is not there. Safe to use from many threads.

    Raises Failed: `disk_full`, `disk_error`, `vault_damaged` (not a database, or its structure is broken),
    `vault_newer` (written by a newer app)."""

    def __init__(self, file: Path) -> None:
        self._engine = create_engine(
            URL.create("sqlite+pysqlite", database=str(file)), hide_parameters=True, connect_args={"timeout": 30}
        )
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)
        with self.reading() as sql:
            version = sql.exec_driver_sql("PRAGMA user_version").scalar_one()
        if version > tables.SCHEMA:
            raise Failed("vault_newer")
        if version < tables.SCHEMA:
            with self.writing() as sql:
                # Asked again under the lock: another window may have been quicker.
                version = sql.exec_driver_sql("PRAGMA user_version").scalar_one()
                if version < tables.SCHEMA:
                    migrations.bring_up(sql, version)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view; nothing can be written through it."""
        with saying_disk_errors(), self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction, committed durably at the end of the block, or not at all when the block raises."""
        with (
            saying_disk_errors(),
            self._engine.connect() as connection,
            connection.execution_options(ruhu_writes=True).begin(),
        ):
            yield connection

    def fact(self, name: str, made: Callable[[], bytes]) -> bytes:
        """A fact about the vault itself, made when it is asked for the first time."""
        facts = tables.fact
        known = select(facts.c.data).where(facts.c.name == name)
        with self.reading() as sql:
            found: bytes | None = sql.scalar(known)
        if found is None:
            with self.writing() as sql:
                sql.execute(insert(facts).values(name=name, data=made()).on_conflict_do_nothing())
                found = sql.execute(known).scalar_one()
        return found

    def forget_deleted(self) -> None:
        """Empties the log, so that what was deleted or replaced is no longer in it. Done as far as no reader holds it
        open at this moment."""
        with saying_disk_errors(), self._engine.connect() as connection:
            raw = connection.connection.driver_connection
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]  # never None while connected

    def close(self) -> None:
        self._engine.dispose()


@contextmanager
def saying_disk_errors() -> Iterator[None]:
    """Errors of the disk under this block become Failed; the original, which may quote a path, is dropped."""
    try:
        yield
    except DBAPIError as error:
        if code := _code(error.orig):
            raise Failed(code) from None
        raise
    except sqlite3.Error as error:
        if code := _code(error):
            raise Failed(code) from None
        raise
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        raise Failed("disk_full" if full else "disk_error") from None


def _code(error: BaseException | None) -> str | None:
    match getattr(error, "sqlite_errorname", "").split("_")[1:2]:
        case ["FULL"]:
            return "disk_full"
        case ["CORRUPT"] | ["NOTADB"]:
            return "vault_damaged"
        case ["READONLY"] | ["IOERR"] | ["CANTOPEN"] | ["BUSY"] | ["LOCKED"] | ["PERM"] | ["AUTH"] | ["PROTOCOL"]:
            return "disk_error"
        case _:
            return None


def _prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # begin and commit are ours, not the driver's
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("ruhu_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
