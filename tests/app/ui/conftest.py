"""The village and its visitor, for every test of the screens."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.app.ui.village import Place, village


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A server that serves and a device with nobody on it yet."""
    with village(tmp_path) as there:
        yield there


@pytest.fixture
def households(place: Place) -> list[str]:
    """The visitor enrolled on the device with the households of the village; the households' ids."""
    opened = place.enrolled()
    made = place.settle(opened)
    opened.lock()
    return made
