"""The people of a county, what role they have and where, and how they log in at a desk.

A password is kept as scrypt's output with its own salt. Wrong passwords make a person wait, longer each time, and never
lock them out for good. A session is a random token of which only the hash is kept.
"""

import hashlib
import hmac
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, select, update

from schemas import codec, ids
from schemas.clock import parse_stamp, stamp
from schemas.problems import Failed
from sync_server import audit, may
from sync_server import tables as t
from sync_server.county import areas
from sync_server.db import Database, Tx

_N, _R, _P = 2**14, 8, 1  # scrypt: 16 MiB and some 50 ms, OWASP's floor for its p=5 is n=2**14
PATIENCE = 5
"""Wrong passwords before the first wait."""
LONGEST_WAIT = 900
TRIED_AT_ONCE = 4
"""How many passwords are tried at the same time: each takes 16 MiB and one core while it lasts."""
TURN_SECONDS = 10
_turns = threading.BoundedSemaphore(TRIED_AT_ONCE)


@dataclass(frozen=True)
class Person:
    """`scope` is a tuple of area code prefixes; `name` is for screens and grants, never for logs."""

    county: str
    user: str
    name: str
    role: str
    scope: tuple[str, ...]
    active: bool = True


@dataclass(frozen=True)
class Login:
    """A desk session; `token` is shown to nobody again."""

    token: str
    person: Person
    expires: str


def add(
    tx: Tx, county: str, user: str, name: str, role: str, scope: Sequence[str], password: str | None = None
) -> Person:
    """Adds a person. Raises Failed: `bad_role`, `bad_scope`, `unknown_area` for a place that holds no village,
    `user_taken`, `weak_passphrase`."""
    if role not in may.ROLES:
        raise Failed("bad_role")
    _check_scope(tx, scope, county)
    if not user or len(user) > 64 or _find(tx, user) is not None:
        raise Failed("user_taken")
    tx.execute(
        insert(t.person).values(
            county=county,
            user=user,
            name=name,
            role=role,
            scope=list(scope),
            password_hash=None if password is None else _hashed(tx, password),
        )
    )
    audit.write(tx, county, audit.SERVER, "person_added", user, role=role, scope=list(scope))
    return Person(county, user, name, role, tuple(scope))


def get(tx: Tx, county: str, user: str, *, lock: bool = False) -> Person:
    """A person, with `lock` with nobody else changing them until the commit; raises Failed("unknown_person")."""
    row = _find(tx, user, lock)
    if row is None or row.county != county:
        raise Failed("unknown_person")
    return _person(row)


def everyone(tx: Tx, county: str) -> list[Person]:
    rows = tx.execute(select(t.person).where(t.person.c.county == county).order_by(t.person.c.user))
    return [_person(row) for row in rows]


def set_scope(tx: Tx, county: str, user: str, scope: Sequence[str]) -> Person:
    """Gives a person these places and no others. A desk shows them at once; a device learns of them at its next pull,
    and what it sends for a place that is theirs no longer is held. Raises Failed: `unknown_person`, `bad_scope`,
    `unknown_area` for a place that holds no village."""
    _check_scope(tx, scope, county)
    before = get(tx, county, user, lock=True)
    mine = (t.person.c.county == county) & (t.person.c.user == user)
    tx.execute(update(t.person).where(mine).values(scope=list(scope)))
    audit.write(tx, county, audit.SERVER, "scope_set", user, scope=list(scope), before=list(before.scope))
    return replace(before, scope=tuple(scope))


def set_password(tx: Tx, county: str, user: str, password: str) -> None:
    """Raises Failed: `unknown_person`, `weak_passphrase`. Ends the person's sessions."""
    get(tx, county, user)
    mine = (t.person.c.county == county) & (t.person.c.user == user)
    tx.execute(update(t.person).where(mine).values(password_hash=_hashed(tx, password), failures=0, wait_until=None))
    tx.execute(delete(t.session).where(t.session.c.county == county, t.session.c.user == user))
    audit.write(tx, county, audit.SERVER, "password_set", user)


def deactivate(tx: Tx, county: str, user: str) -> None:
    """Ends a person's logins, at once and for good; with their devices it is `devices.end_access`. Raises
    Failed("unknown_person")."""
    get(tx, county, user)
    tx.execute(update(t.person).where(t.person.c.county == county, t.person.c.user == user).values(active=False))
    tx.execute(delete(t.session).where(t.session.c.county == county, t.session.c.user == user))
    audit.write(tx, county, audit.SERVER, "person_deactivated", user)


def log_in(db: Database, user: str, password: str) -> Login:
    """A session. Raises Failed: `wrong_login`, `wait` with the seconds, `server_busy`.

    The password is tried between two transactions: nobody's write waits meanwhile, and at most `TRIED_AT_ONCE` are
    tried at a time. Whoever tries many at once is told to wait for all but the first few, the right one among them.
    """
    found = db.snapshot(lambda tx: _find(tx, user))
    if found is None or not found.active or found.password_hash is None:
        _matches(password, _NOBODY)  # an unknown name takes as long to refuse as a wrong password
        raise Failed("wrong_login")
    if waits := _waits(found, db.clock.now()):
        raise Failed("wait", seconds=waits)
    right = _matches(password, found.password_hash)
    ended = db.transaction(lambda tx: _tried(tx, user, found.password_hash, right))
    if isinstance(ended, Failed):
        raise ended  # after the commit, so that the try is counted
    return ended


def _tried(tx: Tx, user: str, tried: str, right: bool) -> Login | Failed:
    """What comes of a password that was tried against this hash: a session, or the refusal."""
    row = _find(tx, user, lock=True)
    if row is None or not row.active or row.password_hash != tried:
        return Failed("wrong_login")
    now = tx.clock.now()
    if waits := _waits(row, now):
        return Failed("wait", seconds=waits)
    mine = (t.person.c.county == row.county) & (t.person.c.user == user)
    if not right:
        tries = row.failures + 1
        wait = min(LONGEST_WAIT, 2 ** (tries - PATIENCE + 3)) if tries >= PATIENCE else 0
        until = stamp(now + timedelta(seconds=wait)) if wait else None
        tx.execute(update(t.person).where(mine).values(failures=tries, wait_until=until))
        audit.write(tx, row.county, user, "login_failed", user, tries=tries)
        return Failed("wrong_login")
    token = tx.clock.random(32).hex()
    expires = stamp(now + timedelta(hours=tx.settings.session_hours))
    tx.execute(update(t.person).where(mine).values(failures=0, wait_until=None))
    tx.execute(delete(t.session).where(t.session.c.county == row.county, t.session.c.expires < stamp(now)))
    tx.execute(
        insert(t.session).values(
            county=row.county, token_hash=_token_hash(token), user=user, started=stamp(now), expires=expires
        )
    )
    audit.write(tx, row.county, user, "logged_in", user)
    return Login(token, _person(row), expires)


def _waits(row: Row[Any], now: datetime) -> int:
    """The seconds that a person who was refused too often has to wait still."""
    if not row.wait_until or now >= parse_stamp(row.wait_until):
        return 0
    return int((parse_stamp(row.wait_until) - now).total_seconds()) + 1


def by_token(tx: Tx, token: str) -> Person:
    """Whose session this is; raises Failed("session_over") when it is nobody's, or over."""
    found = tx.execute(
        select(t.session.c.expires, t.person)
        .join(t.person, (t.person.c.county == t.session.c.county) & (t.person.c.user == t.session.c.user))
        .where(t.session.c.token_hash == _token_hash(token))
    ).one_or_none()
    if found is None or not found.active or found.expires < stamp(tx.clock.now()):
        raise Failed("session_over")
    return _person(found)


def log_out(tx: Tx, token: str) -> None:
    """Ends a session; one that is over already stays over."""
    over = tx.execute(
        delete(t.session)
        .where(t.session.c.token_hash == _token_hash(token))
        .returning(t.session.c.county, t.session.c.user)
    ).one_or_none()
    if over is not None:
        audit.write(tx, over.county, over.user, "logged_out", over.user)


def _find(tx: Tx, user: str, lock: bool = False) -> Row[Any] | None:
    query = select(t.person).where(t.person.c.user == user)
    return tx.execute(query.with_for_update(key_share=True) if lock else query).one_or_none()


def _person(row: Row[Any]) -> Person:
    return Person(row.county, row.user, row.name, row.role, tuple(row.scope), row.active)


def _check_scope(tx: Tx, scope: Sequence[str], county: str) -> None:
    if not scope or not all(_prefix(code, county) for code in scope):
        raise Failed("bad_scope")
    for code in scope:
        if not areas(tx, county, (code,)):
            raise Failed("unknown_area", area=code)


def _prefix(code: str, county: str) -> bool:
    digits = code.isascii() and code.isdigit()
    return digits and len(code) in (6, 9, 12) and ids.county_of(code) == county


def _hashed(tx: Tx, password: str) -> str:
    if len(password) < 10:
        raise Failed("weak_passphrase")
    salt = tx.clock.random(16)
    return f"scrypt${_N}${_R}${_P}${salt.hex()}${_scrypt(password, salt, _N, _R, _P).hex()}"


_NOBODY = f"scrypt${_N}${_R}${_P}${'00' * 16}${'00' * 32}"


def _matches(password: str, hashed: str) -> bool:
    _, n, r, p, salt, out = hashed.split("$")
    if not _turns.acquire(timeout=TURN_SECONDS):
        raise Failed("server_busy")
    try:
        got = _scrypt(password, bytes.fromhex(salt), int(n), int(r), int(p))
    finally:
        _turns.release()
    return hmac.compare_digest(got, bytes.fromhex(out))


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=64 * 1024 * 1024, dklen=32)


def _token_hash(token: str) -> str:
    return codec.sha256(token.encode())
