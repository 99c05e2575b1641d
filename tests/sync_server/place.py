"""样例县 for tests: a county on a real server, its people, and tablets with real keys and real chains."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select

from schemas import codec, ids, signing, wire
from schemas.change import Change
from schemas.clock import Clock, stamp
from schemas.codec import Value
from schemas.merge import Heads
from sync_server import county, devices, feed, heads, intake, people, pull
from sync_server import tables as t
from sync_server.db import Tx
from sync_server.server import Server

T = TypeVar("T")

PASSWORD = "a password in tests"
COUNTY = "990101"
EAST = "990101001001"
HILL = "990101100200"
CLOUD = "990101200203"


@dataclass
class Watch:
    """A clock that stands until it is moved."""

    moment: datetime = datetime(2026, 11, 23, 1, 2, 3, tzinfo=UTC)

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: self.moment, random=secrets.token_bytes)

    def forward(self, **span: float) -> None:
        self.moment += timedelta(**span)


@dataclass(frozen=True)
class Place:
    """A county on a server. Its people are named by their roles."""

    server: Server
    county: str = COUNTY

    @property
    def areas(self) -> tuple[str, str, str]:
        return (f"{self.county}001001", f"{self.county}100200", f"{self.county}200203")

    def user(self, role: str) -> str:
        return f"{role}-{self.county}"

    def tablet(self, role: str = "visitor") -> "Tablet":
        """A new device in the hands of the person with this role."""
        code = self.server.db.transaction(lambda tx: devices.new_code(tx, self.county, self.user(role)))
        return enrolled(self, code)

    def head(self, record: str) -> heads.Head | None:
        return self.server.db.snapshot(lambda tx: heads.get(tx, self.county, record))

    def cursor(self, area: str, seq: int) -> wire.Cursor:
        """Where somebody stands in a feed who has so many entries of it."""
        chain = self.server.db.snapshot(lambda tx: feed.chain_at(tx, self.county, area, seq))
        assert chain is not None
        return wire.Cursor(seq, chain)

    def feed(self, area: str) -> list[tuple[int, str]]:
        """Numbers and change ids of an area's entries."""
        query = select(t.entry.c.seq, t.entry.c.change).where(t.entry.c.county == self.county, t.entry.c.area == area)
        rows = self.server.db.snapshot(lambda tx: tx.execute(query.order_by(t.entry.c.seq)).all())
        return [(row.seq, row.change) for row in rows]

    def held(self, record: str) -> Heads:
        """The live writes of a record that must be there."""
        head = self.head(record)
        assert head is not None
        return head.heads


def found(server: Server, code: str = COUNTY) -> Place:
    place = Place(server, code)

    def settle(tx: Tx) -> None:
        county.found(tx, code, "样例县")
        names = zip(place.areas, ("东门社区", "山坪村", "云上村"), ("城关街道", "清溪镇", "云岭乡"), strict=True)
        county.add_villages(tx, code, [county.Village(*each) for each in names])
        for role in ("visitor", "officer", "supervisor", "steward", "auditor"):
            scope = place.areas[:2] if role == "visitor" else (code,)
            password = PASSWORD if role == "supervisor" else None
            people.add(tx, code, place.user(role), f"测试·{role}", role, scope, password)

    server.db.transaction(settle)
    return place


@dataclass
class Tablet:
    """A device with its own keys and chain, as the client has them, but nothing else of the client."""

    place: Place
    grant: wire.Grant
    sign_private: bytes
    n: int = 0
    last: str = ""
    made: list[Change] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.grant.device

    @property
    def device(self) -> devices.Device:
        return self.place.server.db.snapshot(lambda tx: devices.find(tx, self.id))

    def change(
        self, household: str, sets: dict[str, Value], *, record: str = "", kind: str = "household",
        seen: Iterable[str] = (), author: str = "",
    ) -> Change:  # fmt: skip
        """The device's next change, not sent yet."""
        change = Change(
            household, record or household, kind, "form", sets, frozenset(seen), author or self.grant.user,
            self.id, self.n + 1, self.last, "2026-11-23T01:02:03.000Z", secrets.token_hex(8),
        )  # fmt: skip
        self.n, self.last = change.n, change.id
        self.made.append(change)
        return change

    def message(self, *changes: Change, now: str | None = None) -> wire.Push:
        """A push of these changes, or of all it made."""
        sent = changes or tuple(self.made)
        signature = signing.sign(self.sign_private, signing.PUSH, sent[-1].id.encode())
        return wire.Push(wire.PROTOCOL, self.id, now or stamp(self.place.server.clock.now()), sent, signature)

    def push(self, *changes: Change, now: str | None = None) -> wire.Receipt:
        return self.send(self.message(*changes, now=now))

    def send(self, message: wire.Push) -> wire.Receipt:
        """The receipt for a message, which is read as it arrives."""
        arrived = wire.Push.from_wire(codec.decode(codec.encode(message.wire())))
        return intake.take(self.place.server.db, self.device, arrived)

    def pull(
        self,
        cursors: Mapping[str, int | wire.Cursor] | None = None,
        *,
        mine: int = 0,
        budget: int = wire.BATCH_BYTES,
        grant: str = "",
        library: str = "",
        photos: str = "",
        earlier: Sequence[str] = (),
    ) -> wire.Pages:
        """What is new for who has nothing, or stands in these areas at these numbers of entries."""
        known = dict.fromkeys((a.code for a in self.grant.areas), 0) if cursors is None else cursors
        stand = {a: self.place.cursor(a, c) if isinstance(c, int) else c for a, c in known.items()}
        now = stamp(self.place.server.clock.now())
        asked = wire.Pull(wire.PROTOCOL, self.id, now, stand, mine, grant, library, budget, photos, tuple(earlier))
        return pull.serve(self.place.server.db, self.device, asked).message

    def begin(self, area: str = EAST, **slots: Value) -> str:
        """A new household of this device's in an area, pushed; its id."""
        household = new_id()
        self.push(self.change(household, {"area": area, "head": "陈·试", **slots}))
        return household

    def restored(self, n: int) -> "Tablet":
        """The same device as a backup from after its change number `n` would bring it back."""
        before = self.made[:n]
        return replace(self, n=n, last=before[-1].id if before else "", made=list(before))


def enrolled(place: Place, code: str) -> Tablet:
    """A tablet with new keys, let in with a code."""
    sign = Ed25519PrivateKey.generate()
    grant = place.server.db.transaction(lambda tx: devices.enrol(tx, enrol_message(code, sign)))
    return Tablet(place, grant, sign.private_bytes_raw())


def enrol_message(code: str, sign: Ed25519PrivateKey) -> wire.Enrol:
    box = X25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    return wire.Enrol(wire.PROTOCOL, code, "平板一", sign.public_key().public_bytes_raw().hex(), box)


def new_id() -> str:
    return ids.record_id(int(datetime.now(UTC).timestamp() * 1000), secrets.token_bytes(10))


def entries(pages: wire.Pages, area: str) -> list[tuple[int, str]]:
    """Numbers and change ids of one area's page; of what the device wrote itself its number for the id."""
    found = [e for p in pages.pages if p.area == area for e in p.entries]
    return [(e.seq, e.change.id if isinstance(e, wire.Entry) else str(e.mine)) for e in found]
