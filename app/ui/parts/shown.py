"""What a visit shows, as observables: each is drawn by its own part, and redraws it when it changes.

Which questions there are and how they nest (`Layout`) is kept apart from what each of them says (`Box`), because the
first changes rarely and redraws the section, and the second changes with every keystroke and redraws one question.
"""

from dataclasses import dataclass
from typing import Literal, TypeAlias

import flet as ft

from schemas.codec import Value
from schemas.forms.runtime import Question, Section, Trouble
from schemas.policy.result import Result


@dataclass(frozen=True)
class Field:
    path: str


@dataclass(frozen=True)
class Cluster:
    """A group of questions under one heading."""

    path: str
    label: str
    hint: str
    nodes: "tuple[Node, ...]"


@dataclass(frozen=True)
class Row:
    path: str
    instance: str
    nodes: "tuple[Node, ...]"


@dataclass(frozen=True)
class Rows:
    """A repeat. `folds` when its rows are long enough to be shown closed."""

    path: str
    label: str
    hint: str
    rows: tuple[Row, ...]
    can_add: bool
    can_remove: bool
    folds: bool
    troubles: tuple[Trouble, ...] = ()


Node: TypeAlias = Field | Cluster | Rows


@ft.observable
@dataclass(eq=False)
class Box:
    """One question as shown. `strict` also shows that it is missing; `lit` marks where a jump led."""

    question: Question
    troubles: tuple[Trouble, ...] = ()
    strict: bool = False
    lit: bool = False

    @property
    def missing(self) -> bool:
        return self.question.value in (None, "", [])

    def shown_troubles(self) -> tuple[Trouble, ...]:
        """The troubles to show: that an answer is missing is not held against somebody who is not there yet."""
        return self.troubles if self.strict or not self.missing else ()


@ft.observable
@dataclass(eq=False)
class Fold:
    """The head of one row: its title, what is known of it in a line, and whether it is open."""

    title: str
    summary: str
    troubles: int
    open: bool


@ft.observable
@dataclass(eq=False)
class Contents:
    """The table of contents and where in it we are. `strict` are the sections that have been left once: from then on
    what is missing there is shown."""

    sections: tuple[Section, ...] = ()
    current: str = ""
    strict: frozenset[str] = frozenset()

    def at(self) -> int:
        """The place of the current section among the sections that are asked."""
        return next((i for i, s in enumerate(self.sections) if s.path == self.current), 0)


@ft.observable
@dataclass(eq=False)
class Layout:
    """The questions of the current section and how they nest. `jump` is a path to bring into view, once."""

    section: str = ""
    nodes: tuple[Node, ...] = ()
    jump: str = ""


@ft.observable
@dataclass(eq=False)
class Removal:
    """The row last removed: the repeat it was in, what it was called, and its answers by name, to have it back."""

    path: str = ""
    title: str = ""
    answers: tuple[tuple[str, Value], ...] = ()


@ft.observable
@dataclass(eq=False)
class Saving:
    """Whether the last answer is safely in the vault: a problem code when it is not."""

    state: Literal["ready", "saved", "failed"] = "ready"
    code: str = ""
    text: str = ""


@ft.observable
@dataclass(eq=False)
class Proposal:
    """The result proposed from the answers so far, with the names of the people in it; or the outcome that makes one
    pointless; or the problem that prevents one, in words."""

    result: Result | None = None
    people: tuple[tuple[str, str], ...] = ()
    outcome: str = ""
    text: str = ""


@ft.observable
@dataclass(eq=False)
class Asking:
    """Which panel lies over the form: the sections, the result, or the check before finishing."""

    panel: Literal["", "sections", "result", "finish", "discard"] = ""
    busy: bool = False
    problem: str = ""
