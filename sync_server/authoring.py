"""What people write at a desk: the same changes as a tablet's, made and numbered by the server.

The desk is a device of its own with its own chain, one a county, so that what was decided at a desk stands in the
feeds and can be verified like everything else. What a tablet may not write is held; what a person at a desk may not
write is refused, because they are there to be told.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from schemas import codec
from schemas.change import Change
from schemas.clock import stamp
from schemas.codec import Value
from schemas.problems import Failed
from sync_server import audit, devices, people
from sync_server.db import Tx
from sync_server.ledger import Ledger


@dataclass(frozen=True)
class Draft:
    """A change to be: what to set on which record, and which changes its author had in front of them."""

    household: str
    record: str
    kind: str
    form: str
    sets: Mapping[str, Value]
    seen: frozenset[str] = frozenset()


def write(tx: Tx, county: str, user: str, drafts: Sequence[Draft]) -> list[Change]:
    """Writes drafts in order as changes of this person at the desk. Raises Failed, and nothing is written, with the
    reason for which a tablet's change would be held: `not_your_area`, `not_your_role`, `bad_value` …"""
    person = people.get(tx, county, user)
    return _written(tx, county, user, drafts, lambda ledger, change: ledger.reason(change, person))


def order(tx: Tx, county: str, drafts: Sequence[Draft]) -> list[Change]:
    """Writes what the county itself orders, so that nobody's role and scope are asked for; their author is the server.
    Raises Failed with the reason for which no record could hold them."""
    return _written(tx, county, audit.SERVER, drafts, Ledger.unfit)


def _written(
    tx: Tx, county: str, author: str, drafts: Sequence[Draft], reason_against: Callable[[Ledger, Change], str | None]
) -> list[Change]:
    desk = devices.desk(tx, county)
    at = stamp(tx.clock.now())
    made: list[Change] = []
    n, prev = desk.n, desk.last_id
    for draft in drafts:
        salt = tx.clock.random(16).hex()
        change = Change(
            draft.household, draft.record, draft.kind, draft.form, codec.canonical(draft.sets), frozenset(draft.seen),
            author=author, device=desk.id, n=n + 1, prev=prev, at=at, salt=salt,
        )  # fmt: skip
        n, prev = change.n, change.id
        made.append(change)
    if not made:
        return []
    ledger = Ledger(tx, county, made)
    for change in made:
        if reason := reason_against(ledger, change):
            raise Failed(reason, **({"area": str(change.sets.get("area"))[:12]} if reason == "unknown_area" else {}))
        ledger.take(change)
    ledger.save()
    devices.advance(tx, desk, n, prev, 0)
    audit.write(tx, county, author, "wrote", desk.id, upto=n, count=len(made))
    return made
