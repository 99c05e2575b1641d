"""The answers as a tree: one spot for each group, repeat instance and question, with what is computed about it.

A spot is what expressions walk. Its stored answer is a source, everything else about it (is it relevant, its
calculated value, its problems, its choices, its label) is a cell made when first asked for.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from schemas.codec import Value
from schemas.forms import answers, values
from schemas.forms.answers import Answer
from schemas.forms.cells import Cell, Sheet, Source
from schemas.forms.identity import FORMATS
from schemas.forms.lists import Listed, ListItem
from schemas.forms.model import REPEAT, Choice, Element, Form, Words, words
from schemas.forms.place import Compiled, Place, Surroundings
from schemas.forms.program import Program, Rules, program
from schemas.forms.values import Atom, Node

T = TypeVar("T")


class World:
    """What all spots of one visit share."""

    def __init__(self, form: Form, today: date) -> None:
        self.form = form
        self.today = today
        self.sheet = Sheet()
        self.program: Program = program(form)
        lists = {name: Listed(name, items) for name, items in form.lists.items()}
        self._around = {lang: Surroundings(today, lists, self._label_of(lang)) for lang in ("zh", "en")}
        self.items: Mapping[str, Sequence[ListItem]] = {name: node.items for name, node in lists.items()}

    def around(self, lang: str) -> Surroundings:
        return self._around.get(lang) or self._around["zh"]

    def _label_of(self, lang: str) -> Callable[[str, Node], str]:
        def label(value: str, node: Node) -> str:
            element = node.element if isinstance(node, Spot) else None
            items = self.form.lists.get(element.choices, ()) if element else ()
            return next((words(c.label, lang) for c in items if c.value == value), value)

        return label


class Spot:
    """One place among the answers. `id` names a repeat instance; `kids` are in the order of the form; `kept` is what
    records hold beside the answers here (`saves`)."""

    __slots__ = ("_cells", "answer", "element", "id", "kept", "kids", "name", "parent", "path", "rules", "world")

    def __init__(self, world: World, element: Element, parent: "Spot | None", instance: str = "") -> None:
        self.world = world
        self.element = element
        self.name = element.name
        self.parent = parent
        self.id = instance
        self.path: str = _path(parent, f"{self.name}[{instance}]" if instance else self.name) if parent else ""
        self.rules: Rules | None = world.program.rules.get(element.path)
        self.answer: Source[Answer] = Source(world.sheet, answers.NONE)
        self.kept: dict[str, Value] = {}
        self.kids: dict[str, Spot | Many] = {}
        self._cells: dict[str, Cell[Any]] = {}
        for child in element.children:
            self.kids[child.name] = Many(world, child, self) if child.type == REPEAT else Spot(world, child, self)

    def named(self, name: str) -> Sequence[Node]:
        if name == "*":
            return [spot for kid in self.kids.values() for spot in kid.spots()]
        kid = self.kids.get(name)
        return kid.spots() if kid else []

    def spots(self) -> "Sequence[Spot]":
        return [self]

    def atom(self) -> Atom:
        return self.current().atom

    def counts(self) -> bool:
        return self.relevant()

    def current(self) -> Answer:
        """The answer that holds here: calculated where the form calculates it, else the stored one."""
        if self.rules and self.rules.calculation and not self.element.trigger:
            return self._cell("value", self._calculated)
        return self.answer.get()

    def _calculated(self) -> Answer:
        return self.as_answer(self.computed("calculation"))

    def as_answer(self, value: values.Operand) -> Answer:
        """What an expression gave, as an answer of this question's type."""
        line = values.text(value)
        if not line or line == "NaN":
            return answers.NONE
        if self.element.type in ("calculate", "note"):
            atom = values.atoms(value)[0]
            return Answer(line, atom)
        return answers.read(self.element, line)

    def computed(self, rule: str, lang: str = "zh") -> values.Operand:
        """The value of one of the rules here; empty text when the element has none."""
        found: Compiled | None = getattr(self.rules, rule)
        return found(self.place(lang)) if found else ""

    def place(self, lang: str = "zh") -> Place:
        return Place(self, self, self.world.around(lang))

    def relevant(self) -> bool:
        if self.parent is None:
            return True
        if self.rules is None or self.rules.relevant is None:
            return self.parent.relevant()
        return self._cell("relevant", self._relevant)

    def _relevant(self) -> bool:
        above = self.parent is None or self.parent.relevant()
        return above and values.truth(self.computed("relevant"))

    def required(self) -> bool:
        return self._truth("required")

    def readonly(self) -> bool:
        return not self.element.asked or self._truth("readonly")

    def _truth(self, rule: str) -> bool:
        if getattr(self.rules, rule) is None:
            return False
        return self._cell(rule, lambda: values.truth(self.computed(rule)))

    def label(self, lang: str) -> str:
        return self._words("label", lang)

    def hint(self, lang: str) -> str:
        return self._words("hint", lang)

    def _words(self, kind: str, lang: str) -> str:
        filled: Mapping[str, Callable[[Place], str]] = getattr(self.rules, kind) if self.rules else {}
        fill = filled.get(lang) or filled.get("")
        if fill:
            return self._cell(f"{kind}.{lang}", lambda: fill(self.place(lang)))
        return words(getattr(self.element, kind), lang)

    def choices(self) -> tuple[Choice, ...]:
        """The choices on offer here and now."""
        items = self.world.form.lists.get(self.element.choices, ())
        if self.rules is None or self.rules.filter is None:
            return items
        return self._cell("choices", self._chosen)

    def _chosen(self) -> tuple[Choice, ...]:
        test = self.rules.filter if self.rules else None
        around = self.world.around("zh")
        return tuple(
            item.choice
            for item in self.world.items[self.element.choices]
            if test is None or values.truth(test(Place(item, self, around)))
        )

    def instances(self) -> dict[str, "Spot"]:
        """For a question whose choices are a repeat's instances: the relevant ones by id, in order."""
        top: Spot = self
        while top.parent is not None:
            top = top.parent
        return {spot.id: spot for spot in everywhere(top, self.element.instances) if spot.relevant()}

    def faults(self) -> tuple[tuple[str | Words, bool], ...]:
        """What is wrong with the answer here, as problem codes or the form's own words, and whether it is hard."""
        return self._cell("faults", self._faults)

    def _faults(self) -> tuple[tuple[str | Words, bool], ...]:
        answer = self.current()
        if not answer.given:
            return ()
        if answer.problem:
            return ((answer.problem, True),)
        found: list[tuple[str | Words, bool]] = []
        form = FORMATS.get(self.element.format)
        odd = form.problem(str(answer.value), self.world.today) if form else None
        if odd:
            found.append((odd, False))
        if self.element.choices:
            offered = {c.value for c in self.choices()}
            chosen = answer.value if isinstance(answer.value, list) else [answer.value]
            if not offered.issuperset(chosen):
                found.append(("answer_choice", False))
        if self.element.instances and answer.value not in self.instances():
            found.append(("answer_gone", False))
        if self.rules and self.rules.constraint and not values.truth(self.computed("constraint")):
            found.append((self.element.message or "answer_constraint", not self.element.soft))
        return tuple(found)

    def everything(self) -> "Iterator[Spot]":
        """The spot and all below it, in the order of the form, relevant or not."""
        yield self
        for kid in self.kids.values():
            for spot in kid.spots():
                yield from spot.everything()

    def drop(self) -> None:
        """Cuts the place out of the graph when it is removed."""
        for spot in self.everything():
            for cell in spot._cells.values():
                cell.drop()
        for kid in self.kids.values():
            if isinstance(kid, Many):
                kid.frame.drop()

    def _cell(self, name: str, compute: Callable[[], T]) -> T:
        cell: Cell[T] | None = self._cells.get(name)
        if cell is None:
            cell = self._cells[name] = Cell(self.world.sheet, compute)
        return cell.get()


class Many:
    """All instances of a repeat in one place. `frame` stands for the repeat itself, whose rules hold without any."""

    __slots__ = ("element", "frame", "instances", "parent", "path", "world")

    def __init__(self, world: World, element: Element, parent: Spot) -> None:
        self.world = world
        self.element = element
        self.parent = parent
        self.path = _path(parent, element.name)
        self.frame = _Frame(world, element, parent)
        self.instances: Source[tuple[Spot, ...]] = Source(world.sheet, ())

    def spots(self) -> Sequence[Spot]:
        return self.instances.get()

    def add(self, instance: str) -> Spot:
        spot = Spot(self.world, self.element, self.parent, instance)
        self.instances.put((*self.instances.get(), spot))
        return spot

    def remove(self, instance: str) -> None:
        kept = tuple(s for s in self.instances.get() if s.id != instance)
        gone = [s for s in self.instances.get() if s.id == instance]
        self.instances.put(kept)
        for spot in gone:
            spot.drop()


class _Frame(Spot):
    """The repeat as a whole: its relevance and words, without any instance's answers."""

    __slots__ = ()

    def __init__(self, world: World, element: Element, parent: Spot) -> None:
        super().__init__(world, replace(element, children=()), parent)


def _path(parent: Spot, name: str) -> str:
    return f"{parent.path}/{name}" if parent.path else name


def related(spot: Spot, path: str) -> list[Spot]:
    """The spots of an element that belong to a spot: those in the innermost repeat instance that both share."""
    at: Spot = spot
    while at.parent is not None and not path.startswith(f"{at.element.path}/"):
        at = at.parent
    rest = path[len(at.element.path) + 1 :] if at.element.path else path
    return everywhere(at, rest)


def everywhere(spot: Spot, path: str) -> list[Spot]:
    """All spots of an element below a spot, by the names that lead there, in order."""
    found = [spot]
    for name in path.split("/"):
        found = [s for f in found for s in f.kids[name].spots()]
    return found
