"""The visit in a window: from the first question to the result, on a real vault with the county's form and rules."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import flet as ft
import pytest

from app.main import client
from app.vault.drafts import Draft
from app.work.work import Work
from schemas import merge
from tests.app.ui.filling import equip, follow_the_check, identifiers, sign, unlocked
from tests.app.ui.harness import Window
from tests.app.ui.village import PIN, Place

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    + "1f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)
PHONE, TABLET, DESK = (390, 844), (820, 1180), (1440, 900)


@pytest.fixture
def household(place: Place) -> str:
    """王秀兰's household on a device that has questionnaire and rules."""
    opened = place.enrolled()
    equip(place, opened)
    made = place.settle(opened)[0]
    opened.lock()
    return made


@asynccontextmanager
async def visiting(
    place: Place, household: str, size: tuple[int, int] = PHONE, answers: dict[str, Any] | None = None
) -> AsyncIterator[Window]:
    """A window that stands at the household's visit."""
    width, height = size
    window = Window(client(place.door), width=width, height=height, route=f"/visit/{household}", answers=answers or {})
    async with window:
        await unlocked(window)
        await window.until(lambda: window.all(ft.Semantics, identifier="q:basic/outcome"))
        yield window


def field(window: Window, path: str) -> ft.TextField:
    found = window.named(f"q:{path}")
    assert isinstance(found, ft.TextField)
    return found


def ends(window: Window, start: str, end: str = "") -> str:
    """The one identifier on the screen that starts and ends so: rows have ids that nobody can know before."""
    found = identifiers(window, start, end)
    assert len(found) == 1, found
    return found[0]


async def write(window: Window, path: str, text: str) -> None:
    await window.event(field(window, path), "focus")
    await window.event(field(window, path), "change", text, value=text)


async def section(window: Window, path: str) -> None:
    if not window.all(ft.Semantics, identifier=f"section:{path}"):
        await window.press("visit.sections")
    await window.press(f"section:{path}")


def working(place: Place, household: str) -> Any:
    """The open visit's answers as the vault keeps them."""
    opened = place.vault().unlock("lin", PIN)
    try:
        kept = opened.working(household)
        return kept.answers if kept else None
    finally:
        opened.lock()


async def test_what_is_known_is_filled_in(place: Place, household: str) -> None:
    async with visiting(place, household) as window:
        assert field(window, "basic/phone").value == "13800010001"
        assert window.says("王秀兰")
        assert window.says("第 1 节，共 9 节")


async def test_every_answer_outlives_the_window(place: Place, household: str) -> None:
    async with visiting(place, household) as window:
        await write(window, "basic/phone", "13800019999")
        await window.press("q:basic/reasons=illness")
        await window.press("q:basic/reasons=labour")
    kept = working(place, household)
    assert kept["basic"]["phone"] == "13800019999"
    assert kept["basic"]["reasons"] == ["illness", "labour"]


async def test_a_late_echo_never_eats_a_keystroke(place: Place, household: str) -> None:
    async with visiting(place, household) as window:
        typed = field(window, "basic/address")
        number, session = typed._i, window.session
        events = []
        for upto in range(1, 7):
            text = "石门村十二号"[:upto]
            session.apply_patch(number, {"value": text})
            events.append(asyncio.ensure_future(session.dispatch_event(number, "change", text)))
            if upto == 3:
                await window.settle()
        await asyncio.gather(*events)
        await window.settle()
        assert field(window, "basic/address").value == "石门村十二号"


async def test_a_sum_is_shown_worked_out_and_kept_as_its_worth(place: Place, household: str) -> None:
    async with visiting(place, household) as window:
        await section(window, "income")
        await window.press("q:income/has_wage=yes")
        await window.press("add:income/wage")
        gross = ends(window, "q:income/wage[", "/wage_gross").removeprefix("q:")
        await write(window, gross, "1500*12")
        assert field(window, gross).value == "1500*12"
        assert field(window, gross).helper == "= 18,000 元"
        await window.event(field(window, gross), "blur")
        assert field(window, gross).value == "18000"
    assert working(place, household)["income"]["wage"][0]["wage_gross"] == "18000"


async def test_text_that_is_no_number_stays_and_is_complained_of(place: Place, household: str) -> None:
    async with visiting(place, household) as window:
        await section(window, "housing")
        await write(window, "housing/area_m2", "12-")
        await window.event(field(window, "housing/area_m2"), "blur")
        assert field(window, "housing/area_m2").value == "12-"
        assert window.all(ft.Icon, icon=ft.Icons.CANCEL_OUTLINED)


async def test_a_day_may_be_typed_or_picked(place: Place, household: str) -> None:
    async with visiting(place, household) as window:
        await write(window, "basic/visited_on", "2026.3.2")
        assert field(window, "basic/visited_on").helper == "2026年3月2日"
        calendar = field(window, "basic/visited_on").suffix_icon
        assert isinstance(calendar, ft.IconButton)
        await window.press(calendar)
        picker = window.one(ft.DatePicker)
        # What a client in China sends for 5 March: its midnight as an instant.
        await window.event(picker, "change", value=datetime(2026, 3, 4, 16, tzinfo=UTC))
        assert not window.all(ft.DatePicker)
        assert field(window, "basic/visited_on").value == "2026-03-05"


async def test_turning_the_tablet_loses_neither_the_place_nor_the_text(place: Place, household: str) -> None:
    async with visiting(place, household, DESK) as window:
        await section(window, "remarks")
        await write(window, "remarks/remarks_text", "邻居说老人常年卧床")
        for width, height in (TABLET, PHONE, DESK):
            await window.resize(width, height)
            assert field(window, "remarks/remarks_text").value == "邻居说老人常年卧床"


async def test_a_long_list_is_searched(place: Place, household: str) -> None:
    async with visiting(place, household) as window:
        await section(window, "members")
        await window.press(identifiers(window, "fold:")[0])
        health = ends(window, "q:members[", "/health")
        await window.press(health)
        search = window.one(ft.TextField, prefix_icon=ft.Icons.SEARCH)
        await window.event(search, "change", "糖尿", value="糖尿")
        assert ends(window, "choice:") == "choice:37"
        await window.press("choice:37")
        assert not window.all(ft.AlertDialog)
        assert window.says("糖尿病")


async def test_a_person_is_removed_only_after_asking(place: Place, household: str) -> None:
    async with visiting(place, household) as window:
        await section(window, "members")
        await window.press(identifiers(window, "fold:")[1])
        await window.press(ends(window, "remove:members["))
        assert window.says("删除“王小满”？")
        await window.press("remove.keep")
        assert window.says("王小满")
        await window.press(ends(window, "remove:members["))
        await window.press("remove.go")
        assert len(identifiers(window, "fold:")) == 1


async def test_a_signature_is_drawn_kept_and_shown(place: Place, household: str) -> None:
    async with visiting(place, household) as window:
        await section(window, "signatures")
        await sign(window, "signatures/sign_respondent")
        assert not window.all(ft.AlertDialog)
        assert window.says("重新签字")
        await window.press("clear:signatures/sign_respondent")
        assert not window.says("重新签字")
        await sign(window, "signatures/sign_respondent")
    assert working(place, household)["signatures"]["sign_respondent"].startswith("M")


async def test_a_photo_is_sealed_with_its_purpose_and_shown(place: Place, household: str, tmp_path: Path) -> None:
    chosen = [{"id": 1, "name": "IMG_0001.png", "size": len(PNG), "path": None, "bytes": PNG}]
    async with visiting(place, household, answers={"pick_files": chosen}) as window:
        await section(window, "evidence")
        await window.press("add:evidence/photos")
        await window.press(ends(window, "q:evidence/photos[", "/photo_purpose=outside"))
        await window.press(ends(window, "q:evidence/photos[", "/photo"))
        await window.until(lambda: window.all(ft.Image))
        assert window.says("照片已加密保存在本机")
    assert working(place, household)["evidence"]["photos"][0]["photo"]
    assert not any(PNG in f.read_bytes() for f in tmp_path.rglob("*") if f.is_file())


async def test_the_check_leads_to_what_is_missing(place: Place, household: str) -> None:
    async with visiting(place, household) as window:
        await section(window, "remarks")
        await window.press("visit.finish")
        assert window.says("完成前检查")
        await window.press("mend:income/has_wage")
        assert window.says("第 3 节，共 9 节")
        assert window.all(ft.Semantics, identifier="q:income/has_wage")
        assert window.says("还没有填写。")


async def test_somebody_of_another_household_is_asked_about_before_the_visit_is_finished(
    place: Place, household: str
) -> None:
    async with visiting(place, household) as window:
        await section(window, "members")
        for fold in identifiers(window, "fold:"):
            await window.press(fold)
        name = next(n for n in identifiers(window, "q:members[", "/name") if field(window, n[2:]).value == "王秀兰")
        await write(window, name[2:], "欧阳·阿依古丽")
        await section(window, "remarks")
        await window.press("visit.finish")
        assert window.says("填写的成员可能已登记在别的住户")
        assert window.says("姓名、出生日期和村都相同：欧阳·阿依古丽")
        (other,) = identifiers(window, "other-")
        await window.press(other)
        assert not window.says("填写的成员可能已登记在别的住户")


async def test_on_a_desk_contents_form_and_result_stand_side_by_side(place: Place, household: str) -> None:
    async with visiting(place, household, DESK) as window:
        await window.until(lambda: window.all(ft.Semantics, identifier="verdict:dibao"))
        assert window.all(ft.Semantics, identifier="section:signatures")
        assert not window.all(ft.Semantics, identifier="visit.result")


async def test_on_a_phone_the_result_is_one_tap_away_and_gives_the_form_back(place: Place, household: str) -> None:
    async with visiting(place, household) as window:
        await window.press("visit.result")
        assert window.all(ft.Semantics, identifier="verdict:dibao"), window.texts()
        await window.press("visit.close")
        assert not window.all(ft.Semantics, identifier="verdict:dibao")
        assert window.all(ft.Semantics, identifier="q:basic/outcome")


async def test_nobody_home_is_finished_without_a_result(place: Place, household: str) -> None:
    async with visiting(place, household) as window:
        await window.press("q:basic/outcome=absent")
        await section(window, "remarks")
        await window.press("visit.finish")
        await window.press("finish.go")
        await window.until(lambda: window.all(ft.Semantics, identifier="result"))
        assert window.says("无人在家")
        assert not window.all(ft.Semantics, identifier="verdict:dibao")
    assert working(place, household) is None


async def test_a_discarded_visit_is_gone_and_the_household_stays(place: Place, household: str) -> None:
    async with visiting(place, household) as window:
        await write(window, "basic/phone", "13800019999")
        menu = window.named("visit.more")
        assert isinstance(menu, ft.PopupMenuButton)
        await window.press(menu.items[0])
        await window.press("discard.keep")
        await window.press(menu.items[0])
        await window.press("discard.go")
        await window.until(lambda: window.all(ft.Semantics, identifier="household"))
    assert working(place, household) is None
    opened = place.vault().unlock("lin", PIN)
    assert Work(opened, place.clock).household(household).line.phone == "13800010001"


async def test_it_is_all_said_in_english_too(place: Place, household: str) -> None:
    async with visiting(place, household, DESK, {"get": "en"}) as window:
        await window.until(lambda: window.says("Home visit") or window.says("home visit"))
        assert window.says("Undetermined")
        assert window.says("Phone")


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
async def test_who_follows_the_check_can_finish_and_sees_the_result(
    place: Place, household: str, size: tuple[int, int]
) -> None:
    async with visiting(place, household, size) as window:
        await follow_the_check(window)
        await window.press("finish.go")
        await window.until(lambda: identifiers(window, "result"))
        assert identifiers(window, "verdict:") == ["verdict:dibao"]
        assert window.says("低保标准")
        assert window.says("谁计入家庭人口")
        assert window.says("王秀兰")
        assert window.says("待复核")
        assert not window.says("资料有变动")
        await window.press("result.household")
        await window.until(lambda: identifiers(window, "household"))
        assert window.says("开始入户") or identifiers(window, "start")
    assert working(place, household) is None


async def test_a_result_says_when_the_facts_have_moved_on(place: Place, household: str) -> None:
    async with visiting(place, household) as window:
        await follow_the_check(window)
        await window.press("finish.go")
        await window.until(lambda: identifiers(window, "result"))
        visit = window.page.route.rpartition("/")[2]
    opened = place.vault().unlock("lin", PIN)
    work = Work(opened, place.clock)
    assert not work.outcome(household, visit).stale
    child = next(r for r in opened.household(household) if r.heads.value("name") == "王小满")
    seen = merge.seeing(child.heads, ["born"])
    opened.write([Draft(household, child.id, "member", "", {"born": "1990-06-01"}, seen)])
    assert work.outcome(household, visit).stale
    assert not work.outcome(household, visit).provisional
    opened.write([Draft(household, child.id, "member", "", {"born": "2012-06-01"}, frozenset())])
    assert work.outcome(household, visit).provisional
    opened.lock()
    async with Window(client(place.door), route=f"/result/{household}/{visit}") as window:
        await unlocked(window)
        await window.until(lambda: window.says("资料有冲突待处理"))


async def test_a_visit_that_is_not_there_is_said_and_not_crashed_on(place: Place, household: str) -> None:
    async with Window(client(place.door), route=f"/result/{household}/{household}") as window:
        await unlocked(window)
        await window.until(lambda: window.says("没有找到"))
