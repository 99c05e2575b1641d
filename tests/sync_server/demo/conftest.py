"""A server filled with the demo's county, once for all tests of a worker."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync_server.demo.seed import Seeded, seed
from sync_server.server import Server
from sync_server.settings import Settings


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Seeded]]:
    folder: Path = tmp_path_factory.mktemp("demo")
    server = Server.open(Settings(folder, f"sqlite+pysqlite:///{folder / 'server.db'}"))
    yield server, seed(server.db)
    server.close()
