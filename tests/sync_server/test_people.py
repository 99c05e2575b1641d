"""People: roles and places that fit, passwords that are kept as nothing, logins that end."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from sqlalchemy import select

from schemas.problems import Failed
from sync_server import audit, people, tables
from sync_server.people import Login
from tests.sync_server.place import PASSWORD, Place, Watch


def log_in(place: Place, password: str = PASSWORD, user: str = "") -> Login:
    return people.log_in(place.server.db, user or place.user("supervisor"), password)


def refused(place: Place, password: str = PASSWORD, user: str = "") -> Failed:
    with pytest.raises(Failed) as refusal:
        log_in(place, password, user)
    return refusal.value


def test_a_login_lasts_half_a_day(place: Place, watch: Watch) -> None:
    login = log_in(place)
    assert place.server.db.snapshot(lambda tx: people.by_token(tx, login.token)).role == "supervisor"
    watch.forward(hours=13)
    with pytest.raises(Failed, match="session_over"):
        place.server.db.snapshot(lambda tx: people.by_token(tx, login.token))


def test_a_login_ends_when_asked_to_and_when_the_person_leaves(place: Place) -> None:
    first, second = log_in(place), log_in(place)
    place.server.db.transaction(lambda tx: people.log_out(tx, first.token))
    with pytest.raises(Failed, match="session_over"):
        place.server.db.snapshot(lambda tx: people.by_token(tx, first.token))
    place.server.db.transaction(lambda tx: people.deactivate(tx, place.county, second.person.user))
    with pytest.raises(Failed, match="session_over"):
        place.server.db.snapshot(lambda tx: people.by_token(tx, second.token))
    assert refused(place).code == "wrong_login"


@pytest.mark.parametrize(("user", "password"), [("", "wrong password"), ("nobody", PASSWORD), ("visitor-990101", "")])
def test_a_wrong_name_and_a_wrong_password_are_refused_alike(place: Place, user: str, password: str) -> None:
    assert refused(place, password, user).code == "wrong_login"


def test_wrong_passwords_make_one_wait_and_never_lock_out(place: Place, watch: Watch) -> None:
    for _ in range(people.PATIENCE):
        assert refused(place, "wrong password").code == "wrong_login"
    assert (refused(place).code, refused(place).figures) == ("wait", {"seconds": 9})
    watch.forward(seconds=9)
    assert log_in(place).person == log_in(place).person


def test_many_guesses_at_once_are_worth_no_more_than_as_many_one_by_one(place: Place) -> None:
    with ThreadPoolExecutor(people.PATIENCE + 4) as pool:
        refusals = list(pool.map(lambda _: refused(place, "wrong password").code, range(people.PATIENCE + 4)))
    assert sorted(refusals) == ["wait"] * 4 + ["wrong_login"] * people.PATIENCE
    assert refused(place).code == "wait"


def test_nobody_waits_for_a_password_that_is_being_tried(place: Place) -> None:
    """While all the turns for trying passwords are taken, others write: trying holds no lock."""
    with ExitStack() as turns:
        for _ in range(people.TRIED_AT_ONCE):
            turns.enter_context(people._turns)
        with ThreadPoolExecutor(1) as pool:
            login = pool.submit(log_in, place)
            place.server.db.transaction(lambda tx: audit.write(tx, place.county, audit.SERVER, "meanwhile", ""))
            assert not login.done()
            turns.close()
            assert login.result().person.role == "supervisor"


def test_a_new_password_ends_the_old_sessions(place: Place) -> None:
    login = log_in(place)
    place.server.db.transaction(
        lambda tx: people.set_password(tx, place.county, place.user("supervisor"), "another password")
    )
    with pytest.raises(Failed, match="session_over"):
        place.server.db.snapshot(lambda tx: people.by_token(tx, login.token))
    assert log_in(place, "another password").token != login.token


def test_neither_password_nor_token_is_kept(place: Place) -> None:
    login = log_in(place)
    kept = place.server.db.snapshot(
        lambda tx: repr([tx.execute(select(t)).all() for t in (tables.person, tables.session, tables.audit)])
    )
    assert PASSWORD not in kept
    assert login.token not in kept


@pytest.mark.parametrize(
    ("role", "scope", "password", "code"),
    [
        ("king", ["990101"], None, "bad_role"),
        ("visitor", [], None, "bad_scope"),
        ("visitor", ["110101"], None, "bad_scope"),
        ("visitor", ["9901010"], None, "bad_scope"),
        ("visitor", ["990101"], "short", "weak_passphrase"),
        ("visitor", ["990101"], "nine char", "weak_passphrase"),
    ],
)
def test_a_person_who_does_not_fit_is_refused(
    place: Place, role: str, scope: list[str], password: str | None, code: str
) -> None:
    with pytest.raises(Failed, match=code):
        place.server.db.transaction(lambda tx: people.add(tx, place.county, "new", "新人", role, scope, password))


@pytest.mark.parametrize("code", ["990101999", "990101200999", "990101001999"])
def test_a_place_that_holds_no_village_is_refused_by_name(place: Place, code: str) -> None:
    user, scope = place.user("visitor"), [place.areas[0], code]
    for gives in (
        lambda tx: people.add(tx, place.county, "new", "新人", "visitor", scope),
        lambda tx: people.set_scope(tx, place.county, user, scope),
    ):
        with pytest.raises(Failed, match="unknown_area") as refusal:
            place.server.db.transaction(gives)
        assert refusal.value.figures == {"area": code}
    assert [p.user for p in place.server.db.snapshot(lambda tx: people.everyone(tx, place.county))].count("new") == 0
    assert place.server.db.snapshot(lambda tx: people.get(tx, place.county, user)).scope == place.areas[:2]


def test_a_user_name_is_taken_once(place: Place) -> None:
    with pytest.raises(Failed, match="user_taken"):
        place.server.db.transaction(
            lambda tx: people.add(tx, place.county, place.user("visitor"), "别人", "visitor", ["990101"])
        )


def test_where_somebody_works_is_said_anew_with_a_line_in_the_audit(place: Place) -> None:
    user, (east, hill, cloud) = place.user("visitor"), place.areas
    said = place.server.db.transaction(lambda tx: people.set_scope(tx, place.county, user, [cloud, east]))
    assert said == place.server.db.snapshot(lambda tx: people.get(tx, place.county, user))
    assert said.scope == (cloud, east)
    last = place.server.db.snapshot(lambda tx: audit.read(tx, place.county, about=user))[-1]
    assert (last.who, last.what) == (audit.SERVER, "scope_set")
    assert last.detail == {"scope": [cloud, east], "before": [east, hill]}


def test_a_desk_works_where_its_person_does_from_then_on(place: Place) -> None:
    login = log_in(place)
    place.server.db.transaction(lambda tx: people.set_scope(tx, place.county, login.person.user, place.areas[:1]))
    assert place.server.db.snapshot(lambda tx: people.by_token(tx, login.token)).scope == place.areas[:1]


@pytest.mark.parametrize("scope", [[], ["110101"], ["9901010"], ["990101", "x"]])
def test_a_place_that_cannot_be_is_refused_and_changes_nothing(place: Place, scope: list[str]) -> None:
    user = place.user("visitor")
    with pytest.raises(Failed, match="bad_scope"):
        place.server.db.transaction(lambda tx: people.set_scope(tx, place.county, user, scope))
    assert place.server.db.snapshot(lambda tx: people.get(tx, place.county, user)).scope == place.areas[:2]
    with pytest.raises(Failed, match="unknown_person"):
        place.server.db.transaction(lambda tx: people.set_scope(tx, place.county, "nobody", ["990101"]))
