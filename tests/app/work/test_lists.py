"""What a worker picks from: the day's visits and the households they look for."""

from datetime import date

import pytest

from app.work.lines import LIMIT
from app.work.register import Entry
from schemas.problems import Failed
from tests.app.vault.county import OTHER, VILLAGE, edit
from tests.app.work.conftest import Desk


def test_the_day_shows_what_is_overdue_first_and_what_is_open_apart(desk: Desk) -> None:
    soon = desk.another("钟二妹", planned_on="2026-03-05")
    late = desk.another("蓝阿土", planned_on="2026-02-01")
    desk.another("雷老三", planned_on="2026-09-01")
    desk.another("钟无期")
    today = desk.work.today()
    assert today.on == date(2026, 3, 2)
    assert [x.household for x in today.planned] == [late, desk.household, soon]
    assert [x.overdue(today.on) for x in today.planned] == [True, True, False]
    desk.work.visit(late)
    today = desk.work.today()
    assert [x.household for x in today.drafts] == [late]
    assert [x.household for x in today.planned] == [desk.household, soon]


@pytest.mark.parametrize(
    "text", ["蓝水根", "雷银花", "小满", "茶坑村2组", "19900000007", "水根 茶坑", "  蓝水根  ", "村203 水根"]
)
def test_a_household_is_found_by_any_name_address_village_or_number(desk: Desk, text: str) -> None:
    desk.another("钟二妹")
    assert [x.household for x in desk.work.households(text).lines] == [desk.household]


def test_a_household_is_found_by_the_tail_of_an_id_and_by_its_short_code(desk: Desk) -> None:
    desk.vault.write([edit(desk.vault, desk.members["10"], national_id="990101197208090028")])
    code = desk.work.household(desk.household).line.code
    for text in ("0028", code, code.lower()):
        assert [x.household for x in desk.work.households(text).lines] == [desk.household]
    assert desk.work.households("19720809").total == 0


def test_a_list_can_be_held_to_a_village_and_says_how_many_there_are(desk: Desk) -> None:
    elsewhere = desk.another("钟二妹", OTHER)
    assert [x.household for x in desk.work.households(area=OTHER).lines] == [elsewhere]
    assert desk.work.households(area=VILLAGE).total == 1
    for n in range(LIMIT):
        desk.another(f"张{n}", OTHER)
    found = desk.work.households()
    assert (len(found.lines), found.total) == (LIMIT, LIMIT + 2)


def test_a_household_that_stays_in_sight_in_a_village_taken_away_stands_under_its_name(desk: Desk) -> None:
    there = desk.another("钟二妹", area=OTHER)
    desk.work.move(desk.household, OTHER)
    for areas in ((VILLAGE,), (VILLAGE, "990101100202")):
        desk.vault.renew(desk.county.grant(areas=areas))
    for work in (desk.work, desk.unlocked_again()):
        assert [x.household for x in work.households("村201").lines] == [there]
        assert work.household(there).line.area_name == "村201"
        assert work.household(desk.household).moving_to_name == "村201"
        found = work.known_here(Entry(area=OTHER, head="钟二妹", address=""))
        assert [c.area_name for c in found] == ["村201"]
        assert [a.name for a in work.areas()] == ["村203", "村202"]


def test_a_removed_household_is_not_listed(desk: Desk) -> None:
    desk.work.remove(desk.household, "全家已迁往外省")
    assert desk.work.households().total == 0
    assert [x.household for x in desk.work.removed().lines] == [desk.household]


def test_a_household_s_page_shows_its_people_with_ages_and_what_matters_about_them(desk: Desk) -> None:
    disabled = {"kind": "4", "level": "2"}
    desk.vault.write([edit(desk.vault, desk.members["10"], disability=disabled, serious_illness="yes")])
    page = desk.work.household(desk.household)
    assert [(m.name, m.age) for m in page.members] == [("蓝水根", 55), ("雷银花", 53), ("蓝·小满", 14)]
    assert [t["zh"] for t in page.members[1].tags] == ["肢体残疾二级", "重病"]
    assert [t["zh"] for t in page.members[2].tags] == ["义务教育"]
    assert page.members[0].relation["en"] == "Head"


def test_both_sides_of_a_conflict_are_on_the_page(desk: Desk) -> None:
    before = edit(desk.vault, desk.household, phone="19900000111")
    desk.vault.write([edit(desk.vault, desk.household, phone="19900000222")])
    desk.vault.write([before])
    page = desk.work.household(desk.household)
    phone = next(f for f in page.facts if f.slot == "phone")
    assert {side["zh"] for side in phone.rivals} == {"19900000111", "19900000222"}
    assert page.conflicts == page.line.conflicts == 1


def test_a_registered_household_has_its_head_and_waits_to_be_sent(desk: Desk) -> None:
    household = desk.work.register(Entry(VILLAGE, "欧阳·阿依古丽", "茶坑村9组1号"))
    page = desk.work.household(household)
    assert (page.line.head, page.line.waiting, page.line.mine) == ("欧阳·阿依古丽", 2, True)
    assert [m.relation["zh"] for m in page.members] == ["户主"]
    assert page.line.planned_on == date(2026, 3, 2)


def test_a_locked_worker_reads_nothing(desk: Desk) -> None:
    desk.work.lock()
    with pytest.raises(Failed) as refused:
        desk.work.households()
    assert refused.value.code == "locked"
