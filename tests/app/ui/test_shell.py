"""The shell: which address opens what, where back leads, and who is let through."""

from functools import partial

import flet as ft
import pytest

from app.main import client
from app.ui.routes import above, find
from app.ui.table import ROUTES, TABS
from tests.app.ui.harness import Window
from tests.app.ui.village import PIN, Place

HOUSEHOLD = "01a20934-3387-72fe-9fcc-f20d84270459"


@pytest.mark.parametrize(
    ("route", "up"),
    [
        ("/", ""),
        ("/households", "/"),
        (f"/household/{HOUSEHOLD}", "/households"),
        (f"/visit/{HOUSEHOLD}", f"/household/{HOUSEHOLD}"),
        ("/sync", "/"),
        ("/register", "/households"),
        ("/enrol", "/"),
        ("/desk/visits/1", "/desk"),
        ("/nowhere", "/"),
    ],
)
def test_back_leads_up_and_out_only_from_the_first_screen(route: str, up: str) -> None:
    assert above(ROUTES, TABS, route) == up


def test_an_address_carries_its_arguments_and_only_whole_addresses_match() -> None:
    found = find(ROUTES, f"/household/{HOUSEHOLD}?from=list")
    assert found is not None
    assert found[1] == {"household": HOUSEHOLD}
    assert find(ROUTES, f"/household/{HOUSEHOLD}/more") is None
    assert find(ROUTES, "/household/") is None


def test_every_tab_leads_to_a_screen_that_lights_it() -> None:
    for tab in TABS:
        found = find(ROUTES, tab.route)
        assert found is not None, tab.name
        assert (found[0].tab, found[0].behind) == (tab.name, tab.behind)


async def test_the_devices_back_button_goes_up(place: Place, households: list[str]) -> None:
    async with Window(client(place.door), route=f"/household/{households[0]}") as window:
        for digit in PIN:
            await window.press(f"key-{digit}")
        await window.until(lambda: window.says("家庭成员"))

        def arrived(route: str) -> bool:
            return bool(window.page.route == route)

        for route in ("/households", "/"):
            await window.event(window.one(ft.View), "confirm_pop")
            await window.until(partial(arrived, route))


async def test_the_language_last_chosen_holds_before_anybody_unlocks(place: Place) -> None:
    async with Window(client(place.door), answers={"get": "en"}) as window:
        await window.until(lambda: window.says("Enrol this device"))


async def test_a_vault_that_cannot_be_read_is_said_and_not_shown_as_an_empty_one(place: Place) -> None:
    door = place.door
    place.enrolled().lock()
    for file in (place.folder / "vault").glob("vault.db*"):
        file.write_bytes(b"not a database" * 1000)
    async with Window(client(door)) as window:
        assert not window.says("欢迎使用入户")
        assert window.all(ft.Semantics, live_region=True)
