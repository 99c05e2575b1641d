"""Feeds: numbers without a gap whoever writes, and who reads meanwhile passes nothing over."""

import threading
from concurrent.futures import ThreadPoolExecutor

from schemas import change as changes
from schemas import wire
from sync_server import verify
from tests.sync_server.place import EAST, HILL, Place, Tablet, new_id

WRITERS, READERS, BATCHES = 8, 2, 6
AREAS = (EAST, HILL)


def test_eight_who_write_and_two_who_read_at_once_leave_no_gap_and_miss_nothing(place: Place) -> None:
    tablets = [place.tablet() for _ in range(WRITERS)]
    homes = [peopled(tablets[0], area) for area in AREAS]
    moving = {tablet.id: tablet.begin(EAST) for tablet in tablets[:2]}
    over = threading.Event()

    def write(tablet: Tablet) -> None:
        at = tablet.last
        for i in range(BATCHES):
            # Each batch touches both areas, half of them in the other order, and two writers move a household to and
            # fro as well.
            order = homes if (tablets.index(tablet) + i) % 2 else homes[::-1]
            batch = [tablet.change(home, {"phone": f"{tablet.id} {i}"}) for home in order]
            if tablet.id in moving:
                batch.append(tablet.change(moving[tablet.id], {"area": AREAS[(i + 1) % 2]}, seen=[at]))
                at = batch[-1].id
            receipt = tablet.push(*batch)
            assert all(isinstance(v, wire.Taken) for v in receipt.verdicts)

    def read(tablet: Tablet) -> dict[str, list[str]]:
        got: dict[str, list[str]] = {area: [place.feed(area)[0][1]] for area in AREAS}
        cursors = {area: place.cursor(area, 1) for area in AREAS}
        while True:
            last = over.is_set()
            for page in tablet.pull(cursors).pages:
                chain = cursors[page.area].chain
                for entry in page.entries:
                    assert isinstance(entry, wire.Entry)
                    assert entry.seq == len(got[page.area]) + 1
                    got[page.area].append(entry.change.id)
                    chain = changes.chain(chain, entry.change.id)
                assert chain == page.chain
                cursors[page.area] = wire.Cursor(len(got[page.area]), chain)
            if last:
                return got

    with ThreadPoolExecutor(WRITERS + READERS) as pool:
        reading = [pool.submit(read, place.tablet()) for _ in range(READERS)]
        for written in [pool.submit(write, tablet) for tablet in tablets]:
            written.result()
        over.set()
        stand = {area: place.feed(area) for area in AREAS}
        assert [r.result() for r in reading] == [{a: [id_ for _, id_ in stand[a]] for a in AREAS}] * READERS
    for entries in stand.values():
        assert [seq for seq, _ in entries] == list(range(1, len(entries) + 1))
    assert place.server.db.snapshot(lambda tx: verify.county(tx, place.county)) == []


def test_two_pushes_of_one_device_at_once_are_one(place: Place) -> None:
    tablet, home = place.tablet(), new_id()
    tablet.change(home, {"area": EAST})
    message = tablet.message()
    with ThreadPoolExecutor(4) as pool:
        receipts = list(pool.map(lambda _: tablet.push(*message.changes), range(4)))
    kinds = sorted(type(r.verdicts[0]).__name__ for r in receipts)
    assert kinds == ["Known", "Known", "Known", "Taken"]
    assert place.feed(EAST) == [(1, tablet.last)]


def peopled(tablet: Tablet, area: str) -> str:
    """A household with so many members that no log in this test is longer than its records."""
    home = tablet.begin(area)
    tablet.push(*[tablet.change(home, {"name": str(i)}, record=new_id(), kind="member") for i in range(100)])
    return home
