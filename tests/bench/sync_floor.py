"""The floor of a push: the rows that it left in the server's tables, put into an empty database with bare INSERTs.

That is `executemany` of the driver into tables of the same schema (change, entry, head), by one writer, one transaction
for each batch that a tablet sent, synced to the disk at each commit as the server does.
"""

import sqlite3
import time
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg.types.string import TextLoader

from sync_server import county
from sync_server.demo.county import COUNTY, COUNTY_NAME
from sync_server.server import Server
from sync_server.settings import settings

Rows = list[tuple[Any, ...]]
_MINE = "(select {} from change where device = {{0}} and n >= {{0}})"
_LEFT = {
    "change": "select * from change where device = {0} and n >= {0}",
    "entry": "select * from entry where change in " + _MINE.format("id"),
    "head": "select * from head where record in " + _MINE.format("record"),
}


class Bare(Protocol):
    """A database as `ruhu serve` uses it, without Ruhu. `name` is what people call it."""

    name: str

    def seconds(self, sent: Iterable[tuple[str, int, int]]) -> float:
        """How long the INSERTs take for all that devices sent: (device, its first change's number, batches)."""


class Sqlite:
    name = "SQLite"

    def __init__(self, server: Server, folder: Path) -> None:
        self._from = server.settings.data / "server.db"
        self._to = _empty(folder, None).data / "server.db"

    def seconds(self, sent: Iterable[tuple[str, int, int]]) -> float:
        with sqlite3.connect(self._from) as there:
            left = [
                ({table: there.execute(query.format("?"), (device, n)).fetchall() for table, query in _LEFT.items()}, k)
                for device, n, k in sent
            ]
        with sqlite3.connect(self._to, isolation_level=None) as here:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                here.execute(f"PRAGMA {pragma}")
            began = time.perf_counter()
            for batch in chain.from_iterable(_batches(rows, k) for rows, k in left):
                here.execute("BEGIN IMMEDIATE")
                for table, rows in batch.items():
                    here.executemany(_into(table, rows, "?"), rows)
                here.execute("COMMIT")
            return time.perf_counter() - began


class Postgres:
    name = "PostgreSQL"

    def __init__(self, url: str, empty: str, folder: Path) -> None:
        self._from, self._to = url, empty
        _empty(folder, empty)

    def seconds(self, sent: Iterable[tuple[str, int, int]]) -> float:
        with psycopg.connect(self._from) as there:
            there.adapters.register_loader("json", TextLoader)
            left = [
                (
                    {
                        table: there.execute(query.format("%s").encode(), (device, n)).fetchall()
                        for table, query in _LEFT.items()
                    },
                    k,
                )
                for device, n, k in sent
            ]
        with psycopg.connect(self._to, autocommit=True) as here:
            began = time.perf_counter()
            for batch in chain.from_iterable(_batches(rows, k) for rows, k in left):
                with here.transaction(), here.cursor() as cursor:
                    for table, rows in batch.items():
                        cursor.executemany(_into(table, rows, "%s").encode(), rows)
            return time.perf_counter() - began


def _empty(folder: Path, url: str | None) -> Any:
    """The settings of a server that has nothing in it but its county."""
    server = Server.open(settings(folder, url, env={}))
    server.db.transaction(lambda tx: county.found(tx, COUNTY, COUNTY_NAME))
    server.close()
    return server.settings


def _batches(left: dict[str, Rows], count: int) -> Iterable[dict[str, Rows]]:
    """The rows of each table dealt out evenly, in their order."""
    for i in range(count):
        yield {table: rows[len(rows) * i // count : len(rows) * (i + 1) // count] for table, rows in left.items()}


def _into(table: str, rows: Sequence[tuple[Any, ...]], mark: str) -> str:
    return f"insert into {table} values ({', '.join([mark] * len(rows[0]))})"
