"""Both sides of every conflict that stands in a visit's way, and what each side does to the decision.

The pack is asked once for each side, as if that side were the value. First come the conflicts that flip a verdict or
an amount, last those the pack does not look at, which a supervisor settles in one gesture (DESIGN §5).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select

from schemas import codec, records
from schemas.change import Change
from schemas.codec import Value
from schemas.policy.model import Pack
from schemas.policy.result import Result
from schemas.problems import Failed
from sync_server import household_file
from sync_server import tables as t
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


@dataclass(frozen=True)
class Names:
    """How people and devices are called on screens; one that is unknown goes by its id."""

    people: Mapping[str, str]
    devices: Mapping[str, str]


def written(tx: Tx, county: str, changes: Iterable[str]) -> dict[str, Written]:
    """These changes, those that the server has."""
    c = t.change.c
    rows = tx.execute(
        select(c.id, c.data, c.taken_at, c.skew).where(c.county == county, c.id.in_(sorted(set(changes))))
    )
    return {r.id: Written(Change.from_wire(codec.decode(r.data)), r.taken_at, r.skew) for r in rows}


def listed(
    file: HouseholdFile, visit: Head, packs: Mapping[str, Pack], by: Mapping[str, Written], names: Names
) -> list[dict[str, Value]]:
    """The conflicts as the desk shows them, those that decide something first. `by` holds the changes behind every
    side."""
    out = []
    for record in file.disputed(visit):
        for name, sides in record.heads.conflicts().items():
            slot = records.catalogue()[record.kind][name]
            results = {c: _supposed(file, visit, packs, record.record, name, value) for c, value in sides.items()}
            effect = _effect(results.values())
            out.append(
                (
                    (_ORDER.index(effect), record.kind, record.record, name),
                    {
                        "record": record.record,
                        "kind": record.kind,
                        "title": str(record.heads.value("name") or "") if record.kind == "member" else "",
                        "slot": name,
                        "label": {"zh": slot.zh, "en": slot.en},
                        "type": slot.type,
                        "codes": slot.codes,
                        "effect": effect,
                        "sides": [_side(c, v, results[c], by[c], names) for c, v in sorted(sides.items())],
                        "seen": sorted(sides),
                    },
                )
            )
    return [shown for _, shown in sorted(out, key=lambda pair: pair[0])]


def effect(file: HouseholdFile, visit: Head, packs: Mapping[str, Pack], record: str, slot: str) -> Effect:
    """What choosing a side of this conflict does to this visit's decision."""
    sides = file.records[record].heads.live.get(slot, {})
    return _effect([_supposed(file, visit, packs, record, slot, value) for value in sides.values()])


def _side(change: str, value: Value, result: Result | None, by: Written, names: Names) -> dict[str, Value]:
    programmes = result.programmes if result else ()
    return {
        "change": change,
        "value": value,
        "user": by.change.author,
        "name": names.people.get(by.change.author, by.change.author),
        "device": by.change.device,
        "device_name": names.devices.get(by.change.device, by.change.device),
        "at": by.change.at,
        "received_at": by.taken_at,
        "proposals": [{"programme": p.programme, "verdict": p.verdict, "amount": p.amount} for p in programmes],
    }


def _supposed(
    file: HouseholdFile, visit: Head, packs: Mapping[str, Pack], record: str, slot: str, value: Value
) -> Result | None:
    supposed = file.supposing(record, slot, value)
    try:
        return household_file.assessed(supposed, supposed.visit(visit.record), packs)
    except Failed:
        return None


def _effect(results: Iterable[Result | None]) -> Effect:
    known = list(results)
    told = [r for r in known if r is not None]
    if len(told) < len(known):
        return "unknown"
    if any(household_file.outcome(r) != household_file.outcome(told[0]) for r in told):
        return "decision"
    return "facts" if len({r.inputs for r in told}) > 1 else "none"
