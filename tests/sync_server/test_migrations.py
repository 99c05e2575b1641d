"""A database that an older server filled is brought over with every row, and verifies."""

from typing import Any

from sqlalchemy import MetaData, Table, insert, select

from schemas.change import START, Change, chain
from schemas.clock import stamp
from sync_server import heads, tables, verify
from sync_server.db import Database
from sync_server.keys import Keyring
from sync_server.server import Server, migrate
from sync_server.settings import Settings
from tests.sync_server.place import CLOUD, COUNTY, EAST, HILL, Place, Watch, new_id


def at_revision(settings: Settings, revision: str, watch: Watch) -> Database:
    """A database as a server of that revision made it."""
    settings.data.mkdir(parents=True)
    db = Database(settings, watch.clock, Keyring(settings.keys))
    migrate(db, revision)
    return db


def test_feeds_heads_and_held_changes_of_the_first_revision_come_over(bare: Settings, watch: Watch) -> None:
    db = at_revision(bare, "0001", watch)
    old = MetaData()
    old.reflect(db.engine)
    now, home, device = stamp(watch.moment), new_id(), new_id()
    ids = iter([home, new_id(), new_id()])
    made: list[Change] = []
    for sets in ({"area": EAST, "head": "甲"}, {"area": HILL}, {"area": CLOUD}):
        record = next(ids)
        made.append(
            Change(
                record,
                record,
                "household",
                "",
                sets,
                frozenset(),
                "wang",
                device,
                len(made) + 1,
                made[-1].id if made else START,
                now,
                "00",
            )
        )
    edit = Change(home, home, "household", "", {"phone": "1"}, frozenset(), "wang", device, 4, made[-1].id, now, "00")
    made.append(edit)
    places = [(EAST, 1, START), (HILL, 1, START), (None, None, None), (EAST, 2, chain(START, made[0].id))]
    rows: list[tuple[str, dict[str, Any]]] = [
        ("county", {"code": COUNTY, "name": "样例县", "audit_n": 0, "audit_chain": ""}),
        (
            "person",
            {
                "county": COUNTY,
                "user": "wang",
                "name": "王",
                "role": "visitor",
                "scope": [COUNTY],
                "active": True,
                "failures": 0,
            },
        ),
        (
            "device",
            {
                "county": COUNTY,
                "id": device,
                "user": "wang",
                "name": "平板",
                "sign_key": "",
                "box_key": "",
                "n": 4,
                "last_id": edit.id,
                "enrolled_at": now,
                "expires_at": now,
                "skew": 0,
            },
        ),
        (
            "held",
            {
                "county": COUNTY,
                "change": made[2].id,
                "reason": "not_your_area",
                "household": made[2].household,
                "device": device,
                "area": CLOUD,
                "at": now,
            },
        ),
    ]
    for area, seq in ((EAST, 2), (HILL, 1), (CLOUD, 0)):
        link = START
        for (at, _, _), change in zip(places, made, strict=True):
            link = chain(link, change.id) if at == area else link
        rows.append(
            (
                "area",
                {
                    "county": COUNTY,
                    "code": area,
                    "name": "村",
                    "town": area[:9],
                    "town_name": "镇",
                    "seq": seq,
                    "chain": link,
                },
            )
        )
    for (at, number, before), change in zip(places, made, strict=True):
        rows.append(
            (
                "change",
                {
                    "county": COUNTY,
                    "id": change.id,
                    "area": at,
                    "seq": number,
                    "chain": None if before is None else chain(before, change.id),
                    "household": change.household,
                    "record": change.record,
                    "kind": change.kind,
                    "author": change.author,
                    "device": device,
                    "n": change.n,
                    "at": now,
                    "taken_at": now,
                    "skew": 0,
                    "data": change.encoded,
                },
            )
        )
    for first, *later in ([made[0], edit], [made[1]]):
        head = heads.applied(None, first, str(first.sets["area"]), now, 0)
        for change in later:
            head = heads.applied(head, change, head.area, now, 0)
        rows.append(("head", heads.row(COUNTY, head)))
    with db.engine.begin() as connection:
        for name, row in rows:
            connection.execute(insert(Table(name, old, autoload_with=db.engine)), row)
    db.close()

    server = Server.open(bare, watch.clock)
    server.db.keyring.make(COUNTY, watch.clock)
    place = Place(server)
    assert place.feed(EAST) == [(1, made[0].id), (2, edit.id)]
    assert place.feed(HILL) == [(1, made[1].id)]
    assert place.feed(CLOUD) == []
    assert place.held(home).values() == {"area": EAST, "head": "甲", "phone": "1"}
    granted = server.db.snapshot(lambda tx: tx.execute(select(tables.device.c.granted_at)).scalar_one())
    assert granted == now
    assert server.db.snapshot(lambda tx: verify.county(tx, COUNTY)) == []
    server.close()
