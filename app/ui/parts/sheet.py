"""The sheet: an open visit as the screens hold it, one observable a question.

The visit itself (`app.work.visit`) knows what is asked and what was answered; the sheet knows what is *shown*. After
every answer it asks the visit for the section anew and hands each question to its own `Box`; a box that got an equal
question stays silent, so one keystroke redraws one question.

The sheet lives above the layout of the window: turning a tablet rebuilds every control and loses nothing.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from app.ui.guard import place
from app.ui.parts import naming
from app.ui.parts.shown import (
    Asking,
    Box,
    Cluster,
    Contents,
    Field,
    Fold,
    Layout,
    Node,
    Proposal,
    Removal,
    Row,
    Rows,
    Saving,
)
from app.work.visit import Comment, OpenVisit, questions
from schemas import problems
from schemas.codec import Value
from schemas.forms.runtime import Group, Instance, Item, Question, Repeat, Section, Trouble
from schemas.policy.result import Result
from schemas.problems import Failed

log = logging.getLogger("ruhu.ui")

COMPACT = 5
"""A row of a repeat with at most so many questions is always shown whole; a longer one folds."""
PAUSE = 0.35
"""Seconds of quiet after an answer before the result is worked out anew."""


def soon(call: Callable[[], None]) -> Callable[[], None]:
    """Run a call after the pause; what comes back cancels it."""
    return asyncio.get_running_loop().call_later(PAUSE, call).cancel


@dataclass(eq=False)
class Sheet:
    """One open visit on the screen. `later` puts a call off and returns how to cancel it."""

    visit: OpenVisit
    lang: str = "zh"
    later: Callable[[Callable[[], None]], Callable[[], None]] = soon
    contents: Contents = field(default_factory=Contents)
    layout: Layout = field(default_factory=Layout)
    removed: Removal = field(default_factory=Removal)
    saving: Saving = field(default_factory=Saving)
    proposal: Proposal = field(default_factory=Proposal)
    asking: Asking = field(default_factory=Asking)
    boxes: dict[str, Box] = field(default_factory=dict)
    folds: dict[str, Fold] = field(default_factory=dict)
    _cancel: Callable[[], None] | None = None

    def __post_init__(self) -> None:
        self.contents.sections = self._sections()
        if self.contents.sections:
            self.contents.current = self.contents.sections[0].path
        self.refresh()
        self.work_out()

    # Where we are

    def go(self, section: str) -> None:
        """Show a section. What is missing in the one left is shown from now on."""
        if section != self.contents.current:
            self.contents.strict |= {self.contents.current}
        self.contents.current = section
        self.asking.panel = ""
        self.layout.jump = ""
        self.removed.answers = ()
        self.refresh()

    def step(self, by: int) -> None:
        """Go to the section before or after; at either end nothing happens."""
        there = self.contents.at() + by
        if 0 <= there < len(self.contents.sections):
            self.go(self.contents.sections[there].path)

    def jump(self, trouble: Trouble) -> None:
        """Show the question that a trouble is about, open the rows it lies in, and mark it."""
        self.contents.strict |= {trouble.section}
        self.go(trouble.section)
        for path, fold in self.folds.items():
            if trouble.path.startswith(path + "/") or trouble.path == path:
                fold.open = True
        for path, box in self.boxes.items():
            box.lit = path == trouble.path
        self.layout.jump = trouble.path

    def speak(self, lang: str) -> None:
        if lang != self.lang:
            self.lang = lang
            self.refresh()

    # Answers

    def answer(self, path: str, value: Value) -> None:
        self._keep(lambda: self.visit.answer(path, value))

    def add(self, path: str) -> None:
        """Add a row, open it and close its neighbours."""
        made: list[str] = []
        self._keep(lambda: made.append(self.visit.add(path)))
        for instance in made:
            for other, fold in self.folds.items():
                if other.startswith(path + "["):
                    fold.open = other == f"{path}[{instance}]"

    def remove(self, path: str, instance: str, title: str = "") -> None:
        """Remove a row. With a title it can be had back (`restore`) until the next one is removed or the section left;
        a row without one keeps its place in the record by its id, which cannot be given twice."""
        row = f"{path}[{instance}]/"
        asked = [b.question for p, b in self.boxes.items() if p.startswith(row) and not b.question.readonly]
        self._keep(lambda: self.visit.remove(path, instance))
        self.removed.answers = tuple((q.path[len(row) :], q.value) for q in asked if title and q.value is not None)
        self.removed.title, self.removed.path = title, path

    def restore(self) -> None:
        """Put the row last removed back, at the end; once."""
        gone, path = self.removed.answers, self.removed.path
        if not gone:
            return
        self.removed.answers = ()

        def write() -> None:
            instance = self.visit.add(path)
            for name, value in gone:
                self.visit.answer(f"{path}[{instance}]/{name}", value)

        self._keep(write)

    def photo(self, attachment: str) -> bytes | None:
        """A photo's bytes; None when it cannot be opened on this device."""
        try:
            return self.visit.attachment(attachment)
        except Failed as failed:
            log.warning("photo not shown: %s", failed.code)
            return None

    # The result, and the end

    def work_out(self) -> None:
        """Work out the proposed result now."""
        self._cancel = None
        shown = self.proposal
        try:
            outcome = self._outcome()
            shown.result = self.visit.propose() if outcome in ("", "done") else None
            shown.people = tuple(self._people(shown.result).items())
            shown.outcome, shown.text = outcome, ""
        except Failed as failed:
            shown.result, shown.text = None, failed.say(self.lang)
        except Exception as error:  # noqa: BLE001 — rules that stumble over an answer must not take the form away
            log.error("result not worked out: %s", place(error))  # noqa: TRY400 — what it says may be personal
            shown.result, shown.text = None, problems.say("app_error", self.lang)

    def troubles(self) -> list[Trouble]:
        """Everything that is missing or doubtful, those that prevent finishing first."""
        return sorted(self.visit.problems(self.lang), key=lambda t: not t.hard)

    def check(self) -> None:
        """Open the check before finishing; from now on everything missing is shown where it is missing."""
        self.contents.strict = frozenset(s.path for s in self.contents.sections)
        self.asking.problem = ""
        self.refresh()
        self.asking.panel = "finish"

    def names(self) -> dict[str, str]:
        """Every question and repeat that is asked by its path, named with the group and the row it is in."""
        return {
            path: " · ".join(named[1:] or named)
            for section in self.contents.sections
            for path, named in naming.labels(self.visit.items(section.path, self.lang), (section.label,))
        }

    def put_down(self) -> None:
        """Stop what was put off; the sheet is not shown again."""
        if self._cancel is not None:
            self._cancel()
            self._cancel = None

    def comment(self, path: str) -> str:
        """What the supervisor wrote about a question when returning the visit."""
        return " ".join(c.text for c in self.comments() if c.slot and path.split("/")[-1] == c.slot.split(".")[-1])

    def comments(self) -> tuple[Comment, ...]:
        return self.visit.comments()

    # Keeping what is shown in step with the visit

    def refresh(self) -> None:
        """Bring everything shown in step with the visit; what has not changed stays silent."""
        self.contents.sections = self._sections()
        if all(s.path != self.contents.current for s in self.contents.sections) and self.contents.sections:
            self.contents.current = self.contents.sections[0].path
        section = self.contents.current
        items = self.visit.items(section, self.lang)
        troubles = self.visit.problems(self.lang)
        strict = section in self.contents.strict
        live: set[str] = set()
        for question in questions(items):
            live.add(question.path)
            here = tuple(t for t in troubles if t.path == question.path)
            box = self.boxes.get(question.path)
            if box is None:
                self.boxes[question.path] = Box(question, here, strict)
            else:
                box.question, box.troubles, box.strict = question, here, strict
        nodes = tuple(self._node(item, troubles, strict, live) for item in items)
        if self.layout.section != section:
            self.layout.section = section
        self.layout.nodes = nodes
        for gone in (self.boxes.keys() | self.folds.keys()) - live:
            self.boxes.pop(gone, None)
            self.folds.pop(gone, None)

    def not_saved(self, failed: Failed) -> None:
        """Say that the last answer is not in the vault, and why."""
        log.warning("answer not saved: %s", failed.code)
        self.saving.text = failed.say(self.lang)
        self.saving.state, self.saving.code = "failed", failed.code

    def _outcome(self) -> str:
        """How the visit went, where the form asks it; a result is worked out for a visit that took place."""
        for section in self.contents.sections:
            for question in questions(self.visit.items(section.path, self.lang)):
                if question.name == "outcome":
                    return str(question.value or "")
        return ""

    def _people(self, found: Result | None) -> dict[str, str]:
        """The names of the people a result speaks of."""
        wanted = {p.member for programme in found.programmes for p in programme.people} if found else set()
        names: dict[str, str] = {}
        for section in self.contents.sections:
            if wanted <= names.keys():
                break
            for item in self.visit.items(section.path, self.lang):
                if isinstance(item, Repeat):
                    names |= {i.id: i.title for i in item.instances if i.id in wanted}
        return names

    def _sections(self) -> tuple[Section, ...]:
        return tuple(s for s in self.visit.sections(self.lang) if s.relevant)

    def _node(self, item: Item, troubles: Sequence[Trouble], strict: bool, live: set[str]) -> Node:
        match item:
            case Question():
                return Field(item.path)
            case Group():
                nodes = tuple(self._node(i, troubles, strict, live) for i in item.items)
                return Cluster(item.path, item.label, item.hint, nodes)
            case _:
                folds = any(len(list(questions(i.items))) > COMPACT for i in item.instances)
                return Rows(
                    item.path,
                    item.label,
                    item.hint,
                    tuple(self._row(i, troubles, strict, live) for i in item.instances),
                    item.can_add,
                    item.can_remove,
                    folds,
                    tuple(t for t in troubles if t.path == item.path and strict),
                )

    def _row(self, instance: Instance, troubles: Sequence[Trouble], strict: bool, live: set[str]) -> Row:
        path = instance.path
        live.add(path)
        count = sum(1 for t in troubles if t.path.startswith(f"{path}/")) if strict else 0
        title = naming.title(instance)
        summary = naming.summary(instance, self.lang)
        fold = self.folds.get(path)
        if fold is None:
            self.folds[path] = Fold(title, summary, count, open=False)
        else:
            fold.title, fold.summary, fold.troubles = title, summary, count
        return Row(path, instance.id, tuple(self._node(i, troubles, strict, live) for i in instance.items))

    def _keep(self, write: Callable[[], object]) -> None:
        try:
            write()
            self.saving.state, self.saving.code = "saved", ""
        except Failed as failed:
            self.not_saved(failed)
        self.refresh()
        if self._cancel is not None:
            self._cancel()
        self._cancel = self.later(self.work_out)
