"""Sync by file in a real browser: the file is downloaded, somebody carries it, the answer is loaded, and it is said."""

from pathlib import Path

import pytest

from app.vault.drafts import Draft
from schemas import merge
from schemas.bundle import return_name
from tests.app.ui.village import PIN, Place
from tests.whole.browser import DESKTOP, PHONE, Window, browser

pytestmark = pytest.mark.browser

PICTURES = Path(__file__).parents[1] / "pictures"


def write_something(place: Place) -> None:
    """From another window of the same device."""
    opened = place.vault().unlock("lin", PIN)
    held = opened.record(opened.summaries()[0].household)
    assert held is not None
    sets = {"phone": "13900000009"}
    opened.write([Draft(held.id, held.id, "household", "", sets, merge.seeing(held.heads, sets))])
    opened.lock()


def saved(window: Window, button: str, stick: Path) -> Path:
    """Press what hands over a file; where it was put."""
    with window.page.expect_download() as coming:
        window.press(button)
    file = stick / coming.value.suggested_filename
    coming.value.save_as(file)
    return file


def give(window: Window, button: str, file: Path) -> None:
    with window.page.expect_file_chooser() as asked:
        window.press(button)
    asked.value.set_files(file)


@pytest.mark.parametrize(("size", "name"), [(PHONE, "phone"), (DESKTOP, "desktop")])
def test_a_day_without_a_network_goes_out_and_comes_back_as_files(
    place: Place, url: str, tmp_path: Path, size: tuple[int, int], name: str
) -> None:
    with browser(size, accept_downloads=True) as window:
        window.open(f"{url}/sync")
        window.pin(PIN)
        window.shows("都已安全送达")
        window.press("offline")
        write_something(place)
        window.press("sync-file")
        window.shows("用文件传送")
        file = saved(window, "bundle-save", tmp_path)
        window.shows("已存好：1 处改动，0 张照片。")
        window.picture(PICTURES / f"{name}-file-saved.png")

        give(window, "bundle-load", file)
        window.shows("没有读入任何内容")
        window.picture(PICTURES / f"{name}-file-refused.png")

        with window.page.expect_download() as coming:
            give(window, "bundle-carry", file)
        window.shows("服务器已收下")
        answer = tmp_path / coming.value.suggested_filename
        coming.value.save_as(answer)
        assert answer.name == return_name(file.name)

        give(window, "bundle-load", answer)
        window.shows("服务器确认收到 1 处改动")
        window.picture(PICTURES / f"{name}-file-loaded.png")
        window.press("back")
        window.shows("都已安全送达")
        assert list((place.folder / "vault" / "parcels").glob("*")) == []
