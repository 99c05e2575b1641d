"""The county of a script, on either database: made once, copied for each script in a few milliseconds.

The template holds a founded county with a household in each village, two tablets that have what there is, and a third
that was let in and has nothing yet. A copy is a folder and,
with PostgreSQL, a database made from the template's. What is backed up is copied the same way, and put back the same
way. Folders lie in memory where there is such a place: what a power cut does to a disk is not tested here.
"""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.promises.actor import Actor
from tests.promises.centre import LOWER, PEOPLE, UPPER
from tests.promises.nursery import Nursery
from tests.sync_server import postgres

TABLETS = tuple(user for user, (role, _) in PEOPLE.items() if role == "visitor")
MEMORY = Path("/dev/shm")


@dataclass(frozen=True)
class Postgres:
    """A running PostgreSQL whose databases come and go. It never crashes here, only those who write to it, so it need
    not wait for its disk."""

    admin: psycopg.Connection[Any]
    url: str
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def named(self, name: str) -> str:
        return self.url.replace("/test_1?", f"/{name}?").replace("postgresql://", "postgresql+psycopg://")

    def new(self) -> str:
        return f"script_{next(self.numbers)}"

    def copy(self, name: str, to: str) -> None:
        """A database like another, to which nobody is connected, in the place of what `to` was."""
        self.drop(to)
        self.admin.execute(f'create database "{to}" template "{name}" strategy file_copy'.encode())

    def drop(self, name: str) -> None:
        self.admin.execute(f'drop database if exists "{name}" with (force)'.encode())


@contextmanager
def postgres_running() -> Iterator[Postgres]:
    with postgres.running() as fresh:
        url = fresh()
        with psycopg.connect(url, autocommit=True) as admin:
            for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
                admin.execute(f"alter system set {setting} = off".encode())
            admin.execute("select pg_reload_conf()")
            yield Postgres(admin, url)


@dataclass(frozen=True)
class Template:
    """A county at rest."""

    nursery: Nursery
    folder: Path
    postgres: Postgres | None
    name: str = "ruhu_template"

    @contextmanager
    def copied(self) -> Iterator["Place"]:
        """A county of one's own, and its end."""
        with scratch() as folder:
            shutil.copytree(self.folder, folder, dirs_exist_ok=True)
            place = Place(self.nursery, folder, self.postgres, "")
            if self.postgres is not None:
                place.name = self.postgres.new()
                self.postgres.copy(self.name, place.name)
            try:
                yield place
            finally:
                if self.postgres is not None:
                    self.postgres.drop(place.name)
                    self.postgres.drop(f"{place.name}_backup")


@dataclass
class Place:
    """Where a script's server and tablets keep what they have."""

    nursery: Nursery
    folder: Path
    postgres: Postgres | None
    name: str

    @property
    def url(self) -> str:
        if self.postgres is not None:
            return self.postgres.named(self.name)
        return f"sqlite+pysqlite:///{self.folder / 'server' / 'server.db'}"

    def tablet(self, who: str) -> Path:
        return self.folder / "tablets" / who

    def back_up_server(self) -> None:
        """While no server runs."""
        _copy(self.folder / "server", self.folder / "server.backup")
        if self.postgres is not None:
            self.postgres.copy(self.name, f"{self.name}_backup")

    def put_server_back(self) -> None:
        """While no server runs."""
        _copy(self.folder / "server.backup", self.folder / "server")
        if self.postgres is not None:
            self.postgres.copy(f"{self.name}_backup", self.name)

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
def founded(nursery: Nursery, running: Postgres | None) -> Iterator[Template]:
    """A template on SQLite, or on this PostgreSQL."""
    with scratch() as folder:
        place = Place(nursery, folder, running, Template.name)
        (folder / "tablets").mkdir()
        if running is not None:
            running.admin.execute(f'create database "{Template.name}"'.encode())
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
        template = Template(nursery, folder, running)
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
