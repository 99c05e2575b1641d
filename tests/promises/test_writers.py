"""Eight tablets write and two read at the same time, through two server processes over one database.

Every reader's entries join on to each other without a gap, because the vault takes no others; in the end all ten have
the same chain as the server, whose feeds are dense, and hold what the definition says of everything that was written.
"""

import contextlib
from pathlib import Path
from typing import Any

import pytest

from tests.promises import books
from tests.promises.actor import Actor
from tests.promises.centre import LOWER, UPPER
from tests.promises.model import live
from tests.promises.place import Template

ROUNDS = 12


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def template(request: pytest.FixtureRequest) -> Template:
    chosen: Template = request.getfixturevalue(f"on_{request.param}")
    return chosen


def test_no_entry_is_missed_and_none_is_lost(template: Template) -> None:
    with template.copied() as place, contextlib.ExitStack() as after:

        def born(role: str, **about: Any) -> Actor:
            actor = Actor.born(place.nursery, role, days=0, **about)
            after.callback(actor.kill)
            return actor

        servers = [born("server", folder=str(place.folder / "server"), url=place.url, seed=f"s{i}") for i in range(2)]
        urls = [f"http://127.0.0.1:{server.call('port')}" for server in servers]

        def tablet(number: int, user: str) -> Actor:
            folder: Path = place.folder / "crowd" / f"{number}"
            made = born("tablet", folder=str(folder), user=user, url=urls[number % 2], seed=f"tablet {number}")
            made.call("enrol", servers[0].call("code", user))
            return made

        before = place.books().taken
        writers = [tablet(i, "lin") for i in range(8)]
        readers = [tablet(8 + i, "mei") for i in range(2)]
        for i, writer in enumerate(writers):
            writer.begin("works", ROUNDS, [UPPER, LOWER] if i % 2 else [LOWER, UPPER])
        for reader in readers:
            reader.begin("reads", 3 * ROUNDS)
        written = [change for writer in writers for change in writer.end("works")]
        for reader in readers:
            reader.end("reads")

        everybody = [*writers, *readers]
        for one in everybody:
            assert one.call("sync")["safe"]
        there = place.books()
        assert before | {c["id"] for c in written} == there.taken | set(there.open)
        for area, feed in there.feeds.items():
            assert (len(feed), books.chain(feed)) == there.ends[area]
        expected = live(there.changes[c] for c in there.taken)
        for one in everybody:
            for area, cursor in one.call("cursors").items():
                assert (cursor["seq"], cursor["chain"]) == there.ends[area]
            assert {r: h["live"] for r, h in one.call("everything").items()} == expected
            assert one.call("verify") == []
        assert servers[0].call("verify") == []
