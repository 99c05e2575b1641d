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
  `seeing_all(heads, …)`   the conflict screen, where both sides were on the screen.

A **delete** writes the slot `gone` and sees every live write of the record, whatever its slot. A write that is live and
that it did not see was made without knowing of the delete: the record is then *contested*, which is a conflict of
`gone` like any other, and a person says whether the record is gone after all.

Two records that are one thing (a household registered on two tablets) are **joined** by a `link` whose verdict is
`same`, and **parted** by writing `different` over it. Joining changes neither record: `view` shows the live writes of
both side by side, by the same rules, and so parting gives back what was there before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from schemas import codec, ids
from schemas.change import Change
from schemas.codec import Value

Writes = Mapping[str, Value]
"""Live writes of one slot: change id → value."""
GONE, YES, NO = "gone", "yes", "no"
ERASED = "erased"
"""What `gone` holds in a household whose records were lawfully destroyed; no change to it is taken any more."""
SAME, DIFFERENT = "same", "different"


@dataclass(frozen=True)
class Heads:
    """The live writes of one record, by slot. `early`: (slot, change id) replaced before arrival. `saw`: for each live
    delete, the changes it had in front of it."""

    live: Mapping[str, Writes] = field(default_factory=dict)
    early: frozenset[tuple[str, str]] = frozenset()
    saw: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def value(self, slot: str) -> Value:
        """The value to show: None when nothing is live; of rivals, the one with the least id, so that every device
        shows the same one."""
        writes = self.live.get(slot)
        return _shown(writes) if writes else None

    def values(self) -> dict[str, Value]:
        return {slot: _shown(writes) for slot, writes in self.live.items() if writes}

    def conflicts(self) -> dict[str, Writes]:
        """The slots with rival values, each with all its live writes; `gone` too when the record is contested."""
        rivals = {slot: writes for slot, writes in self.live.items() if len(writes) > 1 and _rivals(writes)}
        return {**rivals, GONE: self.live[GONE]} if self.contested() else rivals

    @property
    def gone(self) -> bool:
        """Whether the record is deleted, as it is shown; see `contested`."""
        return bool(self.value(GONE) == YES)

    def contested(self) -> dict[str, Writes]:
        """The live writes by slot that a live delete was made without; empty when nobody wrote behind its back."""
        if not self.saw:
            return {}
        unseen = {
            slot: {
                cid: v for cid, v in writes.items() if any(cid not in saw and cid != d for d, saw in self.saw.items())
            }
            for slot, writes in self.live.items()
            if slot != GONE
        }
        return {slot: writes for slot, writes in unseen.items() if writes}

    def renamed(self, names: Mapping[str, str]) -> "Heads":
        """The same heads with other change ids, for changes that were issued anew under new ones."""
        return Heads(
            {slot: {names.get(c, c): v for c, v in writes.items()} for slot, writes in self.live.items()},
            frozenset((slot, names.get(c, c)) for slot, c in self.early),
            {names.get(d, d): frozenset(names.get(c, c) for c in saw) for d, saw in self.saw.items()},
        )

    def wire(self) -> dict[str, Value]:
        plain: dict[str, Value] = {"live": self.live, "early": sorted(list(pair) for pair in self.early)}
        return plain | ({"saw": {d: sorted(saw) for d, saw in self.saw.items()}} if self.saw else {})

    @cached_property
    def encoded(self) -> str:
        """The canonical JSON of `wire()`, made once. The values are as `codec.decode` or `codec.canonical` gave
        them."""
        return codec.text_again(self.wire())

    @staticmethod
    def from_wire(data: Value) -> "Heads":
        return Heads(
            data["live"],
            frozenset((slot, change) for slot, change in data["early"]),
            {d: frozenset(saw) for d, saw in data.get("saw", {}).items()},
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
    saw = {d: seen for d, seen in heads.saw.items() if d in out.get(GONE, {})}
    if out.get(GONE, {}).get(cid) == YES:
        saw[cid] = change.seen
    return Heads(out, frozenset(early), saw)


def seeing(heads: Heads, slots: Iterable[str]) -> frozenset[str]:
    """What an ordinary edit of these slots has seen: the live writes equal to the value that was shown."""
    return frozenset(
        cid
        for slot in slots
        for writes in (heads.live.get(slot, {}),)
        for cid, value in writes.items()
        if len(writes) == 1 or codec.encode(value) == codec.encode(heads.value(slot))
    )


def seeing_all(heads: Heads, slots: Iterable[str]) -> frozenset[str]:
    """What a conflict screen has seen: every live write of these slots."""
    return frozenset(cid for slot in slots for cid in heads.live.get(slot, {}))


def delete(heads: Heads) -> tuple[dict[str, Value], frozenset[str]]:
    """What a delete of the record sets and has seen: all of it."""
    return {GONE: YES}, seeing_all(heads, heads.live)


def restore(heads: Heads) -> tuple[dict[str, Value], frozenset[str]]:
    """What takes a delete back sets and has seen."""
    return {GONE: NO}, seeing_all(heads, heads.live)


def link_id(a: str, b: str) -> str:
    """The id of the one `link` record of two records, whichever is named first."""
    return ids.derived_id("link", *sorted((a, b)))


def join(a: str, b: str) -> dict[str, Value]:
    """What a `link` sets to join two records. Write it having seen what was shown of the link."""
    return _linked(a, b, SAME)


def part(a: str, b: str) -> dict[str, Value]:
    """What a `link` sets to part two records, or to say that they never were one."""
    return _linked(a, b, DIFFERENT)


def joined(links: Iterable[Heads]) -> dict[str, str]:
    """For each record that is joined to another, the least id among those it is one with, given all `link` records.
    A link whose verdict is in conflict joins nothing until somebody settles it."""
    least: dict[str, str] = {}

    def find(record: str) -> str:
        while least.setdefault(record, record) != record:
            record = least[record]
        return record

    for heads in links:
        a, b = heads.value("a"), heads.value("b")
        if heads.value("verdict") == SAME and "verdict" not in heads.conflicts() and a and b:
            first, second = sorted((find(a), find(b)))
            least[second] = first
    return {record: find(record) for record in list(least)}


def view(records: Iterable[Heads]) -> Heads:
    """Records that are joined, seen as one: the live writes of all of them. Not stored; a write still goes to one."""
    live: dict[str, dict[str, Value]] = {}
    early: set[tuple[str, str]] = set()
    saw: dict[str, frozenset[str]] = {}
    for heads in records:
        for slot, writes in heads.live.items():
            live.setdefault(slot, {}).update(writes)
        early |= heads.early
        saw |= heads.saw
    return Heads(live, frozenset(early), saw)


def _linked(a: str, b: str, verdict: str) -> dict[str, Value]:
    first, second = sorted((a, b))
    return {"a": first, "b": second, "verdict": verdict}


def _shown(writes: Writes) -> Value:
    """The value that everybody shows of some writes."""
    if len(writes) == 1:  # nearly always
        (value,) = writes.values()
        return value
    return writes[min(writes)]


def _rivals(writes: Writes) -> bool:
    return len({codec.encode(value) for value in writes.values()}) > 1
