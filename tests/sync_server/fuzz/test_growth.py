"""However much is asked, nothing of it stays: no memory, no open file, no thread, no transaction, and no row that a
stranger could write."""

import gc
import gzip
import os
import threading
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

import pytest
import requests
from sqlalchemy.pool import QueuePool

from schemas import codec, wire
from sync_server.settings import Settings
from tests.sync_server.desk import VILLAGE
from tests.sync_server.fuzz.town import TIMEOUT, Desk, Town, opened

AT_ONCE = 4
ROUNDS = int(os.environ.get("RUHU_FUZZ_ROUNDS", "4"))
MEBIBYTE = 1024 * 1024


@pytest.fixture
def town(chosen: Settings) -> Iterator[Town]:
    with opened(chosen) as town:
        yield town


@dataclass(frozen=True)
class Standing:
    """What the process holds at a moment when nobody is asking anything."""

    memory: int
    files: int
    threads: int
    connections: int

    @classmethod
    def of(cls, town: Town) -> Self:
        gc.collect()
        memory, _ = tracemalloc.get_traced_memory()
        pool = town.server.db.engine.pool
        assert isinstance(pool, QueuePool)
        return cls(memory, len(os.listdir("/proc/self/fd")), threading.active_count(), pool.checkedout())


def test_nothing_grows_however_much_is_asked(town: Town) -> None:
    tracemalloc.start()
    try:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for _ in range(3):
                list(pool.map(lambda _: everything(town), range(AT_ONCE)))
            before, rows = Standing.of(town), town.rows()
            for _ in range(ROUNDS):
                list(pool.map(lambda _: everything(town), range(AT_ONCE)))
            after = Standing.of(town)
    finally:
        tracemalloc.stop()
    assert after.connections == 0
    assert after.threads <= before.threads + 4
    assert after.files <= before.files + 8
    assert after.memory <= before.memory + MEBIBYTE
    assert {name for name, count in town.rows().items() if count != rows[name]} <= {"audit"}


def everything(town: Town) -> None:
    """One of each that leaves nothing behind by itself: questions, refusals, and what is cut off."""
    device, desk = town.device, Desk(town.tokens["li"])
    standing = {VILLAGE: town.cursor(VILLAGE)}
    pull = wire.Pull(wire.PROTOCOL, town.tablet.device, "", standing, town.tablet.n, "", "", 1000)
    with requests.Session() as session:
        assert session.get(f"{town.url}/health", timeout=TIMEOUT).ok
        for path, body, headers in (
            ("/sync/pull", codec.encode(pull.wire()), {}),
            ("/sync/pull", b"[" * 100_000, {}),
            ("/sync/push", b"x" * MEBIBYTE, {}),
            ("/sync/push", gzip.compress(bytes(wire.BODY_LIMIT + 1)), {"Content-Encoding": "gzip"}),
            ("/sync/chunks/missing", codec.encode({"chunks": [f"{i:064}" for i in range(1000)]}), {}),
            ("/enrol", codec.encode(wire.Enrol(wire.PROTOCOL, "AAAAA", "", "ab" * 32, "ab" * 32).wire()), {}),
            ("/bundle", os.urandom(300_000), {}),
            (f"/{os.urandom(8).hex()}", b"{}", {}),
        ):
            answer = session.post(town.url + path, body, auth=device, headers=headers, timeout=TIMEOUT)
            assert answer.status_code < 500 or answer.json()["code"] == "server_busy", (path, answer.text)
        for page in ("queue", "counts", f"visits/{town.visited.visit}", "held", "audit", "people"):
            assert session.get(f"{town.url}/review/{page}", auth=desk, timeout=TIMEOUT).status_code < 500
        assert (
            session.get(f"{town.url}/review/counts", auth=Desk(os.urandom(8).hex()), timeout=TIMEOUT).status_code == 401
        )
