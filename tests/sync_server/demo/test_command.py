"""`ruhu demo` as somebody starts it: says where everything is, stops politely, keeps its data, touches nothing else."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from app.review.client import Review
from app.sync.http import Http
from app.sync.round import sync_once
from app.vault.device_secret import FileSecret
from app.vault.vault import Vault
from schemas.clock import Clock
from schemas.problems import Failed
from sync_server.demo.command import main, running
from sync_server.demo.county import account
from sync_server.demo.folder import MARK, Folder, claimed
from sync_server.demo.serving import bind

pytestmark = pytest.mark.xdist_group("demo")

SECONDS = 120


def start(folder: Path, *options: str) -> subprocess.Popen[str]:
    program = "import sys; from app.cli import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "demo", "--data", str(folder), "--no-browser", *options]
    env = {k: v for k, v in os.environ.items() if not k.startswith("RUHU_")} | {"PYTHONUTF8": "1"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env)


def read_welcome(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if "--reset starts over" in line:
            return said
    raise AssertionError(said)


def test_a_first_start_serves_everything_and_a_second_finds_it_again(tmp_path: Path) -> None:
    folder = tmp_path / "ruhu-data"
    first = start(folder, "--port", "0")
    said = read_welcome(first)
    assert "First start" in said
    for secret in ("274905", "508317", "631842", "desk-supervisor-7045", "desk-steward-3962", "desk-auditor-8174"):
        assert secret in said
    web, server = re.findall(r"http://127\.0\.0\.1:\d+", said)[:2]
    assert "<html" in requests.get(web, timeout=20).text.lower()
    assert requests.get(f"{server}/health", timeout=20).json()["ok"] is True
    desk = Review(server)
    login = desk.login("supervisor", account("supervisor").password)
    waiting = desk.queue("done").visits
    assert login.role == "supervisor"
    assert len(waiting) >= 5
    first.send_signal(signal.SIGINT)
    rest, _ = first.communicate(timeout=SECONDS)
    assert first.returncode == 0
    assert "Stopped" in rest
    assert "Traceback" not in rest

    second = start(folder, "--port", "0")
    said = read_welcome(second)
    assert "First start" not in said
    assert "Enrolling" not in said
    second.terminate()
    rest, _ = second.communicate(timeout=SECONDS)
    assert (second.returncode, "Traceback" in rest) == (0, False)

    tablet_opens_and_syncs_after_the_server_moved(folder)


def tablet_opens_and_syncs_after_the_server_moved(folder: Path) -> None:
    said: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with claimed(folder) as mine, running(mine, port, said.append) as url:
            assert f":{port}" not in url
            assert f"{port} was taken" in "".join(said)
            (mark,) = [p.name for p in (mine.path / "tablet").iterdir()]
            opened = Vault(mine.vault(mark), Clock(), FileSecret(mine.secret(mark))).unlock(
                "visitor", account("visitor").pin
            )
            assert len(opened.summaries()) == 50
            server = re.findall(r"http://127\.0\.0\.1:\d+", "".join(said))[1]
            outcome = sync_once(opened, Http(server, opened.device(), opened.sign))
            assert outcome.safe
            opened.lock()


def test_only_one_demo_has_a_folder(tmp_path: Path) -> None:
    with claimed(tmp_path / "d"), pytest.raises(Failed, match="demo_running"), claimed(tmp_path / "d"):
        pass
    with claimed(tmp_path / "d"):
        pass


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    assert main(["--data", str(tmp_path), "--reset", "--no-browser"]) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.txt"]
    said = capsys.readouterr().err
    assert "演示不会动它" in said
    assert "--data" in said


def test_reset_removes_what_the_demo_put_there_and_nothing_else(tmp_path: Path) -> None:
    with claimed(tmp_path) as folder:
        (tmp_path / "keys").mkdir()
        (tmp_path / "keys" / "county-990101.json").write_text("{}")
        (tmp_path / "server.db").write_text("")
        (tmp_path / "my-notes.txt").write_text("mine")
        folder.clear()
    assert sorted(p.name for p in tmp_path.iterdir()) == [MARK, "my-notes.txt"]


def test_reset_does_not_touch_a_database_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUHU_DATABASE_URL", "postgresql://nobody@127.0.0.1/none")
    with pytest.raises(Failed, match="reset_elsewhere"):
        Folder(tmp_path).clear()


def test_a_folder_that_cannot_be_made_is_said_and_no_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert main(["--data", str(tmp_path / "file" / "inside"), "--no-browser"]) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_a_busy_port_is_stepped_over() -> None:
    with bind("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with bind("127.0.0.1", port) as second:
            assert second.getsockname()[1] > port


def test_an_option_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--nonsense"])
    assert ended.value.code == 2
