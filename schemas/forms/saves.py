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

What an object or a row holds that the form has no question for is carried through the answers under `_kept` and saved
again with it, so that an older form loses nothing that a newer one wrote.
"""

from dataclasses import dataclass, field
from datetime import date

from schemas.codec import Value
from schemas.forms.model import GROUP, Element, Form
from schemas.forms.prefill import prefill
from schemas.forms.runtime import Runtime
from schemas.forms.slots import NO, Covered, covered, holds_members, objects, split, table_of, to_slot
from schemas.forms.spots import Many, Spot, related

__all__ = ["Member", "Saved", "Slots", "prefill", "saved", "saved_from"]

Slots = dict[str, Value]
Member = tuple[str, Slots]


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
    found = _Found(covered(run.form))
    found.group(run.root, _Inside(run.root))
    return found.result()


@dataclass
class _Inside:
    """Where the walk is: the root or instance that carries what is kept, the member it is about, the row it fills."""

    holder: Spot
    member: str = ""
    table: str = ""
    cells: Slots = field(default_factory=dict)


class _Found:
    """One walk over what is relevant, filling records."""

    def __init__(self, form: Covered) -> None:
        self.form = form
        self.records: dict[str, Slots] = {"household": {}, "visit": {}}
        self.members: dict[str, Slots] = {}
        self.asked: dict[tuple[str, str], Slots] = {}

    def result(self) -> Saved:
        for (owner, name), kept in self.asked.items():
            if kept and name not in self.record(owner):
                self.record(owner)[name] = kept
        blank = frozenset((owner, name) for owner, name in self.asked if name not in self.record(owner))
        return Saved(self.records["household"], tuple(self.members.items()), self.records["visit"], blank)

    def record(self, owner: str) -> Slots:
        return self.records[owner] if owner in self.records else self.members[owner]

    def group(self, spot: Spot, inside: _Inside) -> None:
        for kid in spot.kids.values():
            if isinstance(kid, Many):
                self.repeat(kid, inside)
            elif kid.element.type == GROUP:
                self.object(kid, inside)
                self.group(kid, inside)
            elif kid.relevant():
                self.question(kid, inside)

    def repeat(self, many: Many, inside: _Inside) -> None:
        table, people = table_of(many.element), holds_members(many.element)
        rows = []
        for spot in many.spots():
            if not spot.relevant():
                continue
            if people:
                self.members.setdefault(spot.id, {})
            row = _Inside(
                spot, spot.id if people else inside.member, table, {"id": spot.id, **spot.kept.get(table, {})}
            )
            self.group(spot, row)
            rows.append(row.cells)
        asking = _asking(many.element, many.parent)
        if table and (asking.relevant() if asking else many.frame.relevant()):
            kind, name, _ = split(table)
            self.asked[kind, name] = {}
            if rows or (asking is not None and asking.current().value == NO):
                self.records[kind][name] = rows

    def object(self, group: Spot, inside: _Inside) -> None:
        """A group whose opening question was answered no fills its objects with nothing."""
        asking = _asking(group.element, group)
        if asking is None or not asking.relevant():
            return
        for kind, name in objects(group.element):
            owner = inside.member if kind == "member" else kind
            self.asked.setdefault((owner, name), {})
            if asking.current().value == NO:
                self.record(owner)[name] = {}

    def question(self, spot: Spot, inside: _Inside) -> None:
        element, answer = spot.element, spot.current()
        value = None if answer.problem else to_slot(element, answer.value)
        if inside.table and element.asked and not element.slots and element.path not in self.form.openings:
            _put(inside.cells, element.name, value)
        for slot in element.slots:
            kind, name, key = split(slot)
            if inside.table and f"{kind}.{name}" == inside.table:
                _put(inside.cells, key, value)
                continue
            owner = inside.member if kind == "member" else kind
            kept = inside.holder.kept.get(f"{kind}.{name}", {}) if key else {}
            self.asked[owner, name] = kept
            record = self.record(owner)
            if key and value is not None:
                record.setdefault(name, dict(kept))[key] = value
            elif not key:
                _put(record, name, value)


def _put(cells: Slots, name: str, value: Value) -> None:
    if value is not None:
        cells[name] = value


def _asking(element: Element, near: Spot) -> Spot | None:
    """The question that opens a repeat or group, the one that belongs to this place."""
    found = related(near, element.asked_by) if element.asked_by else []
    return found[0] if found else None
