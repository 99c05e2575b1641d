"""What a day's work costs on a village's line, and what a first fetch costs the tablet.

Real server, real vaults, real HTTP over a counted line. The floor of the bytes is the same changes as canonical JSON in
one gzip; the target is the field's: twelve visits within three minutes at 200 kbit/s.
"""

import gzip
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from app.sync.http import Http
from app.sync.runner import sync_once
from app.vault.drafts import Draft
from app.vault.open import Open
from schemas import codec, ids
from schemas.clock import Clock
from sync_server.demo import tablet
from sync_server.demo.county import account
from sync_server.demo.households import Household, households
from sync_server.demo.seed import seed
from sync_server.demo.serving import Serving, bind
from sync_server.main import create_app, listener
from sync_server.settings import settings
from tests.app.sync.line import Line
from tests.bench.row import Row

VISITS = 12
LINE = 200_000 / 8  # bytes a second
MINUTES = 3


def run() -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="ruhu-bench-") as folder:
        yield from _in(Path(folder))


def _in(folder: Path) -> Iterator[Row]:
    clock = Clock()
    app = create_app(settings(folder / "server", env={}), clock)
    seed(app.state.server.db)
    serving = Serving.start(listener(app, "127.0.0.1", 0), bind("127.0.0.1", 0))
    line = Line(serving.port)
    vault = tablet.open_vault(folder / "tablet", folder / "secret", clock)
    opened = tablet.admit(vault, app.state.server, line.url, account("visitor"), clock, "bench")

    line.carried = 0
    began = time.perf_counter()
    fetched = _round(opened, line, clock)
    seconds = time.perf_counter() - began
    yield Row("sync", f"first fetch, {len(opened.summaries())} households", seconds, "s")
    yield Row("sync", f"first fetch, {fetched} changes", line.carried / 1024, "KiB")

    mine = [h for h in households(clock.today()) if h.visitor == "visitor" and h.visited is not None][:VISITS]
    for h in mine:
        _visit(opened, h, clock)
    written = codec.encode([c.wire() for c in opened.waiting()])
    floor = len(gzip.compress(written)) / 1024
    line.carried = 0
    _round(opened, line, clock)
    sent = line.carried / 1024
    yield Row("sync", f"{VISITS} visits", sent, "KiB", floor, sent / floor)
    minutes = line.carried / LINE / 60
    yield Row(
        "sync", f"{VISITS} visits at 200 kbit/s", minutes, "min", None, None, f"< {MINUTES} min", minutes < MINUTES
    )
    opened.lock()
    line.close()
    serving.stop()


def _round(opened: Open, line: Line, clock: Clock) -> int:
    road = Http(line.url, opened.device(), opened.sign, clock)
    outcome = sync_once(opened, road, clock=clock)
    road.close()
    if not outcome.safe:
        raise SystemExit(f"the round was not whole: {[p.code for p in outcome.problems]}")
    return outcome.received


def _visit(opened: Open, h: Household, clock: Clock) -> None:
    """Last year's visit made again today: what a visit without photos weighs."""
    assert h.visited is not None
    visit = h.visited.slots | {"visited_on": clock.today().isoformat(), "status": "done"}
    opened.write([Draft(h.id, ids.record_id(clock.unix_ms(), clock.random(10)), "visit", "", visit)])
