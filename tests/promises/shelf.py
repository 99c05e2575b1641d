"""A database on PostgreSQL whose content is laid aside and put back, while it stays the same database.

Making a database is forty milliseconds of work, and filling one with the few hundred rows of a script is one. So a
worker's scripts use one database after each other: what each begins with, and what it backed up, lie in schemas of
their own in which no server looks. Whoever was connected is thrown out before, and is gone when it begins.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.sync_server import postgres

BEGINNING, BACKUP = "beginning", "backup"


@dataclass(frozen=True)
class Shelf:
    """`line` is the test's own connection, by which it also reads; `url` is for servers."""

    line: psycopg.Connection[Any]
    url: str

    def prepare(self) -> None:
        """Makes room for what will be laid aside, now that all tables are there."""
        tables = [row[0] for row in self._do("select tablename from pg_tables where schemaname = 'public'")]
        assert not self._do("select sequencename from pg_sequences"), "what counts by itself is not put back"
        for name in (BEGINNING, BACKUP):
            self._do(f"create schema {name}")
            for table in tables:
                self._do(f'create table {name}."{table}" (like public."{table}")')
            self._function(f"{name}.keep", tables, "public", name)
            self._function(f"{name}.put_back", tables, name, "public")

    def keep(self, name: str) -> None:
        """Lays aside what is there, in the place of what was there under this name."""
        self._alone()
        self._do(f"select {name}.keep()")

    def put_back(self, name: str) -> None:
        """Has what was laid aside, and nothing else."""
        self._alone()
        self._do(f"select {name}.put_back()")

    @contextmanager
    def reading(self) -> Iterator[Callable[[str], list[tuple[Any, ...]]]]:
        """What answers a query, all as at one moment."""
        self._do("begin isolation level repeatable read read only")
        try:
            yield self._do
        finally:
            self._do("commit")

    def _alone(self) -> None:
        """Throws out everybody else and waits until they are gone."""
        others = self._do(
            "select pg_terminate_backend(pid, 20000) from pg_stat_activity "
            "where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()"
        )
        assert all(gone for (gone,) in others), "somebody stays in the database"

    def _function(self, name: str, tables: list[str], source: str, target: str) -> None:
        """One whose steps are planned once. Nobody's foreign key minds the order in which tables are filled."""
        steps = [
            f'delete from {target}."{t}"; insert into {target}."{t}" select * from {source}."{t}";' for t in tables
        ]
        self._do(
            f"create function {name}() returns void language plpgsql set session_replication_role = replica "
            f"as $$ begin {' '.join(steps)} end $$"
        )

    def _do(self, sql: str) -> list[tuple[Any, ...]]:
        done = self.line.execute(sql.encode())
        return done.fetchall() if done.description else []


@contextmanager
def running() -> Iterator[Shelf]:
    """A PostgreSQL with an empty database."""
    with postgres.running() as fresh:
        url = fresh()
        with psycopg.connect(url, autocommit=True) as line:
            yield Shelf(line, url.replace("postgresql://", "postgresql+psycopg://"))
