"""Who is one family, on the screens: doubles at entry, joined registrations, removing, having back, moving."""

import flet as ft
import pytest

from app.main import client
from app.vault.drafts import Draft
from schemas import ids, merge
from sync_server import county
from tests.app.ui.harness import Window
from tests.app.ui.test_field import inside, rows
from tests.app.ui.village import COUNTY, LOWER, PIN, UPPER, Place

pytestmark = pytest.mark.usefixtures("households")


def twin(place: Place) -> str:
    """王秀兰's household as another tablet registered it; its id."""
    vault, root = place.vault().unlock("lin", PIN), place.new_id()
    house = {"area": UPPER, "head": "王秀兰", "address": "上清溪村3组老宅", "phone": "13899990000"}
    woman = {"name": "王秀兰", "relation": "02", "sex": "2", "born": "1958-04-03", "present": "yes"}
    girl = {"name": "王小雨", "relation": "20", "sex": "2", "born": "2015-01-01", "present": "yes"}
    vault.write(
        [
            Draft(root, root, "household", "", house),
            Draft(root, place.new_id(), "member", "", woman),
            Draft(root, place.new_id(), "member", "", girl),
        ]
    )
    vault.lock()
    return root


def links(place: Place) -> list[str]:
    """The verdicts of the links that were written."""
    vault = place.vault().unlock("lin", PIN)
    found = [c.sets["verdict"] for c in vault.waiting() if c.kind == "link"]
    vault.lock()
    return found


async def offline(window: Window) -> None:
    """Nothing is sent, so that what was written can be looked at."""
    await inside(window)
    await window.choose(window.one(ft.Switch), True)


async def enter(window: Window, head: str, born: str = "") -> None:
    window.page.navigate("/register")
    await window.until(lambda: window.says("先登记户主"))
    await window.choose(window.one(ft.Dropdown), UPPER, "select")
    await window.type("户主姓名", head)
    await window.type("居住地址", "上清溪村9组1号")
    await window.type("户主出生日期（可不填）", born)
    await window.press("submit")


async def test_a_household_that_is_known_is_shown_before_it_is_registered_again(
    place: Place, households: list[str]
) -> None:
    async with Window(client(place.door), route="/sync") as window:
        await offline(window)
        await enter(window, "王秀兰", "1958.4.3")
        await window.until(lambda: window.says("可能已经登记过了，请核对"))
        assert window.says("姓名、出生日期和村都相同：王秀兰")
        assert window.says(f"清溪镇上清溪村3组12号 · 户号 {ids.short_code(households[0])}")
        await window.press(f"open-{households[0]}")
        await window.until(lambda: window.says("家庭成员"))
        window.page.navigate("/households")
        await window.until(lambda: window.says("共 5 户"))


async def test_another_family_of_the_same_name_is_registered_and_nobody_asks_again(
    place: Place, households: list[str]
) -> None:
    async with Window(client(place.door), route="/sync") as window:
        await offline(window)
        await enter(window, "王秀兰")
        await window.until(lambda: window.says("同村同名：王秀兰"))
        await window.press(f"other-{households[0]}")
        await window.until(lambda: window.says("基本情况"))
        assert not window.says("可能与另一户重复")
    assert links(place) == [merge.DIFFERENT]


async def test_what_was_typed_can_be_changed_after_a_double_was_shown(place: Place) -> None:
    async with Window(client(place.door), route="/sync") as window:
        await offline(window)
        await enter(window, "王秀兰")
        await window.until(lambda: window.says("同村同名：王秀兰"))
        await window.press("edit")
        assert window.field("户主姓名").value == "王秀兰"
        await window.type("户主姓名", "王秀云")
        await window.press("submit")
        await window.until(lambda: window.says("基本情况"))
    assert links(place) == []


async def test_a_day_that_is_none_is_said_to_be_none(place: Place) -> None:
    async with Window(client(place.door), route="/sync") as window:
        await offline(window)
        await enter(window, "没有这人", "1958年13月3日")
        assert window.field("户主出生日期（可不填）").error == "看不懂这个日期"


async def test_a_household_known_twice_is_joined_shown_as_one_and_parted_again(
    place: Place, households: list[str]
) -> None:
    other = twin(place)
    first, second = sorted((households[0], other))
    codes = " · ".join(ids.short_code(h) for h in (first, second))
    async with Window(client(place.door), route=f"/household/{households[0]}") as window:
        await inside(window)
        assert window.says("可能与另一户重复")
        await window.press(f"join-{other}")
        await window.until(lambda: window.says("这一户登记过 2 次"))
        assert window.says(f"户号 {codes}")
        assert {"王秀兰", "王小满", "王小雨"} <= set(window.texts())
        assert window.says("3 人")
        phones = {"13800010001", "13899990000"}
        assert any(p in t for t in window.texts() if "写的是" in t for p in phones)
        window.page.navigate("/households")
        await window.until(lambda: window.says("共 5 户"))
        window.page.navigate(f"/household/{second}")
        await window.until(lambda: window.all(ft.Semantics, identifier=f"part-{second}"))
        await window.press(f"part-{second}")
        await window.until(lambda: window.says("已分开为两户"))
        assert not window.says("可能与另一户重复")
        window.page.navigate("/households")
        await window.until(lambda: window.says("共 6 户"))


async def test_a_household_is_removed_with_a_reason_and_had_back(place: Place, households: list[str]) -> None:
    async with Window(client(place.door), route=f"/household/{households[1]}/remove") as window:
        await inside(window)
        assert window.says("注销「欧阳·阿依古丽」这一户？")
        await window.press("submit")
        assert window.field("原因").error == "请写明原因"
        await window.type("原因", "全家迁往外省")
        await window.press("submit")
        await window.until(lambda: window.says("这一户已注销：全家迁往外省"))
        window.page.navigate("/households")
        await window.until(lambda: "欧阳·阿依古丽" not in rows(window))
        await window.press("area-gone")
        await window.until(lambda: rows(window) == ["欧阳·阿依古丽"])
        await window.press(f"household-{households[1]}")
        await window.press("restore")
        await window.type("原因", "又搬回来了")
        await window.press("submit")
        await window.until(lambda: window.says("已恢复"))
        assert window.says("开始入户")


async def test_a_member_is_taken_out_with_a_reason_and_had_back(place: Place, households: list[str]) -> None:
    vault = place.vault().unlock("lin", PIN)
    child = next(r.id for r in vault.household(households[0]) if r.heads.value("name") == "王小满")
    vault.lock()
    async with Window(client(place.door), route=f"/household/{households[0]}/member/{child}/remove") as window:
        await inside(window)
        assert window.says("把「王小满」移出这一户？")
        await window.type("原因", "登记错了")
        await window.press("submit")
        await window.until(lambda: window.says("已移出的成员"))
        assert window.says("原因：登记错了")
        assert window.says("1 人")
        await window.press(f"restore-{child}")
        await window.type("原因", "又回来同住")
        await window.press("submit")
        await window.until(lambda: window.says("2 人"))
        assert not window.says("已移出的成员")


async def test_moving_says_beforehand_what_will_happen(place: Place, households: list[str]) -> None:
    async with Window(client(place.door), route=f"/household/{households[0]}/move") as window:
        await inside(window)
        await window.press("submit")
        assert window.says("请选择迁往的村")
        await window.type("12 位区划代码", "9901")
        await window.press("submit")
        assert window.field("12 位区划代码").error == "区划代码是 12 位数字"
        await window.type("12 位区划代码", "330102001001")
        assert window.says("要由审核人员同意")
        await window.press("submit")
        await window.until(lambda: window.says("已提交，等审核人员同意"))
        await window.until(lambda: window.says("正在迁往330102001001"))


async def test_moving_within_one_s_own_villages_needs_nobody(place: Place, households: list[str]) -> None:
    async with Window(client(place.door), route=f"/household/{households[0]}/move") as window:
        await inside(window)
        await window.choose(window.one(ft.RadioGroup), LOWER)
        assert window.says("整户连同历史记录一起迁过去")
        await window.press("submit")
        await window.until(lambda: window.says("已迁到下清溪村"))
        await window.until(lambda: not window.says("正在迁往"))
        window.page.navigate("/households")
        await window.until(lambda: window.all(ft.Semantics, identifier=f"area-{LOWER}"))
        await window.press(f"area-{LOWER}")
        await window.until(lambda: "王秀兰" in rows(window))


async def test_a_move_to_somebody_else_s_village_waits_for_a_supervisor_and_says_so(
    place: Place, households: list[str]
) -> None:
    theirs = "990101100203"
    there = [county.Village(theirs, "溪口村", "清溪镇")]
    place.server.db.transaction(lambda tx: county.add_villages(tx, COUNTY, there))
    async with Window(client(place.door), route=f"/household/{households[0]}/move") as window:
        await inside(window)
        await window.type("12 位区划代码", theirs)
        await window.press("submit")
        await window.until(lambda: window.says("已提交，等审核人员同意"))
        window.page.navigate("/sync")
        await window.until(lambda: window.says("待审核人员处理：这一户要迁到提交人负责范围以外的村。"))
        window.page.navigate("/households")
        await window.until(lambda: "王秀兰" in rows(window))
