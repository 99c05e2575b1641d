"""Sync by file from the screen: saving, loading the answer, carrying for somebody else, and what it says of each."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import flet as ft
import pytest

from app.main import client
from app.ui.screens.bundle import ROOM_IN_MEMORY
from schemas import bundle
from tests.app.ui.harness import Window
from tests.app.ui.village import PIN, Place


@asynccontextmanager
async def at_the_files(
    place: Place, answers: dict[str, Any], platform: ft.PagePlatform = ft.PagePlatform.WINDOWS
) -> AsyncIterator[Window]:
    """A window on a device without a network, at the screen for files."""
    place.stop()
    async with Window(client(place.door), width=1200, route="/sync", answers=answers) as window:
        window.page.platform = platform
        for digit in PIN:
            await window.press(f"key-{digit}")
        await window.until(lambda: window.all(ft.Semantics, identifier="sync-file"))
        await window.press("sync-file")
        await window.until(lambda: window.all(ft.Semantics, identifier="bundle-save"))
        yield window


def chosen(file: Path) -> list[dict[str, Any]]:
    return [{"id": 1, "name": file.name, "size": file.stat().st_size, "path": str(file)}]


def parcels(place: Place) -> list[Path]:
    """What lies in the app's own folder."""
    return list(place.door.parcels.glob("*"))


@pytest.mark.usefixtures("households")
async def test_what_is_saved_and_what_to_do_with_it_is_said(place: Place, tmp_path: Path) -> None:
    stick = tmp_path / "stick.ruhu"
    suggested: list[str] = []

    def save(arguments: dict[str, Any]) -> str:
        suggested.append(arguments["file_name"])
        return str(stick)

    async with at_the_files(place, {"save_file": save}) as window:
        await window.press("bundle-save")
        await window.until(lambda: window.says("已存好：15 处改动，0 张照片。"))
        assert window.says("再把带回的回执文件读入")
        assert window.says("存成密封文件")
    assert stick.read_bytes().startswith(bundle.MAGIC)
    assert suggested[0].endswith("-up.ruhu")
    assert window.says(suggested[0][5:14]), "the code in the name is on the screen"
    assert parcels(place) == []


@pytest.mark.usefixtures("households")
async def test_a_phone_is_handed_the_file_as_a_whole(place: Place) -> None:
    handed: list[bytes] = []

    def save(arguments: dict[str, Any]) -> str:
        handed.append(arguments["src_bytes"])
        return "content://somewhere"

    async with at_the_files(place, {"save_file": save}, ft.PagePlatform.ANDROID) as window:
        await window.press("bundle-save")
        await window.until(lambda: window.says("已存好"))
    assert handed[0].startswith(bundle.MAGIC)
    assert len(handed[0]) < bundle.padded(ROOM_IN_MEMORY)


@pytest.mark.usefixtures("households")
async def test_thinking_better_of_it_says_nothing_and_leaves_nothing(place: Place) -> None:
    async with at_the_files(place, {"save_file": None, "pick_files": []}) as window:
        for button in ("bundle-save", "bundle-load", "bundle-carry"):
            await window.press(button)
            await window.until(lambda: not window.all(ft.ProgressBar))
        assert not window.says("已存好")
    assert parcels(place) == []


@pytest.mark.usefixtures("households")
async def test_a_stick_that_was_pulled_out_is_said(place: Place, tmp_path: Path) -> None:
    gone = str(tmp_path / "no such stick" / "file.ruhu")
    async with at_the_files(place, {"save_file": gone}) as window:
        await window.press("bundle-save")
        await window.until(lambda: window.says("请检查 U 盘是否插好"))
    assert parcels(place) == []


@pytest.mark.usefixtures("households")
async def test_what_is_no_answer_for_this_person_is_refused_in_plain_words(place: Place, tmp_path: Path) -> None:
    stray = tmp_path / "holiday.jpg"
    stray.write_bytes(b"\xff\xd8" * 1000)
    async with at_the_files(place, {"pick_files": chosen(stray)}) as window:
        await window.press("bundle-load")
        await window.until(lambda: window.says("没有读入任何内容"))
        assert window.says("它不是给您的")
        await window.press("bundle-carry")
        await window.until(lambda: window.says("连不上服务器"))
    assert stray.exists(), "what the person chose is theirs"
    assert parcels(place) == []
