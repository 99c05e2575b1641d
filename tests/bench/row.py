"""One measured figure."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """`value` in `unit`; `floor` the same work at its barest, measured in the same run; `target` as it is said in
    words, `met` whether it was reached (None where there is no target, or where nothing could be measured, which `unit`
    then says)."""

    bench: str
    case: str
    value: float
    unit: str
    floor: float | None = None
    ratio: float | None = None
    target: str | None = None
    met: bool | None = None


def median_seconds(work: Callable[[], object], rounds: int = 15) -> float:
    """The median time of one call, after one that is not counted."""
    work()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
