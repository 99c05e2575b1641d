"""The server of a script: the real application behind a real socket, in a process of its own.

Its clock is the script's, so that a year passes in no time and a script is the same whenever it is run. What people do
at the desk is done by the rooms the desk's screens ask, each act one transaction.
"""

import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from fastapi import FastAPI

from schemas import codec, merge
from schemas.clock import Clock
from schemas.codec import Value
from sync_server import authoring, cases, conflicts, county, devices, heads, held, people, verify
from sync_server import tables as t
from sync_server.authoring import Draft
from sync_server.db import Database, Tx
from sync_server.demo.serving import bind
from sync_server.http.load import Load
from sync_server.keys import Keyring
from sync_server.main import create_app, listener
from sync_server.server import Server, migrate
from sync_server.settings import Settings
from tests.promises.actor import live

T = TypeVar("T")

COUNTY = "990101"
UPPER, LOWER = "990101100200", "990101100201"
PEOPLE = {
    "lin": ("visitor", [UPPER, LOWER]),
    "lan": ("visitor", [UPPER]),
    "mei": ("visitor", [UPPER, LOWER]),
    "shen": ("supervisor", [COUNTY]),
}
DAY = datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC)


def clock(seed: str, ahead: Callable[[], timedelta]) -> Clock:
    """A clock that goes a millisecond further whenever somebody looks, and chance that is the same every time."""
    chance = random.Random(seed)
    looks = iter(range(10**9))
    return Clock(lambda: DAY + ahead() + timedelta(milliseconds=next(looks)), chance.randbytes)


prepared: list[FastAPI] = []
"""An application whose routes are made and which has answered nobody, for the next server that is forked: making the
routes takes longer than most scripts use a server for. What it works on is opened anew by each server."""


class Door:
    """An application that listens, and works on nothing yet. It outlives the server that stood behind it when that
    ended in good order: the next one in this process takes it over."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app
        sock = bind("127.0.0.1", 0)
        self.port = int(sock.getsockname()[1])
        self._web = listener(app, "127.0.0.1", 0)
        self._thread = threading.Thread(target=self._web.run, args=([sock],), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._web.should_exit = True
        self._thread.join()


doors: list[Door] = []
"""Those of this process behind which no server stands."""


class Centre:
    """What the test may ask of the server's process."""

    def __init__(self, folder: str, url: str, seed: str, days: int) -> None:
        self._ahead = timedelta(days=days)
        settings, watch = Settings(Path(folder), url), clock(seed, lambda: self._ahead)
        app = doors[0].app if doors else prepared.pop() if prepared else create_app(settings, watch)
        app.state.server = self._server = Server(settings, watch, Database(settings, watch, Keyring(settings.keys)))
        app.state.load = Load()
        self._door = doors.pop() if doors else Door(app)

    def stop(self) -> None:
        """Ends in good order, as a server does only after a script."""
        self._server.close()
        doors.append(self._door)

    def port(self) -> int:
        return self._door.port

    def days(self, ahead: int) -> None:
        self._ahead = timedelta(days=ahead)

    def migrate(self) -> None:
        migrate(self._server.db)

    def found(self) -> None:
        """The county, its villages and its people."""

        def work(tx: Tx) -> None:
            county.found(tx, COUNTY, "样例县")
            villages = [county.Village(UPPER, "上清溪村", "清溪镇"), county.Village(LOWER, "下清溪村", "清溪镇")]
            county.add_villages(tx, COUNTY, villages)
            for user, (role, scope) in PEOPLE.items():
                people.add(tx, COUNTY, user, user, role, scope)

        self._do(work)

    def code(self, user: str) -> str:
        return self._do(lambda tx: devices.new_code(tx, COUNTY, user))

    def revoke(self, device: str) -> None:
        self._do(lambda tx: devices.revoke(tx, COUNTY, device, "shen"))

    def held(self) -> list[tuple[str, str]]:
        """The changes that wait for a supervisor, oldest first, with the reasons."""
        return [(h["change"], h["reason"]) for h in self._do(lambda tx: held.listed(tx, _shen(tx)))]

    def release(self, change: str) -> None:
        self._do(lambda tx: held.release(tx, _shen(tx), change))

    def dismiss(self, change: str) -> None:
        self._do(lambda tx: held.dismiss(tx, _shen(tx), change))

    def write(self, household: str, record: str, kind: str, sets: dict[str, Value], slots: list[str]) -> None:
        """A supervisor sets slots of a record, having seen all there is in `slots`."""

        def work(tx: Tx) -> None:
            head = heads.get(tx, COUNTY, record)
            seen = merge.seeing_all(head.heads, slots) if head else frozenset()
            authoring.write(tx, COUNTY, "shen", [Draft(household, record, kind, "", sets, seen)])

        self._do(work)

    def settle(self, last: bool) -> list[tuple[str, str]]:
        """Every conflict there is, settled by a supervisor who has all sides in front of them, in favour of the first
        or the last: the records and slots. Settling one may settle another, so each is looked up anew."""
        done: list[tuple[str, str]] = []
        while (found := self._do(_conflict)) is not None:
            assert found not in done, "what was settled is settled"
            self._do(_settled(*found, last))
            done.append(found)
        return done

    def verify(self) -> list[str]:
        """What is not as it must be."""
        findings = self._server.db.snapshot(verify.everything)
        return [f"{f.what} {f.about}" for found in findings.found.values() for f in found]

    def heads(self) -> dict[str, Value]:
        """Every record's heads, with what the product makes of them."""

        def work(tx: Tx) -> dict[str, Value]:
            return {
                h.record: {
                    "household": h.household,
                    "area": h.area,
                    "kind": h.kind,
                    **codec.canonical(h.heads.wire()),
                    "conflicts": sorted(h.heads.conflicts()),
                }
                for h in heads.load(tx, COUNTY, _records(tx)).values()
            }

        return self._server.db.snapshot(work)

    def _do(self, work: Callable[[Tx], T]) -> T:
        return self._server.db.transaction(work)


def _conflict(tx: Tx) -> tuple[str, str] | None:
    """The first conflict of the county: its record and its slot."""
    found = [(h.record, s) for h in heads.load(tx, COUNTY, _records(tx)).values() for s in h.heads.conflicts()]
    return min(found, default=None)


def _settled(record: str, slot: str, last: bool) -> Callable[[Tx], None]:
    def work(tx: Tx) -> None:
        head = heads.load(tx, COUNTY, [record])[record].heads
        sides = sorted(conflicts.sides(head, slot))
        chosen = sides[-1 if last else 0]
        cases.settle(tx, _shen(tx), record, slot, chosen, conflicts.to_see(head, slot), "看过两边")

    return work


def _shen(tx: Tx) -> people.Person:
    return people.get(tx, COUNTY, "shen")


def _records(tx: Tx) -> list[str]:
    return list(tx.execute(t.head.select().with_only_columns(t.head.c.record)).scalars())


def centre(line: Connection, mutant: str = "", **about: Any) -> None:
    live(line, Centre, about, mutant)
