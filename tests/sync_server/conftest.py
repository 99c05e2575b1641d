"""What every test of the server stands on: a clock that can be set, and each test on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sync_server.server import Server
from sync_server.settings import Settings, settings
from tests.sync_server import postgres
from tests.sync_server.desk import CountyHouse, Tablet, Visited
from tests.sync_server.place import Place, Watch, found
from tests.sync_server.postgres import Fresh
from tests.sync_server.tabled import tabled

DATABASES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session")
def new_postgres() -> Iterator[Fresh]:
    with postgres.running() as fresh:
        yield fresh


@pytest.fixture(scope="session")
def tabled_postgres(new_postgres: Fresh, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database that has its tables and nothing in them, for others to be like."""
    url = new_postgres()
    Server.open(settings(tmp_path_factory.mktemp("tables"), url, env={})).close()
    return url


@pytest.fixture(params=DATABASES)
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of a server that has nothing yet."""
    url = request.getfixturevalue("new_postgres")() if request.param == "postgres" else None
    return settings(tmp_path / "server", url, env={})


@pytest.fixture(params=DATABASES)
def chosen(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of a server that has its tables and nothing in them."""
    if request.param == "sqlite":
        return tabled(tmp_path / "server")
    fresh: Fresh = request.getfixturevalue("new_postgres")
    return settings(tmp_path / "server", fresh(like=request.getfixturevalue("tabled_postgres")), env={})


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def server(chosen: Settings, watch: Watch) -> Iterator[Server]:
    server = Server.open(chosen, watch.clock)
    yield server
    server.close()


@pytest.fixture
def place(server: Server) -> Place:
    """样例县 with three villages and one person of each role."""
    return found(server)


@pytest.fixture
def house(chosen: Settings) -> Iterator[CountyHouse]:
    """A county whose desk is in use."""
    house = CountyHouse.open(chosen)
    yield house
    house.server.close()


@pytest.fixture
def visited(house: CountyHouse) -> Visited:
    """A household whose visit waits for review."""
    return Visited.made(house, Tablet(house, "wang", "平板一"))
