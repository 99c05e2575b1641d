"""Asking the server from a screen: lists that go on below their first page, and answers that come too late."""

import asyncio
import threading

import flet as ft

from app.review.client import Review
from app.ui.desk import Desk
from app.ui.parts.asking import use_asked, use_more
from schemas.codec import Value
from sync_server.authoring import Draft
from tests.app.ui.harness import Window
from tests.app.ui.test_review import Office, log_in_then, office
from tests.app.ui.village import Place
from tests.sync_server.desk import VILLAGE, Tablet

__all__ = ["office"]


def registered(office: Office, tablet: Tablet, heads: list[str]) -> list[str]:
    """Households of one person each; their ids."""
    made = [(head, office.house.new_id(), office.house.new_id()) for head in heads]
    for head, household, member in made:
        person: dict[str, Value] = {"name": head, "born": "1956-03-02", "present": "yes"}
        tablet.write(
            Draft(household, household, "household", "", {"area": VILLAGE, "head": head}),
            Draft(household, member, "member", "", person),
        )
    return [household for _, household, _ in made]


def shown(window: Window, heads: list[str]) -> int:
    texts = window.texts()
    return sum(head in texts for head in heads)


async def test_households_with_conflicts_go_on_below_the_first_page(office: Office) -> None:
    heads = [f"钱阿根{n}" for n in range(23)]
    one, other = Tablet(office.house, "wang", "平板一"), Tablet(office.house, "zhao", "平板二")
    for household in registered(office, one, heads):
        for tablet, phone in ((one, "13800000001"), (other, "13800000002")):
            tablet.write(Draft(household, household, "household", "", {"phone": phone}))
    async with office.window("/desk/conflicts") as window:
        await log_in_then(window, "li", "more")
        assert shown(window, heads) == 20
        await window.press("more")
        await window.until(lambda: shown(window, heads) == 23)
        assert not window.all(ft.Semantics, identifier="more")


async def test_doubles_go_on_below_the_first_page(office: Office) -> None:
    heads = [f"钱阿根{n}" for n in range(53)]
    registered(office, Tablet(office.house, "wang", "平板一"), heads)
    registered(office, Tablet(office.house, "zhao", "平板二"), heads)
    async with office.window("/desk/duplicates") as window:
        await log_in_then(window, "li", "more")
        assert shown(window, heads) == 50
        await window.press("more")
        await window.until(lambda: shown(window, heads) == 53)
        assert not window.all(ft.Semantics, identifier="more")


@ft.observable
class Asking:
    """Which list the screen asks for, and when the server lets go of a page that follows."""

    list: str = "open"

    def __init__(self) -> None:
        self.let_go = threading.Event()


@ft.component
def Page(desk: Desk, asking: Asking) -> ft.View:
    asked, put = use_asked(desk, lambda: f"{asking.list} 1", asking.list)
    more = use_more(desk, put)

    def following() -> str:
        asking.let_go.wait(20)
        return f"{asked.value} 2"

    return ft.View([ft.Text(asked.value or "nothing yet"), more(following)])


def busy(window: Window) -> bool:
    return getattr(window.named("more"), "disabled", None) is True


async def test_the_next_page_of_a_list_that_was_left_is_dropped(place: Place) -> None:
    desk, asking = Desk(place.door, Review(place.url)), Asking()

    async def main(page: ft.Page) -> None:
        page.render_views(Page, desk, asking)

    async with Window(main) as window:
        await window.until(lambda: window.says("open 1"))
        pressed = asyncio.create_task(window.press("more"))
        await window.until(lambda: busy(window))
        asking.list = "decided"
        await window.until(lambda: window.says("decided 1"))
        asking.let_go.set()
        await pressed
        assert window.texts() == ["decided 1"]
        assert not busy(window)
        await window.press("more")
        assert window.texts() == ["decided 1 2"]
