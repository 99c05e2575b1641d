"""The served client as a window: no internet, a connection that drops, the keyboard, the browser's own buttons."""

from urllib.parse import urlsplit

import pytest

from tests.app.ui.village import PIN
from tests.whole.browser import DESKTOP, browser

pytestmark = pytest.mark.browser

WATCH = """
  const Plain = window.WebSocket;
  window.sockets = [];
  window.WebSocket = class extends Plain { constructor(...a) { super(...a); window.sockets.push(this); } };
"""


def test_a_dropped_connection_ends_in_a_page_that_lives(url: str) -> None:
    with browser(DESKTOP) as window:
        window.page.add_init_script(WATCH)
        window.open(f"{url}/households")
        window.page.keyboard.type(PIN, delay=40)
        window.shows("从左边选一户")
        window.type("搜索", "司马")
        window.page.evaluate("window.before = true; window.sockets.at(-1).close()")
        window.page.wait_for_function("window.before === undefined && document.readyState === 'complete'")
        window.ready()
        window.shows("共 1 户")
        window.named_like("household-").first.click()
        window.shows("家庭成员")


def test_nothing_is_loaded_from_anywhere_else_and_nothing_is_missing(url: str) -> None:
    with browser(DESKTOP) as window:
        window.open(url)
        window.pin(PIN)
        window.named("today").wait_for(state="attached")
        host = urlsplit(url).netloc
        elsewhere = {a for a in window.asked if a.startswith("http") and urlsplit(a).netloc != host}
        # Flutter's animation runtime asks once for a file that no screen uses, and does without.
        assert {a for a in elsewhere if "rive" not in a} == set()
        assert window.missing == []


def test_the_browsers_back_button_goes_back(url: str) -> None:
    with browser(DESKTOP) as window:
        window.open(f"{url}/households")
        window.pin(PIN)
        window.named_like("household-").first.click()
        window.shows("家庭成员")
        window.page.go_back()
        window.shows("从左边选一户")
