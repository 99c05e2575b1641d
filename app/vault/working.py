"""Working copies: visits that are still open, saved at each answer. Nobody else sees one, and none is a change yet.

Evolution rule: a field of `WorkingCopy` is only ever added, with a default, so that a visit begun before an update of
the app is still open after it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Self

from sqlalchemy import Row, Select, delete, select
from sqlalchemy.dialects.sqlite import insert

from app.vault import records, sealing, tables
from app.vault.keyring import Tx
from schemas.codec import Value
from schemas.problems import Failed

working = tables.working.c


@dataclass(frozen=True)
class WorkingCopy:
    """An open visit. `shown` is what each record's slots said when it was begun, and `seen` the live writes behind
    that: record → slot → value, and record → slot → change ids. `started_at` is a stamp."""

    visit: str
    household: str
    form_hash: str
    answers: Value
    seen: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    shown: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    started_at: str = ""

    def with_answers(self, answers: Value) -> Self:
        return replace(self, answers=answers)


def save(tx: Tx, copy: WorkingCopy) -> None:
    """Saves an open visit. Raises Failed `unknown_household` for one the vault does not hold, and `visit_over` for a
    visit that was finished meanwhile, in another window."""
    row = tx.sql.execute(_mine(tx).where(working.visit == copy.visit)).one_or_none()
    if row is None and _finished(tx, copy.visit):
        raise Failed("visit_over")
    area = row.area if row else records.place(tx, copy.household)
    if area is None:
        raise Failed("unknown_household")
    rev = 1 + (row.rev if row else 0)
    gen, sealed = tx.ring.seal("working", area, copy.visit, rev, asdict(copy))
    values = {"household": copy.household, "area": area, "gen": gen, "rev": rev, "sealed": sealed}
    tx.sql.execute(
        insert(tables.working)
        .values(person=tx.person, visit=copy.visit, **values)
        .on_conflict_do_update(["person", "visit"], set_=values)
    )


def of_household(tx: Tx, household: str) -> WorkingCopy | None:
    """The open visit of a household, the newest where there are several; None when there is none."""
    rows = tx.sql.execute(_mine(tx).where(working.household == household)).all()
    return max((_opened(tx, row) for row in rows), key=lambda copy: copy.started_at, default=None)


def all_(tx: Tx) -> list[WorkingCopy]:
    """Every open visit, the oldest first. One that is damaged is left out; `checking` names it."""
    found = []
    for row in tx.sql.execute(_mine(tx)):
        try:
            found.append(_opened(tx, row))
        except Failed:
            records.log.warning("working copy of visit %s is damaged", row.visit)
    return sorted(found, key=lambda copy: (copy.started_at, copy.visit))


def drop(tx: Tx, visit: str) -> None:
    """Ends an open visit; raises Failed `visit_over` when it is not open any more."""
    ended = tx.sql.execute(delete(tables.working).where(working.person == tx.person, working.visit == visit))
    if not ended.rowcount:
        raise Failed("visit_over")


def erase(tx: Tx, household: str) -> None:
    """Drops the open visits of a household that was erased."""
    tx.sql.execute(delete(tables.working).where(working.person == tx.person, working.household == household))


def _finished(tx: Tx, visit: str) -> bool:
    held = records.load(tx, visit)
    return held is not None and held.heads.value("status") not in (None, "draft", "returned")


def _mine(tx: Tx) -> Select[tuple[Value, ...]]:
    return select(tables.working).where(working.person == tx.person)


def _opened(tx: Tx, row: Row[tuple[Value, ...]]) -> WorkingCopy:
    try:
        return WorkingCopy(**tx.ring.unseal("working", row.area, row.gen, row.visit, row.rev, row.sealed))
    except sealing.Damaged:
        raise Failed("damaged") from None
