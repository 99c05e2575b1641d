"""A USB stick between tablets that have no network and a real server: a folder, and hands that carry it."""

import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app import bundles
from app.sync.enrol import enrol
from app.sync.http import Http
from app.sync.round import sync_once
from app.sync.session import Outcome
from app.ui.seams import Loaded, Parcel
from app.vault.device_secret import FileSecret
from app.vault.drafts import Draft
from app.vault.keys import new_device_keys
from app.vault.open import Open
from app.vault.vault import Vault
from app.vault.working import WorkingCopy
from schemas import ids, merge
from schemas.clock import Clock
from schemas.codec import Value
from schemas.problems import Failed
from sync_server import chunks, county, devices, people, verify
from sync_server.db import Tx
from sync_server.demo.serving import Serving, bind
from sync_server.main import create_app, listener
from sync_server.server import Server
from sync_server.settings import settings

COUNTY = "990101"
UPPER, LOWER = "990101100200", "990101100201"
PIN = "274905"
QUICK = 2**4
"""scrypt's cost here: what it guards is tested in the vault's room."""


@dataclass
class Centre:
    """The county's server in this process, serving."""

    folder: Path
    database: str | None = None
    server: Server = field(init=False)
    serving: Serving = field(init=False)

    def __post_init__(self) -> None:
        self.start()

        def found(tx: Tx) -> None:
            county.found(tx, COUNTY, "样例县")
            villages = [county.Village(UPPER, "上清溪村", "清溪镇"), county.Village(LOWER, "下清溪村", "清溪镇")]
            county.add_villages(tx, COUNTY, villages)
            people.add(tx, COUNTY, "lin", "林晓云", "visitor", [UPPER, LOWER])
            people.add(tx, COUNTY, "lan", "蓝春生", "visitor", [UPPER])
            people.add(tx, COUNTY, "shen", "沈国梁", "supervisor", [COUNTY])

        self.server.db.transaction(found)

    def start(self) -> None:
        app = create_app(settings(self.folder, self.database, env={}))
        self.server = app.state.server
        self.serving = Serving.start(listener(app, "127.0.0.1", 0), bind("127.0.0.1", 0))

    def stop(self) -> None:
        self.serving.stop()
        self.server.close()

    def scope(self, user: str, *areas: str) -> None:
        """Gives a person these places and no others."""
        self.server.db.transaction(lambda tx: people.set_scope(tx, COUNTY, user, areas))

    def back_up(self) -> None:
        """Sets a copy of all that it has aside."""
        self.stop()
        shutil.copytree(self.folder, self.folder.with_name("backup"))
        self.start()

    def put_back(self) -> None:
        """It has again what it had at `back_up`."""
        self.stop()
        shutil.rmtree(self.folder)
        shutil.move(self.folder.with_name("backup"), self.folder)
        self.start()

    def photo(self, attachment: str) -> bytes:
        """A photo that came whole."""
        return self.server.db.snapshot(lambda tx: chunks.whole(tx, COUNTY, attachment))

    def clean(self) -> bool:
        """Whether everything here can be derived anew and checks."""
        return self.server.db.snapshot(verify.everything).clean

    @property
    def url(self) -> str:
        return self.serving.url


@dataclass
class Tablet:
    """A tablet in somebody's hands. `stick` is the one that is in it."""

    user: str
    folder: Path
    stick: Path
    centre: Centre
    clock: Clock = field(default_factory=Clock)
    open: Open = field(init=False)

    def __post_init__(self) -> None:
        self.enrol()

    def enrol(self) -> None:
        """Lets the tablet in, once, where the server is near."""
        keys = new_device_keys(self.clock)
        code = self.centre.server.db.transaction(lambda tx: devices.new_code(tx, COUNTY, self.user))
        grant = enrol(self.centre.url, code, keys.sign_public_hex, keys.box_public_hex, "平板")
        self.open = self.vault().admit(grant, keys, PIN, None, self.centre.url)

    def vault(self) -> Vault:
        secret = FileSecret(self.folder.with_name(self.folder.name + "-secret"))
        return Vault(self.folder, self.clock, secret, cost=QUICK)

    def unlock(self) -> None:
        """After a night, or after its files were put back."""
        self.open = self.vault().unlock(self.user, PIN)

    def save(self, room: int | None = None, carried: frozenset[str] = frozenset()) -> Parcel:
        """What is to go to the server, in a file on the stick."""
        self.stick.mkdir(exist_ok=True)
        return bundles.export(self.open, self.stick, self.clock, room, carried)

    def load(self, answer: Path) -> Loaded:
        return bundles.load(self.open, answer)

    def sync(self, *, photos: bool = True) -> Outcome:
        """A round over the network after all; without its photos, where the link is too slow for them."""
        road = Http(self.centre.url, self.open.device(), self.open.sign, self.clock, timeouts=(5, 20))
        try:
            return sync_once(self.open, road, clock=self.clock, photos=lambda: photos)
        finally:
            road.close()

    def round_trip(self) -> Loaded:
        """Saved, carried by somebody, loaded."""
        return self.load(carried(self.centre, self.save().file))

    def register(self, head: str = "王小明", area: str = UPPER) -> str:
        root = self.new_id()
        self.open.write([Draft(root, root, "household", "", {"area": area, "head": head, "hukou": "rural"})])
        return root

    def edit(self, household: str, **sets: Value) -> None:
        held = self.open.record(household)
        assert held is not None
        self.open.write([Draft(household, household, "household", "", sets, merge.seeing(held.heads, sets))])

    def value(self, household: str, slot: str) -> Value:
        held = self.open.record(household)
        return held.heads.value(slot) if held else None

    def photo(self, household: str, size: int) -> str:
        """A finished visit with one photo of so many bytes; the attachment's id."""
        visit = self.new_id()
        self.open.save_working(WorkingCopy(visit, household, "", {}))
        attachment = self.open.put_attachment(household, visit, "outside", "image/jpeg", secrets.token_bytes(size))
        record = {"evidence": [{"id": self.new_id(), "photo": attachment}], "status": "done"}
        self.open.write([Draft(household, visit, "visit", "", record)], ends=visit)
        return attachment

    def new_id(self) -> str:
        return ids.record_id(self.clock.unix_ms(), self.clock.random(10))


Tablets = Callable[[str], Tablet]
"""Lets a person in on a tablet of their own."""


def carried(centre: Centre, file: Path) -> Path:
    """Somebody takes a file to where there is a network; the answer comes back beside it."""
    answer = file.with_name(file.stem + "-answer-" + secrets.token_hex(3))
    bundles.carry(centre.url, file, answer)
    return answer


def refused(load: Callable[[], object]) -> str:
    """The code of the problem that this ends in."""
    with pytest.raises(Failed) as why:
        load()
    return why.value.code
