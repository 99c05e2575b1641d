"""A full disk, a disk that cannot be written, and files that somebody scribbled on."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import event

from app.vault.open import Open
from app.vault.working import WorkingCopy
from schemas.clock import Clock
from schemas.problems import Failed
from tests.app.vault.county import PIN, County, admitted, edit, new_id, registered, vault

ROOT = Path(__file__).parents[3]


def fill(mine: Open) -> None:
    """Lets the database grow no further: SQLite then says what it says on a full disk."""

    def shut(connection: sqlite3.Connection, *_: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

    mine._store._engine.dispose()
    event.listen(mine._store._engine, "connect", shut)


def test_a_full_disk_is_said_and_what_was_saved_stays(tmp_path: Path) -> None:
    mine = admitted(tmp_path / "v", County())
    h = new_id()
    mine.write([registered(h, head="周平")])
    fill(mine)
    with pytest.raises(Failed, match="disk_full"):
        mine.save_working(WorkingCopy(new_id(), h, "f", {"signature": Clock().random(50_000).hex()}))
    with pytest.raises(Failed, match="disk_full"):
        mine.write([registered(new_id(), address=Clock().random(50_000).hex())])
    assert mine.summaries()[0].head == "周平"
    mine.lock()

    space_again = vault(tmp_path / "v").unlock("wangfang", PIN)
    assert space_again.verify() == []
    space_again.write([edit(space_again, h, head="周安")])
    assert space_again.household(h)[0].heads.value("head") == "周安"


SMALL = """
import resource, signal, sys
from pathlib import Path
from schemas.clock import Clock
from schemas.clock import Clock
from schemas.problems import Failed
from tests.app.vault.county import PIN, vault
mine = vault(Path(sys.argv[1])).unlock("wangfang", PIN)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
try:
    mine.put_attachment(sys.argv[2], sys.argv[2], "inside", "image/jpeg", Clock().random(2_000_000))
except Failed as failed:
    print(failed.code)
small = mine.put_attachment(sys.argv[2], sys.argv[2], "inside", "image/jpeg", b"small")
print(mine.attachment(small).decode(), mine.verify())
"""


def test_a_photo_that_does_not_fit_leaves_nothing_behind(tmp_path: Path) -> None:
    mine = admitted(tmp_path / "v", County())
    h = new_id()
    mine.write([registered(h)])
    out = subprocess.run(
        [sys.executable, "-c", SMALL, str(tmp_path / "v"), h], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert out.stdout.split("\n")[:2] == ["disk_full", "small []"]
    assert len(list((tmp_path / "v" / "attachments").iterdir())) == 1


def test_a_vault_on_something_that_is_not_a_folder_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(Failed, match="disk_error"):
        vault(tmp_path / "file")
    (tmp_path / "v" / "vault.db").mkdir(parents=True)
    with pytest.raises(Failed, match="disk_error"):
        vault(tmp_path / "v")


def test_a_file_that_is_no_database_says_that_the_vault_is_damaged(tmp_path: Path) -> None:
    (tmp_path / "v").mkdir()
    (tmp_path / "v" / "vault.db").write_bytes(b"not a database at all" * 1000)
    with pytest.raises(Failed, match="vault_damaged"):
        vault(tmp_path / "v")


def test_a_vault_of_a_newer_app_is_left_alone(tmp_path: Path) -> None:
    mine = admitted(tmp_path / "v", County())
    with mine._store.writing() as sql:
        sql.exec_driver_sql("PRAGMA user_version=99")
    with pytest.raises(Failed, match="vault_newer"):
        vault(tmp_path / "v")


def test_a_database_another_process_writes_to_is_waited_for(tmp_path: Path) -> None:
    """A lock held longer than the patience is a disk error, not a traceback."""
    mine = admitted(tmp_path / "v", County())

    def impatient(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute("PRAGMA busy_timeout=50")

    mine._store._engine.dispose()
    event.listen(mine._store._engine, "connect", impatient)
    other = sqlite3.connect(tmp_path / "v" / "vault.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Failed, match="disk_error"):
        mine.write([registered(new_id())])
    other.execute("ROLLBACK")
    other.close()
    assert len(mine.write([registered(new_id())])) == 1
