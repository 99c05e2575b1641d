"""Between a questionnaire's answers and the slots of records, in both directions.

A form names for each answer the slot it is saved to (`bind::ruhu:slot`):

    household.phone         the whole slot of the household
    visit.housing.area_m2   one entry of a slot that holds an object
    member.name             of the member whose repeat instance the question is in; the instance's id is the record's
    visit.income_wage       on a repeat: a table with one row for each instance. Its questions are the columns, under
                            their own names, or those that say `visit.income_wage.gross`; the instance's id is `id`

Amounts are fen in slots and yuan in answers (`ruhu:unit`). A table is empty only when somebody said so: its repeat
names the question (`ruhu:asked_by`) whose "no" saves an empty table; without an answer nothing is saved, because
unknown is not zero. A group that fills an object may name such a question too; its "no" saves an empty object. Only
relevant answers are saved; `prefill` is the inverse on everything that `saved` writes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from schemas.codec import Value
from schemas.forms import values
from schemas.forms.model import GROUP, REPEAT, Element, Form
from schemas.forms.runtime import Runtime
from schemas.forms.spots import Many, Spot, related

Slots = dict[str, Value]
Member = tuple[str, Slots]

YES, NO = "yes", "no"


@dataclass(frozen=True)
class Saved:
    """Slots to write: of the household, of each member by record id, of the visit.

    `blank` are the slots that were asked and are left without an answer, as ("household" | "visit" | member id, slot):
    a slot that held a value before and is blank now was cleared by a person.
    """

    household: Slots
    members: tuple[Member, ...]
    visit: Slots
    blank: frozenset[tuple[str, str]] = field(default=frozenset())


def saved(form: Form, answers: Value, *, today: date = date.min) -> Saved:
    """The slots that a set of answers fills. `today` matters only for a form whose relevance looks at the day."""
    return saved_from(Runtime(form, answers, today=today, new_id=str))


def saved_from(run: Runtime) -> Saved:
    """The same for a questionnaire that is open."""
    found = _Found(run.form)
    found.gather(run.root, None, None)
    return found.result()


def prefill(form: Form, household: Mapping[str, Value], members: Sequence[Member], visit: Mapping[str, Value]) -> Value:
    """Answers from the slots of records and, if there is one, of an earlier visit."""
    return _Given(form, household, members, visit).group(form.children, None, None)


class _Found:
    def __init__(self, form: Form) -> None:
        self.opening = {e.asked_by for e in form.elements.values()}
        self.records: dict[str, Slots] = {"household": {}, "visit": {}}
        self.members: dict[str, Slots] = {}
        self.asked: set[tuple[str, str]] = set()

    def result(self) -> Saved:
        records = {**self.records, **self.members}
        blank = frozenset((owner, slot) for owner, slot in self.asked if slot not in records[owner])
        return Saved(self.records["household"], tuple(self.members.items()), self.records["visit"], blank)

    def gather(self, spot: Spot, row: "_Row | None", member: str | None) -> None:
        for kid in spot.kids.values():
            if isinstance(kid, Many):
                self.repeat(kid, member)
            elif kid.element.type == GROUP:
                self.nothing(kid, member)
                self.gather(kid, row, member)
            elif kid.relevant():
                self.question(kid, row, member)

    def repeat(self, many: Many, member: str | None) -> None:
        element = many.element
        table = next((_split(s)[1] for s in element.slots), "")
        instances = [s for s in many.spots() if s.relevant()]
        rows = []
        for spot in instances:
            inside = spot.id if _holds_members(element) else member
            if _holds_members(element):
                self.members.setdefault(spot.id, {})
            row = _Row(element.slots[0] if table else "", {"id": spot.id})
            self.gather(spot, row, inside)
            rows.append(row.cells)
        if table and _open(many):
            self.asked.add(("visit", table))
            if rows or _said_none(many):
                self.records["visit"][table] = rows

    def nothing(self, group: Spot, member: str | None) -> None:
        """The empty objects of a group whose opening question was answered no."""
        asking = _asking(group.element, group)
        if asking is None or not asking.relevant():
            return
        for kind, name in _objects(group.element):
            owner = (member or "") if kind == "member" else kind
            self.asked.add((owner, name))
            if asking.current().value == NO:
                (self.members[owner] if kind == "member" else self.records[kind])[name] = {}

    def question(self, spot: Spot, row: "_Row | None", member: str | None) -> None:
        element = spot.element
        answer = spot.current()
        value = None if answer.problem else _to_slot(element, answer.value)
        if row and element.path not in self.opening and not element.slots and element.asked and value is not None:
            row.cells[element.name] = value
        for slot in element.slots:
            if row and row.slot and slot.startswith(f"{row.slot}."):
                if value is not None:
                    row.cells[slot.removeprefix(f"{row.slot}.")] = value
                continue
            kind, name, key = _split(slot)
            owner = (member or "") if kind == "member" else kind
            self.asked.add((owner, name))
            if value is None:
                continue
            record = self.members[owner] if kind == "member" else self.records[kind]
            if key:
                record.setdefault(name, {})[key] = value
            else:
                record[name] = value


@dataclass
class _Row:
    slot: str
    cells: dict[str, Value]


class _Given:
    """Answers out of slots: the same walk over the form, the other way."""

    def __init__(
        self, form: Form, household: Mapping[str, Value], members: Sequence[Member], visit: Mapping[str, Value]
    ) -> None:
        self.form = form
        self.records: Mapping[str, Mapping[str, Value]] = {"household": household, "visit": visit}
        self.members = dict(members)
        self.said = dict(_openings(form))

    def group(self, children: Sequence[Element], row: "_Row | None", member: str | None) -> dict[str, Value]:
        out: dict[str, Value] = {}
        for element in children:
            if element.type == REPEAT:
                value: Any = self.repeat(element)
            elif element.type == GROUP:
                value = self.group(element.children, row, member)
            else:
                value = self.question(element, row, member)
            if value not in (None, [], {}):
                out[element.name] = value
            elif element.default and self.left_blank(element, row, member):
                out[element.name] = None
        return out

    def repeat(self, element: Element) -> list[Value]:
        table = next((_split(s)[1] for s in element.slots), "")
        stored = self.records["visit"].get(table) if table else None
        rows = {str(r.get("id")): r for r in stored if isinstance(r, dict)} if isinstance(stored, list) else {}
        ids = [*self.members, *(i for i in rows if i not in self.members)] if _holds_members(element) else list(rows)
        return [
            {
                "_id": i,
                **self.group(
                    element.children,
                    _Row(element.slots[0] if table else "", rows.get(i, {})),
                    i if _holds_members(element) else None,
                ),
            }
            for i in ids
        ]

    def question(self, element: Element, row: "_Row | None", member: str | None) -> Value:
        if not element.asked:
            return None
        if element.path in self.said:
            kind, name = self.said[element.path]
            stored = self.record(kind, member).get(name)
            if stored is not None:
                return YES if stored else NO
        for cells, key, _ in self.cells(element, row, member):
            if cells.get(key) is not None:
                return _from_slot(element, cells[key])
        return None

    def left_blank(self, element: Element, row: "_Row | None", member: str | None) -> bool:
        """Whether the rest of its row or object was answered and the question was not: its default must not hold."""
        return any(stored for _, _, stored in self.cells(element, row, member))

    def cells(
        self, element: Element, row: "_Row | None", member: str | None
    ) -> Iterator[tuple[Mapping[str, Value], str, bool]]:
        """Where an answer may be found, best first: the cells, the name there and whether they are a stored row or
        object."""
        if row and not element.slots:
            yield row.cells, element.name, bool(row.cells)
        for slot in element.slots:
            kind, name, key = _split(slot)
            record = self.record(kind, member)
            if row and row.slot and slot.startswith(f"{row.slot}."):
                yield row.cells, key, bool(row.cells)
            elif not key:
                yield record, name, False
            elif isinstance(record.get(name), dict):
                yield record[name], key, True

    def record(self, kind: str, member: str | None) -> Mapping[str, Value]:
        return self.members.get(member or "", {}) if kind == "member" else self.records[kind]


def _split(slot: str) -> tuple[str, str, str]:
    kind, _, rest = slot.partition(".")
    name, _, key = rest.partition(".")
    return kind, name, key


def _holds_members(element: Element) -> bool:
    """Whether the instances of a repeat are members: some question in it is saved to one."""
    return any(s.startswith("member.") for e in element.everything() for s in e.slots)


def _objects(group: Element) -> list[tuple[str, str]]:
    """The slots, as kind and name, that the questions of a group fill entry by entry."""
    found = (_split(slot) for e in group.everything() for slot in e.slots)
    return list(dict.fromkeys((kind, name) for kind, name, key in found if key))


def _openings(form: Form) -> Iterator[tuple[str, tuple[str, str]]]:
    """The path of each question that opens a table or an object, and the slot as kind and name."""
    for element in form.elements.values():
        if element.asked_by and element.type == REPEAT:
            yield from ((element.asked_by, _split(slot)[:2]) for slot in element.slots)
        elif element.asked_by:
            yield from ((element.asked_by, slot) for slot in _objects(element))


def _asking(element: Element, near: Spot) -> Spot | None:
    """The question that opens a repeat or group, the one that belongs to this place."""
    found = related(near, element.asked_by) if element.asked_by else []
    return found[0] if found else None


def _open(many: Many) -> bool:
    """Whether the table is in question at all: its repeat, or the question that opens it, is relevant."""
    asking = _asking(many.element, many.parent)
    return asking.relevant() if asking else many.frame.relevant()


def _said_none(many: Many) -> bool:
    asking = _asking(many.element, many.parent)
    return asking is not None and asking.current().value == NO


def _to_slot(element: Element, value: Value) -> Value:
    if value is not None and element.unit == "fen":
        return int(Decimal(value) * 100)
    return value


def _from_slot(element: Element, value: Value) -> Value:
    if element.unit == "fen" and isinstance(value, int):
        return values.plain(Decimal(value) / 100)
    return value
