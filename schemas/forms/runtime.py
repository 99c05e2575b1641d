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

An answer that was cleared where the form has a default is None, so that the default does not come back. `_kept`, at the
top and in instances, is what records hold beside what the form asks for (`saves`).
"""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from schemas.codec import Value
from schemas.forms import show
from schemas.forms.answers import Answer, read
from schemas.forms.items import Group, Instance, Item, Offer, Question, Repeat, Section, Trouble
from schemas.forms.model import GROUP, Element, Form
from schemas.forms.spots import Many, Spot, World, related

__all__ = ["Group", "Instance", "Item", "Offer", "Question", "Repeat", "Runtime", "Section", "Trouble"]

_STEP = re.compile(r"([^/\[\]]+)(?:\[([^\]]*)\])?")


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
        """The top of the form in order: its groups, and repeats or questions that are in none."""
        tops = [e for e in self.form.children if e.type != "calculate"]
        return [show.section(e, self.root.kids[e.name], lang) for e in tops]

    def items(self, section_path: str, lang: str) -> list[Item]:
        """What is to be seen in a section (or any group or instance): relevant items in order, nested."""
        return show.items(self._at(section_path), lang)

    def problems(self, lang: str) -> list[Trouble]:
        """All that is missing or odd among what is relevant, in the order of the form."""
        return [t for kid in self.root.kids.values() for t in show.troubles(kid, lang)]

    # Reading and storing

    def _load(self, spot: Spot, given: Value) -> None:
        """Fills a spot from stored answers; where the key is absent the form's default holds."""
        kept = given.get("_kept") if isinstance(given, dict) else None
        spot.kept = kept if isinstance(kept, dict) else {}
        for name, kid in spot.kids.items():
            stored = given.get(name) if isinstance(given, dict) else None
            if isinstance(kid, Many):
                for row in stored if isinstance(stored, list) else []:
                    named = row.get("_id") if isinstance(row, dict) else None
                    self._load(kid.add(str(named or self._new_id())), row)
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


def _stored(spot: Spot) -> dict[str, Value]:
    out: dict[str, Value] = {"_kept": spot.kept} if spot.kept else {}
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
