"""The main job in a real browser, from a new device to the decision: at a phone's and at a desk's size.

A visitor enrols, fetches the village, visits a household, reads the result to the family and sends it; a supervisor
approves it; the visitor sees the decision. Pictures of each step are left in `tests/pictures/` for the eye.
"""

import re
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from app.sync.http import Http
from app.sync.round import sync_once
from app.vault.device_secret import FileSecret
from app.vault.keys import new_device_keys
from app.vault.vault import Vault
from sync_server import library, people
from sync_server.db import Tx
from sync_server.demo.doorstep import BY_NAME
from tests.app.ui.village import COUNTY, LOWER, PASSPHRASE, PASSWORD, PIN, QUICK, UPPER, Place, village
from tests.whole.browser import DESKTOP, PHONE, Window, browser

pytestmark = pytest.mark.browser

PICTURES = Path(__file__).parents[1] / "pictures"
Picture = Callable[[Window, str], None]
SIZES = {"phone": PHONE, "desktop": DESKTOP}
HEAD = "欧阳·阿依古丽"
INCOME = "9600"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A county with its questionnaire and rules, and households that the station has registered."""
    with village(tmp_path) as there:
        there.server.db.transaction(_publish)
        _register(there, tmp_path)
        yield there


def _publish(tx: Tx) -> None:
    shelf = files("schemas.library")
    library.publish_form(tx, COUNTY, shelf.joinpath("forms", "means-visit.md").read_text("utf-8"), "means-visit")
    library.publish_pack(tx, COUNTY, shelf.joinpath("packs", "cn-2021"))
    people.add(tx, COUNTY, "zhou", "周敏华", "officer", [UPPER, LOWER])


def _register(place: Place, folder: Path) -> None:
    """An officer registers the households at the station and sends them."""
    vault = Vault(folder / "station", place.clock, FileSecret(folder / "station-secret"), cost=QUICK)
    keys = new_device_keys(place.clock)
    opened = vault.admit(place.grant("zhou", keys), keys, PIN, None, place.url)
    place.settle(opened)
    road = Http(place.url, opened.device(), opened.sign, place.clock)
    assert sync_once(opened, road, clock=place.clock).safe
    road.close()
    opened.lock()


@pytest.mark.parametrize("size", SIZES)
def test_one_visit_from_the_doorstep_to_the_decision(size: str, place: Place, url: str) -> None:
    def picture(window: Window, name: str) -> None:
        window.picture(PICTURES / f"{size}-{name}.png")

    with browser(SIZES[size]) as window:
        window.open(url)
        picture(window, "01-welcome")
        _enrol(window, place.code())
        window.shows("王秀兰")
        picture(window, "02-today")

        window.tab("住户")
        window.type("搜索", "阿依")
        window.named_like("household-").first.click()
        window.shows("家庭成员")
        picture(window, "03-household")

        window.press("start")
        window.shows("入户日期")
        picture(window, "04-visit")
        _follow_the_check(window, picture)
        window.press("finish.go")
        window.shows("符合条件")
        picture(window, "08-result")

        window.press("result.today")
        window.tab("同步")
        window.shows("都已安全送达")
        picture(window, "09-safe")

        window.open(f"{url}/desk")
        window.type("用户名", "chen")
        window.type("密码", PASSWORD)
        window.press("submit")
        window.shows(HEAD)
        picture(window, "10-queue")
        window.named_like("visit-").first.click()
        window.named("approve").wait_for(state="attached")
        picture(window, "11-review")
        window.press("approve")
        window.press("approve-go")
        window.shows("已通过")
        picture(window, "12-approved")

        window.open(f"{url}/sync")
        window.press("sync-now")
        window.shows("都已安全送达")
        window.tab("住户")
        window.named_like("household-").first.click()
        window.shows("救助")
        window.shows(re.compile("每月"))
        picture(window, "13-decided")
        assert window.missing == []


def _enrol(window: Window, code: str) -> None:
    window.press("enrol")
    for label, text in (
        ("登记码", code),
        ("PIN（6 位数字）", PIN),
        ("再输一次 PIN", PIN),
        ("口令（至少 10 个字符）", PASSPHRASE),
        ("再输一次口令", PASSPHRASE),
    ):
        window.reach(window.field(label))
        window.type(label, text)
    window.press("submit")


def _follow_the_check(window: Window, picture: Picture) -> None:
    """Open the check, mend what it names, and again until nothing is missing. It ends with the check open."""
    for turn in range(12):
        while not window.named("visit.finish").count():
            window.press("visit.next")
            window.frames(6)
        window.press("visit.finish")
        window.shows("完成前检查")
        named = [str(m.get_attribute("flt-semantics-identifier")) for m in window.named_like("mend:").all()]
        missing = [n.removeprefix("mend:") for n in named if not n.endswith("national_id")]
        if turn == 0:
            picture(window, "05-check")
        if not missing:
            return
        window.press(f"mend:{missing[0]}")
        window.named_like(f"q:{missing[0]}").first.wait_for(state="attached")
        here = missing[0].rpartition("/")[0]
        for path in [m for m in missing if m.rpartition("/")[0] == here]:
            _answer(window, path)
        if "wage" in missing[0]:
            picture(window, "06-income")
        if "sign" in missing[0]:
            picture(window, "07-signed")
    raise AssertionError(f"the check never ends: {window.words()}")


def _answer(window: Window, path: str) -> None:
    """Answer one question as somebody would who wants to be done."""
    name = path.rpartition("/")[2]
    window.named_like(f"q:{path}").first.wait_for(state="attached")
    tiles = window.named_like(f"q:{path}=")
    field = window.page.locator(_FIELD.format(path=path)).first
    if tiles.count():
        wanted = "yes" if name == "has_wage" else BY_NAME.get(name, "no")
        tile = window.named(f"q:{path}={wanted}")
        window.press(
            f"q:{path}={wanted}" if tile.count() else str(tiles.first.get_attribute("flt-semantics-identifier"))
        )
        if name == "has_wage":
            window.press("add:income/wage")
    elif name.startswith("sign"):
        window.press(f"q:{path}")
        window.sign()
    elif field.count():
        window.reach(field)
        window.fill(field, TYPED.get(name, "1"))
    else:
        window.press(f"q:{path}")
        window.named_like("choice:").first.wait_for(state="attached")
        window.press(f"choice:{BY_NAME[name]}")
    window.frames(2)


_FIELD = '[flt-semantics-identifier="q:{path}"] input, input[flt-semantics-identifier="q:{path}"]'
TYPED = {
    "respondent_name": "阿依古丽",
    "national_id": "990101195804030028",
    "wage_gross": INCOME,
    "no_id_reason": "未办证",
}
