"""A small county for the screens' tests: a real server, a visitor with a device enrolled, a few households to visit."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from app.door import Door
from app.sync.enrol import enrol
from app.vault.device_secret import FileSecret
from app.vault.drafts import Draft
from app.vault.keys import DeviceKeys, new_device_keys
from app.vault.open import Open
from app.vault.vault import Vault
from schemas import ids
from schemas.clock import Clock
from schemas.codec import Value
from schemas.wire import Grant
from sync_server import county, devices, people
from sync_server.db import Tx
from sync_server.demo.serving import Serving, bind
from sync_server.main import create_app, listener
from sync_server.server import Server
from tests.sync_server.tabled import tabled

COUNTY = "990101"
UPPER, LOWER = "990101100201", "990101100202"
PIN = "274905"
PASSPHRASE = "清溪镇口 两棵 老樟树"
PASSWORD = "chen-password-1"
QUICK = 2**4
"""scrypt's cost here: what it guards is tested in the vault's own room."""

HOUSEHOLDS = (
    ("王秀兰", UPPER, "清溪镇上清溪村3组12号", "13800010001", -3),
    ("欧阳·阿依古丽", UPPER, "清溪镇上清溪村5组7号", "", 0),
    ("𬇕㛃", LOWER, "清溪镇下清溪村1组2号", "13800010003", 1),
    ("司马建国", LOWER, "清溪镇下清溪村2组19号", "13800010004", 5),
    ("李", LOWER, "清溪镇下清溪村2组20号", "", None),
)
"""Head, village, address, phone, and the planned visit in days from today."""


@dataclass
class Place:
    """The server and the folder of a device."""

    server: Server
    url: str
    folder: Path
    clock: Clock
    serving: Serving

    def stop(self) -> None:
        """The server goes away."""
        self.serving.stop()

    @property
    def door(self) -> Door:
        return Door(self.folder / "vault", self.url, clock=self.clock, cost=QUICK)

    def code(self, user: str = "lin") -> str:
        return self.server.db.transaction(lambda tx: devices.new_code(tx, COUNTY, user))

    def vault(self) -> Vault:
        """The vault behind `door`."""
        return Vault(self.folder / "vault", self.clock, FileSecret(self.folder / "vault-secret"), cost=QUICK)

    def grant(self, user: str, keys: DeviceKeys) -> Grant:
        """What the server gives a new device of this person."""
        return enrol(self.url, self.code(user), keys.sign_public_hex, keys.box_public_hex, "平板")

    def enrolled(self, user: str = "lin") -> Open:
        """A person's vault on this device, open, with a PIN and a passphrase."""
        keys = new_device_keys(self.clock)
        return self.vault().admit(self.grant(user, keys), keys, PIN, PASSPHRASE, self.url)

    def settle(self, opened: Open) -> list[str]:
        """The households of `HOUSEHOLDS`, registered by this person for the visitor; their ids."""
        return [self._register(opened, *row) for row in HOUSEHOLDS]

    def _register(self, opened: Open, head: str, area: str, address: str, phone: str, days: int | None) -> str:
        root, today = self.new_id(), self.clock.today()
        sets: dict[str, Value] = {
            "area": area,
            "head": head,
            "address": address,
            "phone": phone,
            "hukou": "rural",
            "status": None if opened.role == "visitor" else "registered",
            "assigned_to": "lin",
            "planned_on": None if days is None else (today + timedelta(days)).isoformat(),
        }
        facts = {name: value for name, value in sets.items() if value}
        plain: dict[str, Value] = {"present": "yes", "health": "10", "serious_illness": "no", "labour": "none"}
        person: dict[str, Value] = {"name": head, "relation": "02", "sex": "2", "born": "1958-04-03", "student": "no"}
        child: dict[str, Value] = {"name": f"{head[:1]}小满", "relation": "20", "sex": "1", "born": "2012-06-01"}
        opened.write(
            [
                Draft(root, root, "household", "", facts),
                Draft(root, self.new_id(), "member", "", {**plain, **person}),
                Draft(root, self.new_id(), "member", "", {**plain, **child, "student": "compulsory"}),
            ]
        )
        return root

    def new_id(self) -> str:
        return ids.record_id(self.clock.unix_ms(), self.clock.random(10))


@contextmanager
def village(folder: Path, clock: Clock | None = None) -> Iterator[Place]:
    """The place, its server serving until the end."""
    app = create_app(tabled(folder / "server"))
    server: Server = app.state.server

    def found(tx: Tx) -> None:
        county.found(tx, COUNTY, "样例县")
        villages = [county.Village(UPPER, "上清溪村", "清溪镇"), county.Village(LOWER, "下清溪村", "清溪镇")]
        county.add_villages(tx, COUNTY, villages)
        people.add(tx, COUNTY, "lin", "林晓云", "visitor", [UPPER, LOWER])
        people.add(tx, COUNTY, "lan", "蓝春生", "visitor", [UPPER])
        people.add(tx, COUNTY, "chen", "陈立", "supervisor", [COUNTY], PASSWORD)

    server.db.transaction(found)
    serving = Serving.start(listener(app, "127.0.0.1", 0), bind("127.0.0.1", 0))
    try:
        yield Place(server, serving.url, folder / "device", clock or Clock(), serving)
    finally:
        serving.stop()
