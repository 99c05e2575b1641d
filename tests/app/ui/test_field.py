"""A worker's day on the screens: the list, the household, the new household, and the truth about sync."""

import asyncio
from datetime import timedelta
from functools import partial

import flet as ft
import pytest

from app.main import client
from tests.app.ui.harness import Window
from tests.app.ui.village import HOUSEHOLDS, LOWER, PIN, Place

HEADS = [row[0] for row in HOUSEHOLDS]


def rows(window: Window) -> list[str]:
    """The names of the households that are listed."""
    names = window.texts()
    return [head for head in HEADS if head in names]


async def inside(window: Window) -> Window:
    """Past the door."""
    for digit in PIN:
        await window.press(f"key-{digit}")
    await window.until(lambda: not window.all(ft.Semantics, identifier="key-1"))
    return window


async def quiet(window: Window) -> None:
    """Until the first sync of the day has ended."""
    await window.until(lambda: window.says("已全部送达"))


async def test_the_day_shows_whom_to_visit_the_most_urgent_first(place: Place, households: list[str]) -> None:
    async with Window(client(place.door)) as window:
        await inside(window)
        assert window.says("本周还有 4 户要走访")
        assert rows(window) == [row[0] for row in HOUSEHOLDS if row[4] is not None]
        assert window.says("已过期 3 天")
        assert window.says("明天")
        assert not window.says(HEADS[4])


@pytest.mark.usefixtures("households")
async def test_the_strip_says_that_all_is_safe_once_it_is(place: Place) -> None:
    async with Window(client(place.door)) as window:
        await inside(window)
        await quiet(window)
        await window.press("sync-strip")
        await window.until(lambda: window.says("服务器已确认收到每一条"))
        assert window.says("5 户都已安全送达")


@pytest.mark.usefixtures("households")
async def test_offline_what_is_written_waits_and_is_said_to_wait(place: Place) -> None:
    async with Window(client(place.door), route="/sync") as window:
        await inside(window)
        await window.until(lambda: window.says("都已安全送达"))
        switch = window.one(ft.Switch)
        await window.choose(switch, True)
        page = window.page
        page.navigate("/register")
        await window.until(lambda: window.says("先登记户主"))
        await window.choose(window.one(ft.Dropdown), LOWER, "select")
        await window.type("户主姓名", "诸葛亮亮")
        await window.type("居住地址", "下清溪村9组1号")
        await window.press("submit")
        await window.until(lambda: window.says("基本情况"))
        assert window.says("待发送")
        page.navigate("/sync")
        await window.until(lambda: window.says("5 户已安全送达，2 处改动只在本机"))
        await window.choose(window.one(ft.Switch), False)
        await window.until(lambda: window.says("都已安全送达"))


@pytest.mark.usefixtures("households")
async def test_a_household_is_found_by_a_few_characters_of_anything(place: Place) -> None:
    async with Window(client(place.door), route="/households") as window:
        await inside(window)
        assert len(rows(window)) == 5
        for typed, found in (
            ("司马", ["司马建国"]),
            ("𬇕", ["𬇕㛃"]),
            ("13800010001", ["王秀兰"]),
            ("5组7号", ["欧阳·阿依古丽"]),
            ("王小满", ["王秀兰"]),
            ("下清溪 2组", ["司马建国", "李"]),
        ):
            await window.type("搜索", typed)
            assert rows(window) == found, typed
        await window.type("搜索", "没有这个人")
        assert window.says("没有找到")


@pytest.mark.usefixtures("households")
async def test_the_list_is_narrowed_to_one_village_and_opened_up_again(place: Place) -> None:
    async with Window(client(place.door), route="/households") as window:
        await inside(window)
        await window.press(f"area-{LOWER}")
        assert rows(window) == ["𬇕㛃", "司马建国", "李"]
        await window.press("area-all")
        assert len(rows(window)) == 5


@pytest.mark.usefixtures("households")
async def test_turning_the_tablet_forgets_nothing(place: Place) -> None:
    async with Window(client(place.door), width=800, height=1280, route="/households") as window:
        await inside(window)
        await window.type("搜索", "司马")
        await window.resize(1280, 800)
        assert rows(window) == ["司马建国"]
        assert window.field("搜索").value == "司马"
        assert window.says("从左边选一户")
        await window.resize(800, 1280)
        assert window.field("搜索").value == "司马"


async def test_on_a_wide_window_the_list_stays_beside_the_household(place: Place, households: list[str]) -> None:
    async with Window(client(place.door), width=1440, height=900, route="/households") as window:
        await inside(window)
        await window.press(f"household-{households[1]}")
        assert len(rows(window)) == 5
        assert window.says("家庭成员")
        assert window.all(ft.NavigationRail)
        await window.resize(390, 844)
        assert rows(window) == ["欧阳·阿依古丽"]
        assert window.all(ft.NavigationBar)


async def test_a_household_says_who_lives_there_and_what_to_do_next(place: Place, households: list[str]) -> None:
    async with Window(client(place.door), route=f"/household/{households[0]}") as window:
        await inside(window)
        age = place.clock.today().year - 1958 - ((place.clock.today().month, place.clock.today().day) < (4, 3))
        assert window.says(f"户主 · 女性 · {age} 岁")
        assert window.says("义务教育")
        assert window.says("开始入户")
        planned = place.clock.today() + timedelta(-3)
        assert window.says(f"{planned.month}月{planned.day}日")


async def test_a_household_that_is_not_there_is_said_not_to_be(place: Place, households: list[str]) -> None:
    other = households[0][:-1] + ("1" if households[0].endswith("0") else "0")
    async with Window(client(place.door), route=f"/household/{other}") as window:
        await inside(window)
        assert window.says("没有找到")


@pytest.mark.usefixtures("households")
async def test_registering_asks_only_for_what_a_visit_needs(place: Place) -> None:
    async with Window(client(place.door), route="/register") as window:
        await inside(window)
        await window.press("submit")
        assert [f.error for f in window.all(ft.TextField)].count("必填") == 2
        assert window.one(ft.Dropdown).error_text == "必填"


@pytest.mark.usefixtures("households")
async def test_every_screen_speaks_english_too(place: Place) -> None:
    async with Window(client(place.door), answers={"get": None}) as window:
        await window.press("language")
        await inside(window)
        assert window.says("4 households to visit this week")
        assert window.says("3 days overdue")
        for route, words in (
            ("/households", "5 households"),
            ("/sync", "Last contact"),
            ("/settings", "Text size"),
            ("/register", "New household"),
            ("/nowhere", "There is no such page"),
        ):
            window.page.navigate(route)
            await window.until(partial(window.says, words))


@pytest.mark.usefixtures("households")
async def test_text_grows_to_twice_its_size_and_stays_so(place: Place) -> None:
    async with Window(client(place.door), route="/settings") as window:
        await inside(window)
        await window.press("scale-200")
        theme = window.page.theme
        assert theme is not None
        assert theme.text_theme is not None
        assert theme.text_theme.body_large is not None
        assert theme.text_theme.body_large.size == 34


@pytest.mark.usefixtures("households")
async def test_a_server_that_is_away_harms_nobody(place: Place) -> None:
    place.stop()
    async with Window(client(place.door)) as window:
        await inside(window)
        assert len(rows(window)) == 4
        await window.until(lambda: window.says("15 处待发送"))
        window.page.navigate("/sync")
        await window.until(lambda: window.says("连不上服务器"))


async def test_a_window_that_is_closed_stops_its_sync(place: Place, households: list[str]) -> None:
    async with Window(client(place.door)) as window:
        await inside(window)
        await quiet(window)
        await window.session.dispatch_event(1, "close", None)
        await asyncio.sleep(0)
        assert window.says("请输入 6 位 PIN")
