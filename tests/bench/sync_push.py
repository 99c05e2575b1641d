"""How many visits a second the server takes from four tablets at once, each durable before its receipt."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.bench.row import Row
from tests.bench.sync_floor import Bare, Postgres, Sqlite
from tests.bench.sync_host import Host, hosting
from tests.bench.sync_tablet import Author, Sending, push_all
from tests.bench.sync_visits import AREAS, families
from tests.sync_server import postgres

TABLETS = 4
WORKERS = 2
"""Processes of the server, as many as the machine that the targets are set for has cores."""
HOUSEHOLDS = 350
"""Of each tablet: registered first, which is reported too, and then visited."""


@dataclass(frozen=True)
class Work:
    """What one tablet sends: registrations, then visits; `visited_from` is the number of their first change."""

    registered: list[Sending]
    visited: list[Sending]
    visited_from: int
    device: str


def on_sqlite() -> Iterator[Row]:
    with (
        tempfile.TemporaryDirectory(prefix="ruhu-bench-") as folder,
        hosting(Path(folder) / "server", workers=WORKERS) as host,
    ):
        yield from _measured(host, Sqlite(host.server, Path(folder) / "floor"), 1000)


def on_postgres() -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="ruhu-bench-") as folder, postgres.running(durable=True) as fresh:
        url = fresh()
        with psycopg.connect(url) as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                if connection.execute(f"show {setting}".encode()).fetchone() != ("on",):
                    raise SystemExit(f"PostgreSQL runs without {setting}: nothing it says is durable")
        with hosting(Path(folder) / "server", url, workers=WORKERS) as host:
            yield from _measured(host, Postgres(url, fresh(), Path(folder) / "floor"), 600)


def _measured(host: Host, bare: Bare, target: int) -> Iterator[Row]:
    work = [_prepared(host, area, number) for number, area in enumerate(AREAS[:TABLETS])]
    visits = TABLETS * HOUSEHOLDS
    case = f"push, {bare.name}"
    rate = visits / push_all(host.url, [w.registered for w in work])
    yield Row("sync", f"{case}: first registrations", rate, "households/s")

    before = host.cpu_seconds()
    rate = visits / push_all(host.url, [w.visited for w in work])
    used = host.cpu_seconds() - before
    sent = [s for w in work for s in w.visited]
    floor = visits / bare.seconds([(w.device, w.visited_from, len(w.visited)) for w in work])
    ratio = rate / floor
    yield Row("sync", f"{case}: visits", rate, "visits/s", floor, ratio, f"≥ {target}/s", rate >= target)
    yield Row("sync", f"{case}: beside bare INSERTs", rate, "visits/s", floor, ratio, "≥ ½ of it", ratio >= 1 / 2)
    yield Row("sync", f"{case}: server's processor", used / visits * 1e6, "µs/visit")
    yield Row("sync", f"{case}: changes", sum(s.last - s.first + 1 for s in sent) / visits, "a visit")
    yield Row("sync", f"{case}: canonical JSON", sum(s.plain for s in sent) / visits / 1024, "KiB/visit")


def _prepared(host: Host, area: str, number: int) -> Work:
    user = f"visitor-{number}"
    host.person(user, (area,))
    author = Author(host.tablet(user))
    made = list(families(HOUSEHOLDS, area, number))
    registered = author.changes(d for f in made for d in (*f.registered, *f.visited))
    visited = author.changes(d for f in made for d in f.visited_again)
    sendings = author.sendings(registered), author.sendings(visited)
    return Work(*sendings, visited[0].n, author.tablet.grant.device)
