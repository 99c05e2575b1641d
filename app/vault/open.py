"""One person's open vault: everything the app reads and writes while that person is at work.

Each method is one transaction, durable when it returns, and may be called from any thread. Nothing is cached but the
summaries, and those are brought up to date from the file by its write counter, so that several sessions over one folder
see each other's writes. After `lock` every method raises Failed `locked`. Any may raise `disk_full` or `disk_error`.
"""

import threading
from collections.abc import Sequence
from pathlib import Path

from app.vault import attachments, changes, checking, library, lies, outbox, records, safety, summary, working
from app.vault.checking import Damage
from app.vault.drafts import Draft
from app.vault.keyring import Keyring
from app.vault.records import Record
from app.vault.safety import Part, Photo, Whereabouts
from app.vault.store import Store
from app.vault.summary import Summary
from app.vault.syncing import Syncing
from app.vault.unlocked import NewSlot
from app.vault.working import WorkingCopy
from schemas import wire
from schemas.change import Change
from schemas.clock import Clock
from schemas.codec import Value


class Open(Syncing):
    """Made by `Vault.unlock` and `Vault.admit`."""

    def __init__(self, store: Store, folder: Path, ring: Keyring, clock: Clock, new_slot: NewSlot) -> None:
        super().__init__(store, folder, ring, clock, new_slot)
        self._cache = threading.Lock()
        self._tick = -1
        self._summaries: dict[str, Summary] = {}

    def lock(self) -> None:
        """Forgets the keys and everything decrypted. The person must unlock again."""
        super().lock()
        with self._cache:
            self._summaries = {}
            self._tick = -1

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
        """One for each household that lies in one of the person's areas or that holds work of theirs that is not
        settled, in the order of their ids."""
        with self._cache, self._reading() as tx:
            self._tick, fresh = summary.newer(tx, self._tick)
            for household, found in fresh.items():
                if found is None:
                    self._summaries.pop(household, None)
                else:
                    self._summaries[household] = found
            lying = lies.in_reach(tx, self._summaries.values(), set(self._codes()))
            return sorted(lying, key=lambda s: s.household)

    def find_national_id(self, text: str) -> list[str]:
        """Ids of the member records with this national id, whichever side of a conflict holds it."""
        with self._reading() as tx:
            return records.find_national_id(tx, text)

    def write(self, drafts: Sequence[Draft], ends: str | None = None) -> list[Change]:
        """Writes the drafts as this device's next changes, all or none. With `ends`, a visit's id, its working copy
        ends in the same transaction: its photos that the drafts name are recorded too, and the others dropped.

        Raises Failed with the catalogue's reason for a draft that cannot be a change (`unknown_slot`, `bad_value` …),
        `unknown_household`, `not_your_area`, or `visit_over` for a visit that ended meanwhile in another window.
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

    def changes(self, record: str) -> list[Change]:
        """Every change of a record that the vault holds: who wrote what, when, having seen what."""
        with self._reading() as tx:
            return changes.of_record(tx, record)

    def safety(self) -> list[Whereabouts]:
        """Every household this device wrote to or holds an open visit of, and how much of that is safe on the server;
        the newest work first."""
        with self._reading() as tx:
            return safety.of_all(tx)

    def safety_of(self, household: str) -> tuple[list[Part], list[Photo]]:
        """The same of one household, record by record and photo by photo."""
        with self._reading() as tx:
            return safety.of_household(tx, household)

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
        """Saves an open visit, durably. Raises Failed `visit_over` for one that was finished meanwhile."""
        with self._writing() as tx:
            working.save(tx, copy)

    def drop_working(self, visit: str) -> None:
        """Ends an open visit without writing it; its photos go with it. Raises Failed `visit_over`."""
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

    # Attachments

    def put_attachment(self, household: str, visit: str, purpose: str, media_type: str, data: bytes) -> str:
        """Seals a photo of an open visit; its id comes back. It is recorded when the visit ends (`write`)."""
        with self._writing() as tx:
            return attachments.put(tx, self._attachments, household, visit, purpose, media_type, data)

    def attachment(self, id_: str) -> bytes:
        """The bytes of an attachment; raises Failed `not_found` when they are not on this device, and `damaged`."""
        with self._reading() as tx:
            return attachments.read(tx, self._attachments, id_)

    # Health

    def verify(self) -> list[Damage]:
        """Opens everything of this person's and checks every chain; what is damaged comes back, by table and id. All
        that is not named is good."""
        with self._reading() as tx:
            return checking.verify(tx, self._attachments)

    def repair(self) -> None:
        """Makes records and summaries anew from the changes, as far as those can be read."""
        with self._writing() as tx:
            checking.repair(tx)

    def fetch_again(self, area: str) -> None:
        """Lets the next pull bring an area again, to replace damaged changes; nothing unsent is lost. Call it only
        when about to sync."""
        with self._writing() as tx:
            checking.fetch_again(tx, area)
