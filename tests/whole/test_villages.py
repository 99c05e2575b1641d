"""A village is given to somebody, taken from them and given back, on both databases: what their tablet fetches and
shows, what it keeps, and where the work goes that was not sent yet."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.vault.working import WorkingCopy
from schemas.wire import CHUNK_BYTES
from sync_server import held, people
from tests.whole.stick import COUNTY, LOWER, UPPER, Centre, Tablet, Tablets, refused


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def centre(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Centre]:
    url = request.getfixturevalue("new_postgres")() if request.param == "postgres" else None
    there = Centre(tmp_path / "server", url)
    yield there
    there.stop()


def shown(tablet: Tablet) -> set[str]:
    return {s.household for s in tablet.open.summaries()}


def release(centre: Centre, change: str) -> None:
    """The supervisor takes a held change into the feed."""
    centre.server.db.transaction(lambda tx: held.release(tx, people.get(tx, COUNTY, "shen"), change))


def test_a_village_that_is_given_comes_with_the_next_round(tablet: Tablets, centre: Centre) -> None:
    giver, given = tablet("lin"), tablet("lan")
    upper, lower = giver.register(area=UPPER), giver.register("李四", area=LOWER)
    giver.sync()
    assert given.sync().safe
    assert shown(given) == {upper}
    centre.scope("lan", UPPER, LOWER)
    assert given.sync().safe
    assert [area.code for area in given.open.areas()] == [UPPER, LOWER]
    assert shown(given) == {upper, lower}
    given.edit(lower, phone="13800010001")
    assert given.sync().safe
    giver.sync()
    assert giver.value(lower, "phone") == "13800010001"
    assert given.open.verify() == []


def test_a_village_that_is_taken_away_stays_sealed_and_is_shown_and_fetched_no_more(
    tablet: Tablets, centre: Centre
) -> None:
    loses, other = tablet("lin"), tablet("shen")
    upper, lower = loses.register(area=UPPER), loses.register("李四", area=LOWER)
    loses.sync()
    other.sync()
    centre.scope("lin", UPPER)
    other.edit(lower, phone="13800010001")
    other.sync()
    outcome = loses.sync()
    assert (outcome.received, outcome.safe) == (0, True)
    assert shown(loses) == {upper}
    assert (loses.value(lower, "head"), loses.value(lower, "phone")) == ("李四", None), "nothing is destroyed"
    assert loses.open.verify() == []


def test_what_was_not_sent_from_a_village_that_is_taken_away_is_held_and_in_sight_until_it_is_settled(
    tablet: Tablets, centre: Centre
) -> None:
    a, other = tablet("lin"), tablet("shen")
    edited, visited, photographed = (a.register(head, area=LOWER) for head in ("甲", "乙", "丙"))
    untouched = a.register("丁", area=LOWER)
    a.sync()
    a.edit(edited, phone="13800010001")
    begun = a.register("戊", area=LOWER)
    photo = a.photo(photographed, 300_000)
    a.open.save_working(WorkingCopy(a.new_id(), visited, "f", {"a": 1}))
    centre.scope("lin", UPPER)
    outcome = a.sync()
    assert (outcome.waiting, outcome.photos_waiting, outcome.problems) == (0, 0, ())
    assert {h.reason for h in a.open.held()} == {"not_your_area"}
    assert {h.household for h in a.open.held()} == {edited, begun, photographed}
    assert shown(a) == {edited, visited, begun, photographed}, f"not {untouched}"
    assert [copy.answers for copy in a.open.all_working()] == [{"a": 1}]
    for change in a.open.held():
        release(centre, change.id)
    other.sync()
    assert other.value(edited, "phone") == "13800010001"
    assert other.value(begun, "head") == "戊"
    assert centre.photo(photo) == a.open.attachment(photo)
    assert a.sync().safe
    assert shown(a) == {visited}, "an open visit is nowhere else"
    a.open.drop_working(a.open.all_working()[0].visit)
    assert shown(a) == set()
    assert centre.clean()


def test_a_photo_that_waits_keeps_its_household_in_sight_in_a_village_that_is_taken_away(
    tablet: Tablets, centre: Centre
) -> None:
    a = tablet("lin")
    home = a.register(area=LOWER)
    a.photo(home, 300_000)
    assert a.sync(photos=False).photos_waiting == 1
    centre.scope("lin", UPPER)
    assert a.sync(photos=False).photos_waiting == 1
    assert shown(a) == {home}, "it is nowhere else"
    assert a.sync().photos_waiting == 0
    assert shown(a) == set()


def test_a_photo_that_was_asked_for_is_asked_for_no_more_when_its_village_is_taken_away(
    tablet: Tablets, centre: Centre
) -> None:
    a, other = tablet("lin"), tablet("shen")
    home = a.register(area=LOWER)
    a.sync()
    other.sync()
    photo = other.photo(home, 600_000)
    other.sync()
    a.sync()
    a.open.want_attachment(photo)
    first = a.open.wanted_chunks()[0]
    a.open.receive_chunk(first, centre.photo(photo)[:CHUNK_BYTES])
    a.edit(home, phone="13800010001")
    centre.scope("lin", UPPER)
    for outcome in (a.sync(), a.sync()):
        assert (outcome.held, outcome.fetched, outcome.safe, outcome.problems) == (1, 0, True, ())
    assert shown(a) == {home}, "what it holds is not settled"
    assert a.open.wanted_attachments() == []
    assert refused(lambda: a.open.want_attachment(photo)) == "not_found"
    centre.scope("lin", LOWER)
    a.sync()
    a.open.want_attachment(photo)
    assert a.sync().fetched == 3, "nothing was kept of what had come"
    assert a.open.attachment(photo) == centre.photo(photo)


def test_a_photo_that_was_asked_for_waits_while_its_household_is_out_of_reach(tablet: Tablets, centre: Centre) -> None:
    a, near, other = tablet("lan"), tablet("lin"), tablet("shen")
    home = a.register(area=UPPER)
    a.register("李四", area=UPPER)
    a.sync()
    other.sync()
    photo = other.photo(home, 300_000)
    other.sync()
    for one in (a, near):
        one.sync()
        one.open.want_attachment(photo)
    other.edit(home, area=LOWER)
    other.sync()
    for outcome in (a.sync(), a.sync()):
        assert (outcome.fetched, outcome.safe, outcome.problems) == (0, True, ())
    assert refused(lambda: a.open.want_attachment(photo)) == "not_found"
    assert near.sync().fetched == 2, "it moved to another village of the same person"
    other.edit(home, area=UPPER)
    other.sync()
    assert a.sync().fetched == 2
    assert a.open.attachment(photo) == near.open.attachment(photo) == centre.photo(photo)


def test_a_village_that_is_given_back_goes_on_where_it_stood(tablet: Tablets, centre: Centre) -> None:
    a, other = tablet("lin"), tablet("shen")
    old = a.register(area=LOWER)
    a.sync()
    other.sync()
    centre.scope("lin", UPPER)
    a.edit(old, phone="13800010001")
    a.sync()
    release(centre, a.open.held()[0].id)
    other.sync()
    other.edit(old, address="3组12号")
    new = other.register("李四", area=LOWER)
    other.sync()
    assert a.sync().received == 0
    centre.scope("lin", LOWER)
    assert a.sync().safe
    assert shown(a) == {old, new}
    assert (a.value(old, "phone"), a.value(old, "address")) == ("13800010001", "3组12号")
    assert a.open.verify() == other.open.verify() == []
    assert centre.clean()


@pytest.mark.parametrize(("neighbours", "received"), [(4, 3), (0, 1)], ids=["by its entries", "by a snapshot"])
def test_a_household_that_moves_out_of_a_village_that_was_taken_away_comes_back_whole(
    tablet: Tablets, centre: Centre, neighbours: int, received: int
) -> None:
    a, other = tablet("lin"), tablet("shen")
    near = {a.register(f"李{n}", area=UPPER) for n in range(neighbours)}
    home = a.register(area=LOWER)
    a.sync()
    other.sync()
    centre.scope("lin", UPPER)
    a.sync()
    other.edit(home, phone="13800010001")
    other.edit(home, area=UPPER)
    other.sync()
    outcome = a.sync()
    assert (outcome.received, outcome.safe) == (received, True)
    assert shown(a) == {*near, home}
    assert a.value(home, "phone") == "13800010001"
    a.edit(home, phone="13800010002")
    assert a.sync().safe
    other.sync()
    assert other.value(home, "phone") == "13800010002"
    assert a.open.verify() == other.open.verify() == []


def test_by_stick_as_well(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    upper, lower = a.register(area=UPPER), a.register("李四", area=LOWER)
    a.round_trip()
    a.edit(lower, phone="13800010001")
    centre.scope("lin", UPPER)
    found = a.round_trip()
    assert (found.waiting, [h.reason for h in a.open.held()]) == (0, ["not_your_area"])
    assert shown(a) == {upper, lower}
    release(centre, a.open.held()[0].id)
    a.round_trip()
    assert shown(a) == {upper}
    centre.scope("lin", UPPER, LOWER)
    assert a.round_trip().more
    assert not a.round_trip().more
    assert shown(a) == {upper, lower}
