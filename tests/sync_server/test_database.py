"""The database: its tables are what the migrations make, and what it cannot do it says."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from schemas.problems import Failed
from sync_server import tables as t
from sync_server.db import Tx
from sync_server.server import Server
from sync_server.settings import Settings, settings
from tests.sync_server.place import Place, Watch, found


def test_the_migrations_make_the_tables_that_the_code_names(bare: Settings) -> None:
    server = Server.open(bare)
    with server.db.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), t.metadata) == []
    server.close()


def test_a_server_opened_again_finds_what_was_there(server: Server, chosen: Settings, watch: Watch) -> None:
    key = found(server).server.db.keyring.of("990101").sign_public
    again = Server.open(chosen, watch.clock)
    assert again.db.keyring.of("990101").sign_public == key
    assert again.db.snapshot(lambda tx: tx.execute(select(t.county.c.name)).scalars().all()) == ["样例县"]
    again.close()


def test_servers_that_start_at_once_make_the_tables_once(bare: Settings) -> None:
    with ThreadPoolExecutor(3) as pool:
        for server in pool.map(lambda _: Server.open(bare), range(3)):
            server.close()


def test_writers_who_meet_wait_for_each_other_and_lose_nothing(place: Place) -> None:
    def count(tx: Tx) -> None:
        person = (t.person.c.county == place.county) & (t.person.c.user == place.user("visitor"))
        now = tx.execute(select(t.person.c.failures).where(person).with_for_update()).scalar_one()
        tx.execute(update(t.person).where(person).values(failures=now + 1))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: place.server.db.transaction(count), range(40)))
    query = select(t.person.c.failures).where(t.person.c.user == place.user("visitor"))
    assert place.server.db.snapshot(lambda tx: tx.execute(query).scalar_one()) == 40


def test_a_snapshot_sees_one_moment(place: Place) -> None:
    def read(tx: Tx) -> tuple[str, str]:
        query = select(t.county.c.name)
        before = tx.execute(query).scalar_one()
        place.server.db.transaction(lambda other: other.execute(update(t.county).values(name="改名县")))
        return before, tx.execute(query).scalar_one()

    assert place.server.db.snapshot(read) == ("样例县", "样例县")


def test_an_error_of_the_database_quotes_nobody(place: Place) -> None:
    row = {"county": place.county, "user": place.user("visitor"), "name": "某某某", "role": "visitor", "scope": []}
    with pytest.raises(IntegrityError) as error:
        place.server.db.transaction(lambda tx: tx.execute(insert(t.person).values(**row)))
    assert "某某某" not in str(error.value)


def test_a_url_that_is_none_is_named(tmp_path: Path) -> None:
    for url in ("mysql://x/y", "nonsense", "postgresql://host:port/x"):
        with pytest.raises(Failed) as bad:
            Server.open(settings(tmp_path, url, env={}))
        assert (bad.value.code, bad.value.figures) == ("settings_bad", {"name": "RUHU_DATABASE_URL"})


def test_a_database_that_is_not_there_is_said_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="database_down"):
        Server.open(settings(tmp_path, f"postgresql://nobody@/x?host={tmp_path}", env={}))
    with pytest.raises(Failed, match="database_down"):
        Server.open(settings(tmp_path, f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}", env={}))


def test_a_data_folder_that_cannot_be_is_said_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Failed, match="settings_bad"):
        Server.open(settings(tmp_path / "file" / "data", env={}))


def test_settings_come_from_arguments_then_the_environment(tmp_path: Path) -> None:
    env = {"RUHU_DATA": str(tmp_path / "a"), "RUHU_DATABASE_URL": "postgresql://host/x"}
    assert settings(env=env).database_url == "postgresql+psycopg://host/x"
    assert settings(tmp_path / "b", env=env).data == tmp_path / "b"
    assert settings(tmp_path, env={}).database_url.startswith("sqlite+pysqlite:///")


def test_keys_are_for_the_servers_user_only_and_their_loss_is_named(place: Place) -> None:
    file = next(place.server.settings.keys.iterdir())
    assert file.stat().st_mode & 0o077 == 0
    file.unlink()
    again = Server.open(place.server.settings)
    with pytest.raises(Failed, match="county_keys_missing"):
        again.db.transaction(lambda tx: tx.keys(place.county))
    again.close()
