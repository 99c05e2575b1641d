"""What the stories across devices begin with: the village with somebody enrolled and its households registered, its
client served to browsers, and the same real PostgreSQL as the tests of the server."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.ui.village import Place, village
from tests.sync_server.conftest import new_postgres
from tests.whole.host import served

__all__ = ["new_postgres"]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with village(tmp_path) as there:
        opened = there.enrolled()
        there.settle(opened)
        opened.lock()
        yield there


@pytest.fixture
def url(place: Place) -> Iterator[str]:
    """Where the place's client is served."""
    with served(place) as address:
        yield address
