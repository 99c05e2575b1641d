"""The desk's screens in a window without a browser, on a real server, as their three kinds of user see them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import flet as ft
import pytest

from app.door import Door
from app.main import client
from app.ui.screens.review_queue import status_of
from schemas import codec
from schemas.codec import Value
from sync_server import chunks, devices
from sync_server.authoring import Draft
from sync_server.demo.serving import Serving, bind
from sync_server.main import create_app, listener
from tests.app.ui.harness import Window
from tests.sync_server.desk import PASSWORD, CountyHouse, Hands, Tablet, Visited
from tests.sync_server.tabled import tabled


@dataclass
class Office:
    house: CountyHouse
    serving: Serving
    folder: Path

    def window(self, route: str = "/desk", width: int = 1400, height: int = 900) -> Window:
        door = Door(self.folder / "vault", self.serving.url)
        made = client(door, self.serving.url, self.house.hands.clock)
        return Window(made, route=route, width=width, height=height)

    def visited(self, **visit: Value) -> Visited:
        return Visited.made(self.house, Tablet(self.house, "wang", "平板一"), **visit)

    def rival(self, visited: Visited, kind: str, record: str, slot: str, value: Value) -> None:
        other = Tablet(self.house, "zhao", "平板二")
        other.write(Draft(visited.household, record, kind, "", {slot: value}))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    hands = Hands()
    app = create_app(tabled(tmp_path / "server"), hands.clock)
    house = CountyHouse(app.state.server, hands).settled(PASSWORD)
    serving = Serving.start(listener(app, "127.0.0.1", 0), bind("127.0.0.1", 0))
    yield Office(house, serving, tmp_path)
    serving.stop()


async def log_in(window: Window, user: str) -> None:
    await window.type("用户名", user)
    await window.type("密码", PASSWORD)
    await window.press("submit")
    await window.until(lambda: window.all(ft.Semantics, identifier="logout"))


def disabled(window: Window, identifier: str) -> Any:
    return getattr(window.named(identifier), "disabled", None)


async def test_a_supervisor_opens_the_visit_reads_the_reasons_and_approves(office: Office) -> None:
    visited = office.visited()
    async with office.window() as window:
        await log_in(window, "li")
        await window.until(lambda: window.says("钱阿根"))
        assert window.says("待复核 1")
        await window.press(f"visit-{visited.visit}")
        await window.until(lambda: window.all(ft.Semantics, identifier="approve"))
        assert window.says("民发〔2021〕57号")
        assert window.says("原：13800000000")
        assert window.says("合计") or window.says("12,000 元")
        await window.press("approve")
        await window.until(lambda: window.all(ft.Semantics, identifier="approve-go"))
        await window.press("approve-go")
        await window.until(lambda: window.says("已通过"))
        assert office.house.value(visited.visit, "status") == "accepted"
        await window.until(lambda: window.says("没有待复核的入户"))


async def test_a_deep_link_survives_the_login(office: Office) -> None:
    visited = office.visited()
    async with office.window(f"/desk/visits/{visited.visit}", width=390, height=844) as window:
        await log_in_then(window, "li", "approve")
        assert not window.all(ft.SegmentedButton)


async def log_in_then(window: Window, user: str, sees: str) -> None:
    await window.type("用户名", user)
    await window.type("密码", PASSWORD)
    await window.press("submit")
    await window.until(lambda: window.all(ft.Semantics, identifier=sees))


async def test_a_refusal_cannot_be_confirmed_without_a_reason(office: Office) -> None:
    rich = {"id": "w9", "item": "wage", "gross": 20_000_000, "cost": 0}
    visited = office.visited(income_wage=[rich])
    async with office.window(f"/desk/visits/{visited.visit}") as window:
        await log_in_then(window, "li", "approve")
        await window.press("approve")
        await window.until(lambda: window.all(ft.Semantics, identifier="approve-go"))
        assert disabled(window, "approve-go")
        await window.type("理由（不符合条件时必填）", "收入高于标准")
        await window.press("approve-go")
        await window.until(lambda: window.says("已通过"))


async def test_a_conflict_shows_both_sides_and_settling_it_opens_the_way(office: Office) -> None:
    visited = office.visited()
    office.rival(visited, "household", visited.household, "address", "桥头 21 号")
    async with office.window(f"/desk/visits/{visited.visit}") as window:
        await log_in_then(window, "li", "approve")
        assert disabled(window, "approve")
        assert window.says("两个人填得不一样") or window.says("不一样")
        for words in ("桥头 12 号", "桥头 21 号", "王小明", "赵慧", "设备：平板一", "设备：平板二", "不影响测算"):
            assert window.says(words), words
        keep = [s.identifier for s in window.all(ft.Semantics) if (s.identifier or "").startswith("keep-address")]
        assert len(keep) == 2
        await window.press(str(keep[0]))
        await window.until(lambda: not disabled(window, "approve"))
        assert office.house.heads(visited.household).conflicts() == {}


async def test_a_conflict_that_decides_asks_for_a_reason(office: Office) -> None:
    visited = office.visited()
    rich = [{"id": "w9", "item": "wage", "gross": 20_000_000, "cost": 0}]
    office.rival(visited, "visit", visited.visit, "income_wage", rich)
    async with office.window(f"/desk/visits/{visited.visit}") as window:
        await log_in_then(window, "li", "approve")
        assert window.says("影响结论或金额")
        assert window.says("若取此项：不符合条件")
        keep = next(
            s.identifier for s in window.all(ft.Semantics) if (s.identifier or "").startswith("keep-income_wage")
        )
        await window.press(str(keep))
        await window.until(lambda: window.all(ft.Semantics, identifier="settle"))
        assert disabled(window, "settle")
        await window.type("理由（写明依据）", "村里核实")
        await window.press("settle")
        await window.until(lambda: not window.says("影响结论或金额"))


async def test_a_stale_result_says_so_and_is_worked_out_again(office: Office) -> None:
    visited = office.visited()
    visited.tablet.edit(visited.household, visited.visit, "visit", {"income_transfer": []})
    async with office.window(f"/desk/visits/{visited.visit}") as window:
        await log_in_then(window, "li", "assess")
        assert disabled(window, "approve")
        assert window.says("结果已过期")
        await window.press("assess")
        await window.until(lambda: not disabled(window, "approve"))


async def test_returning_names_what_to_look_at_again(office: Office) -> None:
    visited = office.visited()
    async with office.window(f"/desk/visits/{visited.visit}") as window:
        await log_in_then(window, "li", "return")
        await window.press("return")
        await window.until(lambda: window.all(ft.Semantics, identifier="return-go"))
        assert disabled(window, "return-go")
        await window.type("请写明要补查什么", "存款要核对")
        await window.choose(window.one(ft.Dropdown), "assets", "select")
        await window.type("家庭财产：要补查什么", "请带存折")
        await window.press("return-go")
        await window.until(lambda: window.says("退回补查：存款要核对") or window.says("已退回"))
        assert office.house.value(visited.visit, "review")["comments"] == {"assets": "请带存折"}


async def test_an_auditor_sees_the_file_and_no_button(office: Office) -> None:
    visited = office.visited()
    async with office.window(f"/desk/visits/{visited.visit}") as window:
        await log_in_then(window, "wu", "review-visit")
        assert window.says("您的岗位只能查看")
        assert not window.all(ft.Semantics, identifier="approve")
        assert not window.all(ft.Semantics, identifier="return")


async def test_the_steward_makes_a_code_and_puts_a_device_out(office: Office) -> None:
    tablet = Tablet(office.house, "wang", "平板一")
    async with office.window() as window:
        await log_in(window, "zhou")
        await window.until(lambda: window.says("王小明"))
        await window.press("code-wang")
        await window.until(lambda: window.all(ft.Semantics, identifier="code"))
        code = window.named("code")
        assert isinstance(code, ft.Text)
        assert len(code.value) == 11
        await window.press("noted")
        rail = window.one(ft.NavigationRail)
        await window.event(rail, "change", 1, selected_index=1)
        await window.until(lambda: window.says("平板一"))
        await window.press(f"revoke-{tablet.device}")
        await window.press("revoke-go")
        await window.until(lambda: window.says("已停用"))


async def test_the_audit_tells_who_read_what(office: Office) -> None:
    office.visited()
    async with office.window("/desk/audit") as window:
        await log_in_then(window, "wu", "audit")
        await window.until(lambda: window.says("吴审计 · 登录"))
        assert window.says("服务器 · 添加人员")


async def test_a_server_that_goes_away_is_said_and_tried_again(office: Office) -> None:
    async with office.window() as window:
        await log_in(window, "li")
        office.serving.stop()
        await window.press("refresh")
        await window.until(lambda: window.all(ft.Semantics, identifier="again"))
        assert window.says("连不上服务器")


async def test_a_login_that_is_over_leads_back_to_the_door(office: Office) -> None:
    async with office.window() as window:
        await log_in(window, "li")
        office.house.hands.pass_by(hours=13)
        await window.press("refresh")
        await window.until(lambda: window.says("登录已过期"))
        await log_in(window, "li")


async def test_the_desk_speaks_english_and_fits_a_phone(office: Office) -> None:
    visited = office.visited()
    async with office.window(width=390, height=844) as window:
        await window.press("language")
        await window.type("User name", "li")
        await window.type("Password", PASSWORD)
        await window.press("submit")
        await window.until(lambda: window.all(ft.Semantics, identifier=f"visit-{visited.visit}"))
        await window.press(f"visit-{visited.visit}")
        await window.until(lambda: window.all(ft.Semantics, identifier="approve"))
        assert window.says("Min Fa [2021] No. 57")
        assert window.says("Before: 13800000000")


def test_the_address_says_which_list_is_shown() -> None:
    assert status_of("/desk") == "done"
    assert status_of("/desk/visits/x?status=returned") == "returned"
    assert status_of("/desk?status=draft") == "done"


async def test_a_held_change_is_looked_at_and_taken(office: Office) -> None:
    visited = office.visited()
    sun = Tablet(office.house, "sun", "平板三")
    (change,) = sun.write(
        Draft(visited.household, visited.household, "household", "", {"address": "桥头 99 号"}), held=True
    )
    async with office.window() as window:
        await log_in(window, "li")
        await window.until(lambda: window.says("1 处改动搁置，等您处理。"))
        await window.press("see-held")
        await window.until(lambda: window.says("桥头 99 号"))
        assert window.says("现为：桥头 12 号")
        assert window.says("填写人不负责这个村")
        await window.press(f"take-{change.id[:8]}")
        await window.until(lambda: window.says("没有搁置的改动"))
        assert set(office.house.heads(visited.household).conflicts()) == {"address"}


async def test_photos_come_when_asked_for_and_signatures_are_drawn(office: Office) -> None:
    visited = office.visited(signatures={"respondent": "M10 10L300 150"}, kin={"is_kin": "yes", "name": "钱主任"})
    data = b"\xff\xd8\xff a picture"
    about = {"visit": visited.visit, "size": len(data), "type": "image/jpeg", "purpose": "inside"}
    hashes = {"sha256": codec.sha256(data), "chunks": [codec.sha256(data)]}
    visited.tablet.write(
        Draft(visited.household, office.house.new_id(), "attachment", "", {**about, **hashes}),
        Draft(visited.household, office.house.new_id(), "attachment", "", {**about, **hashes, "size": 1}),
    )
    office.house.server.db.transaction(
        lambda tx: chunks.put(tx, devices.find(tx, visited.tablet.device), hashes["chunks"][0], data)
    )
    async with office.window(f"/desk/visits/{visited.visit}") as window:
        await log_in_then(window, "li", "photos")
        assert window.says("1/2 张已收到")
        assert window.says("尚未收到")
        assert window.says("须单独登记备案")
        assert window.all(ft.Semantics, label="被访人：已签字")
        await window.press("photos")
        await window.until(lambda: window.all(ft.Image))
        assert window.one(ft.Image).src == data
