"""Who may do what: one table for what a role may write, one for what it may do at a desk.

A change that the table does not allow is held for a supervisor and not lost (DESIGN §6); an act at a desk that it does
not allow is refused. Where a person may do it is their scope, which is asked elsewhere (`schemas.ids.within`).
"""

from collections.abc import Mapping

from schemas.codec import Value
from schemas.problems import Failed

ROLES = ("visitor", "officer", "supervisor", "steward", "auditor")

_FIELD: Mapping[str, frozenset[str]] = {
    # kind of record → slots that are not theirs to write
    "household": frozenset({"status"}),
    "member": frozenset(),
    "visit": frozenset({"review", "skew"}),
    "assessment": frozenset(),
    "attachment": frozenset(),
    "link": frozenset(),
}
_STATION = {**_FIELD, "household": frozenset[str](), "event": frozenset[str]()}
_REVIEW = {**_STATION, "visit": frozenset({"skew"}), "case": frozenset[str]()}

WRITES: Mapping[str, Mapping[str, frozenset[str]]] = {
    "visitor": _FIELD,
    "officer": _STATION,
    "supervisor": _REVIEW,
    "steward": {},
    "auditor": {},
}
"""Role → kinds of record it may write → the slots of that kind it may not."""

_FIELD_STATUS = frozenset({"draft", "done", None})
_DECISION_EVENTS = frozenset({"decision", "returned"})

ACTS: Mapping[str, frozenset[str]] = {
    "read_files": frozenset({"officer", "supervisor", "auditor"}),
    "decide": frozenset({"supervisor"}),
    "settle": frozenset({"supervisor"}),
    "release_held": frozenset({"supervisor"}),
    "read_people": frozenset({"steward", "auditor"}),
    "manage_people": frozenset({"steward"}),
    "manage_devices": frozenset({"steward"}),
    "publish": frozenset({"steward"}),
    "read_audit": frozenset({"steward", "auditor"}),
}
"""Act at a desk → the roles that may."""


def write(role: str, kind: str, sets: Mapping[str, Value]) -> bool:
    """Whether a role may write these values to a record of this kind."""
    kinds = WRITES.get(role, {})
    if kind not in kinds or kinds[kind] & set(sets):
        return False
    if role == "supervisor":
        return True
    if kind == "visit":
        return sets.get("status") in _FIELD_STATUS
    return kind != "event" or sets.get("kind") not in _DECISION_EVENTS


def do(role: str, act: str) -> bool:
    """Whether a role may do something at a desk."""
    return role in ACTS[act]


def require(role: str, act: str) -> None:
    """Raises Failed("forbidden") when a role may not do something at a desk."""
    if not do(role, act):
        raise Failed("forbidden")
