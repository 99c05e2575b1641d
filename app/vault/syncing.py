"""The side of an open vault that sync uses: what goes out, what came back, what came down.

The network's code sees these methods only, and each is one transaction: a cut anywhere leaves what was before it.
"""

from collections.abc import Iterable, Sequence

from sqlalchemy import select, update

from app.vault import attachments, feed, library, outbox, tables
from app.vault.outbox import HeldChange
from app.vault.unlocked import Unlocked
from schemas import wire
from schemas.change import Change


class Syncing(Unlocked):
    """An open vault as sync sees it."""

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

    def put_document(self, item: wire.LibraryItem, data: bytes) -> None:
        """Keeps a form or pack and puts it in force; raises Failed `bad_signature`."""
        with self._writing() as tx:
            library.put(tx.sql, self.grant.county_sign_key, item, data)

    def receive_library(self, items: Sequence[wire.LibraryItem]) -> None:
        """Takes the server's whole list of what is in force; other documents stay but are no longer listed."""
        with self._writing() as tx:
            library.receive_list(tx.sql, items)

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
