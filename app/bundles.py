"""Bundles as files: what one person's open vault puts into one and takes out of it, and anybody's file to the server.

A file is there whole or not at all, durably, before anybody is told so: the stick may be pulled out the next moment.
What lies in the app's own folder on its way is sealed, removed when it was delivered, and swept a day after a crash.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from app.sync import bundle, http
from app.ui.seams import Loaded, Parcel
from app.vault.open import Open
from schemas.bundle import SUFFIX, name, return_name
from schemas.clock import Clock
from schemas.problems import Failed

STALE_SECONDS = 24 * 3600


class Bundles:
    """Sync without a network for one person; `address` tells where this device reaches the server."""

    def __init__(self, opened: Open, folder: Path, clock: Clock, address: Callable[[], str]) -> None:
        self._opened = opened
        self._clock = clock
        self._address = address
        self.folder = folder

    def export(self, room: int | None = None, carried: frozenset[str] = frozenset()) -> Parcel:
        return export(self._opened, self._new(), self._clock, room, carried)

    def load(self, file: Path) -> Loaded:
        return load(self._opened, file)

    def carry(self, file: Path, called: str) -> Parcel:
        answer = self._new()
        carry(self._address(), file, answer)
        return Parcel(return_name(called), "", answer)

    def _new(self) -> Path:
        with _telling():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in self.folder.iterdir():
            with suppress(OSError):
                if self._clock.now().timestamp() - old.stat().st_mtime > STALE_SECONDS:
                    old.unlink()
        return self.folder / (self._clock.random(16).hex() + SUFFIX)


def export(
    opened: Open, file: Path, clock: Clock, room: int | None = None, carried: frozenset[str] = frozenset()
) -> Parcel:
    """Writes a bundle; into a folder under the name that is to be suggested. Raises Failed `bundle_file`, `locked`."""
    whole = file / f"{clock.random(8).hex()}{SUFFIX}" if file.is_dir() else file
    with _telling(), _writing(whole) as out:
        made = bundle.export(opened, out, clock, room=room or bundle.ROOM, carried=carried)
    if file.is_dir():
        with _telling():
            whole = whole.replace(file / name(made.opening))
    return Parcel(
        name=name(made.opening),
        code=made.opening.code,
        file=whole,
        changes=made.changes,
        photos=len(made.photos),
        left=made.left,
        carried=carried | made.photos,
    )


def load(opened: Open, file: Path) -> Loaded:
    """Takes an answer. Raises Failed as `app.sync.bundle.load` does, and `bundle_file`."""
    with _telling():
        source = file.open("rb")
    with source:
        found = bundle.load(opened, source)
    here = not found.shut_out
    return Loaded(
        changes=found.changes,
        photos=found.photos,
        received=found.received,
        waiting=opened.waiting_count() + opened.photos_waiting() if here else 0,
        held=opened.held_count() if here else 0,
        more=found.more,
        problem=found.problems[0] if found.problems else None,
        shut_out=found.shut_out,
    )


def carry(url: str, file: Path, answer: Path) -> None:
    """Takes anybody's sealed file to the server and writes the answer for them. Raises Failed `bundle_file`, and as
    `http.carry` does."""
    with _telling(), file.open("rb") as source, _writing(answer) as out:
        http.carry(url, source, out)


@contextmanager
def _writing(file: Path) -> Iterator[BinaryIO]:
    """A new file, there under its name once the block has ended well."""
    part = file.with_name(file.name + ".part")
    try:
        with part.open("wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        part.replace(file)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


@contextmanager
def _telling() -> Iterator[None]:
    """Errors of the stick or the disk become Failed; the original, which quotes a path, is dropped."""
    try:
        yield
    except OSError:
        raise Failed("bundle_file") from None
