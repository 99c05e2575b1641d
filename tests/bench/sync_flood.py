"""Whether the server's memory stays bounded while sixteen tablets push and pull as fast as they can.

Each pushes what it has, sends it again and again as if every receipt had been lost, and after each push asks for its
whole village from the start. Measured is the resident memory of the server's processes, read ten times a second.
"""

import gzip
import http.client
import multiprocessing
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import cycle, pairwise
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from schemas import codec, signing, wire
from schemas.clock import Clock
from tests.bench.row import Row
from tests.bench.sync_host import Host, Tablet, hosting
from tests.bench.sync_tablet import Author, Busy, Line, Refused, Sending
from tests.bench.sync_visits import AREAS, families

TABLETS = 16
HOUSEHOLDS = 60
SECONDS = 24.0
AGAIN = 0.5
MEGABYTE = 1024 * 1024
ABOVE_IDLE = 150
DRIFT = 15
"""Megabytes between the third and the last quarter of the flood; what is held for ever would go on growing."""


def run() -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="ruhu-bench-") as folder, hosting(Path(folder) / "server") as host:
        work = [_prepared(host, number) for number in range(TABLETS)]
        idle = host.memory() / MEGABYTE
        seen, answered = _flooded(host, work)
        quarters = [len(seen) * i // 4 for i in range(5)]
        third, last = [median(seen[a:b]) / MEGABYTE for a, b in pairwise(quarters)][2:]
        above = max(seen) / MEGABYTE - idle
        drift = last - third
        case = f"flood of {TABLETS} tablets, server's memory"
        yield Row(
            "sync", f"{case}: at most above idle", above, "MB", idle, above / idle, f"< {ABOVE_IDLE} MB",
            above < ABOVE_IDLE,
        )  # fmt: skip
        yield Row(
            "sync", f"{case}: drift at the end", drift, "MB", third, drift / third, f"< {DRIFT} MB", drift < DRIFT
        )
        yield Row("sync", f"flood of {TABLETS} tablets: answers", answered / SECONDS, "a second")


def _prepared(host: Host, number: int) -> tuple[Tablet, list[Sending]]:
    area = AREAS[number % len(AREAS)]
    host.person(f"visitor-{number}", (area,))
    author = Author(host.tablet(f"visitor-{number}"))
    made = families(HOUSEHOLDS, area, number)
    changes = author.changes(d for f in made for d in (*f.registered, *f.visited, *f.visited_again))
    return author.tablet, author.sendings(changes)


def _flooded(host: Host, work: Sequence[tuple[Tablet, list[Sending]]]) -> tuple[list[int], int]:
    """The server's memory all along, and how many answers it gave."""
    fork = multiprocessing.get_context("fork")
    told = fork.SimpleQueue()
    until = time.monotonic() + SECONDS
    tablets = [fork.Process(target=_flood, args=(host.url, *each, until, told), daemon=True) for each in work]
    seen: list[int] = []
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            seen.append(host.memory())

    watching = threading.Thread(target=watch)
    for tablet in tablets:
        tablet.start()
    watching.start()
    answers = [told.get() for _ in tablets]
    over.set()
    watching.join()
    for tablet in tablets:
        tablet.join()
    if complaints := [a for a in answers if isinstance(a, str)]:
        raise SystemExit(f"the flood was refused: {complaints[0]}")
    return seen, sum(a for a in answers if isinstance(a, int))


def _flood(url: str, tablet: Tablet, mine: list[Sending], until: float, told: "SimpleQueue[int | str]") -> None:
    line = Line(url)
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    asks = [ask for sending in mine for ask in (partial(line.push, sending), partial(_pull, connection, tablet))]
    answers = 0
    try:
        for ask in cycle(asks):
            if time.monotonic() > until:
                break
            answers += _answered(ask)
        told.put(answers)
    except Exception as refused:
        told.put(repr(refused))


def _answered(ask: Callable[[], object]) -> bool:
    """Asks; False when the server had no room and wants to be asked later."""
    try:
        ask()
    except Busy:
        time.sleep(AGAIN)
        return False
    return True


def _pull(connection: http.client.HTTPConnection, tablet: Tablet) -> None:
    """Asks for the person's villages from the start. Raises Busy, or Refused when it is not answered."""
    device, at = tablet.grant.device, Clock().stamp()
    cursors = {area.code: wire.Cursor() for area in tablet.grant.areas}
    asked = wire.Pull(wire.PROTOCOL, device, at, cursors, 0, "", "", wire.BATCH_BYTES)
    body = gzip.compress(codec.encode(asked.wire()))
    message = signing.request("POST", "/sync/pull", device, at, body)
    headers = {
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
        "Accept-Encoding": "gzip",
        "Ruhu-Device": device,
        "Ruhu-At": at,
        "Ruhu-Signature": signing.sign(tablet.keys.sign_private, signing.REQUEST, message),
    }
    connection.request("POST", "/sync/pull", body, headers)
    answer = connection.getresponse()
    data = answer.read()
    if answer.status != 200:
        raise (Busy if answer.status == 503 else Refused)(repr(data[:200]))
