"""A vault: one folder on one device, shared by the people who work on it, each behind their own secrets.

  folder/vault.db          the sealed rows (`tables`)
  folder/attachments/      sealed files with random names (`stream`)

A person comes in by a grant (`admit`) and later by PIN or passphrase (`unlock`). What they get is an `Open`; the vault
itself can read nothing.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from app.vault import account, attachments, compartments, reissue, slots, tables, ways_in
from app.vault.account import Account
from app.vault.device_secret import DeviceSecret
from app.vault.keyring import Keyring, Tx
from app.vault.keys import DeviceKeys
from app.vault.open import Open
from app.vault.sealing import AES
from app.vault.slots import PASS, PIN
from app.vault.store import Store, saying_disk_errors
from schemas import escrow
from schemas.clock import Clock
from schemas.codec import Value
from schemas.problems import Failed
from schemas.wire import Grant

_ADMITTING = threading.Lock()
"""Two first people at once must not each make the device's secret."""

person = tables.person.c


@dataclass(frozen=True)
class Person:
    """Somebody who may unlock this vault; `kinds` are their ways in: `pin`, `pass`."""

    user: str
    name: str
    role: str
    kinds: tuple[str, ...]


class Vault:
    """Opens or makes the vault in a folder. `suite` is what new rows are sealed with (`sealing.AES` or `sealing.SM`);
    `cost` is scrypt's n for new slots, measured on this device when None. Safe to use from many threads, and several
    of them may share a folder. Raises Failed `disk_full`, `disk_error`, `vault_damaged` or `vault_newer`."""

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        device_secret: DeviceSecret,
        *,
        suite: int = AES,
        cost: int | None = None,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._device_secret = device_secret
        self._suite = suite
        self._cost = cost
        with saying_disk_errors():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._store = Store(folder / "vault.db")
        self._id = self._store.fact("id", lambda: clock.random(16))
        with self._store.reading() as sql:
            attachments.sweep(sql, folder / "attachments", clock.now())

    def close(self) -> None:
        """Closes the file. Everything open from it must be locked before."""
        self._store.close()

    def people(self) -> list[Person]:
        """Who may unlock this vault, in the order they were admitted."""
        with self._store.reading() as sql:
            rows = sql.execute(select(tables.person).order_by(person.no)).all()
            return [Person(row.user, row.name, row.role, ways_in.kinds(sql, row.no)) for row in rows]

    def check_secrets(self, pin: str, passphrase: str | None) -> None:
        """Raises Failed `weak_pin` or `weak_passphrase`. To be asked before a one-time code is spent on a grant that
        `admit` would then refuse."""
        _checked(pin, passphrase)

    def admit(self, grant: Grant, keys: DeviceKeys, pin: str, passphrase: str | None, server_url: str) -> Open:
        """Lets the person of a grant in, with a PIN and, if given, a passphrase; their vault comes back open.

        For a person who is here already the PIN must be theirs; the new grant and keys then take the place of the old
        ones (see `Open.renew`). Raises Failed: `bad_grant`, `weak_pin`, `weak_passphrase`, or as `unlock` does.
        """
        account.check(grant)
        secrets = _checked(pin, passphrase)
        with _ADMITTING:
            if self._number(grant.user) is not None:
                mine = self.unlock(grant.user, pin)
                mine.renew(grant, keys, server_url)
                if passphrase is not None:
                    mine.set_passphrase(passphrase)
                return mine
            return self._admit_new(grant, keys, secrets, server_url)

    def unlock(self, user: str, secret: str, kind: str = PIN) -> Open:
        """The person's open vault.

        Raises Failed: `wrong_pin` with the tries left, `wait` with the seconds, `pin_removed`, `device_secret_lost`,
        `wrong_passphrase`, `not_found` for an unknown user, `vault_damaged`.
        """
        number = self._number(user)
        if number is None:
            raise Failed("not_found")
        key = ways_in.user_key(
            self._store,
            number,
            kind,
            secret,
            vault=self._id,
            device=self._device_secret.get(),
            clock=self._clock,
        )
        with self._store.reading() as sql:
            areas = compartments.opened(sql, self._id, number, key)
        ring = Keyring(self._id, number, key, areas, self._suite, self._clock.random)
        return Open(self._store, self._folder, ring, self._clock, self._slot)

    def recovery_request(self, user: str, keys: DeviceKeys) -> Value:
        """What the county needs to let a person in again who has lost every way in: the boxes made for it when they
        were admitted. `keys` are the new keys this device enrols with; the answer is closed to them. Raises Failed
        `not_found`."""
        number = self._number(user)
        if number is None:
            raise Failed("not_found")
        with self._store.reading() as sql:
            boxes = compartments.escrowed(sql, number)
        return escrow.request(self._id.hex(), user, keys.box_public_hex, boxes)

    def restore(
        self, grant: Grant, keys: DeviceKeys, answer: Value, pin: str, passphrase: str | None, server_url: str
    ) -> Open:
        """Lets a person in again by the county's answer to `recovery_request`, under a new grant and with new secrets.
        What was not sent is issued anew under the new device id.

        Raises Failed: `bad_grant`, `bad_escrow`, `weak_pin`, `weak_passphrase`, `not_found`.
        """
        account.check(grant)
        secrets = _checked(pin, passphrase)
        number = self._number(grant.user)
        if number is None:
            raise Failed("not_found")
        areas = escrow.keys(answer, keys.box_private, self._id.hex(), grant.user)
        key = self._clock.random(32)
        ways = [self._slot(grant.user, kind, text, key) for kind, text in secrets.items()]
        with self._store.writing() as sql:
            ways_in.remove(sql, number)
            ring = self._furnish(sql, number, key, areas, ways, Account.of(grant, keys, server_url))
            reissue.all_unsent(Tx(sql, ring, self._clock), grant.user, grant.device)
        self._store.forget_deleted()
        return Open(self._store, self._folder, ring, self._clock, self._slot)

    def _furnish(
        self,
        sql: Connection,
        number: int,
        key: bytes,
        areas: Mapping[tuple[str, int], bytes],
        ways: Sequence[slots.Slot],
        mine: Account,
    ) -> Keyring:
        """Ways in, account and compartments of a person, under a new user key."""
        for way in ways:
            ways_in.put(sql, number, way)
        ring = Keyring(self._id, number, key, areas, self._suite, self._clock.random)
        account.keep(Tx(sql, ring, self._clock), mine)
        compartments.add_missing(sql, ring, mine.grant, self._clock.random)
        return ring

    def _admit_new(self, grant: Grant, keys: DeviceKeys, secrets: Mapping[str, str], server_url: str) -> Open:
        key = self._clock.random(32)
        ways = [self._slot(grant.user, kind, text, key) for kind, text in secrets.items()]
        with self._store.writing() as sql:
            number = _add_person(sql, grant)
            ring = self._furnish(sql, number, key, {}, ways, Account.of(grant, keys, server_url))
        return Open(self._store, self._folder, ring, self._clock, self._slot)

    def _slot(self, user: str, kind: str, secret: str, key: bytes) -> slots.Slot:
        """A new slot of this device at this device's cost."""
        if self._cost is None:
            self._cost = slots.calibrate(self._clock.random)
        return slots.make(
            kind,
            user,
            secret,
            key,
            vault=self._id,
            device=self._secret() if kind == PIN else None,
            cost=self._cost,
            suite=self._suite,
            random=self._clock.random,
        )

    def _secret(self) -> bytes:
        secret = self._device_secret.get()
        if secret is None:
            secret = self._clock.random(32)
            self._device_secret.put(secret)
        return secret

    def _number(self, user: str) -> int | None:
        with self._store.reading() as sql:
            return sql.scalar(select(person.no).where(person.user == user))


def _checked(pin: str, passphrase: str | None) -> dict[str, str]:
    """The secrets by kind of slot; raises Failed `weak_pin` or `weak_passphrase`."""
    slots.check_pin(pin)
    if passphrase is None:
        return {PIN: pin}
    slots.check_passphrase(passphrase)
    return {PIN: pin, PASS: passphrase}


def _add_person(sql: Connection, grant: Grant) -> int:
    new = insert(tables.person).values(user=grant.user, name=grant.name, role=grant.role).returning(person.no)
    return int(sql.execute(new).scalar_one())
