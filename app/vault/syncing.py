"""The side of an open vault that sync uses: what goes out, what came back, what came down.

The network's code sees these methods only, and each is one transaction: a cut anywhere leaves what was before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from app.vault import (
    attachments,
    feed,
    fetching,
    library,
    losses,
    outbox,
    places,
    reissue,
    snapshot,
    standing,
    tables,
)
from app.vault.keyring import Tx
from app.vault.outbox import HeldChange
from app.vault.unlocked import Unlocked
from schemas import wire
from schemas.change import Change
from schemas.problems import Failed


@dataclass(frozen=True)
class Came:
    """What an answer to a pull brought: so many entries and records; whether the vault stands elsewhere now. `resend`:
    the server has less than it gave receipts for. `ahead`: it has more of this device's changes than the device.
    `set_back`: an area has to be fetched again."""

    entries: int
    moved: bool
    resend: bool
    ahead: bool
    problems: tuple[Failed, ...] = ()
    set_back: bool = False


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

    def mine(self) -> int:
        """The number of the last own change, 0 before the first."""
        with self._reading() as tx:
            return outbox.last(tx)

    def cursors(self) -> dict[str, wire.Cursor]:
        """For each of the person's areas where this vault stands in its feed."""
        with self._reading() as tx:
            return places.cursors(tx, self._codes())

    def receive_pages(self, pages: wire.Pages, *, live: bool = True) -> Came:
        """Takes an answer to a pull: how own changes stand, then the entries and records of each area. What does not
        fit, or is not the county's, is told in `problems` and writes nothing. Of an answer that is not `live`, because
        the server has said something since, only the entries and records are taken."""
        with self._writing() as tx:
            resend = live and _lost(tx, pages.upto)
            rested: list[str] = []
            if live:
                standing.held(tx, pages.held)
                standing.fates(tx, pages.earlier)
                rested = [e.change for e in pages.earlier if e.fate == wire.RESTED]
                resend = self._anew(tx, pages.earlier) or resend
                if attachments.lacked(tx, pages.photos or ()):
                    losses.note(tx)
            set_back = standing.dismissed(tx, pages.dismissed, rested)
            ahead = standing.ahead(tx, pages.upto)
            before = places.cursors(tx, self._codes())
        entries = 0
        problems: list[Failed] = []
        parts: list[wire.Page | wire.Snapshot] = [*pages.pages, *pages.snapshots]
        for part in parts:
            if part.area in before and part.area not in {*set_back, *pages.lost}:
                try:
                    entries += self._receive(part)
                except Failed as problem:
                    if problem.code != "chain_broken":
                        raise
                    problems.append(problem)
        return Came(entries, self.cursors() != before, resend, ahead, tuple(problems), bool(set_back))

    def _anew(self, tx: Tx, told: Sequence[wire.Earlier]) -> bool:
        """Issues anew what was sent under a former enrolment and the server has lost; whether there was any."""
        gone = [e.change for e in told if e.fate == wire.UNKNOWN]
        lost = bool(gone) and bool(reissue.unknown(tx, self.grant.user, self.device(), gone))
        if lost:
            losses.note(tx)
        return lost

    def earlier(self) -> list[str]:
        """What was sent under a former enrolment and whose end is not known, to ask the server about."""
        with self._reading() as tx:
            return standing.earlier(tx)

    def awaited_digest(self) -> str:
        """What a pull names the attachments by that the server is known to wait for."""
        with self._reading() as tx:
            return wire.photos_digest(attachments.awaited(tx))

    def lost(self, upto: int) -> bool:
        """Makes unsent again what the server has less than it gave receipts for, when it has own changes up to this
        number only; whether there was any."""
        with self._writing() as tx:
            return _lost(tx, upto)

    def lost_at(self) -> str | None:
        """When it was last noticed that the server had lost what it gave receipts for; None when it never was. What
        the server said before that of this device's work and photos is not so any more."""
        with self._reading() as tx:
            return losses.last(tx)

    def receive_page(self, page: wire.Page) -> int:
        """Takes the next entries of an area's feed; how many there were comes back. Raises Failed `chain_broken`, and
        then nothing was written."""
        with self._writing() as tx:
            return feed.receive_page(tx, page, self.grant.county_sign_key)

    def receive_snapshot(self, part: wire.Snapshot) -> int:
        """Takes the next part of an area's records; how many it brought comes back. Raises Failed `chain_broken`, and
        then nothing was written."""
        with self._writing() as tx:
            return snapshot.receive(tx, part, self.grant.county_sign_key)

    def _receive(self, part: wire.Page | wire.Snapshot) -> int:
        return self.receive_page(part) if isinstance(part, wire.Page) else self.receive_snapshot(part)

    def rebase(self, area: str) -> None:
        """Lets the next pull bring an area again as it stands; own changes stay."""
        with self._writing() as tx:
            places.rebase(tx, area)

    def witness(self, area: str) -> wire.Witness | None:
        """What this vault can prove of an area's feed, naming no changes yet; None when that is nothing."""
        with self._reading() as tx:
            return places.witness(tx, area, self.device())

    def lacked(self, ids: Sequence[str], limit_bytes: int) -> list[Change]:
        """Of these changes those that are here, in this order, as many as fit in so many bytes but at least one."""
        with self._reading() as tx:
            return places.lacked(tx, ids, limit_bytes)

    def held(self) -> list[HeldChange]:
        """Own changes that a supervisor has yet to look at."""
        with self._reading() as tx:
            return outbox.held(tx)

    def held_count(self) -> int:
        return len(self.held())

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

    def library_digest(self) -> str:
        """What a pull names the documents in force here by."""
        with self._reading() as tx:
            return library.digest(tx.sql)

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

    def photo_queue(self) -> dict[str, list[str]]:
        """For every recorded attachment that the server does not hold whole, the SHA-256 of the chunks it lacks."""
        with self._reading() as tx:
            return attachments.queue(tx)

    def want_attachment(self, id_: str) -> None:
        """Asks for a photo that another tablet recorded; it comes with the next rounds. Raises Failed `not_found`, also
        for one that is out of the person's reach."""
        with self._writing() as tx:
            fetching.want(tx, id_, self._codes())

    def wanted_attachments(self) -> list[str]:
        """The photos that were asked for and are not here yet."""
        with self._reading() as tx:
            return fetching.wanted_photos(tx)

    def wanted_chunks(self) -> list[str]:
        """SHA-256 of every chunk that was asked for, has not come yet and is in the person's reach."""
        with self._reading() as tx:
            return fetching.wanted_chunks(tx, self._codes())

    def receive_chunk(self, sha256: str, data: bytes) -> None:
        """Keeps a chunk that was asked for. Raises Failed `bad_chunk` when it is not what it is named, or completes a
        photo that is not what its record says; that photo is asked for no longer."""
        with self._writing() as tx:
            problem = fetching.receive(tx, self._attachments, sha256, data, self._codes())
        if problem is not None:
            raise problem


def _lost(tx: Tx, upto: int) -> bool:
    lost = standing.lost(tx, upto)
    if lost:
        losses.note(tx)
    return lost
