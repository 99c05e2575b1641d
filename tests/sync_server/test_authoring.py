"""The desk writes the same changes as a tablet, and tells the person at once what they may not."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from schemas import merge
from schemas.problems import Failed
from sync_server import authoring, verify
from sync_server.authoring import Draft
from tests.sync_server.place import CLOUD, EAST, HILL, Place, entries, new_id


def write(place: Place, role: str, *drafts: Draft) -> list[str]:
    return [
        c.id
        for c in place.server.db.transaction(lambda tx: authoring.write(tx, place.county, place.user(role), drafts))
    ]


def test_what_is_written_at_the_desk_reaches_the_tablets(place: Place) -> None:
    tablet = place.tablet()
    home, member = new_id(), new_id()
    made = write(
        place,
        "officer",
        Draft(home, home, "household", "desk", {"area": HILL, "head": "甲"}),
        Draft(home, member, "member", "desk", {"name": "乙"}),
    )
    assert place.feed(HILL) == [(1, made[0]), (2, made[1])]
    later = write(place, "supervisor", Draft(home, home, "household", "desk", {"phone": "1"}))
    assert entries(tablet.pull({HILL: 2}), HILL) == [(3, later[0])]
    assert place.server.db.snapshot(lambda tx: verify.county(tx, place.county)) == []


def test_a_decision_replaces_what_the_visitor_sent(place: Place) -> None:
    tablet = place.tablet()
    home, visit = tablet.begin(), new_id()
    tablet.push(tablet.change(home, {"status": "done"}, record=visit, kind="visit"))
    seen = merge.seeing(place.held(visit), ["status"])
    write(place, "supervisor", Draft(home, visit, "visit", "desk", {"status": "accepted"}, seen))
    assert place.held(visit).value("status") == "accepted"
    assert place.held(visit).conflicts() == {}


@pytest.mark.parametrize(
    ("role", "sets", "code"),
    [
        ("visitor", {"area": CLOUD}, "not_your_area"),
        ("auditor", {"area": EAST}, "not_your_role"),
        ("steward", {"area": EAST}, "not_your_role"),
        ("officer", {"area": EAST, "head": 5}, "bad_value"),
        ("officer", {"area": "990101999999"}, "unknown_area"),
        ("officer", {"head": "甲"}, "unknown_household"),
    ],
)
def test_what_a_person_may_not_write_is_refused_and_nothing_is_written(
    place: Place, role: str, sets: dict[str, object], code: str
) -> None:
    good, bad = new_id(), new_id()
    first = [Draft(good, good, "household", "desk", {"area": EAST})] if role == "officer" else []
    with pytest.raises(Failed, match=code):
        write(place, role, *first, Draft(bad, bad, "household", "desk", sets))
    assert place.head(good) is None


def test_writing_nothing_writes_nothing(place: Place) -> None:
    assert write(place, "officer") == []


def test_many_desks_at_once_make_one_chain(place: Place) -> None:
    def register(_: int) -> None:
        home = new_id()
        write(place, "officer", Draft(home, home, "household", "desk", {"area": EAST}))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(register, range(18)))
    assert place.server.db.snapshot(lambda tx: verify.county(tx, place.county)) == []
    assert [seq for seq, _ in place.feed(EAST)] == list(range(1, 19))
