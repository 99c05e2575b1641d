"""The one place that opens the database, begins and commits, and tries again when two writers met.

A room's function takes a `Tx` and never commits: whoever called `Database.transaction` does, once, with everything or
nothing. SQLite begins its writes with BEGIN IMMEDIATE, so that there is one writer at a time and no upgrade that could
fail half way; PostgreSQL runs at READ COMMITTED and rows that count (device, then areas in order of code, then the
county's audit chain) are locked in that order by everyone, so that no two writers wait for each other in a circle.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, Executable, Row, Select, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry

from schemas import codec
from schemas.clock import Clock
from schemas.problems import Failed
from sync_server import rows as bulk
from sync_server.keys import CountyKeys, Keyring
from sync_server.settings import Settings
from sync_server.turn import Turn

log = logging.getLogger("ruhu.server.db")

T = TypeVar("T")

THREADS = 40
"""How many requests FastAPI answers at once: each may need a connection."""
MANY = 500
"""How many keys go into one query."""
ATTEMPTS = 8
"""How often a transaction is tried before the answer is `server_busy`."""
_AGAIN = {"40001", "40P01", "55P03"}  # PostgreSQL: serialization failure, deadlock, lock not available
_DOWN = {"57P01", "57P02", "57P03", "53300"}  # PostgreSQL: shutting down, cannot connect now, too many connections
_FULL = {"53100", "53000"}  # PostgreSQL: disk full, out of resources


class Again(Exception):
    """What a transaction had read before it could lock it is not so any more: it has to begin again."""


@dataclass(frozen=True)
class Tx:
    """One transaction, with the clock, the randomness and the keys that go with it."""

    connection: Connection
    clock: Clock
    keyring: Keyring
    settings: Settings

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        return self.connection.execute(statement, parameters)

    def among(self, query: Select[Any], column: ColumnElement[Any], keys: Iterable[Any]) -> Iterator[Row[Any]]:
        """The rows of a query whose column is one of the keys, asked for so many at a time as a database takes. Rows
        come in the query's order within each time; keys are asked for in their own."""
        # No text of PostgreSQL holds a NUL, so nothing is found under a key that does.
        wanted = sorted(k for k in set(keys) if not (isinstance(k, str) and "\x00" in k))
        for start in range(0, len(wanted), MANY):
            yield from self.connection.execute(query.where(column.in_(wanted[start : start + MANY])))

    def keys(self, county: str) -> CountyKeys:
        return self.keyring.of(county)

    @property
    def alone(self) -> bool:
        """Whether nobody else writes until this transaction, a writing one, ends: what it read stays so unlocked."""
        return self.connection.dialect.name == "sqlite"

    def add(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        """Inserts many rows quickly; a column of JSON must be given its text."""
        bulk.insert(self.connection, table, rows)

    def put(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        """As `add`, written over the rows of the same key."""
        bulk.put(self.connection, table, rows)

    def add_new(self, table: Table, rows: list[dict[str, Any]]) -> None:
        """Inserts the rows whose key is new and leaves those that are there as they are."""
        insert = postgresql.insert if self.connection.dialect.name == "postgresql" else sqlite.insert
        if rows:
            self.connection.execute(insert(table).on_conflict_do_nothing(), rows)


class Database:
    """An engine over one database, SQLite or PostgreSQL."""

    def __init__(self, settings: Settings, clock: Clock, keyring: Keyring) -> None:
        self.settings = settings
        self.clock = clock
        self.keyring = keyring
        self.engine = _engine(settings.database_url)
        # SQLite has one writer at a time. Who waits for its one connection is woken when it is free; who waited for
        # SQLite's own lock would sleep and look again. And the pages that every write touches stay in its memory.
        self._writing, self._turn = self.engine, Turn()
        if self.engine.dialect.name == "sqlite":
            self._writing, self._turn = _writer(settings.database_url), Turn(self.engine.url.database)

    def transaction(self, work: Callable[[Tx], T]) -> T:
        """What `work` returns, committed. It may be run again from the start when another writer was in the way, so
        it must do nothing but through its Tx. Raises Failed: `server_busy` when that does not help, `server_full`,
        `malformed` for a value that no column can hold."""
        return self._run(work, "")

    def snapshot(self, work: Callable[[Tx], T]) -> T:
        """What `work` reads, all of it as at one moment."""
        return self._run(work, "REPEATABLE READ")

    def close(self) -> None:
        self.engine.dispose()
        self._writing.dispose()
        self._turn.close()

    def _run(self, work: Callable[[Tx], T], isolation: str) -> T:
        for attempt in range(ATTEMPTS):
            try:
                with self._connect(isolation) as connection, self._in_turn(isolation), connection.begin():
                    return work(Tx(connection, self.clock, self.keyring, self.settings))
            except Again:
                log.info("beginning again: attempt %d", attempt + 1)
            except DataError as error:  # a NUL, or text too long for its column: what was asked cannot be
                raise Failed("malformed", place="text") from error
            except PoolTimeout as error:
                raise Failed("server_busy") from error
            except DBAPIError as error:
                refusal = _refusal(error)
                if refusal is None:
                    raise
                if refusal == "server_full" or attempt == ATTEMPTS - 1:
                    raise Failed(refusal) from error
                log.info("trying again: attempt %d", attempt + 1)
            time.sleep(0.01 * 2**attempt * (1 + self.clock.random(1)[0] / 255))
        raise Failed("server_busy")

    def _in_turn(self, isolation: str) -> AbstractContextManager[None]:
        return nullcontext() if isolation else self._turn

    def _connect(self, isolation: str) -> Connection:
        if not isolation:
            return self._writing.connect()
        connection = self.engine.connect()
        if self.engine.dialect.name == "postgresql":
            return connection.execution_options(isolation_level=isolation, postgresql_readonly=True)
        return connection.execution_options(ruhu_reads_only=True)


def _writer(url: str) -> Engine:
    """The one connection over which a process writes to an SQLite database."""
    engine = _engine(url, pool_size=1, max_overflow=0)
    event.listen(engine, "connect", _sqlite_writes)
    return engine


def _engine(url: str, pool_size: int = THREADS // 2, max_overflow: int = THREADS // 2) -> Engine:
    # hide_parameters: an error's text must never carry what somebody wrote about a person.
    options: dict[str, Any] = {
        "hide_parameters": True,
        "json_serializer": lambda value: codec.encode_again(value).decode(),
        "pool_size": pool_size,
        "max_overflow": max_overflow,
        "pool_use_lifo": True,  # the connection used last has its pages and plans still warm
    }
    try:
        backend = make_url(url).get_backend_name()
    except (ArgumentError, ValueError) as error:
        raise Failed("settings_bad", name="RUHU_DATABASE_URL") from error
    if backend == "postgresql":
        return create_engine(url, pool_pre_ping=True, **options)
    engine = create_engine(url, connect_args={"timeout": 30, "check_same_thread": False}, **options)
    event.listen(engine, "connect", _sqlite_connected)
    event.listen(engine, "begin", _sqlite_begins)
    return engine


def _sqlite_connected(connection: Any, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver must not begin by itself: we say when and how
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _sqlite_writes(connection: Any, _: ConnectionPoolEntry) -> None:
    # 64 MiB of pages in memory, because ids are hashes and every batch touches the indexes all over; and the log is
    # folded into the file every 32 MiB instead of every 4.
    for pragma in ("cache_size=-65536", "wal_autocheckpoint=8192"):
        connection.execute(f"PRAGMA {pragma}").close()


def _sqlite_begins(connection: Connection) -> None:
    reads_only = connection.get_execution_options().get("ruhu_reads_only")
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def _refusal(error: DBAPIError) -> str | None:
    """The problem to name for a database error that is nobody's bug; None for the others."""
    if error.connection_invalidated:
        return "server_busy"
    state = getattr(error.orig, "sqlstate", None)
    text = str(error.orig)
    if state in _FULL or "disk is full" in text:
        return "server_full"
    if state in _AGAIN | _DOWN or "database is locked" in text:
        return "server_busy"
    if state is None and type(error.orig).__module__.startswith("psycopg") and "connect" in text:
        return "server_busy"
    return None
