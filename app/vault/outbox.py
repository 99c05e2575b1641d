"""Own changes: written, numbered, chained, sent, acknowledged.

Each gets the next number of this device and names the one before, in the same transaction that applies it to the
heads. So the server can tell a missing change (gap) from a device put back from a backup (fork), and a power cut leaves
either all of a write or nothing of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import func, select, update

from app.vault import changes, records, summary, tables
from app.vault.changes import Kept
from app.vault.drafts import Draft
from app.vault.keyring import Tx
from app.vault.records import Record
from schemas import codec, wire
from schemas import records as catalogue
from schemas.change import Change
from schemas.merge import NOTHING, apply
from schemas.problems import Failed

change = tables.change.c
account = tables.account.c


@dataclass(frozen=True)
class HeldChange:
    """An own change that a supervisor has yet to look at; `reason` is a code of the problem catalogue."""

    id: str
    reason: str
    household: str
    record: str


def write(tx: Tx, author: str, device: str, drafts: Sequence[Draft]) -> list[Change]:
    """Writes the drafts as this device's next changes and applies them.

    Raises Failed with the catalogue's reason for a draft that could not be a change of these records
    (`unknown_slot`, `bad_value` …), `unknown_household`, or `not_your_area`; then nothing is written.
    """
    if not drafts:
        return []
    n, prev = tx.sql.execute(select(account.n, account.prev).where(account.person == tx.person)).one()
    begun = {d.household: d.sets["area"] for d in drafts if isinstance(d.sets.get("area"), str)}
    areas: dict[str, str] = {**begun, **records.places(tx, {d.household for d in drafts})}
    held, damaged = records.load_readable(tx, {d.record for d in drafts})
    if damaged:
        raise Failed("damaged")
    written: list[Change] = []
    for draft in drafts:
        new = _change(tx, draft, author, device, n + 1, prev)
        if draft.household not in areas:
            raise Failed("unknown_household")
        held[new.record] = _applied(held.get(new.record), new, areas[draft.household])
        n, prev = new.n, new.id
        written.append(new)
    changes.add(tx, [Kept(c, areas[c.household], changes.UNSENT) for c in written], own=True)
    records.save(tx, list(held.values()))
    tx.sql.execute(update(tables.account).where(account.person == tx.person).values(n=n, prev=prev))
    summary.renew(tx, sorted({c.household for c in written}))
    return written


def unsent(tx: Tx, limit_bytes: int, since: int | None = None) -> list[Change]:
    """Own changes in order, without a hole, from the first to the last that the server is not known to have, as many as
    fit in so many canonical bytes but at least one; with `since`, all from that device number on, known or not, to
    answer the server's *gap*."""
    waits = (change.person == tx.person) & (change.state == changes.UNSENT)
    first, end = tx.sql.execute(select(func.min(change.n), func.max(change.n)).where(waits)).one()
    if since is not None:
        first, end = since, last(tx)
    if first is None:
        return []
    mine = select(tables.change).where(change.person == tx.person, change.n.between(first, end)).order_by(change.n)
    rows = tx.sql.execute(mine)
    batch: list[Change] = []
    size = 0
    for row in rows:
        found = changes.one(tx, row)
        size += len(codec.encode(found.wire()))
        if batch and size > limit_bytes:
            break
        batch.append(found)
    rows.close()
    return batch


def receive_receipt(tx: Tx, receipt: wire.Receipt) -> None:
    """Marks what the server has: all up to `upto`, and those held with the reason."""
    own = update(tables.change).where(change.person == tx.person, change.n.is_not(None))
    tx.sql.execute(own.where(change.n <= receipt.upto, change.state == changes.UNSENT).values(state=changes.SENT))
    for n, verdict in enumerate(receipt.verdicts, receipt.first):
        if isinstance(verdict, wire.Held):
            this = own.where(change.n == n, change.state.in_((changes.SENT, changes.HELD)))
            tx.sql.execute(this.values(state=changes.HELD, reason=verdict.reason))
    taken = [n for n, v in enumerate(receipt.verdicts, receipt.first) if not isinstance(v, wire.Held)]
    settled = own.where(change.n.in_(taken), change.state == changes.HELD)
    tx.sql.execute(settled.values(state=changes.SENT, reason=None))


def waiting(tx: Tx) -> list[Change]:
    """Own changes that are on this device only, oldest first."""
    mine = select(tables.change).where(change.person == tx.person, change.state == changes.UNSENT)
    return changes.opened(tx, tx.sql.execute(mine.order_by(change.n)).all())


def waiting_count(tx: Tx, household: str | None = None) -> int:
    """How many own changes are on this device only, of one household or of all."""
    mine = select(func.count()).where(change.person == tx.person, change.state == changes.UNSENT)
    return tx.sql.scalar(mine if household is None else mine.where(change.household == household)) or 0


def last(tx: Tx) -> int:
    """The number of the last own change, 0 before the first."""
    return tx.sql.scalar(select(account.n).where(account.person == tx.person)) or 0


def waiting_by_household(tx: Tx) -> dict[str, int]:
    """How many own changes are on this device only, by household; without opening one."""
    mine = select(change.household, func.count()).where(change.person == tx.person, change.state == changes.UNSENT)
    return {row[0]: row[1] for row in tx.sql.execute(mine.group_by(change.household))}


def held(tx: Tx) -> list[HeldChange]:
    """Own changes that a supervisor has yet to look at, oldest first."""
    mine = select(change.id, change.reason, change.household, change.record).where(
        change.person == tx.person, change.state == changes.HELD
    )
    return [HeldChange(*row) for row in tx.sql.execute(mine.order_by(change.n))]


def _change(tx: Tx, draft: Draft, author: str, device: str, n: int, prev: str) -> Change:
    made = Change(
        household=draft.household,
        record=draft.record,
        kind=draft.kind,
        form=draft.form,
        sets=codec.canonical(draft.sets),
        seen=frozenset(draft.seen),
        author=author,
        device=device,
        n=n,
        prev=prev,
        at=tx.clock.stamp(),
        salt=tx.clock.random(16).hex(),
    )
    if complaint := catalogue.complaint(made):
        raise Failed(complaint)
    return made


def _applied(held: Record | None, new: Change, area: str) -> Record:
    if held is None:
        held = Record(new.record, new.household, new.kind, area, NOTHING)
    elif (held.household, held.kind) != (new.household, new.kind):
        raise Failed("bad_id")
    return replace(held, heads=apply(held.heads, new))
