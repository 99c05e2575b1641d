"""The server as one object: its settings, its database and its keys, the schema brought up to date when it opens."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from schemas.clock import Clock
from schemas.problems import Failed
from sync_server import duplicates
from sync_server.brake import Brake
from sync_server.db import Database
from sync_server.keys import Keyring
from sync_server.settings import Settings

_LOCK = 0x72756875
"""PostgreSQL advisory lock: of servers that start at once, one migrates and the others wait."""


@dataclass(frozen=True)
class Server:
    settings: Settings
    clock: Clock
    db: Database

    @cached_property
    def enrolling(self) -> Brake:
        """What slows down guessing at enrolment codes."""
        return Brake(self.clock)

    @classmethod
    def open(cls, settings: Settings, clock: Clock | None = None) -> Self:
        """A server on these settings, its tables made or migrated. Raises Failed: `settings_bad` when the data folder
        or the URL cannot be used, `database_down`."""
        try:
            settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise Failed("settings_bad", name="RUHU_DATA") from error
        clock = clock or Clock()
        db = Database(settings, clock, Keyring(settings.keys))
        try:
            migrate(db)
            db.transaction(duplicates.fill)
        except OperationalError as error:
            db.close()
            raise Failed("database_down") from error
        return cls(settings, clock, db)

    def close(self) -> None:
        self.db.close()


def migrate(db: Database, to: str = "head") -> None:
    """Brings the tables to this version's shape, or to the one of an older revision, in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with db.engine.connect() as connection, connection.begin():
        if db.engine.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, to)
