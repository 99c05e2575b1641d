"""Whose turn it is to write to an SQLite database, among the processes that share it.

SQLite itself lets one write and makes the others sleep and look again, a little longer each time: between two busy
processes a good part of the time passes with nobody writing. A lock on a file beside the database wakes the next at
once. It only orders who asks SQLite first; that there is one writer is SQLite's to see to, also for programs that do
not know of this file, and on Windows, where a process serves alone.
"""

import os
import sys
from types import TracebackType

if sys.platform != "win32":
    import fcntl


class Turn:
    """A lock that one thread of this process asks for at a time, held while writing to the database at `path`; without
    a path, a lock on nothing."""

    def __init__(self, path: str | None = None) -> None:
        self._path = path
        self._file: int | None = None

    def __enter__(self) -> None:
        if sys.platform != "win32" and self._path:
            if self._file is None:
                self._file = os.open(f"{self._path}-turn", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if sys.platform != "win32" and self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None
