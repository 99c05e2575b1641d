"""The desk clears up what stands open, in a real Chromium at the size of a desktop and of a phone: a family registered
twice is compared, joined and parted again, a contested removal is settled, a held move is taken. Pictures are left in
tests/pictures for the eye."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app.door import Door
from app.web import web_app
from schemas import merge
from schemas.codec import Value
from sync_server.authoring import Draft
from sync_server.demo.serving import Serving, bind
from sync_server.main import create_app, listener
from tests.sync_server.desk import OTHER_TOWN, PASSWORD, VILLAGE, CountyHouse, Hands, Tablet, Visited
from tests.sync_server.tabled import tabled
from tests.whole.browser import DESKTOP, PHONE, Window, browser
from tests.whole.test_desk import log_in

PICTURES = Path(__file__).parents[1] / "pictures"
THREE_YEARS = 3 * 365 * 24 * 3600
SUN: dict[str, Value] = {"name": "孙大海", "born": "1971-05-05", "national_id": "990101197105050011"}
NUMBERS = ("990101195603020011", "990101195807150027", "990101201409010034")


@dataclass
class Office:
    house: CountyHouse
    one: Visited
    other: Visited
    url: str


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    hands = Hands()
    app = create_app(tabled(tmp_path / "server"), hands.clock)
    house = CountyHouse(app.state.server, hands).settled(PASSWORD)
    wang, zhao = Tablet(house, "wang", "王的平板"), Tablet(house, "zhao", "赵的平板", ahead=THREE_YEARS)
    one, other = Visited.made(house, wang), Visited.made(house, zhao)
    for visited in (one, other):
        for member, number in zip(visited.members, NUMBERS, strict=True):
            visited.tablet.edit(visited.household, member, "member", {"national_id": number})
    differs: dict[str, Value] = {"address": "桥头 21 号", "head": "钱阿艮", "hukou": "urban"}
    zhao.edit(other.household, other.household, "household", differs)
    zhao.edit(other.household, other.members[0], "member", {"name": "钱阿艮", "health": "20"})
    far = house.new_id(), house.new_id()
    zhao.write(
        Draft(far[0], far[0], "household", "", {"area": OTHER_TOWN, "head": "孙大海"}),
        Draft(far[0], far[1], "member", "", SUN),
    )
    near = house.new_id(), house.new_id()
    wang.write(
        Draft(near[0], near[0], "household", "", {"area": VILLAGE, "head": "孙大海", "address": "桥头 3 号"}),
        Draft(
            near[0],
            near[1],
            "member",
            "",
            SUN,
        ),
    )
    child = one.members[2]
    sets, seen = merge.delete(house.heads(child))
    wang.edit(one.household, child, "member", {"name": "钱晓雨", "student": "compulsory"})
    zhao.write(Draft(one.household, child, "member", "", sets, seen))
    wang.write(Draft(near[0], near[0], "household", "", {"area": OTHER_TOWN}), held=True)
    server = Serving.start(listener(app, "127.0.0.1", 0), bind("127.0.0.1", 0))
    pages = web_app(Door(tmp_path / "vault", server.url), server.url, hands.clock)
    client = Serving.start(listener(pages, "127.0.0.1", 0), bind("127.0.0.1", 0))
    yield Office(house, one, other, client.url)
    client.stop()
    server.stop()


def low_high(office: Office) -> tuple[str, str]:
    low, high = sorted((office.one.household, office.other.household))
    return low, high


@pytest.mark.browser
@pytest.mark.parametrize(("name", "size"), [("desktop", DESKTOP), ("phone", PHONE)])
def test_a_family_registered_twice_is_joined_and_parted_again(office: Office, name: str, size: tuple[int, int]) -> None:
    low, high = low_high(office)
    with browser(size) as window:
        window.open(f"{office.url}/desk/duplicates")
        log_in(window, "li")
        window.shows("疑似重复")
        window.shows("不在您的范围")
        window.picture(PICTURES / f"desk-doubles-{name}.png")
        window.press(f"double-{low}-{high}")
        window.shows("您的认定")
        window.picture(PICTURES / f"desk-double-{name}.png")
        scrolled(window, f"desk-double-answer-{name}")
        window.press("answer-one")
        window.press("basis-papers")
        window.press("decide")
        window.shows("已记下认定")
        assert office.house.value(merge.link_id(low, high), "verdict") == "same"
        window.picture(PICTURES / f"desk-double-joined-{name}.png")
        window.press("part")
        scrolled(window, f"desk-double-part-{name}")
        window.press("basis-visit")
        window.press("decide")
        expect(window.named("decide")).to_have_count(0)
        assert office.house.value(merge.link_id(low, high), "verdict") == "different"
        assert window.missing == []


def scrolled(window: Window, picture: str) -> None:
    """To the end of the page, where the answer is."""
    for _ in range(12):
        window.wheel(900)
    window.picture(PICTURES / f"{picture}.png")


@pytest.mark.browser
@pytest.mark.parametrize(("name", "size"), [("desktop", DESKTOP), ("phone", PHONE)])
def test_conflicts_and_held_changes_are_cleared_up(office: Office, name: str, size: tuple[int, int]) -> None:
    child = office.one.members[2]
    with browser(size) as window:
        window.open(f"{office.url}/desk/conflicts")
        log_in(window, "li")
        window.shows("仍然在，并改了下列内容")
        window.picture(PICTURES / f"desk-contested-{name}.png")
        window.named_like("keep-gone-").last.click()
        window.shows("理由")
        window.picture(PICTURES / f"desk-contested-ask-{name}.png")
        window.press("cancel")
        window.press("list-held")
        window.shows("云岭乡 云顶村")
        window.picture(PICTURES / f"desk-held-{name}.png")
        window.named_like("take-").first.click()
        window.shows("没有搁置的改动")
        assert office.house.heads(child).contested()
        window.open(f"{office.url}/desk/visits/{office.other.visit}")
        window.shows("约 3 年")
        window.picture(PICTURES / f"desk-clock-{name}.png")
        assert window.missing == []


@pytest.mark.browser
@pytest.mark.parametrize(("name", "size"), [("desktop", DESKTOP), ("phone", PHONE)])
def test_at_twice_the_size_every_word_and_button_is_still_there(
    office: Office, name: str, size: tuple[int, int]
) -> None:
    low, high = low_high(office)
    with browser(size) as window:
        window.page.add_init_script("localStorage.setItem('flutter.ruhu.scale', JSON.stringify('2.0'))")
        window.open(f"{office.url}/desk/duplicates")
        log_in(window, "li")
        window.shows("疑似重复")
        window.picture(PICTURES / f"desk-doubles-200-{name}.png")
        window.open(f"{office.url}/desk/duplicates/{low}/{high}")
        window.shows("身份证号相同")
        window.picture(PICTURES / f"desk-double-200-{name}.png")
        scrolled(window, f"desk-double-answer-200-{name}")
        window.shows("部门数据核对")
        window.open(f"{office.url}/desk/conflicts")
        window.shows("确实不在了")
        window.picture(PICTURES / f"desk-contested-200-{name}.png")
        window.press("list-held")
        window.shows("留档不用")
        window.picture(PICTURES / f"desk-held-200-{name}.png")
        assert window.missing == []


@pytest.mark.browser
@pytest.mark.parametrize(("name", "size"), [("desktop", DESKTOP), ("phone", PHONE)])
def test_all_of_it_is_said_in_english_too(office: Office, name: str, size: tuple[int, int]) -> None:
    low, high = low_high(office)
    with browser(size) as window:
        window.page.add_init_script("localStorage.setItem('flutter.ruhu.lang', JSON.stringify('en'))")
        window.open(f"{office.url}/desk/duplicates")
        log_in(window, "li", ("Review desk", "User name", "Password"))
        window.shows("To decide")
        for place, words, picture in (
            ("duplicates", "Doubles", "doubles"),
            (f"duplicates/{low}/{high}", "Your decision", "double"),
            ("conflicts", "Gone after all", "contested"),
            (f"visits/{office.other.visit}", "about 3 years", "clock"),
        ):
            window.open(f"{office.url}/desk/{place}")
            window.shows(words)
            window.picture(PICTURES / f"desk-{picture}-en-{name}.png")
        assert window.missing == []
