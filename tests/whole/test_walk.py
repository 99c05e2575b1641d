"""The narrated check is itself checked: it passes on both databases, and it does not pass when something is wrong."""

from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.problems import Failed
from sync_server.demo import walk
from sync_server.demo.narrate import Narrator, NotAsItMust
from sync_server.settings import settings


def test_the_main_job_runs_end_to_end_on_sqlite(tmp_path: Path) -> None:
    told: list[str] = []
    walk.walk(tmp_path, settings(tmp_path / "server", None, env={}), told.append)
    assert told[-1].endswith("all as it must be.")


@pytest.mark.postgres
def test_the_main_job_runs_end_to_end_on_postgresql(tmp_path: Path, new_postgres: Callable[[], str]) -> None:
    told: list[str] = []
    walk.walk(tmp_path, settings(tmp_path / "server", new_postgres(), env={}), told.append)
    assert "on PostgreSQL" in told[0]
    assert told[-1].endswith("all as it must be.")


def test_a_check_that_fails_ends_the_walk_there() -> None:
    told: list[str] = []
    narrator = Narrator(told.append)
    narrator.must(True, "this holds")
    with pytest.raises(NotAsItMust, match="this does not"):
        narrator.must(False, "this does not")
    assert told == ["  ✓ this holds", "  ✗ this does not"]


def test_what_must_be_refused_and_is_not_ends_the_walk_too() -> None:
    told: list[str] = []
    narrator = Narrator(told.append)

    def refuse() -> None:
        raise Failed("wrong_pin", left=3)

    narrator.refused("wrong_pin", refuse, "a wrong PIN")
    with pytest.raises(NotAsItMust):
        narrator.refused("unknown_code", refuse, "a wrong code")
    with pytest.raises(NotAsItMust):
        narrator.refused("wrong_pin", lambda: None, "a wrong PIN")
