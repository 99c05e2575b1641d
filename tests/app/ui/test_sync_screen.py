"""What the sync screen says: safe only of what is, what stands in the way in plain words, and what a person can do."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, cast

import flet as ft
import pytest
from sqlalchemy import select

from app.door import Door
from app.main import client
from app.sync.state import SyncState
from app.ui.seams import Inside, Runner
from app.vault.drafts import Draft
from app.vault.open import Open
from app.vault.working import WorkingCopy
from schemas import problems
from schemas.problems import Failed
from sync_server import devices, people, tables
from tests.app.ui.harness import Window
from tests.app.ui.test_field import inside
from tests.app.ui.village import COUNTY, LOWER, PIN, UPPER, Place


@dataclass
class Told:
    """A runner that says what a test tells it to: the screens' end of the seam, with no server to behave badly."""

    now: SyncState = field(default_factory=lambda: SyncState(offline=True))
    photos_sent: int = 0
    watchers: list[Callable[[SyncState], None]] = field(default_factory=list)

    def state(self) -> SyncState:
        return self.now

    def start(self) -> None:
        return

    def stop(self) -> None:
        return

    def send_photos(self) -> None:
        self.photos_sent += 1

    def set_offline(self, offline: bool) -> None:
        self.say(offline=offline)

    def subscribe(self, callback: Callable[[SyncState], None]) -> Callable[[], None]:
        self.watchers.append(callback)
        return lambda: self.watchers.remove(callback)

    def say(self, **changed: Any) -> None:
        self.now = replace(self.now, **changed)
        for watcher in list(self.watchers):
            watcher(self.now)


@dataclass
class Hinged:
    """The real door, whose runner is a test's."""

    door: Door
    runner: Told

    def __getattr__(self, name: str) -> Any:
        return getattr(self.door, name)

    def unlock(self, user: str, secret: str, kind: Any) -> Inside:
        return replace(self.door.unlock(user, secret, kind), runner=cast("Runner", self.runner))


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def door(place: Place, households: list[str], told: Told) -> Door:
    assert households
    return cast("Door", Hinged(place.door, told))


def opened(place: Place) -> Open:
    return place.vault().unlock("lin", PIN)


def sent(place: Place) -> bool:
    """Whether everything of the vault is at the server."""
    vault = opened(place)
    waiting = vault.waiting_count()
    vault.lock()
    return waiting == 0


def with_photos(place: Place, household: str, photos: int) -> None:
    """A finished visit with photos that nobody has sent."""
    vault, visit = opened(place), place.new_id()
    vault.save_working(WorkingCopy(visit, household, "f", {}))
    taken = [vault.put_attachment(household, visit, "house", "image/jpeg", bytes([n]) * 300_000) for n in range(photos)]
    sets = {"visited_on": "2026-11-23", "outcome": "done", "status": "done", "evidence": [{"id": p} for p in taken]}
    vault.write([Draft(household, visit, "visit", "", sets)], ends=visit)
    vault.lock()


async def test_nothing_is_called_safe_before_the_server_has_said_so(door: Door) -> None:
    async with Window(client(door), route="/sync") as window:
        await inside(window)
        assert window.says("5 户中 0 户已安全送达，15 处改动只在本机")
        assert not window.says("都已安全送达")
        assert window.says("还没有全部送达")


async def test_a_household_s_own_page_of_safety_names_each_record_and_photo(
    place: Place, door: Door, told: Told, households: list[str]
) -> None:
    with_photos(place, households[0], 2)
    async with Window(client(door), route=f"/sync/household/{households[0]}") as window:
        await inside(window)
        assert window.says("王秀兰")
        assert window.says("入户调查")
        assert window.texts().count("只在本机") == 2  # the photos; the records say how many changes
        told.say(photos_paused=True, photos_waiting=2, offline=False)
        window.page.navigate("/sync")
        await window.until(lambda: window.says("照片在等信号好一些"))
        assert window.says("照片 2 / 2 待发送")
        await window.press("send-photos")
        assert told.photos_sent == 1


async def test_a_round_under_way_says_what_it_is_at(door: Door, told: Told) -> None:
    async with Window(client(door), route="/sync") as window:
        await inside(window)
        for state, words in (
            ({"phase": "push", "sent": 3, "to_send": 15}, "正在发送改动：3 / 15"),
            ({"phase": "pull", "received": 40}, "正在接收：已收到 40 条"),
            ({"phase": "chunks", "photos_waiting": 4}, "正在发送照片：还剩 4 张"),
            ({"phase": "witness"}, "正在把服务器缺少的补发过去"),
            ({"phase": "something new"}, "正在同步…"),
        ):
            told.say(running=True, **state)
            await window.until(partial(window.says, words))


@pytest.mark.parametrize(
    ("code", "figures"),
    [
        ("server_down", {}),
        ("revoked", {}),
        ("expired", {}),
        ("fork", {}),
        ("unknown_device", {}),
        ("bad_signature", {}),
        ("protocol_unknown", {}),
        ("chain_broken", {}),
        ("server_full", {}),
        ("odd_answer", {}),
        ("areas_changed", {}),
    ],
)
@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_what_stands_in_the_way_is_said_with_whose_it_is_and_what_to_do(
    door: Door, told: Told, code: str, figures: dict[str, Any], lang: str
) -> None:
    async with Window(client(door), route="/sync") as window:
        if lang == "en":
            await window.press("language")
        await inside(window)
        told.say(problem=Failed(code, **figures))
        says, todo = problems.apart(code, lang, figures)
        await window.until(lambda: window.says(says))
        assert window.says(todo)
        known = problems.catalogue()[code]
        assert window.says({"zh": "问题", "en": "A matter"}[lang]) or known.fault in ("county", "you")
        assert bool(window.all(ft.Semantics, identifier="enrol-again")) == (
            code in {"fork", "unknown_device", "bad_signature", "expired"}
        )


async def test_a_server_that_was_restored_is_told_without_alarm(door: Door, told: Told) -> None:
    async with Window(client(door), route="/sync") as window:
        await inside(window)
        told.say(resending=True)
        await window.until(lambda: window.says("服务器恢复过备份，正在补发"))
        assert window.says("什么都没有丢")


async def test_a_clock_that_is_far_off_is_told_and_one_that_is_nearly_right_is_not(door: Door, told: Told) -> None:
    async with Window(client(door), route="/sync") as window:
        await inside(window)
        told.say(skew=590)
        await window.settle()
        assert not window.all(ft.Semantics, identifier="clock")
        for skew, words in (
            (660, "快了约 11 分钟"),
            (-7_300, "慢了约 2 小时"),
            (86_400 * 400, "快了约 400 天"),
        ):
            told.say(skew=skew)
            await window.until(partial(window.says, words))
        window.page.navigate("/")
        await window.until(lambda: window.says("快了约 400 天"))


async def test_a_device_the_server_forgot_is_enrolled_again_with_everything_in_it(
    place: Place, door: Door, told: Told
) -> None:
    async with Window(client(door), route="/sync") as window:
        await inside(window)
        told.say(problem=Failed("unknown_device"), waiting=15)
        await window.until(lambda: window.all(ft.Semantics, identifier="enrol-again"))
        await window.press("enrol-again")
        await window.until(lambda: window.says("新登记码"))
        assert window.says("本机还有 15 处改动没有送出")
        await window.press("submit")
        assert window.field("新登记码").error == "请填写登记码"
        await window.type("新登记码", "AAAA-AAAA")
        await window.press("submit")
        await window.until(lambda: window.says("登记码不对、已使用或已过期"))
        await window.type("新登记码", place.code())
        await window.press("submit")
        await window.until(lambda: window.says("已重新登记，正在同步"))
        await window.until(lambda: sent(place))


async def test_a_withdrawn_device_says_where_the_work_went_and_shows_nothing_more(door: Door, told: Told) -> None:
    async with Window(client(door)) as window:
        await inside(window)
        told.say(problem=Failed("revoked"), shut_out=True)
        await window.until(lambda: window.says("这台设备已被县里停用"))
        assert window.says("您完成的工作都已交给服务器")
        assert not window.says("王秀兰")
        window.page.navigate("/households")
        await window.settle()
        assert not window.says("王秀兰")
        await window.press("understood")
        await window.until(lambda: window.all(ft.Semantics, identifier="key-1") or window.says("请选择您的名字"))


async def test_the_strip_does_not_blame_the_network_for_what_a_person_has_to_mend(door: Door, told: Told) -> None:
    async with Window(client(door)) as window:
        await inside(window)
        told.say(problem=Failed("fork"), offline=False)
        await window.until(lambda: window.says("同步要您看一下"))
        told.say(problem=Failed("server_down"), waiting=0)
        await window.until(lambda: window.says("没连上服务器"))
        told.say(problem=None, held=2)
        await window.until(lambda: window.says("2 处由审核人员处理"))


@pytest.mark.usefixtures("households")
async def test_a_device_the_county_revokes_hands_over_its_work_and_closes(place: Place) -> None:
    async with Window(client(place.door), route="/sync") as window:
        await inside(window)
        await window.until(lambda: window.says("服务器已确认收到每一条"))
        await window.choose(window.one(ft.Switch), True)
        vault = opened(place)
        device, root = vault.device(), vault.summaries()[0].household
        vault.write([Draft(root, root, "household", "", {"phone": "13900000000"})])
        vault.lock()
        place.server.db.transaction(lambda tx: devices.revoke(tx, COUNTY, device, "steward"))
        await window.choose(window.one(ft.Switch), False)
        await window.until(lambda: window.says("这台设备已被县里停用"))
    with pytest.raises(Failed):
        opened(place)
    held = place.server.db.transaction(lambda tx: tx.execute(select(tables.held.c.reason)).scalars().all())
    assert held == ["revoked_held"]


@pytest.mark.usefixtures("households")
async def test_what_a_supervisor_has_to_look_at_says_why(place: Place) -> None:
    async with Window(client(place.door), route="/sync") as window:
        await inside(window)
        await window.until(lambda: window.says("服务器已确认收到每一条"))
        vault = opened(place)
        root = vault.summaries()[0].household
        vault.write([Draft(root, root, "household", "", {"status": "closed"})])  # not a visitor's to say
        vault.lock()
        await window.press("sync-now")
        await window.until(lambda: window.says("由审核人员处理"))
        assert window.says("待审核人员处理：您的岗位不能改这类记录。")
        await window.until(lambda: window.says("都在服务器上；其中 1 处由审核人员处理，没有丢失。"))
        assert window.says("5 户都已安全送达")


@pytest.mark.usefixtures("households")
async def test_whose_villages_change_is_told_which(place: Place) -> None:
    def look_after(*areas: str) -> None:
        place.server.db.transaction(lambda tx: people.set_scope(tx, COUNTY, "lin", areas))

    async with Window(client(place.door), route="/sync") as window:
        await inside(window)
        await window.until(lambda: window.says("服务器已确认收到每一条"))
        look_after(UPPER)
        await window.press("sync-now")
        await window.until(lambda: window.says("您不再负责下清溪村"))
        look_after(UPPER, LOWER)
        await window.until(lambda: window.says("现在同步"))
        await window.press("sync-now")
        await window.until(lambda: window.says("您新负责下清溪村"))
        window.page.navigate("/households")
        await window.until(lambda: window.says("共 5 户"))
