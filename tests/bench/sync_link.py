"""A day's visits over a village's line: 256 kbit/s each way, a round trip of 300 ms, 2 % of packets lost.

A real tablet in one network namespace, a real server in another, `tests.bench.link` between them; the connection is
there before anything is measured. Pushed are a hundred visits that were written while there was no signal. The floor
is what the line takes to carry the bytes that were put on it, lost ones again, and one round trip.
"""

import json
import pickle
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median, quantiles

from app.vault.device_secret import FileSecret
from app.vault.vault import Vault
from schemas.clock import Clock
from tests.bench import link
from tests.bench.link import Line
from tests.bench.row import Row
from tests.bench.sync_host import ROOT, hosting
from tests.bench.sync_vault import PIN, Road, drafts, opened
from tests.bench.sync_visits import AREAS, Draft, families

RATE, TRIP, LOSS = 256_000.0, 0.3, 0.02
VISITS = 100
SEEDS = (1, 2, 3)
ROUNDS = 12
PUSHED, NOTHING_NEW = 8.0, 0.4
"""Seconds."""


@dataclass(frozen=True)
class Told:
    """What the tablet told: seconds for the push and for each round with nothing new, and the floor of the push."""

    pushed: float
    floor: float
    quiet: list[float]


def run() -> Iterator[Row]:
    if lacks := link.missing():
        unit = f"not measured: {lacks}"
        yield Row("sync", f"village line: {VISITS} visits pushed", 0.0, unit, None, None, f"≤ {PUSHED} s")
        yield Row("sync", "village line: nothing new", 0.0, unit, None, None, f"≤ {NOTHING_NEW} s")
        return
    with tempfile.TemporaryDirectory(prefix="ruhu-bench-") as folder:
        visits = iter(_prepared(Path(folder)))
        lost = [_over(Path(folder), Line(RATE, TRIP / 2, LOSS, seed), next(visits)) for seed in SEEDS]
        whole = _over(Path(folder), Line(RATE, TRIP / 2, 0.0), next(visits))
    case = f"village line, {LOSS:.0%} lost"
    pushed, floor = median(o.pushed for o in lost), median(o.floor for o in lost)
    yield Row(
        "sync", f"{case}: {VISITS} visits pushed", pushed, "s", floor, pushed / floor, f"≤ {PUSHED} s",
        pushed <= PUSHED,
    )  # fmt: skip
    worst = max(o.pushed for o in lost)
    yield Row("sync", f"{case}: the slowest of {len(SEEDS)}", worst, "s", floor, worst / floor)
    quiet = [seconds for o in lost for seconds in o.quiet]
    took = median(quiet)
    yield Row("sync", f"{case}: nothing new", took, "s", TRIP, took / TRIP, f"≤ {NOTHING_NEW} s", took <= NOTHING_NEW)
    yield Row("sync", f"{case}: nothing new, one in ten over", quantiles(quiet, n=10)[-1], "s", TRIP)
    pushed, floor = whole.pushed, whole.floor
    yield Row("sync", f"the same, none lost: {VISITS} visits pushed", pushed, "s", floor, pushed / floor)
    took = median(whole.quiet)
    yield Row("sync", "the same, none lost: nothing new", took, "s", TRIP, took / TRIP)


def _prepared(folder: Path) -> list[Sequence[Draft]]:
    """A vault that has synced while the line was good, and what will be written in it for each run."""
    out: list[Sequence[Draft]] = []
    with hosting(folder / "server") as host:
        host.person("visitor", AREAS[:1])
        vault = opened(folder, host.tablet("visitor"), host.url)
        road = Road(vault, host.url)
        for seed in (*SEEDS, 0):
            made = list(families(VISITS, AREAS[0], seed))
            vault.write(drafts([d for f in made for d in (*f.registered, *f.visited)]))
            out.append([d for f in made for d in f.visited_again])
        road.round()
        road.close()
        vault.lock()
    return out


def _over(folder: Path, line: Line, visits: Sequence[Draft]) -> Told:
    with (
        link.joined(line) as (station, home),
        hosting(folder / "server", None, station.prefix, station.address) as host,
    ):
        command = [*home.prefix, sys.executable, "-m", __name__, str(folder), host.url, home.device]
        done = subprocess.run(command, cwd=ROOT, input=pickle.dumps(visits), stdout=subprocess.PIPE, check=True)
    return Told(**json.loads(done.stdout))


def at_home(folder: Path, url: str, device: str) -> Told:
    """The tablet's side, in its own namespace."""
    visits = pickle.loads(sys.stdin.buffer.read())
    vault = Vault(folder / "vault", Clock(), FileSecret(folder / "secret")).unlock("visitor", PIN)
    road = Road(vault, url)
    for _ in range(60):
        try:
            road.round()
            break
        except SystemExit:
            time.sleep(0.5)  # the server is not up yet
    written = Path(f"/sys/class/net/{device}/statistics/tx_bytes")
    vault.write(drafts(visits, vault))
    before, began = int(written.read_text()), time.perf_counter()
    road.round()
    pushed = time.perf_counter() - began
    carried = int(written.read_text()) - before
    quiet = [_seconds(road) for _ in range(ROUNDS)]
    return Told(pushed, carried * 8 / RATE + TRIP, quiet)


def _seconds(road: Road) -> float:
    began = time.perf_counter()
    road.round()
    return time.perf_counter() - began


if __name__ == "__main__":
    print(json.dumps(asdict(at_home(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))))
