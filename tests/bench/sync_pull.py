"""How quickly an area comes into a sealed vault: all of it at first, then what others wrote since.

The floor is what cannot be left out: every record, and every household's summary, is compressed and sealed, and the
rows are put into an empty vault's tables with bare INSERTs, as many in one durable transaction as a part brought.
"""

import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any

from app import garbage
from app.vault.keyring import Keyring
from app.vault.open import Open
from app.vault.sealing import AES
from app.vault.store import Store
from schemas import wire
from tests.bench.row import Row
from tests.bench.sync_host import Host, hosting
from tests.bench.sync_tablet import Author, push_all
from tests.bench.sync_vault import Road, opened
from tests.bench.sync_visits import AREAS, Family, families

AREA = AREAS[5]
HOUSEHOLDS = 5000
RECORDS = 8
WRITERS = 4
NEWS = 800
"""How many households are visited again before the vault asks once more."""
FLOOR_HOUSEHOLDS = 500
TARGET = 3000


def run() -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="ruhu-bench-") as folder, hosting(Path(folder) / "server") as host:
        host.person("reader", (AREA,))
        authors, made = _filled(host)
        vault = opened(Path(folder), host.tablet("reader"), host.url)
        road = Road(vault, host.url)

        garbage.seldom()  # as the app does when it starts; what the bench made up is not on the tablet
        began = time.perf_counter()
        road.round()
        rate = HOUSEHOLDS * RECORDS / (time.perf_counter() - began)
        floor = _floor(Path(folder), vault)
        case = f"pull, snapshot of {HOUSEHOLDS} households"
        yield Row("sync", case, rate, "records/s", floor, rate / floor, f"≥ {TARGET}/s", rate >= TARGET)

        again = [
            author.sendings(author.changes(d for f in mine[: NEWS // WRITERS] for d in f.visited_again))
            for author, mine in zip(authors, made, strict=True)
        ]
        push_all(host.url, again)
        garbage.seldom()
        began = time.perf_counter()
        came = road.round().received
        rate = came / (time.perf_counter() - began)
        yield Row("sync", f"pull, feed after {NEWS} visits", rate, "changes/s")
        road.close()
        vault.lock()


def _filled(host: Host) -> tuple[list[Author], list[list[Family]]]:
    """The area with its households, each with five members and a visit, written by four visitors."""
    authors, made, sent = [], [], []
    for number in range(WRITERS):
        host.person(f"writer-{number}", (AREA,))
        author = Author(host.tablet(f"writer-{number}"))
        mine = list(families(HOUSEHOLDS // WRITERS, AREA, seed=number))
        sent.append(author.sendings(author.changes(d for f in mine for d in (*f.registered, *f.visited))))
        authors.append(author)
        made.append(mine)
    push_all(host.url, sent)
    return authors, made


def _floor(folder: Path, vault: Open) -> float:
    """Records a second."""
    ring = Keyring(os.urandom(16), 1, bytes(32), {(AREA, 1): bytes(32)}, AES, os.urandom)
    summaries = vault.summaries()[:FLOOR_HOUSEHOLDS]
    held = [record for s in summaries for record in vault.household(s.household)]
    values = {r.id: r.heads.wire() for r in held}
    shorts = {s.household: {**asdict(s), "visits": [list(v) for v in s.visits]} for s in summaries}
    Store(folder / "floor.db").close()
    with sqlite3.connect(folder / "vault" / "vault.db") as full:
        rows = _rows(full, "record", "id", values)
        short_rows = _rows(full, "summary", "household", shorts)
        blind = full.execute("select * from blind limit ?", (len(held) * 5 // RECORDS,)).fetchall()
    part = wire.BATCH_BYTES * 4 // 3000
    with sqlite3.connect(folder / "floor.db", isolation_level=None) as empty:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "temp_store=MEMORY"):
            empty.execute(f"PRAGMA {pragma}")
        began = time.perf_counter()
        everything, short, tokens = iter(rows), iter(short_rows), iter(blind)
        while some := list(islice(everything, part)):
            empty.execute("BEGIN IMMEDIATE")
            _insert(empty, "record", [_sealed(ring, "record", row, "id", values) for row in some])
            few = list(islice(short, len(some) // RECORDS + 1))
            _insert(empty, "summary", [_sealed(ring, "summary", row, "household", shorts) for row in few])
            _insert(empty, "blind", [tuple(row) for row in islice(tokens, len(some) * 5 // RECORDS + 1)])
            empty.execute("COMMIT")
        return len(held) / (time.perf_counter() - began)


def _rows(there: sqlite3.Connection, table: str, key: str, wanted: dict[str, Any]) -> list[sqlite3.Row]:
    there.row_factory = sqlite3.Row
    found = there.execute(f"select * from {table}").fetchall()
    there.row_factory = None
    return [row for row in found if row[key] in wanted]


def _sealed(ring: Keyring, purpose: str, row: sqlite3.Row, key: str, values: dict[str, Any]) -> tuple[Any, ...]:
    _, sealed = ring.seal(purpose, AREA, row[key], row["rev"], values[row[key]])
    return tuple(sealed if name == "sealed" else row[name] for name in row.keys())  # noqa: SIM118 - a Row has no items


def _insert(here: sqlite3.Connection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        here.executemany(f"insert into {table} values ({', '.join('?' * len(rows[0]))})", rows)
