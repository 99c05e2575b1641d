"""What one person's device account holds, sealed under their own key: the grant, the device's keys, the server, and
what the person's areas are called, also those that are theirs no longer.

Evolution rule: a field is only ever added, and is read with a default where it is not there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.sqlite import insert

from app.vault import sealing, tables
from app.vault.keyring import Tx
from app.vault.keys import DeviceKeys
from schemas import signing
from schemas.change import START
from schemas.codec import Value
from schemas.problems import Failed
from schemas.wire import Grant

account = tables.account.c


@dataclass(frozen=True)
class Account:
    """`sign_private` and `box_private` are the device's raw private keys; `before` are the names of the areas of former
    grants by code."""

    grant: Grant
    server_url: str
    sign_private: bytes = field(repr=False)
    box_private: bytes = field(repr=False)
    before: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, grant: Grant, keys: DeviceKeys, server_url: str) -> Self:
        return cls(grant, server_url, keys.sign_private, keys.box_private)

    @property
    def area_names(self) -> dict[str, str]:
        """What each area is called that is the person's or ever was, by code."""
        return {**self.before, **{area.code: area.name for area in self.grant.areas}}

    def wire(self) -> dict[str, Value]:
        keys = {"sign": self.sign_private.hex(), "box": self.box_private.hex()}
        return {"grant": self.grant.wire(), "server_url": self.server_url, "before": dict(self.before), **keys}

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        keys = (bytes.fromhex(data["sign"]), bytes.fromhex(data["box"]))
        return cls(Grant.from_wire(data["grant"]), data["server_url"], *keys, data.get("before", {}))


def check(grant: Grant) -> None:
    """Raises Failed `bad_grant` unless the county that the grant names signed it."""
    signed = signing.value(grant.signed_part())
    if not signing.verifies(grant.county_sign_key, signing.GRANT, signed, grant.signature):
        raise Failed("bad_grant")


def keep(tx: Tx, kept: Account) -> None:
    """Writes the account, and the name and role that the unlock screen shows. The device's chain is left where it
    is, or begun."""
    shown = {"name": kept.grant.name, "role": kept.grant.role}
    tx.sql.execute(update(tables.person).where(tables.person.c.no == tx.person).values(**shown))
    next_ = 1 + rev(tx)
    values = {"rev": next_, "sealed": tx.ring.seal_own("account", next_, kept.wire())}
    tx.sql.execute(
        insert(tables.account)
        .values(person=tx.person, n=0, prev=START, tick=0, **values)
        .on_conflict_do_update(["person"], set_=values)
    )


def rev(tx: Tx) -> int:
    """How often the account was written; another window of the same person may have."""
    return tx.sql.scalar(_REV, {"whose": tx.person}) or 0


def load(tx: Tx) -> Account:
    """The account; raises Failed `vault_damaged` when it does not open."""
    row = tx.sql.execute(select(account.rev, account.sealed).where(account.person == tx.person)).one_or_none()
    if row is None:
        raise Failed("vault_damaged")
    try:
        return Account.from_wire(tx.ring.unseal_own("account", row.rev, row.sealed))
    except sealing.Damaged:
        raise Failed("vault_damaged") from None


# Asked at the beginning of every transaction, so it is not put together anew each time.
_REV = select(account.rev).where(account.person == bindparam("whose"))
