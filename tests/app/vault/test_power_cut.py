"""A process killed in the middle of its work: what was acknowledged is there, and nothing is half there."""

import signal
import subprocess
import sys
from pathlib import Path

from app.vault.vault import Vault
from schemas import codec
from schemas.problems import Failed
from tests.app.vault.busy_worker import PINS
from tests.app.vault.county import PIN, County, admitted, vault

ROOT = Path(__file__).parents[3]


def test_kill_9_in_the_middle_of_a_visit_loses_nothing(tmp_path: Path) -> None:
    county = County()
    admitted(tmp_path / "v", county).lock()
    acknowledged: list[list[str]] = []
    for lines in (1, 3, 9, 14, 25):
        acknowledged += killed_after("visits", tmp_path / "v", lines)
        mine = vault(tmp_path / "v").unlock("wangfang", PIN)
        assert mine.verify() == []
        for what, id_, value in acknowledged:
            match what:
                case "household":
                    assert mine.household(id_)[0].heads.value("head") == value
                case "phone":
                    assert mine.household(id_)[0].heads.value("phone") == value
                case "working":
                    copy = mine.working(id_)
                    assert copy is not None
                    assert copy.answers == {"note": int(value)}
                case "photo":
                    assert codec.sha256(mine.attachment(id_)) == value
        mine.receive_receipt(county.take("990101200203", *mine.unsent(10**9)))
        assert mine.waiting_count() == 0
    assert len(acknowledged) >= 52


def test_kill_9_in_the_middle_of_a_pin_change_leaves_the_old_or_the_new_pin(tmp_path: Path) -> None:
    admitted(tmp_path / "v", County()).lock()
    for lines in (1, 2, 7):
        killed_after("pins", tmp_path / "v", lines)
        v = vault(tmp_path / "v")
        opened = [pin for pin in PINS if opens(v, pin)]
        assert len(opened) == 1


def opens(v: Vault, pin: str) -> bool:
    try:
        return v.unlock("wangfang", pin).verify() == []
    except Failed:
        return False


def killed_after(what: str, folder: Path, lines: int) -> list[list[str]]:
    """What a busy worker had acknowledged before it was killed, at some moment after so many lines."""
    command = [sys.executable, "-m", "tests.app.vault.busy_worker", what, str(folder)]
    worker = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    said = [worker.stdout.readline() for _ in range(lines)]
    worker.send_signal(signal.SIGKILL)
    said += worker.stdout.readlines()
    worker.wait()
    return [line.split() for line in said if line.endswith("\n")]
