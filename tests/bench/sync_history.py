"""Whether history weighs: the hundredth edit of a household beside its second, at each step it goes through."""

import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median

from schemas.codec import Value
from tests.bench.row import Row
from tests.bench.sync_host import hosting
from tests.bench.sync_vault import Road, drafts, opened
from tests.bench.sync_visits import AREAS, Draft, families

HOUSEHOLDS = 12
EDITS = 104
EARLY, LATE = range(2, 12), range(94, 104)
"""The tenth edits around the second and the hundredth: one alone would tell more of the machine than of the code."""
MOST = 1.2


def run() -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="ruhu-bench-") as folder, hosting(Path(folder) / "server") as host:
        for who in ("writer", "reader"):
            host.person(who, AREAS[:1])
        writer = opened(Path(folder) / "writer", host.tablet("writer"), host.url)
        reader = opened(Path(folder) / "reader", host.tablet("reader"), host.url)
        roads = Road(writer, host.url), Road(reader, host.url)
        made = list(families(HOUSEHOLDS, AREAS[0]))
        writer.write(drafts([d for f in made for d in (*f.registered, *f.visited)]))
        for road in roads:
            road.round()
        took: dict[str, dict[int, float]] = defaultdict(dict)
        for edit in range(2, EDITS):
            phone: Value = f"1990000{edit:04d}"
            new = drafts([Draft(f.household, f.household, "household", {"phone": phone}) for f in made], writer)
            took["writing it"][edit] = _seconds(partial(writer.write, new))
            took["pushing it"][edit] = _seconds(roads[0].round)
            took["pulling it"][edit] = _seconds(roads[1].round)
        heads = reader.record(made[0].household)
        assert heads is not None
        assert heads.heads.value("phone") == phone
        for step, seconds in took.items():
            early, late = (median(seconds[n] for n in some) / HOUSEHOLDS * 1e6 for some in (EARLY, LATE))
            ratio = late / early
            yield Row(
                "sync", f"history, {step}: 100th edit beside the 2nd", late, "µs", early, ratio, f"≤ {MOST} of it",
                ratio <= MOST,
            )  # fmt: skip
        for road in roads:
            road.close()
        writer.lock()
        reader.lock()


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
