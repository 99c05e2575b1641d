"""What the stories across devices begin with: the village with somebody enrolled and its households registered, and its
client served to browsers; a centre with tablets and a stick between them; the real PostgreSQL of the server's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.ui.village import Place, village
from tests.sync_server.conftest import new_postgres
from tests.whole.host import served
from tests.whole.stick import Centre, Tablet, Tablets

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


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    there = Centre(tmp_path / "server")
    yield there
    there.stop()


@pytest.fixture
def tablet(centre: Centre, tmp_path: Path) -> Tablets:
    made: list[str] = []

    def enrolled(user: str) -> Tablet:
        made.append(user)
        folder = tmp_path / f"tablet-{len(made)}" / "vault"
        folder.parent.mkdir()
        return Tablet(user, folder, tmp_path / f"stick-{len(made)}", centre)

    return enrolled
