"""Several processes behind one door: what they take is one feed, on either database."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from schemas import codec, wire
from schemas.clock import Clock
from sync_server import verify
from sync_server.server import Server
from sync_server.settings import Settings
from tests.sync_server.place import EAST, Place, Tablet, found
from tests.sync_server.web import Wire

SERVE = "import sys; from sync_server.cli import main; raise SystemExit(main(sys.argv[1:]))"
TABLETS, BATCHES = 4, 5


@contextmanager
def workers(chosen: Settings, count: int) -> Iterator[str]:
    """`ruhu serve` with so many processes, answering."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = door.getsockname()[1]
    options = ["--data", str(chosen.data), "--database", chosen.database_url, "--port", str(port)]
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, *options, "--workers", str(count)], stdout=subprocess.DEVNULL
    )
    try:
        with requests.Session() as patient:
            patient.mount("http://", HTTPAdapter(max_retries=Retry(total=120, backoff_factor=0.05, backoff_max=0.5)))
            assert patient.get(f"http://127.0.0.1:{port}/health", timeout=30).status_code == 200
        yield f"http://127.0.0.1:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


@pytest.fixture
def place(chosen: Settings) -> Iterator[Place]:
    """A county with the clock that the processes have."""
    server = Server.open(chosen, Clock())
    yield found(server)
    server.close()


def test_what_several_processes_take_at_once_is_one_feed(place: Place, chosen: Settings) -> None:
    tablets = [place.tablet() for _ in range(TABLETS)]
    home = tablets[0].begin(EAST)

    def push(tablet: Tablet) -> list[wire.Receipt]:
        out = []
        for i in range(BATCHES):
            batch = [tablet.change(home, {"phone": f"{i} {j}"}) for j in range(3)]
            answer = Wire(url, tablet).send("POST", "/sync/push", codec.encode(tablet.message(*batch).wire()))
            out.append(wire.Receipt.from_wire(codec.decode(answer.content)))
        return out

    with workers(chosen, 2) as url, ThreadPoolExecutor(TABLETS) as pool:
        receipts = [r for given in pool.map(push, tablets) for r in given]
    assert len(place.feed(EAST)) == 1 + TABLETS * BATCHES * 3
    assert sorted(v.seq for r in receipts for v in r.verdicts if isinstance(v, wire.Taken)) == [
        seq for seq, _ in place.feed(EAST)[1:]
    ]
    assert place.server.db.snapshot(lambda tx: verify.county(tx, place.county)) == []
