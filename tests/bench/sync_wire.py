"""What travels: nothing when nothing is new, and a visit at a fraction of its JSON."""

import gzip
import tempfile
from collections.abc import Iterator
from pathlib import Path

from schemas import codec
from tests.bench.row import Row
from tests.bench.sync_host import hosting
from tests.bench.sync_tablet import Author
from tests.bench.sync_vault import Counted, Road, drafts, opened
from tests.bench.sync_visits import AREAS, families

MANY = 100
LEAST = 1024


def nothing_new() -> Iterator[Row]:
    """A round in which nobody has written anything, on a connection that is there: headers and all."""
    for who, role, areas in (("visitor", "visitor", AREAS[5:7]), ("officer", "officer", AREAS)):
        with tempfile.TemporaryDirectory(prefix="ruhu-bench-") as folder, hosting(Path(folder) / "server") as host:
            host.person(who, areas, role)
            line = Counted(host.url)
            vault = opened(Path(folder), host.tablet(who), line.url)
            for number, area in enumerate(areas):
                family = next(families(1, area, number))
                vault.write(drafts((*family.registered, *family.visited)))
            road = Road(vault, line.url)
            road.round()
            road.round()
            line.reset()
            road.round()
            case = f"nothing new, {len(areas)} areas"
            yield Row("sync", f"{case}: requests", line.requests, "requests", 1, line.requests, "1", line.requests == 1)
            for way, carried in (("up", line.up), ("down", line.down)):
                yield Row("sync", f"{case}: {way}", carried, "bytes", None, None, f"< {LEAST}", carried < LEAST)
            road.close()
            vault.lock()
            line.close()


def visit() -> Iterator[Row]:
    """A visit in a batch of a hundred, beside its changes as canonical JSON. The floor is one gzip of all of that."""
    with tempfile.TemporaryDirectory(prefix="ruhu-bench-") as folder, hosting(Path(folder) / "server") as host:
        host.person("visitor", AREAS[:1])
        author = Author(host.tablet("visitor"))
        made = list(families(MANY, AREAS[0]))
        author.changes(d for f in made for d in (*f.registered, *f.visited))
        visits = author.changes(d for f in made for d in f.visited_again)
        json = sum(len(c.encoded) for c in visits) / MANY
        sent = sum(len(s.body) for s in author.sendings(visits)) / MANY
        floor = len(gzip.compress(codec.encode([c.wire() for c in visits]))) / MANY
        case = f"a visit on the wire, of {json / 1024:.1f} KiB"
        yield Row("sync", case, sent, "bytes", floor, sent / floor, "≤ ¼ of its JSON", sent <= json / 4)
        yield Row("sync", "a visit on the wire, beside its JSON", sent / json, "of it", floor / json, sent / floor)
