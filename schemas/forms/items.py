"""What there is to see of a questionnaire being filled in: questions, groups, repeats, sections, troubles.

Values only: a screen draws them and gives answers back by their paths.
"""

from dataclasses import dataclass
from typing import TypeAlias

from schemas.codec import Value


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
