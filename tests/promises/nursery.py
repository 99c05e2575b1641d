"""A warm process that forks actors: real processes that are there in milliseconds and can be killed for real.

Importing the product takes a second and a half; a script needs half a dozen processes, and there are thousands of
scripts. So one process imports everything once, starts nothing, opens nothing, and forks a child whenever it is asked:
each actor is a process of its own that has touched nothing before its first call.

The test talks to the nursery over one socket and to each actor over another (`actor`). The nursery is the children's
parent, so it is the one who kills them and sees them dead: when `end` comes back, the kernel has closed every file and
lock of that child.
"""

import contextlib
import gc
import os
import pickle
import signal
import socket
import struct
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Nursery:
    """The warm process, seen from the test. `spare` are actors by role whose script ended well and in which nothing
    died: each may play another part, on another folder."""

    door: socket.socket
    spare: dict[str, list[tuple[int, Connection]]] = field(default_factory=dict)

    def bear(self, role: str, **about: Any) -> tuple[int, Connection]:
        """A new actor of a role of `ROLES`: its process number and the line to it."""
        here, there = socket.socketpair()
        with there:
            _tell(self.door, ("bear", role, about), there.fileno())
        pid, _ = _hear(self.door)
        return pid, Connection(here.detach())

    def rehearse(self, **about: Any) -> None:
        """Has the nursery itself go through a small script once, so that what is worked out at the first use of
        something is worked out before the fork."""
        _tell(self.door, ("rehearse", about))
        complaint, _ = _hear(self.door)
        assert complaint is None, complaint

    def end(self, pid: int) -> None:
        """Kills an actor, unless it is dead already; comes back when it is."""
        _tell(self.door, ("end", pid))
        _hear(self.door)


@contextlib.contextmanager
def warm() -> Iterator[Nursery]:
    """A nursery, and the end of all its children afterwards."""
    here, there = socket.socketpair()
    command = [sys.executable, "-m", "tests.promises.nursery", str(there.fileno())]
    process = subprocess.Popen(command, cwd=ROOT, pass_fds=[there.fileno()])
    there.close()
    try:
        _hear(here)
        yield Nursery(here)
    finally:
        here.close()
        process.wait(20)


def main(door: socket.socket) -> None:
    """Forks and ends actors until the test hangs up."""
    from tests.promises.roles import ROLES, rehearsal, statements_are_compiled_once  # the second and a half

    statements_are_compiled_once()
    gc.collect()
    gc.freeze()  # what is warm stays shared between the children
    _tell(door, "warm")
    children: set[int] = set()
    with contextlib.suppress(EOFError):
        while True:
            (what, *rest), fds = _hear(door)
            if what == "bear":
                role, about = rest
                pid = os.fork()
                if pid == 0:
                    door.close()
                    gc.set_threshold(50_000, 20, 20)  # an actor makes little that hangs together in a circle
                    _live(ROLES[role], Connection(fds[0]), about)
                os.close(fds[0])
                children.add(pid)
                _tell(door, pid)
            elif what == "rehearse":
                _tell(door, _complaint(rehearsal, rest[0]))
                gc.collect()
                gc.freeze()
            else:
                _end(children, rest[0])
                _tell(door, None)
    for pid in list(children):
        _end(children, pid)


def _live(role: Any, line: Connection, about: dict[str, Any]) -> None:
    code = 1
    try:
        role(line, **about)
        code = 0
    except EOFError:  # the test has gone
        code = 0
    finally:
        os._exit(code)


def _complaint(rehearsal: Any, about: dict[str, Any]) -> str | None:
    try:
        rehearsal(**about)
    except Exception:
        return traceback.format_exc()
    # A fork takes only the thread that forks with it, so there must be no other that might hold a lock.
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(10)
    return None if threading.active_count() == 1 else f"threads are left: {threading.enumerate()}"


def _end(children: set[int], pid: int) -> None:
    if pid in children:
        children.discard(pid)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _tell(door: socket.socket, what: Any, *fds: int) -> None:
    data = pickle.dumps(what)
    socket.send_fds(door, [struct.pack("!I", len(data)) + data], list(fds))


def _hear(door: socket.socket) -> tuple[Any, list[int]]:
    head, fds, _, _ = socket.recv_fds(door, 4, 1)
    if len(head) < 4:
        raise EOFError
    left = struct.unpack("!I", head)[0]
    data = b""
    while len(data) < left:
        piece = door.recv(left - len(data))
        if not piece:
            raise EOFError
        data += piece
    return pickle.loads(data), fds


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
