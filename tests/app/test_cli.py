import importlib.util
import subprocess
import sys
import textwrap

import pytest

from app import cli


def test_without_a_command_it_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([]) == 2
    assert cli.main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in cli.COMMANDS)


def test_a_command_that_does_not_exist_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["fly"]) == 2
    assert "'fly'" in capsys.readouterr().err


def test_every_command_of_the_table_exists() -> None:
    for command in cli.COMMANDS.values():
        assert importlib.util.find_spec(command.module), command.module


def test_a_server_command_on_a_tablet_says_what_to_install() -> None:
    script = textwrap.dedent("""
        import sys
        class Absent:
            def find_spec(self, name, path=None, target=None):
                if name.split(".")[0] in {"fastapi", "uvicorn", "alembic", "yaml", "pyxform"}:
                    raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        sys.meta_path.insert(0, Absent())
        from app import cli
        sys.exit(cli.main(["demo", "--walk"]))
    """)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "pip install 'ruhu[server]'" in done.stderr
    assert "Traceback" not in done.stderr
