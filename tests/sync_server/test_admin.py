"""The steward's commands: a county set up from nothing, from the command line, as the README says."""

import io
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import update

from schemas.clock import Clock
from schemas.problems import Failed
from sync_server import admin, audit, people, tables
from sync_server.server import Server
from sync_server.settings import Settings, settings
from tests.sync_server.place import PASSWORD, Place

VILLAGES = "code,name,town_name\n990101200203,茶坑村,云岭乡\n990101200200,云岭村,云岭乡\n"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.delenv("RUHU_DATABASE_URL", raising=False)
    villages = tmp_path / "villages.csv"
    villages.write_text(VILLAGES, "utf-8")
    folder = str(tmp_path / "server")
    assert admin.main(["--data", folder, "init", "990101", "样例县", str(villages)]) == 0
    return folder


Run = Callable[..., int]


@pytest.fixture
def run(place: Place, chosen: Settings) -> Run:
    """The steward's commands, beside the server of a place, on either database."""
    where = ["--data", str(chosen.data), "--database", chosen.database_url]
    return lambda *command: admin.main([*where, *command])


def lines(place: Place, about: str) -> list[str]:
    """What the audit says was done about somebody or something."""
    return [e.what for e in place.server.db.snapshot(lambda tx: audit.read(tx, place.county, about=about))]


def typed(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(line + "\n"))


def test_a_county_is_set_up_from_nothing_and_verifies(
    data: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "a-long-password")
    assert admin.main(["--data", data, "person", "shen", "沈国梁", "supervisor", "990101"]) == 0
    typed(monkeypatch, "")
    assert admin.main(["--data", data, "person", "lin", "林晓云", "visitor", "990101200203"]) == 0
    library = files("schemas.library")
    assert admin.main(["--data", data, "form", str(library.joinpath("forms", "means-visit.md"))]) == 0
    assert admin.main(["--data", data, "pack", str(library.joinpath("packs", "cn-2021"))]) == 0
    capsys.readouterr()
    assert admin.main(["--data", data, "code", "lin"]) == 0
    assert len(capsys.readouterr().out.strip()) == 11
    assert admin.main(["--data", data, "verify"]) == 0
    assert "all as it must be" in capsys.readouterr().out


def test_somebody_works_elsewhere_from_now_on(
    data: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "")
    assert admin.main(["--data", data, "person", "lin", "林晓云", "visitor", "990101200203"]) == 0
    assert admin.main(["--data", data, "scope", "lin", "990101200203", "990101200200"]) == 0
    assert "villages of lin: 2" in capsys.readouterr().out
    assert admin.main(["--data", data, "scope", "lin", "990101200200"]) == 0
    assert "villages of lin: 1" in capsys.readouterr().out
    assert admin.main(["--data", data, "verify"]) == 0


@pytest.mark.parametrize("command", [["person", "new", "新人", "visitor"], ["scope", "visitor-990101"]])
def test_a_place_that_holds_no_village_is_named(
    run: Run, command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "")
    assert run(*command, "990101001999") == 1
    assert "990101001999" in capsys.readouterr().err


def test_a_new_password_is_asked_for_and_ends_the_old_one(
    place: Place, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    user = place.user("supervisor")
    login = people.log_in(place.server.db, user, PASSWORD)
    typed(monkeypatch, "")
    assert run("password", user) == 1
    assert "passphrase" in capsys.readouterr().err
    typed(monkeypatch, "another password")
    assert run("password", user) == 0
    assert "another password" not in "".join(capsys.readouterr())
    with pytest.raises(Failed, match="session_over"):
        place.server.db.snapshot(lambda tx: people.by_token(tx, login.token))
    with pytest.raises(Failed, match="wrong_login"):
        people.log_in(place.server.db, user, PASSWORD)
    assert people.log_in(place.server.db, user, "another password").person.user == user
    assert "password_set" in lines(place, user)
    assert run("verify") == 0


def test_somebodys_access_ends_once_the_steward_says_it_again(
    place: Place, run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tablet, user = place.tablet(), place.user("visitor")
    typed(monkeypatch, "somebody else")
    assert run("deactivate", user) == 1
    assert "devices in use: 1" in capsys.readouterr().out
    assert tablet.pull().upto == 0
    typed(monkeypatch, user)
    assert run("deactivate", user) == 0
    assert "devices put out: 1" in capsys.readouterr().out
    with pytest.raises(Failed, match="revoked"):
        tablet.pull()
    assert "person_deactivated" in lines(place, user)
    assert lines(place, tablet.id)[-1] == "revoked"
    assert run("code", user) == 1
    assert run("deactivate", user, "--yes") == 0
    assert "devices put out: 0" in capsys.readouterr().out
    assert run("verify") == 0


def test_verify_names_what_is_wrong_and_ends_non_zero(data: str, capsys: pytest.CaptureFixture[str]) -> None:
    server = Server.open(settings(data, None, env={}), Clock())
    server.db.transaction(lambda tx: tx.execute(update(tables.audit).values(who="somebody else")))
    server.close()
    assert admin.main(["--data", data, "verify"]) == 1
    assert "WRONG" in capsys.readouterr().out


@pytest.mark.parametrize(
    "command",
    [
        ["code", "nobody"],
        ["person", "lin", "林", "visitor", "110101"],
        ["scope", "nobody", "990101"],
        ["password", "nobody"],
        ["deactivate", "nobody", "--yes"],
        ["pack", "no/such/folder"],
        ["form", "no/such/file"],
    ],
    ids=lambda c: c[0],
)
def test_a_refusal_is_said_in_words(
    data: str, command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(monkeypatch, "")
    assert admin.main(["--data", data, *command]) == 1
    said = capsys.readouterr().err
    assert said.strip()
    assert "Traceback" not in said


def test_a_form_and_a_pack_with_mistakes_are_refused_by_place(
    data: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    form = tmp_path / "form.md"
    form.write_text("| survey |\n| | type | name | label |\n| | texxt | a | A |\n", "utf-8")
    assert admin.main(["--data", data, "form", str(form)]) == 1
    assert "survey" in capsys.readouterr().err
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "pack.yaml").write_text("name: x\nno_such_field: 1\n", "utf-8")
    assert admin.main(["--data", data, "pack", str(pack)]) == 1
    assert "no_such_field" in capsys.readouterr().err
