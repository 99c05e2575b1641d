"""Taking a household or a member off the lists, having them back, and moving to another village."""

import pytest

from schemas.problems import Failed
from tests.app.vault.county import OTHER, edit
from tests.app.work.conftest import Desk

ELSEWHERE = "330102001001"


def test_a_removed_household_keeps_all_it_held_and_can_be_had_back(desk: Desk) -> None:
    before = desk.work.household(desk.household)
    desk.work.remove(desk.household, "全家迁往外省")
    page = desk.work.household(desk.household)
    assert (page.line.gone, page.why) == (True, "全家迁往外省")
    assert page.members == before.members
    assert desk.work.today().planned == ()
    desk.work.restore(desk.household, "又搬回来了")
    again = desk.work.household(desk.household)
    assert (again.line.gone, again.why) == (False, "又搬回来了")
    assert (again.facts, again.members) == (before.facts, before.members)


def test_nothing_is_removed_without_a_reason(desk: Desk) -> None:
    for act in (desk.work.remove, desk.work.restore):
        with pytest.raises(Failed) as refused:
            act(desk.household, "  ")
        assert refused.value.code == "reason_needed"
    with pytest.raises(Failed):
        desk.work.remove_member(desk.members["20"], "")
    assert desk.work.households().total == 1


def test_an_edit_made_without_knowing_of_the_removal_keeps_the_household_in_sight(desk: Desk) -> None:
    behind = edit(desk.vault, desk.household, phone="19900000222")
    desk.work.remove(desk.household, "全家迁往外省")
    desk.vault.write([behind])
    (line,) = desk.work.households().lines
    assert (line.contested, line.gone) == (True, False)
    assert line.conflicts >= 1
    desk.work.restore(desk.household, "还住在这里")
    (line,) = desk.work.households().lines
    assert not line.contested


def test_a_removed_member_no_longer_counts_and_can_be_had_back(desk: Desk) -> None:
    desk.work.remove_member(desk.members["20"], "登记错了")
    page = desk.work.household(desk.household)
    assert [m.name for m in page.members] == ["蓝水根", "雷银花"]
    assert [(m.name, m.why, m.contested) for m in page.removed] == [("蓝·小满", "登记错了", False)]
    assert page.line.members == 2
    desk.work.restore_member(desk.members["20"], "又回来了")
    page = desk.work.household(desk.household)
    assert [m.name for m in page.members] == ["蓝水根", "雷银花", "蓝·小满"]
    assert page.removed == ()


def test_a_member_somebody_wrote_to_meanwhile_is_shown_as_contested(desk: Desk) -> None:
    behind = edit(desk.vault, desk.members["20"], student="no")
    desk.work.remove_member(desk.members["20"], "登记错了")
    desk.vault.write([behind])
    (gone,) = desk.work.household(desk.household).removed
    assert gone.contested


def test_a_household_moves_within_the_worker_s_villages_by_itself(desk: Desk) -> None:
    assert desk.work.move(desk.household, OTHER) is True
    assert desk.work.household(desk.household).moving_to == OTHER


def test_a_move_to_somebody_else_s_village_is_for_a_supervisor_and_the_household_stays_meanwhile(desk: Desk) -> None:
    assert desk.work.move(desk.household, ELSEWHERE) is False
    page = desk.work.household(desk.household)
    assert page.moving_to == ELSEWHERE
    assert desk.work.households().total == 1


def test_what_is_no_village_s_code_moves_nothing(desk: Desk) -> None:
    for code in ("", "99010120020", "９９０１０１２００２０３"):
        with pytest.raises(Failed) as refused:
            desk.work.move(desk.household, code)
        assert refused.value.code == "unknown_area"
    assert desk.work.household(desk.household).moving_to == ""
