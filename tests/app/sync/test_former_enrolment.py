"""What was sent under a former enrolment: its numbers are gone with it, so the server is asked about it by name until
its end is known."""

from collections.abc import Callable

from tests.app.sync.conftest import LOWER, UPPER, Centre, Tablet
from tests.app.sync.test_restored import re_enrol
from tests.app.sync.test_round import codes, dump, restore

Tablets = Callable[[str], Tablet]


def held_and_enrolled_anew(tablet: Tablets, centre: Centre) -> tuple[Tablet, str, str]:
    """A tablet whose change was held before it enrolled anew, the household and the change."""
    a = tablet("lan")
    household = a.register()
    a.sync()
    a.edit(household, area=LOWER)
    outcome = a.sync()
    assert (outcome.held, outcome.safe) == (1, True)
    (change,) = a.open.held()
    re_enrol(a, centre, "lan")
    return a, household, change.id


def test_what_is_still_held_is_still_said_to_be(tablet: Tablets, centre: Centre) -> None:
    a, household, change = held_and_enrolled_anew(tablet, centre)
    outcome = a.sync()
    assert (outcome.held, outcome.safe, outcome.problems) == (1, True, ())
    assert [(h.id, h.reason) for h in a.open.held()] == [(change, "moved")]
    assert a.value(household, "area") == LOWER
    a.open.rebase(UPPER)
    a.sync()
    assert a.value(household, "area") == LOWER, "its author still sees it when the village was fetched again"


def test_what_is_still_held_stays_in_sight_when_its_village_is_taken_away(tablet: Tablets, centre: Centre) -> None:
    a, household, change = held_and_enrolled_anew(tablet, centre)
    centre.scope("lan", [LOWER])
    outcome = a.sync()
    assert (outcome.held, outcome.safe) == (1, True)
    assert [s.household for s in a.open.summaries()] == [household]
    assert [(w.household, w.held) for w in a.open.safety()] == [(household, {"moved": 1})]
    assert [(p.record, p.held) for p in a.open.safety_of(household)[0]] == [(household, {"moved": 1})]
    centre.dismiss(change)
    assert a.sync().held == 0
    assert a.open.summaries() == []


def test_what_a_supervisor_let_rest_counts_no_longer(tablet: Tablets, centre: Centre) -> None:
    a, household, change = held_and_enrolled_anew(tablet, centre)
    centre.dismiss(change)
    outcome = a.sync()
    assert (outcome.held, outcome.safe) == (0, True)
    assert a.value(household, "area") == UPPER
    assert a.open.earlier() == []
    assert a.open.verify() == []


def test_what_a_supervisor_took_is_everyones_and_asked_about_no_more(tablet: Tablets, centre: Centre) -> None:
    a, household, change = held_and_enrolled_anew(tablet, centre)
    centre.release(change)
    assert a.sync().held == 0
    assert a.open.earlier() == []
    assert a.open.summaries() == [], "it moved the household to a village that is not the person's"
    b = tablet("lin")
    b.sync()
    assert b.value(household, "area") == LOWER


def test_what_a_server_put_back_from_a_backup_does_not_have_is_issued_anew(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lan")
    household = a.register()
    a.sync()
    before = dump(centre)
    a.edit(household, area=LOWER)
    a.edit(household, phone="1")
    a.sync()
    re_enrol(a, centre, "lan")
    assert a.sync().safe
    restore(centre, before)
    assert codes(a.sync().problems) == ["unknown_device"]
    re_enrol(a, centre, "lan", forgotten=True)
    outcome = a.sync()
    assert (outcome.held, outcome.waiting, outcome.safe, outcome.problems) == (1, 0, True, ())
    assert (centre.rows("change"), centre.rows("held")) == (3, 1)
    assert (a.value(household, "phone"), a.value(household, "area")) == ("1", LOWER)
    assert a.open.verify() == []
