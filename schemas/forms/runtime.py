"""A questionnaire being filled in: answers go in, what to ask and what is wrong comes out.

Answers are put by path (`basic/hukou`, `members[<id>]/name`). Nothing a person types raises: what cannot be read is
kept and shows as a problem. A path that the form does not have is a programmer's mistake and raises KeyError.

What answers look like, in `answers()`, in `set` and in `Question.value`:

    text, signature   str; a signature is the path data of an SVG drawing, as the pad makes it
    image             str, the id of an attachment
    integer           int           decimal   str such as "12.5", without trailing zeros
    date              str, ISO 8601 (a `datetime.date` may be put)
    select_one        str, the code      select_multiple   list of codes
    group             an object         repeat   a list of objects, each with its instance as "_id"

An answer that was cleared where the form has a default is None, so that the default does not come back.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from schemas import problems
from schemas.codec import Value
from schemas.forms.answers import Answer, read
from schemas.forms.model import GROUP, REPEAT, Choice, Element, Form, words
from schemas.forms.spots import Many, Spot, World, everywhere, related

_STEP = re.compile(r"([^/\[\]]+)(?:\[([^\]]*)\])?")


@dataclass(frozen=True)
class Offer:
    """A choice as it is shown."""

    value: str
    label: str


@dataclass(frozen=True)
class Question:
    """`problems` are words about the answer given; that it is still missing is only in `Runtime.problems`.

    `warnings` are those of them that do not keep the visit from being finished.
    """

    path: str
    name: str
    type: str
    label: str
    hint: str
    required: bool
    readonly: bool
    value: Value
    choices: tuple[Offer, ...]
    problems: tuple[str, ...]
    appearance: str
    unit: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    path: str
    name: str
    label: str
    hint: str
    items: tuple["Item", ...]
    appearance: str = ""


@dataclass(frozen=True)
class Instance:
    id: str
    path: str
    title: str
    items: tuple["Item", ...]
    problems: int = 0


@dataclass(frozen=True)
class Repeat:
    path: str
    name: str
    label: str
    hint: str
    instances: tuple[Instance, ...]
    can_add: bool
    can_remove: bool
    problems: tuple[str, ...] = ()


Item: TypeAlias = Question | Group | Repeat


@dataclass(frozen=True)
class Section:
    """A top-level group. `answered` of `expected` required questions are answered, `given` counts every answer.

    `problems` counts what keeps the visit from being finished, missing answers too; `warnings` the rest.
    """

    name: str
    path: str
    label: str
    hint: str
    relevant: bool
    answered: int
    expected: int
    problems: int
    warnings: int = 0
    given: int = 0


@dataclass(frozen=True)
class Trouble:
    """`hard` keeps the visit from being finished; `code` is a problem code or "" for the form's own words."""

    path: str
    section: str
    message: str
    hard: bool
    code: str = ""


class Runtime:
    """One questionnaire being filled in, from a draft's answers or from nothing."""

    def __init__(self, form: Form, answers: Value = None, *, today: date, new_id: Callable[[], str]) -> None:
        self.form = form
        self.today = today
        self._new_id = new_id
        self._world = World(form, today)
        self.root = Spot(self._world, Element(GROUP, "data", "", children=form.children), None)
        self._load(self.root, answers or {})

    @property
    def evaluated(self) -> int:
        """How many values have been computed since the start: what an answer cost."""
        return self._world.sheet.evaluated

    def answers(self) -> Value:
        """Every answer given, relevant or not, as canonical JSON; loading it gives the same runtime."""
        return _stored(self.root)

    def set(self, path: str, value: Any) -> None:
        """Puts an answer; None clears it. Calculated questions cannot be set (ValueError)."""
        spot = self._spot(path)
        if not spot.element.asked:
            raise ValueError(f"{path} is not a question to answer")
        self._put(spot, read(spot.element, value))

    def add(self, path: str) -> str:
        """A new instance of a repeat, at the end; its id."""
        many = self._many(path)
        spot = many.add(self._new_id())
        self._load(spot, {})
        return spot.id

    def remove(self, path: str, instance_id: str) -> None:
        self._many(path).remove(instance_id)

    def value(self, path: str) -> Value:
        """The answer at a path, calculated or given; None for none."""
        return self._spot(path).current().value

    def sections(self, lang: str) -> list[Section]:
        troubles = self.problems(lang)
        out = []
        for element in self.form.children:
            if element.type not in (GROUP, REPEAT):
                continue
            kid = self.root.kids[element.name]
            head = kid.frame if isinstance(kid, Many) else kid
            asked = [s for top in kid.spots() for s in top.everything() if s.element.asked and s.relevant()]
            needed = [s for s in asked if s.required()]
            mine = [t for t in troubles if t.section == element.name]
            out.append(
                Section(
                    element.name,
                    element.name,
                    head.label(lang),
                    head.hint(lang),
                    head.relevant(),
                    sum(1 for s in needed if s.current().given),
                    len(needed),
                    sum(1 for t in mine if t.hard),
                    sum(1 for t in mine if not t.hard),
                    sum(1 for s in asked if s.current().given),
                )
            )
        return out

    def items(self, section_path: str, lang: str) -> list[Item]:
        """What is to be seen in a section (or any group or instance): relevant items in order, nested."""
        kid = self._at(section_path)
        if isinstance(kid, Many):
            return [self._repeat(kid, lang)] if kid.frame.relevant() else []
        return self._items(kid, lang)

    def problems(self, lang: str) -> list[Trouble]:
        """All that is missing or odd among what is relevant, in the order of the form."""
        return [t for kid in self.root.kids.values() for t in self._troubles(kid, lang)]

    # Reading and storing

    def _load(self, spot: Spot, given: Value) -> None:
        """Fills a spot from stored answers; where the key is absent the form's default holds."""
        for name, kid in spot.kids.items():
            stored = given.get(name) if isinstance(given, dict) else None
            if isinstance(kid, Many):
                for row in stored if isinstance(stored, list) else []:
                    self._load(kid.add(str(row.get("_id") or self._new_id())), row)
            elif kid.element.type == GROUP:
                self._load(kid, stored or {})
            elif kid.element.asked:
                if isinstance(given, dict) and name in given:
                    kid.answer.put(read(kid.element, stored, typed=False))
                elif kid.element.default:
                    kid.answer.put(self._default(kid))

    def _default(self, spot: Spot) -> Answer:
        if spot.element.dynamic:
            return spot.as_answer(spot.computed("default"))
        return read(spot.element, spot.element.default)

    def _put(self, spot: Spot, answer: Answer) -> None:
        if answer == spot.answer.get():
            return
        spot.answer.put(answer)
        for element in self._world.program.triggers.get(spot.element.path, ()):
            for target in related(spot, element.path):
                self._put(target, target.as_answer(target.computed("calculation")))

    # Finding places

    def _at(self, path: str) -> Spot | Many:
        at: Spot | Many = self.root
        for part in path.split("/") if path else ():
            match = _STEP.fullmatch(part)
            if not match or isinstance(at, Many) or match[1] not in at.kids:
                raise KeyError(path)
            at = at.kids[match[1]]
            if match[2] is not None:
                found = [s for s in at.spots() if s.id == match[2]] if isinstance(at, Many) else []
                if not found:
                    raise KeyError(path)
                at = found[0]
        return at

    def _spot(self, path: str) -> Spot:
        at = self._at(path)
        if isinstance(at, Many):
            raise KeyError(path)
        return at

    def _many(self, path: str) -> Many:
        at = self._at(path)
        if isinstance(at, Spot):
            raise KeyError(path)
        return at

    # Showing

    def _items(self, spot: Spot, lang: str) -> list[Item]:
        out: list[Item] = []
        for kid in spot.kids.values():
            if isinstance(kid, Many):
                if kid.frame.relevant():
                    out.append(self._repeat(kid, lang))
            elif kid.element.type != "calculate" and kid.relevant():
                out.append(self._group(kid, lang) if kid.element.type == GROUP else self._question(kid, lang))
        return out

    def _group(self, spot: Spot, lang: str) -> Group:
        items = tuple(self._items(spot, lang))
        return Group(spot.path, spot.name, spot.label(lang), spot.hint(lang), items, spot.element.appearance)

    def _question(self, spot: Spot, lang: str) -> Question:
        element = spot.element
        said = [(_say(fault, lang), hard) for fault, hard in spot.faults()]
        return Question(
            spot.path,
            element.name,
            "select_one" if element.instances else element.type,
            spot.label(lang),
            spot.hint(lang),
            spot.required(),
            spot.readonly(),
            spot.current().value,
            tuple(self._offers(spot, lang)),
            tuple(line for line, _ in said),
            element.appearance,
            element.unit,
            tuple(line for line, hard in said if not hard),
        )

    def _offers(self, spot: Spot, lang: str) -> Iterator[Offer]:
        """The choices, and after them what was answered and is not among them, so that nothing is hidden."""
        value = spot.current().value
        chosen = value if isinstance(value, list) else [value] if isinstance(value, str) else []
        shown = set()
        if spot.element.instances:
            offers = [Offer(s.id, self._title(s, n, lang)) for n, s in self._instances(spot.element.instances)]
        elif spot.element.choices:
            offers = [Offer(c.value, words(c.label, lang)) for c in spot.choices()]
        else:
            return
        for offer in offers:
            shown.add(offer.value)
            yield offer
        everything = {c.value: c for c in self.form.lists.get(spot.element.choices, ())}
        for code in chosen:
            if code not in shown:
                known: Choice | None = everything.get(code)
                yield Offer(code, words(known.label, lang) if known else code)

    def _instances(self, path: str) -> list[tuple[int, Spot]]:
        return list(enumerate((s for s in everywhere(self.root, path) if s.relevant()), 1))

    def _repeat(self, many: Many, lang: str) -> Repeat:
        instances = tuple(
            Instance(
                spot.id,
                spot.path,
                self._title(spot, number, lang),
                tuple(self._items(spot, lang)),
                sum(1 for t in self._troubles(spot, lang) if t.hard),
            )
            for number, spot in enumerate(many.spots(), 1)
            if spot.relevant()
        )
        frame = many.frame
        empty = (problems.say("answer_rows", lang),) if self._lacks_rows(many) else ()
        return Repeat(many.path, many.element.name, frame.label(lang), frame.hint(lang), instances, True, True, empty)

    def _title(self, spot: Spot, number: int, lang: str) -> str:
        """An instance in a few words: the first answer in it, or the repeat's label and a number."""
        for kid in spot.everything():
            value = kid.current().value if kid.element.asked and kid.relevant() else None
            if isinstance(value, str) and not kid.element.instances:
                return next((words(c.label, lang) for c in kid.choices() if c.value == value), value)
        return f"{words(spot.element.label, lang)} {number}"

    # Troubles

    def _troubles(self, kid: Spot | Many, lang: str) -> Iterator[Trouble]:
        if isinstance(kid, Many):
            if self._lacks_rows(kid):
                yield _trouble(kid.path, "answer_rows", True, lang)
            for spot in kid.spots():
                yield from self._troubles(spot, lang)
            return
        if not kid.relevant():
            return
        for below in kid.kids.values():
            yield from self._troubles(below, lang)
        if kid.element.asked and not kid.current().given and kid.required():
            yield _trouble(kid.path, kid.element.required_message or "answer_required", True, lang)
        if kid.element.asked:
            for fault, hard in kid.faults():
                yield _trouble(kid.path, fault, hard, lang)

    def _lacks_rows(self, many: Many) -> bool:
        return bool(many.element.asked_by) and not many.spots() and many.frame.relevant()


def _say(fault: Any, lang: str) -> str:
    return problems.say(fault, lang) if isinstance(fault, str) else words(fault, lang)


def _trouble(path: str, fault: Any, hard: bool, lang: str) -> Trouble:
    section = re.split(r"[/\[]", path, maxsplit=1)[0]
    return Trouble(path, section, _say(fault, lang), hard, fault if isinstance(fault, str) else "")


def _stored(spot: Spot) -> dict[str, Value]:
    out: dict[str, Value] = {}
    for name, kid in spot.kids.items():
        if isinstance(kid, Many):
            rows = [{"_id": s.id, **_stored(s)} for s in kid.spots()]
            if rows:
                out[name] = rows
        elif kid.element.type == GROUP:
            below = _stored(kid)
            if below:
                out[name] = below
        elif kid.element.asked:
            answer = kid.answer.get()
            if answer.given or kid.element.default:
                out[name] = answer.value
    return out
