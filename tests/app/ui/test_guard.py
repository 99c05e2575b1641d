"""Whatever goes wrong, the window lives on, says so in the person's words, and tells the log where but never what."""

import logging

import flet as ft
import pytest

from app.ui import guard
from schemas.problems import Failed
from tests.app.ui.harness import Window

SECRET = "王秀兰 33010119580403122X"


@ft.observable
class State:
    """What the test's page shows."""

    broken: bool = False
    pressed: int = 0


@ft.component
def Page(state: State) -> ft.View:
    if state.broken:
        raise ValueError(SECRET)

    def fail() -> None:
        raise KeyError(SECRET)

    def refuse() -> None:
        raise Failed("disk_full")

    def count() -> None:
        state.pressed += 1

    buttons = [
        ft.TextButton("fail", on_click=fail),
        ft.TextButton("refuse", on_click=refuse),
        ft.TextButton("count", on_click=count),
    ]
    return ft.View([ft.Text(f"pressed {state.pressed}"), *buttons])


class Told(list[BaseException]):
    """What the guard told."""


@pytest.fixture
def state() -> State:
    return State()


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def window(state: State, told: Told) -> Window:
    async def main(page: ft.Page) -> None:
        guard.quiet_logs()
        page.render_views(Page, state)
        guard.keep(page, told.append)

    return Window(main)


async def test_a_handler_that_fails_leaves_the_page_as_it_was(
    window: Window, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    async with window:
        await window.press("fail")
        assert [type(e) for e in told] == [KeyError]
        await window.press("count")
        assert window.says("pressed 1")
    assert SECRET not in caplog.text
    assert "KeyError at fail" in caplog.text


async def test_a_known_problem_reaches_the_person_as_itself(window: Window, told: Told) -> None:
    async with window:
        await window.press("refuse")
        assert [e.code for e in told if isinstance(e, Failed)] == ["disk_full"]


async def test_a_screen_that_cannot_be_drawn_is_drawn_again_when_it_can(
    window: Window, state: State, told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    async with window:
        state.broken = True
        await window.until(lambda: told)
        assert [type(e) for e in told] == [ValueError]
        state.broken = False
        state.pressed = 7
        await window.until(lambda: window.says("pressed 7"))
    assert SECRET not in caplog.text


def test_the_log_says_where_and_not_what(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("flet")
    guard.quiet_logs()
    try:
        int(SECRET)
    except ValueError:
        logger.exception("Unhandled error in %r handler", "on_click")
    assert SECRET not in caplog.text
    assert "ValueError at test_the_log_says_where_and_not_what" in caplog.text
