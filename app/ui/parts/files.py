"""Files that go out of the app and come into it, whatever the platform.

On a workstation the dialog gives a path and the app reads or writes there. On a phone and in the browser a file to be
saved is handed over as a whole; in the browser one that was chosen is streamed to the host, into the folder that the
app names.
"""

import asyncio
import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import flet as ft

from app.ui.desk import Desk
from schemas.problems import Failed

UPLOAD_SECONDS = 3600


@dataclass(frozen=True)
class Chosen:
    """A file that somebody chose. `ours` says that it is a copy made for the app."""

    name: str
    path: Path
    ours: bool = False

    def drop(self) -> None:
        """Removes the copy, if it is one."""
        if self.ours:
            with suppress(OSError):
                self.path.unlink(missing_ok=True)


def whole() -> bool:
    """Whether this platform takes a file to be saved only as a whole."""
    page = ft.context.page
    return bool(page.web or (page.platform is not None and page.platform.is_mobile()))


class Files:
    """The platform's dialogs for files. A service lives while somebody holds it: keep this in a `use_ref`."""

    def __init__(self) -> None:
        # What is to be heard must be said when the service is made; a handler set later hears nothing.
        self._picker = ft.FilePicker(on_upload=self._heard)
        self._arrived: asyncio.Future[str | None] | None = None

    async def save(self, desk: Desk, name: str, file: Path) -> bool:
        """Asks where to save a file and puts it there; False when the person thought better of it. Raises Failed
        `bundle_file`."""
        content = await desk.off(_read, file) if whole() else None
        place = await self._picker.save_file(file_name=name, src_bytes=content)
        if content is not None:
            return bool(place) or bool(ft.context.page.web)  # a browser does not tell where it put it
        if not place:
            return False
        await desk.off(_copied, file, Path(place))
        return True

    async def chosen(self, folder: Path) -> Chosen | None:
        """Asks for a file; None when the person thought better of it. In the browser it comes into `folder`, which
        the host takes uploads into. Raises Failed `bundle_file`."""
        found = await self._picker.pick_files()
        if not found:
            return None
        if found[0].path:
            return Chosen(found[0].name, Path(found[0].path))
        name = secrets.token_hex(16)
        self._arrived = asyncio.get_running_loop().create_future()
        url = ft.context.page.get_upload_url(name, UPLOAD_SECONDS)
        await self._picker.upload([ft.FilePickerUploadFile(upload_url=url, id=found[0].id, name=found[0].name)])
        if await self._arrived is not None:
            raise Failed("bundle_file")
        return Chosen(found[0].name, folder / name, ours=True)

    def _heard(self, event: ft.FilePickerUploadEvent) -> None:
        arrived = self._arrived
        if arrived is not None and not arrived.done() and (event.error or event.progress == 1.0):
            arrived.set_result(event.error)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Failed("bundle_file") from error


def _copied(file: Path, place: Path) -> None:
    """Durably: the stick may be pulled out as soon as the screen says that it is there."""
    try:
        with file.open("rb") as source, place.open("wb") as out:
            shutil.copyfileobj(source, out, 1024 * 1024)
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise Failed("bundle_file") from error
