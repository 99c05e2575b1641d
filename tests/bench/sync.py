"""What sync costs: how quickly work is safe, what travels, what it takes of the server, and over a village's line.

Every case runs real vaults and a real server in a process of its own, and sets up what it needs, so that each can be
run alone: `ruhu bench sync CASE`.
"""

from collections.abc import Callable, Iterator, Mapping

from tests.bench import sync_flood, sync_history, sync_link, sync_pull, sync_push, sync_wire
from tests.bench.row import Row

CASES: Mapping[str, Callable[[], Iterator[Row]]] = {
    "push-sqlite": sync_push.on_sqlite,
    "push-postgres": sync_push.on_postgres,
    "pull": sync_pull.run,
    "nothing-new": sync_wire.nothing_new,
    "wire": sync_wire.visit,
    "history": sync_history.run,
    "memory": sync_flood.run,
    "link": sync_link.run,
}


def run() -> Iterator[Row]:
    for case in CASES.values():
        yield from case()
