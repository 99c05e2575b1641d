"""Both sides of every conflict that stands in a visit's way, and what each side does to the decision.

The pack is asked once for each side, as if that side were the value. First come the conflicts that flip a verdict or
an amount, last those the pack does not look at, which a supervisor settles in one gesture (DESIGN §5).

A record that one person deleted while another wrote to it is a conflict of the slot `gone`: on one side the delete, on
the other what was written behind its back. Whether a household is there at all decides something by itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select

from schemas import codec, merge, records
from schemas.change import Change
from schemas.codec import Value
from schemas.merge import GONE, NO, Heads
from schemas.policy.model import Pack
from schemas.policy.result import Result
from schemas.problems import Failed
from sync_server import called, household_file
from sync_server import tables as t
from sync_server.called import Names
from sync_server.db import Tx
from sync_server.heads import Head
from sync_server.household_file import HouseholdFile

Effect = Literal["decision", "unknown", "facts", "none"]
"""What choosing does: flips a verdict or an amount; cannot be told (no pack fits); changes figures on the way; nothing.
In the order in which they are shown."""
_ORDER: Sequence[Effect] = ("decision", "unknown", "facts", "none")


@dataclass(frozen=True)
class Written:
    """A change with when it came to the server and how far ahead its device's clock was then, in seconds."""

    change: Change
    taken_at: str
    skew: int


def written(tx: Tx, county: str, changes: Iterable[str]) -> dict[str, Written]:
    """These changes, those that the server has."""
    c = t.change.c
    rows = tx.among(select(c.id, c.data, c.taken_at, c.skew).where(c.county == county), c.id, changes)
    return {r.id: Written(Change.from_wire(codec.decode(r.data)), r.taken_at, r.skew) for r in rows}


def sides(heads: Heads, slot: str) -> dict[str, Value]:
    """The sides of a conflict: the value that each change stands for. Of a contested record the deletes, and the
    latest of the writes that they were made without, which stand for its being there."""
    rivals = dict(heads.conflicts().get(slot, {}))
    if slot == GONE and (behind := behind_its_back(heads)):
        rivals[max(behind)] = NO
    return rivals


def behind_its_back(heads: Heads) -> set[str]:
    """The changes that wrote to a record without knowing that it had been deleted."""
    return {change for writes in heads.contested().values() for change in writes}


def to_see(heads: Heads, slot: str) -> frozenset[str]:
    """The changes that whoever settles a conflict must have had in front of them."""
    return merge.seeing_all(heads, heads.live if slot == GONE else [slot])


def listed(
    file: HouseholdFile, visit: Head | None, packs: Mapping[str, Pack], by: Mapping[str, Written], names: Names
) -> list[dict[str, Value]]:
    """The conflicts as the desk shows them, those that decide something first. `by` holds the changes behind every
    side; `visit` is the one they would decide, if there is one."""
    out = []
    for record in file.disputed(visit):
        for name in record.heads.conflicts():
            rivals = sides(record.heads, name)
            results = {c: _supposed(file, visit, packs, record.record, name, v) for c, v in rivals.items()}
            effect = _weight(record, name, visit, results.values())
            out.append(
                (
                    (_ORDER.index(effect), record.kind, record.record, name),
                    {
                        "record": record.record,
                        "kind": record.kind,
                        "title": str(record.heads.value("name") or "") if record.kind == "member" else "",
                        **called.slot(record.kind, name),
                        "effect": effect,
                        "sides": [_side(c, v, results[c], by[c], names) for c, v in sorted(rivals.items())],
                        "behind": _behind(record, by, names) if name == GONE else [],
                        "seen": sorted(to_see(record.heads, name)),
                    },
                )
            )
    return [shown for _, shown in sorted(out, key=lambda pair: pair[0])]


def effect(file: HouseholdFile, visit: Head | None, packs: Mapping[str, Pack], record: str, slot: str) -> Effect:
    """What choosing a side of this conflict does to this visit's decision."""
    head = file.records[record]
    rivals = sides(head.heads, slot)
    return _weight(head, slot, visit, [_supposed(file, visit, packs, record, slot, v) for v in rivals.values()])


def _behind(record: Head, by: Mapping[str, Written], names: Names) -> list[dict[str, Value]]:
    """What was written behind the back of a delete, in the order of the catalogue."""
    contested = record.heads.contested()
    return [
        {**called.slot(record.kind, slot.name), **_side(change, value, None, by[change], names)}
        for slot in records.catalogue()[record.kind].values()
        for change, value in sorted(contested.get(slot.name, {}).items())
    ]


def _side(change: str, value: Value, result: Result | None, by: Written, names: Names) -> dict[str, Value]:
    programmes = result.programmes if result else ()
    return {
        "change": change,
        "value": value,
        "user": by.change.author,
        "name": names.person(by.change.author),
        "device": by.change.device,
        "device_name": names.device(by.change.device),
        "at": by.change.at,
        "received_at": by.taken_at,
        "skew": by.skew,
        "proposals": [{"programme": p.programme, "verdict": p.verdict, "amount": p.amount} for p in programmes],
    }


def _supposed(
    file: HouseholdFile, visit: Head | None, packs: Mapping[str, Pack], record: str, slot: str, value: Value
) -> Result | None:
    if visit is None:
        return None
    supposed = file.supposing(record, slot, value)
    try:
        return household_file.assessed(supposed, supposed.visit(visit.record), packs)
    except Failed:
        return None


def _weight(record: Head, slot: str, visit: Head | None, results: Iterable[Result | None]) -> Effect:
    if record.kind == "household" and slot == GONE:
        return "decision"
    return "none" if visit is None else _effect(results)


def _effect(results: Iterable[Result | None]) -> Effect:
    known = list(results)
    told = [r for r in known if r is not None]
    if len(told) < len(known):
        return "unknown"
    if any(household_file.outcome(r) != household_file.outcome(told[0]) for r in told):
        return "decision"
    return "facts" if len({r.inputs for r in told}) > 1 else "none"
