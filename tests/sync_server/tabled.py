"""A database of SQLite whose tables are there already: making them takes longer than most tests use them for.

The tables are made once a process, by the server itself; each test gets a copy of the file, which it cannot tell from
one of its own. How tables are made is tested where it is the question.
"""

import tempfile
from functools import cache
from pathlib import Path

from sync_server.server import Server
from sync_server.settings import Settings, settings


@cache
def _file() -> bytes:
    with tempfile.TemporaryDirectory(prefix="ruhu-tables-") as folder:
        Server.open(settings(Path(folder), env={})).close()
        return (Path(folder) / "server.db").read_bytes()


def tabled(folder: Path) -> Settings:
    """Settings of a server in this folder which has its tables and nothing in them."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / "server.db").write_bytes(_file())
    return settings(folder, env={})
