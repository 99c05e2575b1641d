"""A visit to fill in, for the tests of its parts and screens: the county's own questionnaire and rules on a device."""

from importlib.resources import files

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
