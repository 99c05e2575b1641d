"""Letting a device in, and a supervisor: what is asked, what is refused and in which words."""

import flet as ft

from app.main import client
from tests.app.ui.harness import Window
from tests.app.ui.village import PASSPHRASE, PASSWORD, PIN, Place


async def fill(window: Window, code: str, **other: str) -> None:
    """Type everything that enrolment asks for."""
    typed = {
        "登记码": code,
        "PIN（6 位数字）": PIN,
        "再输一次 PIN": PIN,
        "口令（至少 10 个字符）": PASSPHRASE,
        "再输一次口令": PASSPHRASE,
    }
    for label, text in {**typed, **other}.items():
        await window.type(label, text)


async def test_a_new_device_is_enrolled_with_a_code_and_opens_the_day(place: Place) -> None:
    async with Window(client(place.door)) as window:
        assert window.says("欢迎使用入户")
        await window.press("enrol")
        await fill(window, place.code())
        await window.press("submit")
        await window.until(lambda: window.says("登记成功"))
        await window.until(lambda: window.page.route == "/")
        assert window.says("林晓云 · 样例县")


async def test_a_code_works_once(place: Place) -> None:
    code = place.code()
    async with Window(client(place.door), route="/enrol") as window:
        await fill(window, code)
        await window.press("submit")
        await window.until(lambda: window.says("登记成功"))
    async with Window(client(place.door), route="/enrol") as window:
        await fill(window, code)
        await window.press("submit")
        await window.until(lambda: window.says("登记码不对、已使用或已过期"))
        assert window.field("登记码").value == code


async def test_what_is_missing_or_differs_is_said_where_it_is(place: Place) -> None:
    async with Window(client(place.door), route="/enrol") as window:
        await window.press("submit")
        assert window.field("登记码").error == "请填写登记码"
        await fill(window, "ANY", **{"再输一次 PIN": "111111", "再输一次口令": "something else"})
        assert window.field("再输一次 PIN").error == "两次输入的 PIN 不一样"
        assert window.field("再输一次口令").error == "两次输入的口令不一样"


async def test_a_weak_pin_is_refused_and_the_code_is_still_good(place: Place) -> None:
    code = place.code()
    async with Window(client(place.door), route="/enrol") as window:
        await fill(window, code, **{"PIN（6 位数字）": "123456", "再输一次 PIN": "123456"})
        await window.press("submit")
        await window.until(lambda: window.says("PIN 需要 6 位数字"))
        await fill(window, code)
        await window.press("submit")
        await window.until(lambda: window.says("登记成功"))


async def test_a_server_that_does_not_answer_is_named_as_the_trouble(place: Place) -> None:
    async with Window(client(place.door), route="/enrol") as window:
        await fill(window, "ANY", 服务器地址="http://127.0.0.1:9")
        await window.press("submit")
        await window.until(lambda: window.says("连不上服务器"))


async def test_a_supervisor_logs_in_and_a_wrong_password_says_so(place: Place) -> None:
    async with Window(client(place.door, place.url), width=1440, height=900, route="/desk") as window:
        assert window.says("审核登录")
        await window.type("用户名", "chen")
        await window.type("密码", "wrong password")
        await window.press("submit")
        await window.until(lambda: window.says("用户名或密码不对"))
        await window.type("密码", PASSWORD)
        await window.press("submit")
        await window.until(lambda: window.all(ft.NavigationRail) != [] or not window.says("审核登录"))
        assert not window.says("审核登录")
