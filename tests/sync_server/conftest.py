"""What every test of the server stands on: a clock that can be set, and each test on SQLite and on PostgreSQL."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sync_server.server import Server
from sync_server.settings import Settings, settings
from tests.sync_server import postgres
from tests.sync_server.desk import CountyHouse, Tablet, Visited
from tests.sync_server.place import Place, Watch, found


@pytest.fixture(scope="session")
def new_postgres() -> Iterator[Callable[[], str]]:
    with postgres.running() as fresh:
        yield fresh


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def chosen(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Settings of a server that has nothing yet."""
    url = request.getfixturevalue("new_postgres")() if request.param == "postgres" else None
    return settings(tmp_path / "server", url, env={})


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
