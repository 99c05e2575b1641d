"""The slot catalogue: every kind of record, its slots and the code tables their values come from.

A slot is the unit of merge: a field, or a few fields that only make sense together. The catalogue is what forms and
policy packs share and all they share: a form saves to slots, a pack's facts are read from slots.

Evolution rule: a slot's name and meaning are for ever. A changed meaning is a new slot; rows are only added.
"""

import csv
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files

from schemas import ids
from schemas.change import Change
from schemas.codec import Value

APPEND_ONLY = frozenset({"assessment", "attachment", "event"})


@dataclass(frozen=True)
class Slot:
    """One slot. `codes` names a code table for the types `code` and `codes`; `norm` is the clause behind it."""

    kind: str
    name: str
    type: str
    codes: str
    zh: str
    en: str
    norm: str

    def fits(self, value: Value) -> bool:
        """Whether a value has the slot's type; None, which clears a slot, fits every one."""
        return value is None or _FITS[self.type](value)


@cache
def catalogue() -> Mapping[str, Mapping[str, Slot]]:
    """Slots by kind of record and name."""
    out: dict[str, dict[str, Slot]] = {}
    for row in _rows("slots.csv"):
        slot = Slot(row["kind"], row["slot"], row["type"], row["codes"], row["zh"], row["en"], row["norm"])
        out.setdefault(slot.kind, {})[slot.name] = slot
    return out


@cache
def codes(table: str) -> Mapping[str, Mapping[str, str]]:
    """A code table: code → {"zh": …, "en": …}; empty when there is no such table."""
    return {r["code"]: {"zh": r["zh"], "en": r["en"]} for r in _rows("codes.csv") if r["table"] == table}


def label(table: str, code: Value, lang: str = "zh") -> str:
    """A code in words; the code itself where the table does not know it."""
    return codes(table).get(str(code), {}).get(lang, str(code))


def complaint(change: Change) -> str | None:
    """Why a change cannot be a change of these records: a problem code, or None when it can."""
    slots = catalogue().get(change.kind)
    if slots is None:
        return "unknown_kind"
    if not (ids.is_record_id(change.household) and ids.is_record_id(change.record)):
        return "bad_id"
    if change.kind == "household" and change.record != change.household:
        return "bad_id"
    if not change.sets:
        return "empty_change"
    for name, value in change.sets.items():
        if name not in slots:
            return "unknown_slot"
        if not slots[name].fits(value):
            return "bad_value"
    if change.kind in APPEND_ONLY and change.seen:
        return "append_only"
    return None


def _is_date(value: Value) -> bool:
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


_FITS: Mapping[str, Callable[[Value], bool]] = {
    "text": lambda v: isinstance(v, str),
    "code": lambda v: isinstance(v, str),
    "int": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "date": _is_date,
    "codes": lambda v: isinstance(v, list) and all(isinstance(x, str) for x in v),
    "texts": lambda v: isinstance(v, list) and all(isinstance(x, str) for x in v),
    "object": lambda v: isinstance(v, dict),
    "table": lambda v: isinstance(v, list) and all(isinstance(x, dict) for x in v),
}


@cache
def _rows(name: str) -> list[dict[str, str]]:
    text = files("schemas.library").joinpath(name).read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))
