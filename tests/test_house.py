"""The house itself: what stands at the top, who may import whom, and that the whole of it is typed and tidy."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TOP = {"pyproject.toml", "app", "sync_server", "schemas", "tests", "assets", "README.md", "LICENSE"}


def run(*command: str) -> None:
    here = Path(sys.executable).parent
    done = subprocess.run([here / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"


def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def test_the_top_level_holds_the_rooms_and_nothing_else() -> None:
    names = {path.split("/")[0] for path in tracked()}
    assert {name for name in names if not name.startswith(".")} == TOP


def test_an_init_file_is_empty() -> None:
    assert [p for p in tracked() if p.endswith("__init__.py") and (ROOT / p).read_bytes()] == []


def test_everybody_imports_only_whom_they_may() -> None:
    run("lint-imports")


def test_the_lint_is_clean() -> None:
    run("ruff", "check", ".")
    run("ruff", "format", "--check", ".")


def test_the_types_are_strict_and_hold() -> None:
    run("mypy")
