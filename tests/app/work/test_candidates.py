"""Who is perhaps on this tablet already, asked before somebody is written down a second time."""

import pytest

from app.work.register import Entry
from sync_server.demo.doorstep import answer_all
from tests.app.vault.county import OTHER, VILLAGE, edit, member, new_id
from tests.app.work.conftest import Desk

NO_INCOME = {f"income/has_{kind}": "no" for kind in ("wage", "business", "property", "transfer")}
QUIET = {"basic/outcome": "done", "assets/has_assets": "no", "expenses/has_expenses": "no", **NO_INCOME}
ID = "990101197208090028"


def entry(head: str, area: str = VILLAGE, **more: str) -> Entry:
    return Entry(area, head, "茶坑村9组1号", **more)


@pytest.mark.parametrize("typed", [ID, "９９０１０１１９７２０８０９００２８", " 990101 19720809 0028 "])
@pytest.mark.parametrize("area", [VILLAGE, OTHER])
def test_a_national_id_is_found_in_all_villages_however_it_was_typed(desk: Desk, typed: str, area: str) -> None:
    desk.vault.write([edit(desk.vault, desk.members["10"], national_id=ID)])
    found = desk.work.known_here(entry("雷银花花", area, national_id=typed))
    assert [(c.household, c.name, c.why) for c in found] == [(desk.household, "雷银花", "national_id")]
    assert (found[0].head, found[0].area_name) == ("蓝水根", "村203")


def test_a_name_with_its_day_of_birth_is_found_in_its_village_only(desk: Desk) -> None:
    assert [c.why for c in desk.work.known_here(entry("蓝 水根", born="1970-05-06"))] == ["name_born"]
    assert desk.work.known_here(entry("蓝水根", OTHER, born="1970-05-06")) == ()


def test_without_a_day_of_birth_the_name_in_the_village_is_asked_about(desk: Desk) -> None:
    assert [c.why for c in desk.work.known_here(entry("蓝水根"))] == ["name"]
    assert desk.work.known_here(entry("蓝水根", born="1944-01-01")) == ()


def test_the_day_of_birth_in_a_national_id_counts(desk: Desk) -> None:
    assert [c.why for c in desk.work.known_here(entry("蓝水根", national_id="990101197005060011"))] == ["name_born"]


def test_both_sides_of_a_conflict_are_found(desk: Desk) -> None:
    one = edit(desk.vault, desk.members["10"], national_id=ID, born="1972-08-10")
    desk.vault.write([edit(desk.vault, desk.members["10"], national_id="990101197208110021", born="1972-08-11")])
    desk.vault.write([one])
    for typed in (ID, "990101197208110021"):
        assert [c.why for c in desk.work.known_here(entry("某某", national_id=typed))] == ["national_id"]
    for born in ("1972-08-10", "1972-08-11"):
        assert [c.why for c in desk.work.known_here(entry("雷银花", born=born))] == ["name_born"]


def test_who_was_removed_is_nobody_s_double(desk: Desk) -> None:
    desk.work.remove_member(desk.members["10"], "登记错了")
    assert desk.work.known_here(entry("雷银花", born="1972-08-09")) == ()
    desk.work.remove(desk.household, "全家外迁")
    assert desk.work.known_here(entry("蓝水根", born="1970-05-06")) == ()


def test_what_is_said_to_be_another_family_is_not_asked_again(desk: Desk) -> None:
    typed = entry("蓝水根", born="1970-05-06")
    (found,) = desk.work.known_here(typed)
    made = desk.work.register(typed, [found.household])
    assert desk.work.household(made).candidates == ()
    assert desk.work.household(desk.household).candidates == ()
    # The answer is about these two; a third is asked about both.
    assert {c.household for c in desk.work.known_here(typed)} == {made, desk.household}


def test_the_people_are_others_too_but_one_national_id_in_two_families_is_left_to_a_supervisor(desk: Desk) -> None:
    desk.vault.write([edit(desk.vault, desk.members["10"], national_id=ID)])
    twin = desk.another("雷银花")
    spouse, child = new_id(), new_id()
    desk.vault.write(
        [
            member(twin, spouse, name="雷银花", relation="10", national_id=ID, present="yes"),
            member(twin, child, name="蓝·小满", relation="20", born="2012-02-29", present="yes"),
        ]
    )
    before = len(desk.vault.waiting())
    desk.work.part(desk.household, twin)
    said = [{c.sets["a"], c.sets["b"]} for c in desk.vault.waiting()[before:]]
    assert said == [{desk.household, twin}, {desk.members["20"], child}]
    assert desk.work.household(desk.household).candidates == ()


def test_a_household_that_came_twice_is_a_candidate_on_its_own_page(desk: Desk) -> None:
    twin = desk.another("蓝水根")
    desk.vault.write([member(twin, new_id(), name="蓝·小满", relation="20", born="2012-02-29", present="yes")])
    (found,) = desk.work.household(desk.household).candidates
    assert (found.household, found.name, found.why) == (twin, "蓝·小满", "name_born")
    assert [c.household for c in desk.work.household(twin).candidates] == [desk.household]


def test_somebody_entered_in_a_visit_is_looked_for_before_it_is_finished(desk: Desk) -> None:
    other = desk.another("钟二妹")
    visit = desk.work.visit(desk.household)
    assert visit.known_here() == ()
    visit.answer("basic/outcome", "done")
    row = visit.add("members")
    for name, value in (("name", "钟二妹"), ("born", "1950-01-01")):
        visit.answer(f"members[{row}]/{name}", value)
    (found,) = visit.known_here()
    assert (found.household, found.entered, found.why) == (other, row, "name_born")
    visit.is_another(other)
    assert visit.known_here() == ()
    visit.answer(f"members[{row}]/relation", "30")
    answer_all(visit, QUIET)
    visit.finish()
    assert "钟二妹" in [m.name for m in desk.work.household(desk.household).members]
    assert desk.work.household(other).candidates == ()  # what was said is written down
