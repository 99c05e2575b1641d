"""The supervisor's desk in a real Chromium, at the size of a desktop and of a phone: log in, look at a conflict, settle
it, approve. Pictures are left in tests/pictures for the eye."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from app.door import Door
from app.web import web_app
from sync_server.authoring import Draft
from sync_server.demo.serving import Serving, bind
from sync_server.main import create_app, listener
from tests.sync_server.desk import PASSWORD, CountyHouse, Hands, Tablet, Visited
from tests.sync_server.tabled import tabled
from tests.whole.browser import DESKTOP, PHONE, Window, browser

PICTURES = Path(__file__).parents[1] / "pictures"


@dataclass
class Office:
    house: CountyHouse
    visited: Visited
    url: str


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    hands = Hands()
    app = create_app(tabled(tmp_path / "server"), hands.clock)
    house = CountyHouse(app.state.server, hands).settled(PASSWORD)
    visited = Visited.made(house, Tablet(house, "wang", "平板一"))
    crossed = Draft(visited.household, visited.household, "household", "", {"address": "桥头 21 号"})
    Tablet(house, "zhao", "平板二").write(crossed)
    server = Serving.start(listener(app, "127.0.0.1", 0), bind("127.0.0.1", 0))
    pages = web_app(Door(tmp_path / "vault", server.url), server.url, hands.clock)
    client = Serving.start(listener(pages, "127.0.0.1", 0), bind("127.0.0.1", 0))
    yield Office(house, visited, client.url)
    client.stop()
    server.stop()


def log_in(window: Window, user: str, words: tuple[str, str, str] = ("审核登录", "用户名", "密码")) -> None:
    """By the title and the two labels of the screen."""
    title, *labels = words
    window.shows(title)
    for label, text in zip(labels, (user, PASSWORD), strict=True):
        typed(window, label, text)
    window.press("submit")


def typed(window: Window, label: str, text: str) -> None:
    """Types where the window has a field with the focus from the start: Flutter then edits in a field of its own, and
    the twin in the tree stays empty."""
    for _ in range(4):
        window.field(label).click()
        window.frames(4)
        window.page.keyboard.press("Control+A")
        window.page.keyboard.insert_text(text)
        window.frames(2)
        if window.page.evaluate("document.activeElement.value") == text:
            return
    raise AssertionError(f"could not type into {label!r}")


@pytest.mark.browser
@pytest.mark.parametrize(("name", "size"), [("desktop", DESKTOP), ("phone", PHONE)])
def test_a_supervisor_settles_a_conflict_and_approves_in_a_browser(
    office: Office, name: str, size: tuple[int, int]
) -> None:
    with browser(size) as window:
        window.open(f"{office.url}/desk")
        log_in(window, "li")
        window.shows("钱阿根")
        window.picture(PICTURES / f"desk-queue-{name}.png")
        window.press(f"visit-{office.visited.visit}")
        window.shows("填写不一致")
        window.picture(PICTURES / f"desk-conflict-{name}.png")
        window.named_like("keep-address-").first.click()
        expect(window.named_like("keep-address-")).to_have_count(0)
        window.press("approve")
        window.shows("这是您的决定")
        window.picture(PICTURES / f"desk-approve-{name}.png")
        window.press("approve-go")
        expect(window.named("approve")).to_have_count(0)
        window.picture(PICTURES / f"desk-approved-{name}.png")
        assert office.house.value(office.visited.visit, "status") == "accepted"
        assert office.house.heads(office.visited.household).conflicts() == {}
        assert window.missing == []
