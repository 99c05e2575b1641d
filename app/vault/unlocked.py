"""A person who has unlocked: their keys, their account, their ways in, and the transactions all else is made of."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from app.vault import account, compartments, fetching, reissue, slots, ways_in
from app.vault.account import Account
from app.vault.keyring import Keyring, Tx
from app.vault.keys import DeviceKeys
from app.vault.slots import PASS, PIN, Slot
from app.vault.store import Store
from schemas import box, signing, wire
from schemas.clock import Clock
from schemas.problems import Failed

NewSlot = Callable[[str, str, str, bytes], Slot]
"""Makes a slot on this device, of a user, a kind, a secret and the user's key."""


class Unlocked:
    """Holds the keys until `lock`; after that every method raises Failed `locked`."""

    def __init__(self, store: Store, folder: Path, ring: Keyring, clock: Clock, new_slot: NewSlot) -> None:
        self._store = store
        self._folder = folder
        self._ring = ring
        self._clock = clock
        self._new_slot = new_slot
        self._account: Account | None = None
        self._rev = -1
        with self._reading():
            pass

    @property
    def grant(self) -> wire.Grant:
        return self._mine().grant

    @property
    def user(self) -> str:
        return self.grant.user

    @property
    def name(self) -> str:
        return self.grant.name

    @property
    def role(self) -> str:
        return self.grant.role

    @property
    def server_url(self) -> str:
        return self._mine().server_url

    @property
    def closed(self) -> bool:
        return self._account is None

    def lock(self) -> None:
        """Forgets the keys and everything decrypted. The person must unlock again."""
        self._account = None
        self._ring.drop()

    def areas(self) -> list[wire.Area]:
        return list(self.grant.areas)

    def area_names(self) -> dict[str, str]:
        """What each area is called that is the person's or ever was, by code: a household may stay in sight in one that
        was taken away (`lies`)."""
        return self._mine().area_names

    def device(self) -> str:
        """The id the server gave this device for this person."""
        return self.grant.device

    def sign(self, purpose: bytes, message: bytes) -> str:
        """The device's signature in hex."""
        return signing.sign(self._mine().sign_private, purpose, message)

    def box_key(self) -> str:
        """The device's public key in hex that bundles for it are closed to."""
        return box.public(self._mine().box_private).hex()

    def unbox(self, about: bytes, closed: bytes) -> bytes:
        """What was closed to this device under this name; raises `box.NotForUs`."""
        return box.open_(self._mine().box_private, about, closed)

    def set_pin(self, pin: str) -> None:
        """A new PIN in the place of the old, or of one that was removed or lost. Raises Failed `weak_pin`."""
        slots.check_pin(pin)
        self._put_slot(PIN, pin)

    def set_passphrase(self, passphrase: str) -> None:
        """A new passphrase, the way in when the PIN is lost. Raises Failed `weak_passphrase`."""
        slots.check_passphrase(passphrase)
        self._put_slot(PASS, passphrase)

    def renew(
        self,
        grant: wire.Grant,
        keys: DeviceKeys | None = None,
        server_url: str | None = None,
        *,
        forgotten: bool = False,
    ) -> None:
        """Takes a new grant of the same person: new areas get keys, photos that were asked for in an area that is no
        longer theirs are asked for no more, and the escrow is boxed to the county's present key. With a new device id
        (after *fork* or a restored backup) what was not sent is issued anew under it; with `forgotten`, when the server
        did not know the device at all, also what it once gave a receipt for.

        Raises Failed `bad_grant` for a grant of somebody else, of another county, or that is not signed.
        """
        account.check(grant)
        old = self._mine()
        if (grant.user, grant.county) != (old.grant.user, old.grant.county):
            raise Failed("bad_grant")
        new = Account(
            grant,
            old.server_url if server_url is None else server_url,
            old.sign_private if keys is None else keys.sign_private,
            old.box_private if keys is None else keys.box_private,
            old.area_names,
        )
        with self._writing() as tx:
            account.keep(tx, new)
            compartments.add_missing(tx.sql, self._ring, grant, self._clock.random)
            fetching.forget(tx, [area.code for area in grant.areas])
            if grant.device != old.grant.device:
                reissue.all_unsent(tx, grant.user, grant.device, forgotten=forgotten)
        self._account = new

    def is_order(self, at: str, order: str) -> bool:
        """Whether the county signed that this device was revoked at that moment."""
        said = signing.value([self.device(), at])
        return signing.verifies(self.grant.county_sign_key, signing.ORDER, said, order)

    def shut_out(self) -> None:
        """Destroys every way in of this person, as the server orders for a lost or revoked device, and locks. What is
        here stays sealed; with the county's escrow what was never sent can still be recovered."""
        with self._writing() as tx:
            ways_in.remove(tx.sql, tx.person)
        self._store.forget_deleted()
        self.lock()

    @property
    def _attachments(self) -> Path:
        return self._folder / "attachments"

    def _codes(self) -> list[str]:
        """The codes of the person's areas."""
        return [area.code for area in self.grant.areas]

    def _put_slot(self, kind: str, secret: str) -> None:
        new = self._new_slot(self.user, kind, secret, self._ring.user_key)
        with self._writing() as tx:
            ways_in.put(tx.sql, tx.person, new)
        self._store.forget_deleted()

    def _mine(self) -> Account:
        mine = self._account
        if mine is None:
            raise Failed("locked")
        return mine

    @contextmanager
    def _reading(self) -> Iterator[Tx]:
        _ = self._ring.user_key  # raises when locked
        with self._store.reading() as sql:
            yield self._fresh(Tx(sql, self._ring, self._clock))

    @contextmanager
    def _writing(self) -> Iterator[Tx]:
        _ = self._ring.user_key
        with self._store.writing() as sql:
            yield self._fresh(Tx(sql, self._ring, self._clock))

    def _fresh(self, tx: Tx) -> Tx:
        """Takes over a grant, device keys and compartments that another window of the same person has brought."""
        if (rev := account.rev(tx)) != self._rev:
            for (area, gen), key in compartments.opened(tx.sql, tx.ring.vault, tx.person, tx.ring.user_key).items():
                tx.ring.add(area, gen, key)
            self._account = account.load(tx)
            self._rev = rev
        return tx
