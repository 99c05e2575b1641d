"""The county of a script, on either database: made once, copied for each script in a few milliseconds.

The template holds a founded county with a household in each village, two tablets that have what there is, and a third
that was let in and has nothing yet. A copy is a folder and, with PostgreSQL, the database as it was in the beginning,
for one script at a time. What is backed up is copied the same way, and put back the same way. Folders lie in memory
where there is such a place: what a power cut does to a disk is not tested here.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.promises import books
from tests.promises.actor import Actor
from tests.promises.books import Books
from tests.promises.centre import LOWER, PEOPLE, UPPER
from tests.promises.nursery import Nursery
from tests.promises.shelf import BACKUP, BEGINNING, Shelf

TABLETS = tuple(user for user, (role, _) in PEOPLE.items() if role == "visitor")
MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Template:
    """A county at rest."""

    nursery: Nursery
    folder: Path
    shelf: Shelf | None

    @contextmanager
    def copied(self) -> Iterator["Place"]:
        """A county of one's own, and its end."""
        with scratch() as folder:
            shutil.copytree(self.folder, folder, dirs_exist_ok=True)
            if self.shelf is not None:
                self.shelf.put_back(BEGINNING)
            yield Place(self.nursery, folder, self.shelf)


@dataclass(frozen=True)
class Place:
    """Where a script's server and tablets keep what they have."""

    nursery: Nursery
    folder: Path
    shelf: Shelf | None

    @property
    def url(self) -> str:
        return self.shelf.url if self.shelf is not None else f"sqlite+pysqlite:///{self._file}"

    @property
    def _file(self) -> Path:
        return self.folder / "server" / "server.db"

    def books(self) -> Books:
        """What is really in the server's database."""
        with self.shelf.reading() if self.shelf is not None else self._reading() as ask:
            return books.read(ask)

    @contextmanager
    def _reading(self) -> Iterator[Callable[[str], list[tuple[Any, ...]]]]:
        with closing(sqlite3.connect(self._file)) as connection:
            connection.execute("begin")
            yield lambda sql: connection.execute(sql).fetchall()

    def tablet(self, who: str) -> Path:
        return self.folder / "tablets" / who

    def back_up_server(self) -> None:
        """While no server runs."""
        _copy(self.folder / "server", self.folder / "server.backup")
        if self.shelf is not None:
            self.shelf.keep(BACKUP)

    def put_server_back(self) -> None:
        """While no server runs."""
        _copy(self.folder / "server.backup", self.folder / "server")
        if self.shelf is not None:
            self.shelf.put_back(BACKUP)

    def back_up_tablet(self, who: str) -> None:
        """While the tablet is off."""
        _copy(self.tablet(who), self.folder / "tablets" / f"{who}.backup")

    def put_tablet_back(self, who: str) -> None:
        """While the tablet is off."""
        _copy(self.folder / "tablets" / f"{who}.backup", self.tablet(who))


@contextmanager
def scratch() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ruhu-promises-", dir=MEMORY if MEMORY.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def founded(nursery: Nursery, shelf: Shelf | None) -> Iterator[Template]:
    """A template on SQLite, or on this empty database of PostgreSQL."""
    with scratch() as folder:
        place = Place(nursery, folder, shelf)
        (folder / "tablets").mkdir()
        server = Actor.born(nursery, "server", folder=str(folder / "server"), url=place.url, seed="founding", days=0)
        server.call("migrate")
        server.call("found")
        url = f"http://127.0.0.1:{server.call('port')}"
        for who in TABLETS:
            tablet = Actor.born(
                nursery, "tablet", folder=str(place.tablet(who)), user=who, url=url, seed=f"founding {who}", days=0
            )
            tablet.call("enrol", server.call("code", who))
            if who == TABLETS[0]:
                _two_households(tablet)
            if who != TABLETS[-1]:
                assert tablet.call("sync")["safe"]
            tablet.kill()
        server.kill()
        if shelf is not None:
            shelf.prepare()
            shelf.keep(BEGINNING)
        template = Template(nursery, folder, shelf)
        with template.copied() as stage:
            nursery.rehearse(folder=str(stage.folder), url=stage.url)
        yield template


def _two_households(tablet: Actor) -> None:
    for area in (UPPER, LOWER):
        root, member = tablet.call("new_id"), tablet.call("new_id")
        tablet.call("edit", root, root, "household", {"area": area, "head": "1", "phone": "1"})
        tablet.call("edit", root, member, "member", {"name": "1", "national_id": "1"})


def _copy(source: Path, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
