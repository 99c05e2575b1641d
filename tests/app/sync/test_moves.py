"""Households that move between villages, or are erased, as the tablets of both villages see it."""

from collections.abc import Callable

import pytest

from app.sync.session import Session
from app.vault.working import WorkingCopy
from sync_server import erasure
from tests.app.sync.conftest import COUNTY, LOWER, UPPER, Centre, Tablet

Tablets = Callable[[str], Tablet]


def shown(tablet: Tablet) -> set[str]:
    return {s.household for s in tablet.open.summaries()}


def test_a_household_that_moves_leaves_one_village_and_comes_to_the_other_whole(tablet: Tablets) -> None:
    both, upper = tablet("lin"), tablet("lan")
    household = both.register("欧阳建国", UPPER)
    both.edit(household, phone="1")
    both.sync()
    upper.sync()
    assert shown(upper) == {household}
    both.edit(household, area=LOWER)
    both.sync()
    assert both.open.summaries()[0].area == LOWER, "sealed in the village it lies in"
    assert upper.sync().safe
    assert shown(upper) == set()
    assert both.open.verify() == upper.open.verify() == []
    both.edit(household, phone="2")
    assert both.sync().safe
    assert both.value(household, "phone") == "2"
    both.edit(household, area=UPPER)
    assert both.sync().safe
    assert upper.sync().safe
    assert shown(upper) == {household}
    assert upper.value(household, "phone") == "2"
    assert both.open.summaries()[0].area == UPPER
    assert both.open.verify() == upper.open.verify() == []


def test_whoever_has_both_villages_may_learn_of_it_from_either_first(tablet: Tablets) -> None:
    writer, reader = tablet("lin"), tablet("lin")
    household = writer.register(area=UPPER)
    writer.sync()
    reader.sync()
    writer.edit(household, area=LOWER)
    writer.edit(household, phone="1")
    writer.sync()
    reader.open.fetch_again(LOWER)
    assert reader.sync().safe
    assert reader.value(household, "phone") == "1"
    assert [(s.area, s.left) for s in reader.open.summaries()] == [(LOWER, False)]
    assert reader.open.verify() == []


def test_a_household_with_work_in_it_stays_in_sight_until_that_is_settled(tablet: Tablets, centre: Centre) -> None:
    both, upper = tablet("lin"), tablet("lan")
    household, visited = both.register(area=UPPER), both.register(area=UPPER)
    both.sync()
    upper.sync()
    upper.edit(household, phone="19900000001")
    upper.open.save_working(WorkingCopy(upper.new_id(), visited, "f", {"a": 1}))
    both.edit(household, area=LOWER)
    both.edit(visited, area=LOWER)
    both.sync()
    upper.sync()
    assert shown(upper) == {household, visited}
    assert [h.reason for h in upper.open.held()] == ["not_your_area"]
    upper.open.drop_working(upper.open.all_working()[0].visit)
    assert shown(upper) == {household}
    centre.release(upper.open.held()[0].id)
    upper.sync()
    assert shown(upper) == set()
    both.sync()
    assert both.value(household, "phone") == "19900000001"


@pytest.mark.parametrize("has_it", [True, False])
def test_an_erased_household_is_dropped_and_its_bodies_with_it(tablet: Tablets, centre: Centre, has_it: bool) -> None:
    writer, other = tablet("lin"), tablet("lan")
    household, kept = writer.register("欧阳建国"), writer.register("李四")
    photo = writer.photo(household)
    writer.sync()
    if has_it:
        other.sync()
    other.open.want_attachment(photo) if has_it else None
    centre.server.db.transaction(lambda tx: erasure.erase(tx, COUNTY, household, "浙政发〔2003〕30号"))
    for t in (writer, other):
        assert t.sync().problems == ()
        assert t.sync().safe
        assert shown(t) == {kept}
        assert t.open.record(household) is None
        assert all(c.erased or c.sets.get("gone") == "erased" for c in t.open.changes(household))
        assert t.open.verify() == []
    writer.open.fetch_again(UPPER)
    assert writer.sync().safe
    assert shown(writer) == {kept}
    assert writer.open.verify() == []


def test_two_who_move_it_at_once_disagree_until_somebody_settles_it(tablet: Tablets) -> None:
    a, b = tablet("lin"), tablet("lin")
    household = a.register(area=UPPER)
    a.sync()
    b.sync()
    a.edit(household, area=LOWER)
    b.edit(household, area="990101100209")
    a.sync()
    b.sync()
    a.sync()
    for t in (a, b):
        assert t.open.summaries()[0].area == LOWER
        assert t.open.verify() == []


def test_a_household_half_of_which_came_before_its_old_village_was_emptied_is_whole(tablet: Tablets) -> None:
    a, b = tablet("lin"), tablet("lin")
    household = a.register("一")
    a.edit(household, phone="1")
    for head in ("二", "三", "四"):
        a.register(head, LOWER)
    a.sync()
    b.sync()
    b.edit(household, area=LOWER)
    # In one answer come the first entry of the new village and the old village as it stands, which is without it.
    road, session = b.road(), Session(b.open, b.clock, 500)
    while (asked := session.ask()) is not None:
        session.take(road(asked))
    road.close()
    assert session.outcome().safe
    held = b.open.record(household)
    assert held is not None
    assert (held.area, held.heads.value("head"), held.heads.value("phone")) == (LOWER, "一", "1")
    assert b.open.verify() == []
