"""One person's open vault: everything the app reads and writes while that person is at work.

Each method is one transaction, durable when it returns, and may be called from any thread. Nothing is cached but the
summaries, and those are brought up to date from the file by its write counter, so that several sessions over one folder
see each other's writes. After `lock` every method raises Failed `locked`. Any may raise `disk_full` or `disk_error`.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select, update

from app.vault import (
    account,
    attachments,
    compartments,
    feed,
    library,
    outbox,
    records,
    reissue,
    slots,
    summary,
    tables,
    ways_in,
    working,
)
from app.vault.account import Account
from app.vault.drafts import Draft
from app.vault.keyring import Keyring, Tx
from app.vault.keys import DeviceKeys
from app.vault.outbox import HeldChange
from app.vault.records import Record
from app.vault.slots import PASS, PIN, Slot
from app.vault.store import Store
from app.vault.summary import Summary
from app.vault.working import WorkingCopy
from schemas import signing, wire
from schemas.change import Change
from schemas.clock import Clock
from schemas.codec import Value
from schemas.problems import Failed

NewSlot = Callable[[str, str, str, bytes], Slot]
"""Makes a slot on this device, of a user, a kind, a secret and the user's key."""


class Open:
    """Made by `Vault.unlock` and `Vault.admit`."""

    def __init__(self, store: Store, folder: Path, ring: Keyring, clock: Clock, new_slot: NewSlot) -> None:
        self._store = store
        self._new_slot = new_slot
        self._folder = folder
        self._ring = ring
        self._clock = clock
        self._cache = threading.Lock()
        self._tick = -1
        self._summaries: dict[str, Summary] = {}
        with self._reading() as tx:
            self._account: Account | None = account.load(tx)

    # Who is at work

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
        with self._cache:
            self._summaries = {}
            self._tick = -1

    def areas(self) -> list[wire.Area]:
        return list(self.grant.areas)

    def device(self) -> str:
        """The id the server gave this device for this person."""
        return self.grant.device

    def sign(self, purpose: bytes, message: bytes) -> str:
        """The device's signature in hex."""
        return signing.sign(self._mine().sign_private, purpose, message)

    def set_pin(self, pin: str) -> None:
        """A new PIN in the place of the old, or of one that was removed or lost. Raises Failed `weak_pin`."""
        slots.check_pin(pin)
        self._put_slot(PIN, pin)

    def set_passphrase(self, passphrase: str) -> None:
        """A new passphrase, the way in when the PIN is lost. Raises Failed `weak_passphrase`."""
        slots.check_passphrase(passphrase)
        self._put_slot(PASS, passphrase)

    def renew(self, grant: wire.Grant, keys: DeviceKeys | None = None, server_url: str | None = None) -> None:
        """Takes a new grant of the same person: new areas get keys, and the escrow is boxed to the county's present
        key. With a new device id (after *fork* or a restored backup) what was not sent is issued anew under it.

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
        )
        with self._writing() as tx:
            account.keep(tx, new)
            compartments.add_missing(tx.sql, self._ring, grant, self._clock.random)
            if grant.device != old.grant.device:
                reissue.all_unsent(tx, grant.user, grant.device)
        self._account = new

    # Records

    def record(self, id_: str) -> Record | None:
        """A record, or None; raises Failed `damaged`."""
        with self._reading() as tx:
            return records.load(tx, id_)

    def household(self, id_: str) -> list[Record]:
        """A household and every record of it, the household first; empty for an unknown one. Raises Failed `damaged`
        when one of them cannot be opened."""
        with self._reading() as tx:
            return records.of_household(tx, id_)

    def summaries(self) -> list[Summary]:
        """One for each household, in the order of their ids."""
        with self._cache, self._reading() as tx:
            self._tick, fresh = summary.newer(tx, self._tick)
            self._summaries.update(fresh)
            return [self._summaries[household] for household in sorted(self._summaries)]

    def find_national_id(self, text: str) -> list[str]:
        """Ids of the member records with this national id, whichever side of a conflict holds it."""
        with self._reading() as tx:
            return records.find_national_id(tx, text)

    def write(self, drafts: Sequence[Draft], ends: str | None = None) -> list[Change]:
        """Writes the drafts as this device's next changes, all or none. With `ends`, a visit's id, its working copy
        ends in the same transaction: its photos that the drafts name are recorded too, and the others dropped.

        Raises Failed with the catalogue's reason for a draft that cannot be a change (`unknown_slot`, `bad_value` …),
        `unknown_household` or `not_your_area`.
        """
        dropped: list[str] = []
        with self._writing() as tx:
            photos = attachments.drafts(tx, ends, drafts) if ends else []
            written = outbox.write(tx, self.user, self.device(), [*drafts, *photos])
            attachments.record(tx, [c.record for c in written if c.kind == "attachment"])
            if ends:
                working.drop(tx, ends)
                dropped = attachments.drop_kept(tx, ends)
        attachments.remove_files(self._attachments, dropped)
        return written

    # Sync

    def waiting(self) -> list[Change]:
        """Own changes that are on this device only, oldest first."""
        with self._reading() as tx:
            return outbox.waiting(tx)

    def waiting_count(self) -> int:
        with self._reading() as tx:
            return outbox.waiting_count(tx)

    def waiting_in(self, household: str) -> int:
        with self._reading() as tx:
            return outbox.waiting_count(tx, household)

    def waiting_by_household(self) -> dict[str, int]:
        """How many own changes are on this device only, by household; opens none of them."""
        with self._reading() as tx:
            return outbox.waiting_by_household(tx)

    def unsent(self, limit_bytes: int, since: int | None = None) -> list[Change]:
        """The next own changes to send, in order, as many as fit in so many canonical bytes but at least one. With
        `since`, all from that device number on, to answer the server's *gap*."""
        with self._reading() as tx:
            return outbox.unsent(tx, limit_bytes, since)

    def receive_receipt(self, receipt: wire.Receipt) -> None:
        """Marks what the server has; later pulls may say more of it."""
        with self._writing() as tx:
            outbox.receive_receipt(tx, receipt)

    def cursors(self) -> dict[str, int]:
        """For each of the person's areas the number of the last entry here, 0 for none."""
        with self._reading() as tx:
            return feed.cursors(tx, [a.code for a in self.grant.areas])

    def receive_page(self, page: wire.Page) -> int:
        """Takes the next entries of an area's feed; how many were new comes back. Raises Failed `chain_broken`, and
        then nothing was written."""
        with self._writing() as tx:
            return feed.receive_page(tx, page)

    def held(self) -> list[HeldChange]:
        """Own changes that a supervisor has yet to look at."""
        with self._reading() as tx:
            return outbox.held(tx)

    def held_count(self) -> int:
        return len(self.held())

    def receive_held(self, held: Iterable[wire.Held]) -> None:
        """Takes the server's whole list of this device's held changes."""
        with self._writing() as tx:
            outbox.receive_held(tx, held)

    def last_contact(self) -> str | None:
        """The stamp of the last answer from the server, or None before the first."""
        row = tables.account.c
        with self._reading() as tx:
            return tx.sql.scalar(select(row.last_contact).where(row.person == tx.person))

    def contacted(self, at: str) -> None:
        """Notes when the server last answered."""
        row = tables.account.c
        with self._writing() as tx:
            tx.sql.execute(update(tables.account).where(row.person == tx.person).values(last_contact=at))

    # Working copies

    def working(self, household: str) -> WorkingCopy | None:
        """The open visit of a household, or None."""
        with self._reading() as tx:
            return working.of_household(tx, household)

    def all_working(self) -> list[WorkingCopy]:
        """Every open visit, the oldest first."""
        with self._reading() as tx:
            return working.all_(tx)

    def save_working(self, copy: WorkingCopy) -> None:
        """Saves an open visit, durably."""
        with self._writing() as tx:
            working.save(tx, copy)

    def drop_working(self, visit: str) -> None:
        """Ends an open visit without writing it; its photos go with it."""
        with self._writing() as tx:
            working.drop(tx, visit)
            files = attachments.drop_kept(tx, visit)
        attachments.remove_files(self._attachments, files)

    # Library

    def documents(self, kind: str) -> list[wire.LibraryItem]:
        """Forms or packs that are in force and here, in the order they came."""
        with self._reading() as tx:
            return library.in_force(tx.sql, kind)

    def document(self, hash_: str) -> Value | None:
        """A form or pack by its hash, in force or not; None when it is not here."""
        with self._reading() as tx:
            return library.read(tx.sql, self.grant.county_sign_key, hash_)

    def put_document(self, item: wire.LibraryItem, data: bytes) -> None:
        """Keeps a form or pack and puts it in force; raises Failed `bad_signature`."""
        with self._writing() as tx:
            library.put(tx.sql, self.grant.county_sign_key, item, data)

    def receive_library(self, items: Sequence[wire.LibraryItem]) -> None:
        """Takes the server's whole list of what is in force; other documents stay but are no longer listed."""
        with self._writing() as tx:
            library.receive_list(tx.sql, items)

    # Attachments

    def put_attachment(self, household: str, visit: str, purpose: str, media_type: str, data: bytes) -> str:
        """Seals a photo of an open visit; its id comes back. It is recorded when the visit ends (`write`)."""
        with self._writing() as tx:
            return attachments.put(tx, self._attachments, household, visit, purpose, media_type, data)

    def attachment(self, id_: str) -> bytes:
        """The bytes of an attachment; raises Failed `not_found` when they are not on this device, and `damaged`."""
        with self._reading() as tx:
            return attachments.read(tx, self._attachments, id_)

    def receive_attachment(self, id_: str, data: bytes) -> None:
        """Keeps the bytes of an attachment that another device recorded; raises Failed `not_found`, `bad_chunk`."""
        with self._writing() as tx:
            attachments.receive(tx, self._attachments, id_, data)

    def chunks_waiting(self) -> list[str]:
        """SHA-256 of every chunk the server is not known to hold."""
        with self._reading() as tx:
            return attachments.chunks_waiting(tx)

    def chunk(self, sha256: str) -> bytes | None:
        """The bytes of a waiting chunk, or None."""
        with self._reading() as tx:
            return attachments.chunk_of(tx, self._attachments, sha256)

    def chunks_safe(self, sha256s: Sequence[str]) -> None:
        """Notes that the server holds these chunks."""
        with self._writing() as tx:
            attachments.chunks_safe(tx, sha256s)

    def photos_waiting(self) -> int:
        """How many recorded attachments the server does not hold whole."""
        with self._reading() as tx:
            return attachments.photos_waiting(tx)

    # In here

    @property
    def _attachments(self) -> Path:
        return self._folder / "attachments"

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
            yield Tx(sql, self._ring, self._clock)

    @contextmanager
    def _writing(self) -> Iterator[Tx]:
        _ = self._ring.user_key
        with self._store.writing() as sql:
            yield Tx(sql, self._ring, self._clock)
