"""Where an expression is computed and what it may know there."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from schemas.forms.values import Node, Operand


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an expression may know beside the answers: the day, and the choice lists as `instance('list')/root`."""

    today: date
    lists: Mapping[str, Node]
    label_of: Callable[[str, Node], str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an expression is computed: `current` stays the question's own node inside predicates."""

    node: Node
    current: Node
    around: Surroundings
    position: int = 1
    size: int = 1


Compiled: TypeAlias = Callable[[Place], Operand]
Function: TypeAlias = Callable[[Place, Sequence[Compiled]], Operand]
