"""The folder a demo lives in: claimed by one process at a time, cleared only of what a demo has put there.

The server's files lie where `ruhu serve --data` looks for them, so that the same folder can be served or verified
without the demo. `demo.json` marks the folder as a demo's: a folder without it that holds anything is left alone.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from schemas.problems import Failed

MARK = "demo.json"
OURS = ("server.db", "server.db-wal", "server.db-shm", "server.db-turn", "keys", "tablet", "tablet-secret")


@dataclass(frozen=True)
class Folder:
    path: Path

    def vault(self, server: str) -> Path:
        """The vault of the tablet that the web client plays, for the server of this mark: a tablet that was enrolled
        at one database is unknown to another."""
        return self.path / "tablet" / server

    def secret(self, server: str) -> Path:
        """What that tablet's key store would hold; apart from the vault, as there."""
        return self.path / "tablet-secret" / server

    def clear(self) -> None:
        """Removes what a demo has put here. Raises Failed("reset_elsewhere") when the server's data is not here, and
        Failed("disk_error")."""
        if os.environ.get("RUHU_DATABASE_URL"):
            raise Failed("reset_elsewhere")
        try:
            for name in OURS:
                path = self.path / name
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
        except OSError as error:
            raise Failed("disk_error") from error


@contextmanager
def claimed(path: Path) -> Iterator[Folder]:
    """The folder, made when it is not there, for this process alone. Raises Failed: `folder_taken` when something
    else lies in it, `demo_running` when another demo has it, `disk_error`."""
    path = path.expanduser().absolute()
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        mark = path / MARK
        if not mark.exists() and any(path.iterdir()):
            raise Failed("folder_taken")
        file = mark.open("a+", encoding="ascii")
    except OSError as error:
        raise Failed("disk_error") from error
    with file:
        _lock(file)
        if mark.stat().st_size == 0:
            file.write(json.dumps({"ruhu": "demo"}) + "\n")
            file.flush()
        yield Folder(path)


def _lock(file: IO[str]) -> None:
    """The lock ends with the process, however it ends."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(0)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise Failed("demo_running") from error
