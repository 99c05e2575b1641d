"""Feeds: numbers without a gap whoever writes, and pages that a client can check."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from schemas import change as changes
from schemas import wire
from schemas.problems import Failed
from sync_server import audit, devices, feed, people, verify
from tests.sync_server.place import CLOUD, EAST, HILL, Place, Tablet, entries, new_id

WRITERS = 8


def test_eight_who_write_at_once_leave_no_gap_and_no_deadlock(place: Place) -> None:
    tablets = [place.tablet() for _ in range(WRITERS)]
    homes = [tablets[0].begin(EAST), tablets[0].begin(HILL)]

    def work(tablet: Tablet) -> None:
        for i in range(8):
            # Each batch touches both areas, half of them in the other order.
            order = homes if (tablets.index(tablet) + i) % 2 else homes[::-1]
            batch = [tablet.change(home, {"phone": f"{tablet.id} {i}"}) for home in order]
            tablet.push(*batch)

    with ThreadPoolExecutor(WRITERS) as pool:
        for done in [pool.submit(work, tablet) for tablet in tablets]:
            done.result()
    pages = tablets[1].pull()
    for area in (EAST, HILL):
        assert [seq for seq, _ in entries(pages, area)] == list(range(1, WRITERS * 8 + 2))
    assert place.server.db.snapshot(lambda tx: verify.county(tx, place.county)) == []


def test_one_who_reads_while_others_write_never_passes_over_an_entry(place: Place) -> None:
    tablets = [place.tablet() for _ in range(4)]
    reader, home = place.tablet(), tablets[0].begin()
    got: list[int] = []

    def write(tablet: Tablet) -> None:
        for i in range(10):
            tablet.push(tablet.change(home, {"phone": str(i)}))

    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(write, tablet) for tablet in tablets]
        while len(got) < 41:
            pages = reader.pull({EAST: len(got)})
            got += [seq for seq, _ in entries(pages, EAST)]
            assert got == list(range(1, len(got) + 1))
            if all(w.done() for w in writing):
                [w.result() for w in writing]
    assert len(got) == 41


def test_pages_by_bytes_bring_everything_once(place: Place) -> None:
    tablet = place.tablet("officer")
    for area in (EAST, HILL, CLOUD):
        home = tablet.begin(area)
        tablet.push(*[tablet.change(home, {"address": "路" * 50 * i}) for i in range(1, 9)])
    cursors: dict[str, int] = {}
    links: dict[str, str] = {}
    rounds = 0
    while True:
        pages = wire.Pages.from_wire(tablet.pull(cursors, budget=2500).wire())
        rounds += 1
        for page in pages.pages:
            for entry in page.entries:
                assert entry.seq == cursors.get(page.area, 0) + 1
                cursors[page.area] = entry.seq
                links[page.area] = changes.chain(links.get(page.area, ""), entry.change.id)
            assert links.get(page.area, "") == page.chain
        if not pages.more:
            break
    assert rounds > 5
    assert cursors == {EAST: 9, HILL: 9, CLOUD: 9}


def test_a_change_bigger_than_the_budget_still_travels(place: Place) -> None:
    tablet = place.tablet()
    tablet.begin(address="长" * 5000)
    pages = tablet.pull(budget=1)
    assert len(entries(pages, EAST)) == 1


def test_a_pull_with_nothing_new_shows_the_chain_to_check_against(place: Place) -> None:
    tablet = place.tablet()
    tablet.begin()
    chain = changes.chain("", tablet.last)
    assert tablet.pull({EAST: 1}).pages == (wire.Page(EAST, (), chain, 1), wire.Page(HILL, (), "", 0))


def test_areas_outside_the_scope_are_not_shown_even_when_asked_for(place: Place) -> None:
    officer, visitor = place.tablet("officer"), place.tablet()
    officer.begin(CLOUD)
    assert [p.area for p in visitor.pull({CLOUD: 0}).pages] == [EAST, HILL]
    assert len(entries(officer.pull(), CLOUD)) == 1


def test_a_server_that_is_behind_its_device_says_so(place: Place) -> None:
    tablet = place.tablet()
    tablet.begin()
    with pytest.raises(Failed, match="chain_broken"):
        tablet.pull({EAST: 2})


def test_a_pull_for_another_device_is_refused(place: Place) -> None:
    tablet, other = place.tablet(), place.tablet()
    with pytest.raises(Failed, match="bad_signature"):
        place.server.db.snapshot(
            lambda tx: feed.pull(
                tx, tablet.device, people.get(tx, place.county, tablet.grant.user), wire.Pull(1, other.id, {}, 1)
            )
        )
    with pytest.raises(Failed, match="protocol_unknown"):
        place.server.db.snapshot(
            lambda tx: feed.pull(tx, tablet.device, devices.allowed(tx, tablet.device), wire.Pull(9, tablet.id, {}, 1))
        )


def test_what_a_device_was_given_stands_in_the_audit(place: Place) -> None:
    tablet = place.tablet()
    tablet.begin()
    pages = tablet.pull()
    person = place.server.db.snapshot(lambda tx: devices.allowed(tx, tablet.device))
    place.server.db.transaction(lambda tx: feed.pulled(tx, tablet.device, person, pages))
    last = place.server.db.snapshot(lambda tx: audit.read(tx, place.county, about=tablet.id))[-1]
    assert (last.who, last.what, last.detail) == (tablet.grant.user, "pulled", {"entries": 1, "areas": [EAST]})


def test_two_pushes_of_one_device_at_once_are_one(place: Place) -> None:
    tablet, home = place.tablet(), new_id()
    tablet.change(home, {"area": EAST})
    message = tablet.message()
    with ThreadPoolExecutor(4) as pool:
        receipts = list(pool.map(lambda _: tablet.push(*message.changes), range(4)))
    kinds = sorted(type(r.verdicts[0]).__name__ for r in receipts)
    assert kinds == ["Known", "Known", "Known", "Taken"]
    assert entries(tablet.pull(), EAST) == [(1, tablet.last)]
