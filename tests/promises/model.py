"""What has been written, and what follows from it: the definition of DESIGN §5 and nothing else.

The model holds every change that anybody ever wrote, as its author made it. From any set of changes `live` says what is
live: a write that no change which wrote the same slot had in front of it. All else is read off that. Nothing here is
the product's, so that a rule that is wrong there cannot be wrong here in the same way.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Value: TypeAlias = Any
Live: TypeAlias = dict[str, dict[str, dict[str, Value]]]
"""record → slot → change id → value."""


@dataclass(frozen=True)
class Written:
    """One change as its author made it."""

    id: str
    household: str
    record: str
    kind: str
    sets: Mapping[str, Value]
    seen: frozenset[str]
    author: str
    device: str
    n: int

    @classmethod
    def of(cls, wire: Mapping[str, Value]) -> "Written":
        body = wire["body"]
        return cls(
            wire["id"],
            wire["household"],
            wire["record"],
            wire["kind"],
            body["sets"],
            frozenset(body["seen"]),
            wire["author"],
            wire["device"],
            wire["n"],
        )


@dataclass
class Model:
    """`loose` are the changes that need not be anywhere: they were only on a disk that is gone, or they were issued
    anew under another id. `rested` were let rest by a supervisor. `blind` are photos whose only disk is gone."""

    written: dict[str, Written] = field(default_factory=dict)
    loose: set[str] = field(default_factory=set)
    rested: set[str] = field(default_factory=set)
    blind: set[str] = field(default_factory=set)

    def add(self, wires: Iterable[Mapping[str, Value]]) -> list[Written]:
        """Takes down what somebody wrote; the same change again must be the same."""
        added = []
        for wire in wires:
            new = Written.of(wire)
            assert self.written.setdefault(new.id, new) == new, "a change is what it was"
            added.append(new)
        return added

    def reissued(
        self, old: Iterable[Mapping[str, Value]], new: Iterable[Mapping[str, Value]], known: Collection[str] = ()
    ) -> None:
        """What was waiting got new numbers: the same content in the same order, and nothing forgotten but what others
        can bring or nobody wants (`known`)."""
        self._renamed([Written.of(w) for w in old], self.add(new), known)

    def issued_anew(self, former: Iterable[str], new: Iterable[Mapping[str, Value]]) -> None:
        """What somebody sent under a former enrolment, and a server lost, goes on after their last change."""
        before = sorted((self.written[c] for c in former), key=lambda w: (w.device, w.n))
        self._renamed(before, self.add(w for w in new if w["id"] not in self.written), ())

    def _renamed(self, before: Sequence[Written], after: Sequence[Written], known: Collection[str]) -> None:
        names: dict[str, str] = {}
        for b in before:
            a = after[len(names)] if len(names) < len(after) else None
            if a is None or (b.household, b.record, b.kind, b.sets) != (a.household, a.record, a.kind, a.sets):
                assert b.id in known, "issued anew in order, and nothing forgotten"
                continue
            names[b.id] = a.id
            assert a.seen == {names.get(c, c) for c in b.seen}, "what was seen is seen under its new name"
        assert len(names) == len(after), "nothing is issued anew that was not there"
        self.loose |= {b for b, a in names.items() if b != a}

    def chunks(self, photo: str) -> set[str]:
        """The chunks of a photo."""
        return {c for w in self.written.values() if w.record == photo for c in w.sets.get("chunks", [])}

    def musts(self) -> set[str]:
        """The changes that everybody has a right to find."""
        return set(self.written) - self.loose


def live(changes: Iterable[Written]) -> Live:
    """Of these changes, every write that no writer of the same slot had in front of them."""
    known = list(changes)
    out: Live = {}
    for one in known:
        later = [c for c in known if c.record == one.record and one.id in c.seen]
        for slot, value in one.sets.items():
            if not any(slot in c.sets for c in later):
                out.setdefault(one.record, {}).setdefault(slot, {})[one.id] = value
    return out


def shown(writes: Mapping[str, Value]) -> Value:
    """The one of rivals that everybody's screen shows."""
    return writes[min(writes)]


def in_front(slots: Mapping[str, Mapping[str, Value]], edited: Iterable[str]) -> set[str]:
    """What somebody who edits these slots of a record has in front of them: every write of the value shown."""
    return {
        change for slot in edited for change, value in slots.get(slot, {}).items() if _same(value, shown(slots[slot]))
    }


def all_sides(slots: Mapping[str, Mapping[str, Value]], edited: Iterable[str]) -> set[str]:
    """What somebody has in front of them who was shown every side."""
    return {change for slot in edited for change in slots.get(slot, {})}


def conflicts(slots: Mapping[str, Mapping[str, Value]], seen: Mapping[str, frozenset[str]]) -> list[str]:
    """The slots of a record with rival values, and `gone` when something was written behind a delete's back. `seen`:
    what each change had in front of it."""
    rivals = {slot for slot, writes in slots.items() if any(not _same(v, shown(writes)) for v in writes.values())}
    deletes = [d for d, value in slots.get("gone", {}).items() if value == "yes"]
    others = {change for slot, writes in slots.items() if slot != "gone" for change in writes}
    if any(other != d and other not in seen[d] for d in deletes for other in others):
        rivals.add("gone")
    return sorted(rivals)


def _same(a: Value, b: Value) -> bool:
    return type(a) is type(b) and bool(a == b)
