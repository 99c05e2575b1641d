"""A real server in a process of its own, over SQLite or PostgreSQL, and tablets let in with real codes."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.sync.enrol import enrol
from app.vault.keys import DeviceKeys, new_device_keys
from schemas import wire
from schemas.clock import Clock
from sync_server import county, devices, people
from sync_server.db import Tx
from sync_server.demo.county import COUNTY, COUNTY_NAME, TOWNS, VILLAGES
from sync_server.server import Server
from sync_server.settings import settings

ROOT = Path(__file__).parents[2]
RUHU = "from app.cli import main; raise SystemExit(main())"
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Tablet:
    """A device that was let in: its grant and its keys."""

    grant: wire.Grant
    keys: DeviceKeys


@dataclass(frozen=True)
class Host:
    """A running server. `server` is a second hand on the same database, for setting up and for reading back."""

    url: str
    server: Server
    pid: int

    def person(self, user: str, areas: Sequence[str], role: str = "visitor") -> None:
        """Adds somebody who works in these areas."""
        self.server.db.transaction(lambda tx: people.add(tx, COUNTY, user, user, role, areas))

    def code(self, user: str) -> str:
        return self.server.db.transaction(lambda tx: devices.new_code(tx, COUNTY, user))

    def tablet(self, user: str) -> Tablet:
        """A device for a person, enrolled over HTTP."""
        keys = new_device_keys(Clock())
        return Tablet(enrol(self.url, self.code(user), keys.sign_public_hex, keys.box_public_hex, "bench"), keys)

    def cpu_seconds(self) -> float:
        """How much of a processor the server's processes have used until now."""
        fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in self._pids()]
        return sum(int(f[11]) + int(f[12]) for f in fields) / TICK

    def memory(self) -> int:
        """The bytes of memory the server's processes hold now."""
        pages = [int(Path(f"/proc/{pid}/statm").read_text().split()[1]) for pid in self._pids()]
        return sum(pages) * os.sysconf("SC_PAGE_SIZE")

    def _pids(self) -> list[int]:
        """The server's process and those it shares its door with."""
        return [self.pid, *map(int, Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split())]


@contextmanager
def hosting(
    folder: Path, database: str | None = None, prefix: Sequence[str] = (), host: str = "127.0.0.1", workers: int = 1
) -> Iterator[Host]:
    """A server of the county with its villages, as long as the block runs. `prefix` goes before its command line; with
    one the server may be out of reach from here, and who asks it has to wait until it answers."""
    server = Server.open(settings(folder, database, env={}))
    server.db.transaction(_found)
    port = _free_port()
    options = ["--data", str(folder), "--host", host, "--port", str(port), "--workers", str(workers)]
    options += ["--database", database] if database else []
    process = subprocess.Popen(
        [*prefix, sys.executable, "-c", RUHU, "serve", *options], cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        if not prefix:
            _answers(port, process)
        yield Host(f"http://{host}:{port}", server, process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        server.close()


def _found(tx: Tx) -> None:
    county.found(tx, COUNTY, COUNTY_NAME)
    county.add_villages(tx, COUNTY, [county.Village(v.code, v.name, TOWNS[v.town]) for v in VILLAGES])


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _answers(port: int, process: subprocess.Popen[bytes]) -> None:
    """Waits until the server listens; raises SystemExit when it ends instead."""
    while process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise SystemExit("the server did not start")
