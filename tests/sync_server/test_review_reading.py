"""Who may read what at the desk, and the line that every reading leaves; photos, held changes, people and devices."""

from dataclasses import replace

from schemas import codec
from schemas.codec import Value
from sync_server import audit, chunks, devices, held, photos, review, steward
from sync_server.authoring import Draft
from tests.sync_server.acts import approve, assess, give_back, page, queue, refused
from tests.sync_server.desk import COUNTY, CountyHouse, Tablet, Visited


def test_an_auditor_reads_everything_and_changes_nothing(house: CountyHouse, visited: Visited) -> None:
    shown = page(visited, "wu")
    assert shown["may"] == {
        "approve": False, "give_back": False, "settle": False, "assess": False, "blocked": ["forbidden"],
    }  # fmt: skip
    with refused("forbidden"):
        approve(visited, user="wu")
    with refused("forbidden"):
        give_back(visited, "?", {}, user="wu")
    with refused("forbidden"):
        assess(visited, "wu")
    with refused("forbidden"):
        house.server.db.transaction(lambda tx: steward.new_code(tx, house.person("wu"), "wang"))
    with refused("forbidden"):
        house.server.db.transaction(lambda tx: steward.revoke(tx, house.person("wu"), visited.tablet.device))


def test_a_steward_opens_nobodys_file_and_a_visitor_has_no_desk(house: CountyHouse, visited: Visited) -> None:
    for user in ("zhou", "wang"):
        with refused("forbidden"):
            page(visited, user)
        with refused("forbidden"):
            queue(house, user)
    with refused("forbidden"):
        house.server.db.snapshot(lambda tx: steward.everyone(tx, house.person("li")))


def test_every_reading_of_a_file_leaves_a_line_and_the_chain_holds(house: CountyHouse, visited: Visited) -> None:
    page(visited)
    page(visited, "wu")
    queue(house, "wu")
    lines = house.audited()
    assert lines[-3:] == [
        ("li", "file_read", visited.household),
        ("wu", "file_read", visited.household),
        ("wu", "queue_read", "done"),
    ]
    assert house.server.db.snapshot(lambda tx: audit.broken(tx, COUNTY)) is None
    assert "钱阿根" not in str(lines)


def test_the_steward_sees_people_and_devices_makes_codes_and_revokes(house: CountyHouse, visited: Visited) -> None:
    zhou = house.person("zhou")
    db = house.server.db
    people = {p["user"]: p for p in db.snapshot(lambda tx: steward.everyone(tx, zhou))}
    assert (people["wang"]["areas"], people["wang"]["devices"]) == (["清溪镇 桥头村"], 1)
    assert people["li"]["areas"] == ["清溪镇"]
    given = db.transaction(lambda tx: steward.new_code(tx, zhou, "zhao"))
    assert len(given["code"]) == 11
    assert ("zhou", "code_given", "zhao") in house.audited()
    db.transaction(lambda tx: steward.revoke(tx, zhou, visited.tablet.device))
    (device,) = db.snapshot(lambda tx: steward.all_devices(tx, zhou))
    assert device["revoked_at"] is not None
    assert {p["user"]: p["devices"] for p in db.snapshot(lambda tx: steward.everyone(tx, zhou))}["wang"] == 0


def test_the_audit_is_read_from_its_end_in_pages(house: CountyHouse, visited: Visited) -> None:
    def read(user: str, after: int | None) -> dict[str, Value]:
        return house.server.db.transaction(lambda tx: steward.audit_page(tx, house.person(user), after, 3))

    total = len(house.audited())
    first = read("wu", None)
    assert [r["n"] for r in first["rows"]] == [total, total - 1, total - 2]
    rest: list[int] = []
    after = first["next"]
    while after is not None:
        got = read("wu", after)
        rest += [r["n"] for r in got["rows"]]
        after = got["next"]
    assert rest == list(range(total - 3, 0, -1))
    with refused("forbidden"):
        read("li", None)


def test_a_photo_is_shown_once_all_of_it_has_come_and_each_look_is_noted(house: CountyHouse, visited: Visited) -> None:
    db, li = house.server.db, house.person("li")
    data, photo = b"\xff\xd8\xff a picture", house.new_id()
    named = codec.sha256(data)
    about = {
        "visit": visited.visit, "sha256": named, "size": len(data), "type": "text/html", "purpose": "inside",
        "chunks": [named],
    }  # fmt: skip
    visited.tablet.write(Draft(visited.household, photo, "attachment", "", about))
    assert page(visited)["photos"] == [{"id": photo, "purpose": "inside", "size": len(data), "received": False}]
    with refused("not_found"):
        db.transaction(lambda tx: photos.opened(tx, li, photo))
    db.transaction(lambda tx: chunks.put(tx, devices.find(tx, visited.tablet.device), named, data))
    assert page(visited)["photos"][0]["received"]
    assert db.transaction(lambda tx: photos.opened(tx, li, photo)) == (data, "application/octet-stream")
    assert house.audited()[-1] == ("li", "photo_read", visited.household)
    with refused("not_found"):
        db.transaction(lambda tx: photos.opened(tx, house.person("sun"), photo))
    with refused("forbidden"):
        db.transaction(lambda tx: photos.opened(tx, house.person("zhou"), photo))


def test_a_person_whose_scope_is_empty_sees_nothing(house: CountyHouse, visited: Visited) -> None:
    nobody = replace(house.person("li"), scope=())
    assert house.server.db.transaction(lambda tx: review.queue(tx, nobody, "done", None, 50))["visits"] == []


def test_what_somebody_wrote_outside_their_village_is_held_until_a_supervisor_looks(
    house: CountyHouse, visited: Visited
) -> None:
    db, li = house.server.db, house.person("li")
    sun = Tablet(house, "sun", "平板三")
    sun.write(Draft(visited.household, visited.household, "household", "", {"address": "桥头 99 号"}), held=True)
    (shown,) = db.transaction(lambda tx: held.listed(tx, li))
    assert (shown["reason"], shown["head"], shown["name"]) == ("not_your_area", "钱阿根", "孙主任")
    assert [(s["slot"], s["value"], s["before"]) for s in shown["slots"]] == [("address", "桥头 99 号", "桥头 12 号")]
    assert db.snapshot(lambda tx: held.count(tx, li)) == 1
    assert db.transaction(lambda tx: held.listed(tx, house.person("sun"))) == []
    with refused("not_found"):
        db.transaction(lambda tx: held.release(tx, house.person("sun"), shown["change"]))
    with refused("forbidden"):
        db.transaction(lambda tx: held.release(tx, house.person("wu"), shown["change"]))
    db.transaction(lambda tx: held.release(tx, li, shown["change"]))
    assert db.transaction(lambda tx: held.listed(tx, li)) == []
    assert set(house.heads(visited.household).conflicts()) == {"address"}
    with refused("not_found"):
        db.transaction(lambda tx: held.dismiss(tx, li, shown["change"]))


def test_a_held_change_that_is_let_rest_changes_nothing_and_stays_kept(house: CountyHouse, visited: Visited) -> None:
    db, li = house.server.db, house.person("li")
    sun = Tablet(house, "sun", "平板三")
    (change,) = sun.write(Draft(visited.household, visited.household, "household", "", {"phone": "1"}), held=True)
    db.transaction(lambda tx: held.dismiss(tx, li, change.id))
    assert db.transaction(lambda tx: held.listed(tx, li)) == []
    assert house.value(visited.household, "phone") == "13700000000"
    assert ("li", "held_dismissed", change.id) in house.audited()
