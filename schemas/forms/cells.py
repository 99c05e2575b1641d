"""Values that know what they were made from, so that an answer re-evaluates only what it touches.

A `Source` is put from outside, a `Cell` is computed from sources and other cells. While a cell computes, the sheet
notes every value it reads; that is the dependency graph, and it is always the one of the last evaluation, so that a
predicate or an `if` depends on exactly what it looked at. Putting a source marks what reads it as stale, however far;
nothing is computed until somebody asks.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Circular(RuntimeError):
    """A cell was asked for while it computed itself."""


class Sheet:
    """What is being computed at the moment; `evaluated` counts computations since the start."""

    __slots__ = ("computing", "evaluated")

    def __init__(self) -> None:
        self.computing: list[Cell[Any]] = []
        self.evaluated = 0


class Source(Generic[T]):
    __slots__ = ("_readers", "_sheet", "_value")

    def __init__(self, sheet: Sheet, value: T) -> None:
        self._sheet = sheet
        self._value = value
        self._readers: set[Cell[Any]] = set()

    def get(self) -> T:
        computing = self._sheet.computing
        if computing:
            self._readers.add(computing[-1])
            computing[-1].reads.add(self)
        return self._value

    def put(self, value: T) -> None:
        self._value = value
        self.touch()

    def touch(self) -> None:
        """Marks everything that was computed from this value, directly or not, as stale."""
        waiting: list[Source[Any]] = [self]
        while waiting:
            for reader in waiting.pop()._readers:
                if reader.fresh:
                    reader.fresh = False
                    waiting.append(reader)

    def forget(self, reader: "Cell[Any]") -> None:
        self._readers.discard(reader)


class Cell(Source[T]):
    __slots__ = ("_compute", "fresh", "reads")

    def __init__(self, sheet: Sheet, compute: Callable[[], T]) -> None:
        self._sheet = sheet
        self._readers = set()
        self._compute = compute
        self.fresh = False
        self.reads: set[Source[Any]] = set()

    def get(self) -> T:
        if not self.fresh:
            self._renew()
        return super().get()

    def drop(self) -> None:
        """Forgets what was read, when the place the cell belongs to goes away."""
        for source in self.reads:
            source.forget(self)
        self.reads.clear()
        self.fresh = False

    def _renew(self) -> None:
        computing = self._sheet.computing
        if self in computing:
            raise Circular
        self.drop()
        computing.append(self)
        self._sheet.evaluated += 1
        try:
            self._value = self._compute()
        finally:
            computing.pop()
        self.fresh = True
