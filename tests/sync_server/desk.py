"""A county with people, tablets that push real signed changes, and a visit ready for review: what the stories of the
desk begin with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from schemas import ids, merge, signing, wire
from schemas.change import START, Change
from schemas.clock import Clock, stamp
from schemas.codec import Value
from schemas.merge import Heads
from schemas.policy.choose import choose
from schemas.policy.engine import assess
from schemas.policy.facts import facts
from schemas.policy.load import load_pack
from schemas.policy.model import Pack
from sync_server import audit, county, devices, feed, heads, household_file, intake, library, people, pull
from sync_server.authoring import Draft
from sync_server.db import Tx
from sync_server.people import Person
from sync_server.server import Server
from sync_server.settings import Settings

COUNTY = "990101"
VILLAGE = "990101100201"
OTHER_TOWN = "990101200201"
PASSWORD = "one for the desk"
BEGIN = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)

WAGE = {"id": "w1", "item": "wage", "gross": 1_200_000, "cost": 0}
PENSION = {"id": "t1", "item": "support", "gross": 240_000, "cost": 0}


@dataclass
class Hands:
    """A clock that stands still until somebody moves it, and counts where randomness is asked for."""

    at: datetime = BEGIN
    drawn: int = 0

    @property
    def clock(self) -> Clock:
        return Clock(lambda: self.at, self._draw)

    def pass_by(self, **span: float) -> None:
        self.at += timedelta(**span)

    def _draw(self, size: int) -> bytes:
        self.drawn += 1
        return self.drawn.to_bytes(8, "big").rjust(size, b"\x01")


@dataclass
class CountyHouse:
    """A server with one county in it: a visitor and a second visitor, a supervisor of the town and one of another, a
    steward and an auditor."""

    server: Server
    hands: Hands

    @classmethod
    def open(cls, chosen: Settings) -> "CountyHouse":
        """On a server of its own; nobody has a password, so nobody can log in."""
        hands = Hands()
        return cls(Server.open(chosen, hands.clock), hands).settled(None)

    def settled(self, password: str | None) -> "CountyHouse":
        """The county set up on this server, its people with this password."""
        self.server.db.transaction(lambda tx: _settle_in(tx, password))
        return self

    def person(self, user: str) -> Person:
        return self.server.db.snapshot(lambda tx: people.get(tx, COUNTY, user))

    def heads(self, record: str) -> Heads:
        head = self.server.db.snapshot(lambda tx: heads.get(tx, COUNTY, record))
        return head.heads if head else merge.NOTHING

    def value(self, record: str, slot: str) -> Value:
        return self.heads(record).value(slot)

    def packs(self) -> dict[str, Pack]:
        return self.server.db.snapshot(lambda tx: household_file.packs_in_force(tx, COUNTY))

    def audited(self) -> list[tuple[str, str, str]]:
        """Who did what about what, in order."""
        return [(e.who, e.what, e.about) for e in self.server.db.snapshot(lambda tx: audit.read(tx, COUNTY))]

    def new_id(self) -> str:
        return ids.record_id(self.hands.clock.unix_ms(), self.hands.clock.random(10))


@dataclass
class Tablet:
    """A device in a visitor's hands: it numbers, chains and signs its changes and pushes them."""

    house: CountyHouse
    user: str
    name: str
    ahead: int = 0
    key: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)
    device: str = ""
    n: int = 0
    prev: str = START

    def __post_init__(self) -> None:
        code = self.house.server.db.transaction(lambda tx: devices.new_code(tx, COUNTY, self.user))
        public = self.key.public_key().public_bytes_raw().hex()
        asked = wire.Enrol(wire.PROTOCOL, code, self.name, public, "22" * 32)
        self.device = self.house.server.db.transaction(lambda tx: devices.enrol(tx, asked)).device

    def write(self, *drafts: Draft, held: bool = False) -> list[Change]:
        """The drafts as changes of this device, pushed; all of them are taken, or all `held`."""
        push = self.signed(*drafts)
        receipt = self.house.server.db.transaction(lambda tx: self.push(tx, push))
        assert all(isinstance(v, wire.Held if held else wire.Taken) for v in receipt.verdicts), receipt.verdicts
        return list(push.changes)

    def push(self, tx: Tx, push: wire.Push) -> wire.Receipt:
        return intake.push(tx, devices.find(tx, self.device), push)

    def signed(self, *drafts: Draft) -> wire.Push:
        """The drafts as this device's next changes, ready to be sent."""
        now = stamp(self.house.hands.at + timedelta(seconds=self.ahead))
        made = []
        for draft in drafts:
            self.n += 1
            change = Change(
                draft.household, draft.record, draft.kind, draft.form, dict(draft.sets), draft.seen,
                self.user, self.device, self.n, self.prev, now, f"{self.device}-{self.n}",
            )  # fmt: skip
            self.prev = change.id
            made.append(change)
        signature = signing.sign(self.key.private_bytes_raw(), signing.PUSH, made[-1].id.encode())
        return wire.Push(wire.PROTOCOL, self.device, now, tuple(made), signature)

    def cursor(self, area: str) -> wire.Cursor:
        """Where the tablet stands that has all of an area."""
        tail = self.house.server.db.snapshot(lambda tx: feed.tails(tx, COUNTY, [area]))[0]
        return wire.Cursor(tail.seq, tail.chain)

    def news(self, area: str, since: wire.Cursor) -> list[Change]:
        """What others wrote in an area since the tablet stood there."""
        asked = wire.Pull(wire.PROTOCOL, self.device, "", {area: since}, self.n, "", "", wire.BATCH_BYTES)
        device = self.house.server.db.snapshot(lambda tx: devices.find(tx, self.device))
        pages = pull.serve(self.house.server.db, device, asked).message.pages
        return [e.change for page in pages for e in page.entries if isinstance(e, wire.Entry)]

    def edit(self, household: str, record: str, kind: str, sets: Mapping[str, Value]) -> list[Change]:
        """An ordinary edit: it has seen what the server shows now."""
        return self.write(Draft(household, record, kind, "", sets, merge.seeing(self.house.heads(record), sets)))


@dataclass
class Visited:
    """A household of three whose visit waits for review."""

    house: CountyHouse
    tablet: Tablet
    household: str
    members: tuple[str, ...]
    visit: str
    assessment: str

    @classmethod
    def made(cls, house: CountyHouse, tablet: Tablet, area: str = VILLAGE, **visit: Value) -> "Visited":
        """Registered first; then one finished visit, written as a tablet does: one batch. The keyword arguments are
        slots of the visit to differ from the ordinary one."""
        household, root, members = _registered(house, tablet, area)
        house.hands.pass_by(hours=2)
        return cls._visited(house, tablet, household, root, members, area, visit)

    def again(self, **visit: Value) -> "Visited":
        """Another visit to the same household, finished."""
        root = self.house.heads(self.household).values()
        members = {m: self.house.heads(m).values() for m in self.members}
        return self._visited(self.house, self.tablet, self.household, root, members, root["area"], visit)

    @property
    def living(self) -> list[Value]:
        """The visit's table of members as it stands."""
        table: list[Value] = self.house.value(self.visit, "members")
        return table

    @classmethod
    def _visited(
        cls,
        house: CountyHouse,
        tablet: Tablet,
        household: str,
        root: dict[str, Value],
        members: dict[str, dict[str, Value]],
        area: str,
        more: Mapping[str, Value],
    ) -> "Visited":
        visit = house.new_id()
        slots = {k: v for k, v in {**_answers(members), **more}.items() if v is not None}
        phone = {"phone": "13700000000"}
        drafts = [
            Draft(household, household, "household", "f", phone, merge.seeing(house.heads(household), phone)),
            Draft(household, visit, "visit", "f", slots, frozenset()),
        ]
        assessment = ""
        if slots["outcome"] == "done":
            known = facts(area, root, list(members.items()), slots)
            on = datetime.fromisoformat(str(known.on)).date()
            pack = choose(house.packs().values(), area, on, known.household["group"])
            result = assess(pack, known)
            assessment = house.new_id()
            sets = {"visit": visit, "pack": pack.hash, "inputs": result.inputs, "result": result.wire()}
            drafts.append(Draft(household, assessment, "assessment", "f", sets, frozenset()))
        tablet.write(*drafts)
        return cls(house, tablet, household, tuple(members), visit, assessment)


def _settle_in(tx: Tx, password: str | None) -> None:
    county.found(tx, COUNTY, "样例县")
    county.add_villages(
        tx,
        COUNTY,
        [county.Village(VILLAGE, "桥头村", "清溪镇"), county.Village(OTHER_TOWN, "云顶村", "云岭乡")],
    )
    everyone = [
        ("wang", "王小明", "visitor", (VILLAGE,)),
        ("zhao", "赵慧", "visitor", (VILLAGE, OTHER_TOWN)),
        ("li", "李主任", "supervisor", ("990101100",)),
        ("sun", "孙主任", "supervisor", ("990101200",)),
        ("zhou", "周管理", "steward", (COUNTY,)),
        ("wu", "吴审计", "auditor", (COUNTY,)),
    ]
    for user, name, role, scope in everyone:
        people.add(tx, COUNTY, user, name, role, scope, password)
    library.publish(tx, COUNTY, library.PACK, _pack().name, _pack().wire())


@cache
def _pack() -> Pack:
    return load_pack(files("schemas.library").joinpath("packs", "cn-2021"))


def _registered(
    house: CountyHouse, tablet: Tablet, area: str
) -> tuple[str, dict[str, Value], dict[str, dict[str, Value]]]:
    household = house.new_id()
    root: dict[str, Value] = {
        "area": area, "head": "钱阿根", "address": "桥头 12 号", "phone": "13800000000", "hukou": "rural",
    }  # fmt: skip
    people_there: list[dict[str, Value]] = [
        {"name": "钱阿根", "relation": "02", "sex": "1", "born": "1956-03-02", "labour": "none", "health": "10"},
        {"name": "陈阿凤", "relation": "12", "sex": "2", "born": "1958-07-15", "labour": "none", "health": "10"},
        {"name": "钱小雨", "relation": "43", "sex": "1", "born": "2014-09-01", "labour": "none", "health": "10"},
    ]
    members = {house.new_id(): {**slots, "present": "yes"} for slots in people_there}
    tablet.write(
        Draft(household, household, "household", "", root),
        *(Draft(household, member, "member", "", slots) for member, slots in members.items()),
    )
    return household, root, members


def _answers(members: Mapping[str, Value]) -> dict[str, Value]:
    return {
        "form": "means-visit",
        "visited_on": "2026-11-20",
        "outcome": "done",
        "status": "done",
        "hukou": "rural",
        "members": [{"id": m, "present": "yes"} for m in members],
        "income_wage": [WAGE],
        "income_business": [],
        "income_property": [],
        "income_transfer": [PENSION],
        "assets": [],
        "expenses": [],
        "housing": {"ownership": "own", "condition": "safe", "area_m2": 60, "dwellings": 1},
    }
