"""What a record holds, worked out from the changes made to it, whatever order they arrived in.

Theory of operation. A change *writes* some slots and names the earlier changes its author had in front of them
(`seen`). A write to a slot is **live** until a change that writes the same slot and saw it exists. One live value is
the value; two that differ are an open conflict, which only a person closes, by writing the slot having seen both.
Equal values side by side are not a conflict. No clock takes part, so order, repeats and wrong clocks do not matter.

`live` is the definition over a whole set of changes. `apply` is the same, one change at a time, over `Heads`: the
live writes by slot, plus `early`, the writes that were replaced before they arrived (possible when bundles come late
or out of order). Each change must be applied once; the store that keeps changes by id sees to that.

Two ways to see, the only ones a caller may use:
  `seeing(heads, slots)`   an ordinary edit: every live write equal to the value shown. A rival write that the author
                           was not shown stays live, and so becomes a conflict.
  `seeing_all(heads, …)`   the conflict screen, where both sides were on the screen, and a delete (`gone`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from schemas import codec
from schemas.change import Change
from schemas.codec import Value

Writes = Mapping[str, Value]
"""Live writes of one slot: change id → value."""


@dataclass(frozen=True)
class Heads:
    """The live writes of one record, by slot. `early`: (slot, change id) replaced before arrival."""

    live: Mapping[str, Writes] = field(default_factory=dict)
    early: frozenset[tuple[str, str]] = frozenset()

    def value(self, slot: str) -> Value:
        """The value to show: None when nothing is live; of rivals, the one with the least id, so that every device
        shows the same one."""
        writes = self.live.get(slot)
        return writes[min(writes)] if writes else None

    def values(self) -> dict[str, Value]:
        return {slot: self.value(slot) for slot in self.live if self.live[slot]}

    def conflicts(self) -> dict[str, Writes]:
        """The slots with rival values, each with all its live writes."""
        return {slot: writes for slot, writes in self.live.items() if _rivals(writes)}

    def wire(self) -> dict[str, Value]:
        return {
            "live": {slot: dict(writes) for slot, writes in self.live.items()},
            "early": sorted(list(pair) for pair in self.early),
        }

    @staticmethod
    def from_wire(data: Value) -> "Heads":
        return Heads(
            {slot: dict(writes) for slot, writes in data["live"].items()},
            frozenset((slot, change) for slot, change in data["early"]),
        )


NOTHING = Heads()


def live(changes: Iterable[Change]) -> dict[str, dict[str, Value]]:
    """The definition: of one record's changes, the writes to each slot that no later author replaced."""
    known = {change.id: change for change in changes}
    return {
        slot: writes
        for slot in {slot for change in known.values() for slot in change.sets}
        if (
            writes := {
                cid: change.sets[slot]
                for cid, change in known.items()
                if slot in change.sets and not any(slot in later.sets and cid in later.seen for later in known.values())
            }
        )
    }


def apply(heads: Heads, change: Change) -> Heads:
    """The heads after one more change of the same record, which must not have been applied before."""
    cid = change.id
    arrived = {other for writes in heads.live.values() for other in writes}
    out = {slot: writes for slot, writes in heads.live.items() if slot not in change.sets}
    early = set(heads.early)
    for slot, value in change.sets.items():
        writes = {c: v for c, v in heads.live.get(slot, {}).items() if c not in change.seen}
        if (slot, cid) in early:
            early.discard((slot, cid))
        else:
            writes[cid] = value
        if writes:
            out[slot] = writes
        # A seen change that is live nowhere has either been replaced already or not come yet; remembering it costs
        # a few bytes in a rare case, forgetting it would bring back a value that somebody replaced.
        early.update((slot, c) for c in change.seen if c not in arrived)
    return Heads(out, frozenset(early))


def seeing(heads: Heads, slots: Iterable[str]) -> frozenset[str]:
    """What an ordinary edit of these slots has seen: the live writes equal to the value that was shown."""
    return frozenset(
        cid
        for slot in slots
        for cid, value in heads.live.get(slot, {}).items()
        if codec.encode(value) == codec.encode(heads.value(slot))
    )


def seeing_all(heads: Heads, slots: Iterable[str]) -> frozenset[str]:
    """What a conflict screen or a delete has seen: every live write of these slots."""
    return frozenset(cid for slot in slots for cid in heads.live.get(slot, {}))


def _rivals(writes: Writes) -> bool:
    return len({codec.encode(value) for value in writes.values()}) > 1
