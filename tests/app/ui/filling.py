"""A visit to fill in, for the tests of its parts and screens: the county's own questionnaire and rules on a device."""

from importlib.resources import files

import flet as ft

from app.ui.parts.sheet import Sheet
from app.vault.open import Open
from app.work.work import Work
from schemas.forms.runtime import Question
from schemas.wire import LibraryItem
from sync_server import library
from sync_server.db import Tx
from tests.app.ui.harness import Window
from tests.app.ui.village import COUNTY, PIN, Place

SHELF = files("schemas.library")


def equip(place: Place, opened: Open) -> None:
    """Publish the questionnaire and the rules of today, and hand them to the device as a sync does."""

    def publish(tx: Tx) -> list[tuple[LibraryItem, bytes]]:
        form = SHELF.joinpath("forms", "means-visit.md").read_text("utf-8")
        items = [
            library.publish_form(tx, COUNTY, form, "means-visit"),
            library.publish_pack(tx, COUNTY, SHELF.joinpath("packs", "cn-2021")),
        ]
        return [(item, library.data(tx, COUNTY, item.hash)) for item in items]

    for item, data in place.server.db.transaction(publish):
        opened.put_document(item, data)


def sheet_of(work: Work, household: str) -> Sheet:
    """The household's visit as a sheet that works its result out only when told to."""
    return Sheet(work.visit(household), later=lambda _: lambda: None)


def question(sheet: Sheet, path: str) -> Question:
    return sheet.boxes[path].question


def row_ids(sheet: Sheet, repeat: str) -> list[str]:
    """The ids of a repeat's rows that are shown, in order."""
    return [path[len(repeat) + 1 : -1] for path in sheet.folds if path.startswith(f"{repeat}[")]


async def unlocked(window: Window) -> None:
    for digit in PIN:
        await window.press(f"key-{digit}")


def identifiers(window: Window, start: str, end: str = "") -> list[str]:
    """Every identifier on the screen that starts and ends so, from the top down."""
    found = [c.identifier for c in window.all(ft.Semantics) if c.identifier]
    return list(dict.fromkeys(i for i in found if i.startswith(start) and i.endswith(end)))


async def sign(window: Window, path: str) -> None:
    """Open a signature's pad, draw a stroke, and say that it is done."""
    await window.press(f"q:{path}")
    at = {"x": 20, "y": 20}
    for name, x, y in (("pan_start", 20, 20), ("pan_update", 60, 90), ("pan_update", 120, 30)):
        at = {"x": x, "y": y}
        await window.event(window.named("sign.pad"), name, {"k": "touch", "l": at, "g": at})
    await window.event(window.named("sign.pad"), "pan_end", {"l": at, "g": at, "v": {"x": 0, "y": 0}})
    await window.press("sign.done")


async def answer_something(window: Window, path: str) -> None:
    """Answer a question as somebody would who wants to be done: the last choice, a one, a name, a scrawl."""
    tiles = identifiers(window, f"q:{path}=")
    if tiles:
        await window.press(tiles[-1])
        return
    control = window.named(f"q:{path}")
    if isinstance(control, ft.TextField):
        text = (
            "1" if control.keyboard_type == ft.KeyboardType.NUMBER else ANSWERS.get(path.rpartition("/")[2], "王秀兰")
        )
        await window.event(control, "change", text, value=text)
    elif isinstance(control, ft.OutlinedButton):
        await sign(window, path)
    else:
        await window.press(control)
        await window.press(identifiers(window, "choice:")[0])


async def follow_the_check(window: Window) -> None:
    """Open the check, mend what it leads to, and again until it leads nowhere new. It ends with the check open."""
    tried: set[str] = set()
    for _ in range(60):
        while not identifiers(window, "visit.finish"):
            await window.press("visit.next")
        await window.press("visit.finish")
        led = [i.removeprefix("mend:") for i in identifiers(window, "mend:")]
        path = next((p for p in led if p not in tried), None)
        if path is None:
            assert identifiers(window, "finish.go"), window.texts()
            return
        tried.add(path)
        await window.press(f"mend:{path}")
        await answer_something(window, path)
    raise AssertionError(f"the check never ends: {window.texts()}")


ANSWERS = {"national_id": "990101195804030028", "no_id_reason": "未办证"}
