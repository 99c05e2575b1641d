"""A county of two villages on a real server in this process, and tablets with real vaults, joined by a line."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.sync.enrol import enrol
from app.sync.http import Http
from app.sync.round import sync_once
from app.sync.session import Outcome
from app.vault.device_secret import FileSecret
from app.vault.drafts import Draft
from app.vault.keys import new_device_keys
from app.vault.open import Open
from app.vault.vault import Vault
from app.vault.working import WorkingCopy
from schemas import ids, merge, wire
from schemas.clock import Clock
from schemas.codec import Value
from sync_server import county, devices, held, people
from sync_server.db import Tx
from sync_server.demo.serving import Serving, bind
from sync_server.main import create_app, listener
from sync_server.server import Server
from tests.app.sync.line import Line
from tests.sync_server.tabled import tabled

COUNTY = "990101"
UPPER, LOWER = "990101100200", "990101100201"
PIN = "274905"
QUICK = 2**4
"""scrypt's cost in tests: what it guards is tested in the vault's."""


@dataclass
class Centre:
    """The server, running."""

    server: Server
    serving: Serving
    codes: Callable[[str], str]

    @property
    def url(self) -> str:
        return self.serving.url

    def rows(self, table: str) -> int:
        """How many rows a table holds."""
        sql = f"select count(*) from {table}"
        return int(self.server.db.snapshot(lambda tx: tx.connection.exec_driver_sql(sql).scalar_one()))

    def revoke(self, tablet: "Tablet") -> None:
        device = tablet.open.device()
        self.server.db.transaction(lambda tx: devices.revoke(tx, COUNTY, device, "steward"))

    def end_access(self, user: str) -> None:
        """The steward ends a person's access."""
        self.server.db.transaction(lambda tx: devices.end_access(tx, COUNTY, user))

    def scope(self, user: str, areas: list[str]) -> None:
        """Gives a person these villages and no others."""
        self.server.db.transaction(lambda tx: people.set_scope(tx, COUNTY, user, areas))

    def dismiss(self, change: str) -> None:
        """The supervisor lets a held change rest."""
        self.server.db.transaction(lambda tx: held.dismiss(tx, people.get(tx, COUNTY, "shen"), change))

    def release(self, change: str) -> None:
        """The supervisor takes a held change into the feed."""
        self.server.db.transaction(lambda tx: held.release(tx, people.get(tx, COUNTY, "shen"), change))


@dataclass
class Tablet:
    """A tablet in somebody's hands, its line to the server, and what they do with it."""

    vault: Vault
    open: Open
    line: Line
    clock: Clock

    def sync(self, halted: Callable[[], bool] = lambda: False) -> Outcome:
        road = self.road()
        try:
            return sync_once(self.open, road, clock=self.clock, halted=halted)
        finally:
            road.close()

    def road(self) -> Http:
        return Http(self.line.url, self.open.device(), self.open.sign, self.clock, timeouts=(2, 5))

    def register(self, head: str = "王小明", area: str = UPPER) -> str:
        """A new household; its id."""
        root = self.new_id()
        slots: dict[str, Value] = {"area": area, "head": head, "address": "3组12号", "hukou": "rural"}
        self.open.write([Draft(root, root, "household", "", slots)])
        return root

    def edit(self, household: str, **sets: Value) -> None:
        """Sets slots of a household, having seen what this tablet shows."""
        held = self.open.record(household)
        assert held is not None
        self.open.write([Draft(household, household, "household", "", sets, merge.seeing(held.heads, sets))])

    def photo(self, household: str, size: int = 700_000) -> str:
        """A visit with a photo; the photo's id."""
        visit = self.new_id()
        self.open.save_working(WorkingCopy(visit, household, "", {}))
        data = random.Random(size).randbytes(size)
        photo = self.open.put_attachment(household, visit, "outside", "image/jpeg", data)
        slots = {"evidence": [{"id": self.new_id(), "photo": photo}], "status": "done"}
        self.open.write([Draft(household, visit, "visit", "", slots)], ends=visit)
        return photo

    def attachment(self, household: str, id_: str, slots: dict[str, Value]) -> None:
        """The record of an attachment that says anything."""
        self.open.write([Draft(household, id_, "attachment", "", slots)])

    def value(self, household: str, slot: str) -> Value:
        held = self.open.record(household)
        return held.heads.value(slot) if held else None

    def new_id(self) -> str:
        return ids.record_id(self.clock.unix_ms(), self.clock.random(10))


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    app = create_app(tabled(tmp_path / "server"))
    server: Server = app.state.server

    def found(tx: Tx) -> None:
        county.found(tx, COUNTY, "样例县")
        villages = [county.Village(UPPER, "上清溪村", "清溪镇"), county.Village(LOWER, "下清溪村", "清溪镇")]
        county.add_villages(tx, COUNTY, villages)
        people.add(tx, COUNTY, "lin", "林晓云", "visitor", [UPPER, LOWER])
        people.add(tx, COUNTY, "lan", "蓝春生", "visitor", [UPPER])
        people.add(tx, COUNTY, "shen", "沈国梁", "supervisor", [COUNTY])

    server.db.transaction(found)
    serving = Serving.start(listener(app, "127.0.0.1", 0), bind("127.0.0.1", 0))
    yield Centre(server, serving, lambda user: server.db.transaction(lambda tx: devices.new_code(tx, COUNTY, user)))
    serving.stop()


@pytest.fixture
def tablet(centre: Centre, tmp_path: Path) -> Iterator[Callable[[str], Tablet]]:
    """Enrols a new tablet for a person."""
    lines: list[Line] = []

    def made(user: str) -> Tablet:
        clock = Clock()
        folder = tmp_path / f"tablet-{len(lines)}"
        vault = Vault(folder, clock, FileSecret(folder / "secret"), cost=QUICK)
        keys = new_device_keys(clock)
        line = Line(centre.serving.port)
        lines.append(line)
        grant: wire.Grant = enrol(line.url, centre.codes(user), keys.sign_public_hex, keys.box_public_hex, "平板")
        return Tablet(vault, vault.admit(grant, keys, PIN, None, line.url), line, clock)

    yield made
    for line in lines:
        line.close()
