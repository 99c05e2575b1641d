"""Answers out of slots: the inverse of `saves`, by the same walk over the form."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.codec import Value
from schemas.forms.model import GROUP, REPEAT, Element, Form
from schemas.forms.slots import NO, YES, covered, from_slot, holds_members, split, table_of

Record = Mapping[str, Value]


def prefill(form: Form, household: Record, members: Sequence[tuple[str, Record]], visit: Record) -> Value:
    """Answers from the slots of records and, if there is one, of an earlier visit."""
    given = _Given(form, {"household": household, "visit": visit}, dict(members))
    return {**given.group(form.children, _Inside()), **given.kept(form.children, _Inside())}


@dataclass
class _Inside:
    """Where the walk is: the member it is about, the table it is in and the stored row there."""

    member: str = ""
    table: str = ""
    cells: Record = field(default_factory=dict)


class _Given:
    def __init__(self, form: Form, records: Mapping[str, Record], members: Mapping[str, Record]) -> None:
        self.form = covered(form)
        self.records = records
        self.members = members

    def record(self, kind: str, inside: _Inside) -> Record:
        return self.members.get(inside.member, {}) if kind == "member" else self.records[kind]

    def group(self, children: Sequence[Element], inside: _Inside) -> dict[str, Value]:
        out: dict[str, Value] = {}
        for element in children:
            if element.type == REPEAT:
                value: Value = self.repeat(element, inside)
            elif element.type == GROUP:
                value = self.group(element.children, inside)
            else:
                value = self.question(element, inside)
            if value not in (None, [], {}):
                out[element.name] = value
            elif element.default and self.left_blank(element, inside):
                out[element.name] = None
        return out

    def repeat(self, element: Element, inside: _Inside) -> list[Value]:
        table, people = table_of(element), holds_members(element)
        kind, name, _ = split(table)
        stored = self.record(kind, inside).get(name) if table else None
        rows = {str(r.get("id")): r for r in stored if isinstance(r, Mapping)} if isinstance(stored, list) else {}
        ids = [*self.members, *(i for i in rows if i not in self.members)] if people else list(rows)
        out = []
        for instance in ids:
            row = _Inside(instance if people else inside.member, table, rows.get(instance, {}))
            answers = self.group(element.children, row)
            out.append({"_id": instance, **answers, **self.kept(element.children, row)})
        return out

    def question(self, element: Element, inside: _Inside) -> Value:
        if not element.asked:
            return None
        if element.path in self.form.openings:
            kind, name = self.form.openings[element.path]
            held = self.record(kind, inside).get(name)
            if held is not None:
                return YES if held else NO
        for cells, key, _ in self.cells(element, inside):
            if cells.get(key) is not None:
                return from_slot(element, cells[key])
        return None

    def left_blank(self, element: Element, inside: _Inside) -> bool:
        """Whether the rest of its row or object was answered and the question was not: its default must not hold."""
        return any(stored for _, _, stored in self.cells(element, inside))

    def cells(self, element: Element, inside: _Inside) -> Iterator[tuple[Record, str, bool]]:
        """Where an answer may be found, best first: the cells, the name there and whether they are a stored row or
        object."""
        if inside.table and not element.slots:
            yield inside.cells, element.name, bool(inside.cells)
        for slot in element.slots:
            kind, name, key = split(slot)
            held = self.record(kind, inside).get(name)
            if inside.table and f"{kind}.{name}" == inside.table:
                yield inside.cells, key, bool(inside.cells)
            elif not key:
                yield self.record(kind, inside), name, False
            elif isinstance(held, Mapping):
                yield held, key, True

    def kept(self, children: Sequence[Element], inside: _Inside) -> dict[str, Value]:
        """What is carried along here: of the row, and of the objects that questions here fill."""
        found = {inside.table: self.form.others(inside.table, inside.cells)} if inside.table else {}
        for slot in _objects_here(children):
            kind, name, _ = split(slot)
            if slot != inside.table:
                found[slot] = self.form.others(slot, self.record(kind, inside).get(name))
        held = {slot: rest for slot, rest in found.items() if rest}
        return {"_kept": held} if held else {}


def _objects_here(children: Sequence[Element]) -> Iterator[str]:
    """The slots, as `kind.slot`, that questions fill entry by entry, without those inside repeats."""
    for element in children:
        if element.type == GROUP:
            yield from _objects_here(element.children)
        elif element.type != REPEAT:
            yield from (f"{kind}.{name}" for kind, name, key in map(split, element.slots) if key)
