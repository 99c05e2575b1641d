"""The README is true: the symbols of its walk exist, its commands are commands, its pictures are there."""

import importlib
import re
from functools import reduce
from pathlib import Path

import pytest

from app import cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
SYMBOLS = sorted(set(re.findall(r"`([a-z_.]+):([A-Za-z_.]+)`", README)))


@pytest.mark.parametrize(("module", "symbol"), SYMBOLS, ids=[":".join(s) for s in SYMBOLS])
def test_every_step_of_the_walk_is_where_it_says(module: str, symbol: str) -> None:
    assert reduce(getattr, symbol.split("."), importlib.import_module(module))


def test_the_walk_has_its_steps() -> None:
    assert len(SYMBOLS) > 20


def test_every_command_it_names_exists() -> None:
    named = set(re.findall(r"\bruhu ([a-z]+)", README))
    assert {"demo", "serve", "admin", "web", "bench"} <= named <= set(cli.COMMANDS)


def test_every_picture_it_shows_is_there() -> None:
    for path in re.findall(r"!\[[^]]*]\(([^)]+)\)", README):
        assert (ROOT / path).is_file(), path
