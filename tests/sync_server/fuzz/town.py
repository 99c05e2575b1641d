"""A served county in which somebody tries everything: real devices that sign what they send, people of every role who
are logged in, and what they could ask about."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from requests.auth import AuthBase
from sqlalchemy import func, select

from schemas import codec, merge, signing, wire
from schemas.change import Change
from schemas.clock import Clock, stamp
from sync_server import devices, people
from sync_server import tables as t
from sync_server.authoring import Draft
from sync_server.main import create_app
from sync_server.server import Server
from sync_server.settings import Settings
from tests.sync_server.desk import COUNTY, PASSWORD, CountyHouse, Hands, Tablet, Visited
from tests.sync_server.web import served

DESKS = ("li", "sun", "zhou", "wu")
"""Two supervisors, of whom one has nothing to see, a steward and an auditor."""
TIMEOUT = 20


@dataclass(frozen=True)
class Device(AuthBase):
    """Signs a request as a device does, whatever is in it."""

    id: str
    key: Ed25519PrivateKey
    at: str

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        body = request.body or b""
        body = body if isinstance(body, bytes) else body.encode()
        path = urlsplit(request.url or "").path
        text = signing.request(request.method or "", path, self.id, self.at, body)
        proof = signing.sign(self.key.private_bytes_raw(), signing.REQUEST, text)
        request.headers.update({"Ruhu-Device": self.id, "Ruhu-At": self.at, "Ruhu-Signature": proof})
        return request


@dataclass(frozen=True)
class Desk(AuthBase):
    """Asks as somebody who is logged in."""

    token: str

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request


@dataclass(frozen=True)
class Town:
    url: str
    house: CountyHouse
    tablet: Tablet
    visited: Visited
    other: Visited
    photo: str
    pieces: tuple[str, ...]
    document: str
    tokens: Mapping[str, str]
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def server(self) -> Server:
        return self.house.server

    @property
    def device(self) -> Device:
        return Device(self.tablet.device, self.tablet.key, stamp(self.house.hands.at))

    def new_code(self) -> str:
        return self.server.db.transaction(lambda tx: devices.new_code(tx, COUNTY, "wang"))

    def tablet_of(self, user: str) -> Tablet:
        return Tablet(self.house, user, "平板")

    def cursor(self, area: str) -> wire.Cursor:
        """Where a device stands that has all of an area."""
        return self.tablet.cursor(area)

    def said_of_two(self) -> list[str]:
        """What has been said of whether the two households are one."""
        link = merge.link_id(self.visited.household, self.other.household)
        return sorted(self.house.heads(link).live.get("verdict", {}))

    def rows(self) -> dict[str, int]:
        """How many rows each table has."""
        tables = t.metadata.sorted_tables
        return self.server.db.snapshot(
            lambda tx: {each.name: tx.execute(select(func.count()).select_from(each)).scalar_one() for each in tables}
        )

    def signed(self, push: wire.Push) -> wire.Push:
        """The push as the tablet would send it next: its own, in the chain, and signed."""
        known = self.server.db.snapshot(lambda tx: devices.find(tx, self.tablet.device))
        n, prev, changes = known.n, known.last_id, list[Change]()
        for change in push.changes:
            n += 1
            changes.append(replace(change, device=known.id, n=n, prev=prev))
            prev = changes[-1].id
        proof = signing.sign(self.tablet.key.private_bytes_raw(), signing.PUSH, prev.encode())
        return wire.Push(wire.PROTOCOL, known.id, push.now, tuple(changes), proof)


@contextmanager
def opened(chosen: Settings) -> Iterator[Town]:
    """A county with visits, photos, conflicts and held changes in it, served."""
    hands = Hands()
    app = create_app(chosen, Clock(lambda: hands.at, secrets.token_bytes))
    house = CountyHouse(app.state.server, hands).settled(PASSWORD)
    tablet = Tablet(house, "wang", "平板一")
    visited, other = Visited.made(house, tablet), Visited.made(house, Tablet(house, "zhao", "平板二"))
    for_photo = house.new_id()
    pieces = [b"a" * 1000, b"b" * 500]
    names = tuple(codec.sha256(piece) for piece in pieces)
    sets = {"visit": visited.visit, "sha256": codec.sha256(b"".join(pieces)), "size": 1500, "chunks": list(names)}
    tablet.write(Draft(visited.household, for_photo, "attachment", "f", sets, frozenset()))
    Tablet(house, "zhao", "平板三").write(
        Draft(visited.household, visited.household, "household", "f", {"phone": "13900000000"}, frozenset())
    )
    tablet.write(Draft(house.new_id(), house.new_id(), "member", "f", {"name": "谁"}, frozenset()), held=True)
    query = select(t.library.c.hash)
    document = house.server.db.snapshot(lambda tx: tx.execute(query).scalars().first())
    tokens = {user: logged_in(house, user) for user in DESKS}
    with served(app) as url:
        town = Town(url, house, tablet, visited, other, for_photo, names, str(document), tokens)
        for name, piece in zip(names, pieces, strict=True):
            put = town.session.put(f"{url}/sync/chunks/{name}", piece, auth=town.device, timeout=TIMEOUT)
            assert put.status_code == 204, put.text
        yield town
        town.session.close()


def logged_in(house: CountyHouse, user: str) -> str:
    return people.log_in(house.server.db, user, PASSWORD).token
