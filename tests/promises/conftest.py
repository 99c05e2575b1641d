"""A warm nursery and a county at rest on each database, once for each worker."""

from collections.abc import Iterator

import pytest

from tests.promises import shelf
from tests.promises.nursery import Nursery, warm
from tests.promises.place import Template, founded
from tests.promises.shelf import Shelf


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    with warm() as nursery:
        yield nursery


@pytest.fixture(scope="session")
def running_postgres() -> Iterator[Shelf]:
    with shelf.running() as running:
        yield running


@pytest.fixture(scope="session")
def on_sqlite(nursery: Nursery) -> Iterator[Template]:
    with founded(nursery, None) as template:
        yield template


@pytest.fixture(scope="session")
def on_postgres(nursery: Nursery, running_postgres: Shelf) -> Iterator[Template]:
    with founded(nursery, running_postgres) as template:
        yield template
