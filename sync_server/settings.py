"""What a deployment may set, from arguments and the environment, checked once at the start.

`RUHU_DATA` is the folder of the county keys and, by default, of the database; `RUHU_DATABASE_URL` moves the database
to PostgreSQL. Arguments win over the environment.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from schemas.problems import Failed


@dataclass(frozen=True)
class Settings:
    """`database_url` is SQLAlchemy's, with the driver named; `grant_days` how long a device's grant lasts,
    `code_hours` an enrolment code, `session_hours` a desk login; `patience` how many seconds somebody on the line may
    stand still before they have said what they want."""

    data: Path
    database_url: str
    grant_days: int = 365
    code_hours: int = 24
    session_hours: int = 12
    patience: float = 30

    @property
    def keys(self) -> Path:
        return self.data / "keys"


def settings(
    data: Path | str | None = None, database_url: str | None = None, env: Mapping[str, str] = os.environ
) -> Settings:
    """The settings in force; raises Failed("settings_bad") naming the one that cannot be."""
    folder = Path(data or env.get("RUHU_DATA") or "ruhu-data").expanduser().resolve()
    url = database_url or env.get("RUHU_DATABASE_URL") or f"sqlite:///{(folder / 'server.db').as_posix()}"
    scheme, _, rest = url.partition("://")
    if scheme not in _DRIVERS or not rest:
        raise Failed("settings_bad", name="RUHU_DATABASE_URL")
    return Settings(data=folder, database_url=f"{_DRIVERS[scheme]}://{rest}")


_DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "sqlite+pysqlite": "sqlite+pysqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
