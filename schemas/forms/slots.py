"""What a form says about slots: which it covers, which rows and objects a question opens, and how values are carried.

A slot is written `kind.slot` or, for one entry of an object or one column of a table, `kind.slot.entry`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from schemas.codec import Value
from schemas.forms import values
from schemas.forms.model import REPEAT, Element, Form

YES, NO = "yes", "no"


@dataclass(frozen=True)
class Covered:
    """What a form knows of slots.

    `openings`: the slot, as kind and name, that a question opens with yes or declares empty with no, by its path.
    `entries`: the names of the entries and columns that have a question, by slot.
    """

    openings: Mapping[str, tuple[str, str]]
    entries: Mapping[str, frozenset[str]]

    def others(self, slot: str, held: Value) -> dict[str, Value]:
        """What an object or row holds that the form has no question for: it is carried along and saved again."""
        known = self.entries.get(slot, frozenset())
        return {k: v for k, v in held.items() if k not in known} if isinstance(held, Mapping) else {}


@lru_cache(maxsize=16)
def covered(form: Form) -> Covered:
    entries: dict[str, set[str]] = {}
    for element in form.elements.values():
        for slot in element.slots:
            kind, name, key = split(slot)
            if key:
                entries.setdefault(f"{kind}.{name}", set()).add(key)
            if element.type == REPEAT:
                bare = {e.name for e in element.everything() if e.asked and not e.slots}
                entries.setdefault(slot, set()).update(bare | {"id"})
    return Covered(dict(_openings(form)), {slot: frozenset(keys) for slot, keys in entries.items()})


def split(slot: str) -> tuple[str, str, str]:
    kind, _, rest = slot.partition(".")
    name, _, key = rest.partition(".")
    return kind, name, key


def table_of(element: Element) -> str:
    """The slot of a repeat's table, as `kind.slot`; empty when it fills none."""
    return element.slots[0] if element.type == REPEAT and element.slots else ""


def holds_members(element: Element) -> bool:
    """Whether the instances of a repeat are members: some question in it is saved to one."""
    return any(s.startswith("member.") for e in element.everything() for s in e.slots)


def objects(group: Element) -> list[tuple[str, str]]:
    """The slots, as kind and name, that the questions of a group fill entry by entry."""
    found = (split(slot) for e in group.everything() for slot in e.slots)
    return list(dict.fromkeys((kind, name) for kind, name, key in found if key))


def to_slot(element: Element, value: Value) -> Value:
    """An answer as its slot holds it: yuan become fen."""
    return int(Decimal(value) * 100) if value is not None and element.unit == "fen" else value


def from_slot(element: Element, value: Value) -> Value:
    """What a slot holds as an answer: fen become yuan."""
    return values.plain(Decimal(value) / 100) if element.unit == "fen" and isinstance(value, int) else value


def _openings(form: Form) -> Iterator[tuple[str, tuple[str, str]]]:
    for element in form.elements.values():
        if element.asked_by and element.type == REPEAT:
            yield from ((element.asked_by, split(slot)[:2]) for slot in element.slots)
        elif element.asked_by:
            yield from ((element.asked_by, slot) for slot in objects(element))
