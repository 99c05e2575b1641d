"""A photo as an answer: taken or chosen, sealed into the vault at once, shown small.

The purpose of a photo is its neighbour in the row (the question whose name ends in `purpose`), because that is what the
reviewer sorts by; a photo that stands alone takes the question's own name.
"""

import asyncio

import flet as ft

from app.ui.parts.question import pressed
from app.ui.parts.sheet import Sheet
from app.ui.parts.shown import Box
from app.ui.theme import RADIUS, SMALL, tone
from app.ui.words.catalogue import say
from schemas.problems import Failed

QUALITY = 80
"""Of JPEG, where the platform recompresses what it hands over: a page stays readable at a fifth of the size."""


@ft.component
def Photo(box: Box, sheet: Sheet, lang: str) -> ft.Control:
    question = box.question
    # A service lives while somebody holds it; it is made when it is first wanted.
    picker: ft.MutableRef[ft.FilePicker] = ft.use_ref()
    busy, set_busy = ft.use_state(False)

    async def choose(_: object) -> None:
        if busy:
            return
        set_busy(True)
        try:
            if picker.current is None:
                picker.current = ft.FilePicker()
            files = await picker.current.pick_files(
                file_type=ft.FilePickerFileType.IMAGE, with_data=True, compression_quality=QUALITY
            )
            for chosen in files[:1]:
                if chosen.bytes:
                    await _keep(sheet, question.path, chosen.bytes)
        finally:
            set_busy(False)

    shown: list[ft.Control] = []
    if isinstance(question.value, str) and question.value:
        shown.append(_thumbnail(sheet, question.value, question.label, lang))
    button = ft.OutlinedButton(
        say(lang, "part.photo_again" if question.value else "part.photo"),
        icon=ft.Icons.PHOTO_CAMERA_OUTLINED,
        disabled=busy,
        on_click=choose,
    )
    return pressed(box, sheet, lang, shown, None if question.readonly else button)


async def _keep(sheet: Sheet, path: str, data: bytes) -> None:
    """Seal the photo off the event loop, which all windows share, then answer with it."""
    try:
        attachment = await asyncio.to_thread(sheet.visit.attach, purpose(sheet, path), data)
    except Failed as failed:
        sheet.not_saved(failed)
        return
    sheet.answer(path, attachment)


def purpose(sheet: Sheet, path: str) -> str:
    """What a photo is for: the answer of the neighbour that asks its purpose, else the question's own name."""
    above, _, name = path.rpartition("/")
    for near, box in sheet.boxes.items():
        if near.startswith(f"{above}/") and near.endswith("purpose") and box.question.value:
            return str(box.question.value)
    return name


def _thumbnail(sheet: Sheet, attachment: str, label: str, lang: str) -> ft.Control:
    data = sheet.photo(attachment)
    if data is None:
        return ft.Text(say(lang, "part.photo_lost"), theme_style=SMALL, color=ft.Colors.ON_SURFACE_VARIANT)
    kept = tone("ok")
    return ft.Column(
        [
            ft.Image(src=data, width=220, height=165, fit=ft.BoxFit.COVER, border_radius=RADIUS, semantics_label=label),
            ft.Row(
                [
                    ft.Icon(ft.Icons.LOCK_OUTLINE, size=18, color=kept.ink),
                    ft.Text(say(lang, "part.photo_kept"), theme_style=SMALL, color=kept.ink),
                ],
                spacing=6,
                tight=True,
            ),
        ],
        spacing=6,
    )
