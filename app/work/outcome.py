"""What came of a finished visit: its result with every reason, and whether that result still stands.

A result is evidence of what the rules said of the facts at that time. It is *stale* once the facts it was reckoned from
are no longer those the household's records show, and *provisional* while one of them is in conflict; on neither can be
decided.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from app.vault.records import Record
from app.work.household import present_members
from schemas.codec import NotCanonical
from schemas.policy.facts import facts
from schemas.policy.result import Result
from schemas.problems import Failed


@dataclass(frozen=True)
class Outcome:
    """`result` is None when nothing was worked out; `people` names members by record; `waiting` counts the household's
    changes that are not yet safe on the server."""

    head: str
    visited_on: date | None
    outcome: str
    status: str
    comment: str
    result: Result | None
    people: Mapping[str, str]
    stale: bool
    provisional: bool
    waiting: int


def outcome(held: Iterable[Record], household: str, visit: str, waiting: int) -> Outcome:
    """What came of one visit, out of the household's records. Raises Failed `not_found`."""
    records = {r.id: r for r in held}
    root, made = records.get(household), records.get(visit)
    if root is None or made is None or made.kind != "visit":
        raise Failed("not_found")
    said = made.heads.values()
    members = present_members(list(records.values()))
    result = _latest(records.values(), visit)
    now = facts(root.area, root.heads.values(), members, said)
    in_question = [root, made, *(r for r in records.values() if r.kind == "member")]
    return Outcome(
        head=str(root.heads.value("head") or ""),
        visited_on=date.fromisoformat(said["visited_on"]) if said.get("visited_on") else None,
        outcome=str(said.get("outcome") or ""),
        status=str(said.get("status") or ""),
        comment=str((said.get("review") or {}).get("comment") or ""),
        result=result,
        people={r.id: str(r.heads.value("name") or "") for r in records.values() if r.kind == "member"},
        stale=result is not None and result.inputs != now.digest(),
        provisional=any(r.heads.conflicts() for r in in_question),
        waiting=waiting,
    )


def _latest(held: Iterable[Record], visit: str) -> Result | None:
    """The result of the visit's newest assessment; one that cannot be read is passed over."""
    made = [r for r in held if r.kind == "assessment" and r.heads.value("visit") == visit]
    for record in sorted(made, key=lambda r: r.id, reverse=True):
        try:
            return Result.from_wire(record.heads.value("result"))
        except NotCanonical:
            continue
    return None
