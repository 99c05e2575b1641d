"""The door: a PIN on large keys, a passphrase for the day it is forgotten, and nothing that a thief may read."""

import asyncio

import flet as ft
import pytest

from app.main import client
from tests.app.ui.harness import Window
from tests.app.ui.village import PASSPHRASE, PIN, Place

pytestmark = pytest.mark.usefixtures("households")


async def unlocked(window: Window, pin: str = PIN) -> None:
    """Type a PIN on the keys and wait until the door has answered."""
    for digit in pin:
        await window.press(f"key-{digit}")


async def test_the_right_pin_opens_the_day(place: Place) -> None:
    async with Window(client(place.door)) as window:
        assert window.says("请输入 6 位 PIN")
        assert not window.says("王秀兰")
        await unlocked(window)
        await window.until(lambda: window.says("王秀兰"))
        assert window.says("计划入户")


async def test_a_wrong_pin_says_how_many_tries_are_left_and_clears_the_places(place: Place) -> None:
    async with Window(client(place.door)) as window:
        await unlocked(window, "111222")
        await window.until(lambda: window.says("PIN 不对"))
        assert window.one(ft.Semantics, label="已输入 0 位，共 6 位")


async def test_a_seventh_tap_does_not_try_the_pin_twice(place: Place) -> None:
    async with Window(client(place.door)) as window:
        for digit in "11122":
            await window.press(f"key-{digit}")
        key = window.named("key-2")
        taps = [window.session.dispatch_event(key._i, "click", None) for _ in range(3)]
        await asyncio.gather(*taps)
        await window.until(lambda: window.says("还可以试 9 次"))


async def test_a_forgotten_pin_loses_nothing(place: Place) -> None:
    async with Window(client(place.door)) as window:
        await window.press("use-passphrase")
        await window.type("口令", PASSPHRASE)
        await window.press("open")
        await window.until(lambda: window.says("王秀兰"))


async def test_the_keyboard_works_like_the_keys(place: Place) -> None:
    async with Window(client(place.door), width=1440, height=900) as window:
        for key in [*PIN[:3], "Backspace", *(f"Numpad {d}" for d in PIN[2:])]:
            pressed = {"key": key, "shift": False, "ctrl": False, "alt": False, "meta": False}
            await window.session.dispatch_event(1, "keyboard_event", pressed)
            await window.settle()
        await window.until(lambda: window.says("王秀兰"))


async def test_locking_hides_everything_and_unlocking_returns_to_where_one_was(place: Place) -> None:
    async with Window(client(place.door), route="/settings") as window:
        await unlocked(window)
        await window.until(lambda: window.says("文字大小"))
        await window.press("lock")
        assert window.says("请输入 6 位 PIN")
        assert not window.says("文字大小")
        await unlocked(window)
        await window.until(lambda: window.says("文字大小"))


async def test_no_address_passes_the_locked_door(place: Place, households: list[str]) -> None:
    for route in ("/", "/households", f"/household/{households[0]}", "/sync", f"/visit/{households[0]}"):
        async with Window(client(place.door), route=route) as window:
            assert window.says("请输入 6 位 PIN")
            assert not any(name in text for text in window.texts() for name in ("王秀兰", "清溪"))


async def test_no_address_passes_the_desks_door(place: Place) -> None:
    async with Window(client(place.door), route="/desk/people") as window:
        assert window.says("审核登录")


async def test_two_on_one_tablet_choose_their_name_first(place: Place) -> None:
    place.enrolled("lan").lock()
    async with Window(client(place.door)) as window:
        await window.press("person-lan")
        assert window.says("蓝春生")
        await unlocked(window)
        await window.until(lambda: window.says("今天没有安排"))
        assert not window.says("王秀兰")
