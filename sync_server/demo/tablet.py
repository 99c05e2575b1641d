"""A tablet that is enrolled already: one vault for several cadres, as they share one in a village office.

Enrolment is the real one, over HTTP with a code that the steward would have handed out; so is the first sync.
"""

from collections.abc import Callable, Iterable
from pathlib import Path

from app.sync.enrol import enrol
from app.sync.http import Http
from app.sync.round import sync_once
from app.sync.session import Outcome
from app.vault.device_secret import FileSecret
from app.vault.keys import new_device_keys
from app.vault.open import Open
from app.vault.vault import Vault
from schemas.clock import Clock
from sync_server import devices
from sync_server.demo.county import ACCOUNTS, COUNTY, Account
from sync_server.demo.words import admitting
from sync_server.server import Server

RESIDENTS = tuple(a.user for a in ACCOUNTS if a.pin)


def open_vault(folder: Path, secret: Path, clock: Clock) -> Vault:
    """The vault in a folder, with a file for the secret that a tablet's key store would hold."""
    return Vault(folder, clock, FileSecret(secret))


def admit(vault: Vault, server: Server, url: str, account: Account, clock: Clock, name: str) -> Open:
    """Lets a device in for a person and opens its vault with their PIN; `name` is what people call the device."""
    code = server.db.transaction(lambda tx: devices.new_code(tx, COUNTY, account.user))
    keys = new_device_keys(clock)
    grant = enrol(url, code, keys.sign_public_hex, keys.box_public_hex, name)
    return vault.admit(grant, keys, account.pin, account.passphrase, url)


def sync(opened: Open, url: str, clock: Clock) -> Outcome:
    """One whole round."""
    road = Http(url, opened.device(), opened.sign, clock)
    try:
        return sync_once(opened, road, clock=clock)
    finally:
        road.close()


def prepare(
    vault: Vault, server: Server, url: str, accounts: Iterable[Account], clock: Clock, tell: Callable[[str], None]
) -> None:
    """Enrols everyone who is not on the tablet yet, and fetches their areas; says so before each."""
    here = {person.user for person in vault.people()}
    for account in accounts:
        if account.user not in here:
            tell(admitting(account))
            opened = admit(vault, server, url, account, clock, "演示平板")
            try:
                sync(opened, url, clock)
            finally:
                opened.lock()
