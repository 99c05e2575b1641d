"""Calling an actor from the test, and being one.

A call is a name and arguments, an answer a value or a refusal. An actor that dies in the middle of a call answers
nothing: the call raises `Died`, which is an event of the script like any other. Anything else an actor raises is a bug
and ends the script with the actor's own traceback.

`Doom` lets a process kill itself, as hard as the kernel can, at the n-th thing it asks of its database from now on:
before a statement, or between the last statement and the commit. So "in the middle of a transaction" is a number that
Hypothesis can draw and shrink.
"""

import contextlib
import os
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from sqlalchemy import Engine, event

from schemas.problems import Failed
from tests.promises import mutants
from tests.promises.nursery import Nursery

AGAIN = "born again"


class Died(Exception):
    """The actor was killed before it answered."""


@dataclass
class Actor:
    """A process, as the test holds it. `meanwhile` is what the test does until the actor answers: it carries the
    letters (`network`)."""

    nursery: Nursery
    role: str
    pid: int
    line: Connection
    meanwhile: Callable[[Connection], None] | None = None
    alive: bool = True

    @classmethod
    def born(
        cls, nursery: Nursery, role: str, meanwhile: Callable[[Connection], None] | None = None, **about: Any
    ) -> "Actor":
        if "mutant" not in about and (spare := nursery.spare.get(role)):
            actor = cls(nursery, role, *spare.pop())
            actor.call(AGAIN, about)
            actor.meanwhile = meanwhile
            return actor
        pid, line = nursery.bear(role, **about)
        return cls(nursery, role, pid, line, meanwhile)

    def spare(self) -> None:
        """Lets somebody else have this process, who begins in it with nothing of what was."""
        self.alive = False
        self.nursery.spare.setdefault(self.role, []).append((self.pid, self.line))

    def call(self, name: str, *args: Any, **named: Any) -> Any:
        """What the actor's method answers. Raises Failed as the method does, and Died."""
        self.begin(name, *args, **named)
        return self.end(name)

    def begin(self, name: str, *args: Any, **named: Any) -> None:
        """Calls a method and does not wait for the answer."""
        with contextlib.suppress(OSError):
            self.line.send((name, args, named))

    def end(self, name: str) -> Any:
        """The answer to what was begun."""
        try:
            if self.meanwhile is not None:
                self.meanwhile(self.line)
            what, answer = self.line.recv()
        except (EOFError, OSError):
            self.kill()
            raise Died(f"{self.role} died in {name}") from None
        if what == "refused":
            raise Failed(answer[0], **answer[1])
        if what == "broke":
            raise AssertionError(f"{self.role}.{name} broke:\n{answer}")
        return answer

    def kill(self) -> None:
        """kill -9, and the certainty that it is dead."""
        self.alive = False
        self.line.close()
        self.nursery.end(self.pid)


class Doom:
    """The end of this process at the n-th statement or commit after `set`; never, while `left` is None."""

    def __init__(self) -> None:
        self._left: int | None = None
        self._listens = False

    def set(self, left: int | None) -> None:
        self._left = left
        if not self._listens and left is not None:  # every statement of an actor that listens costs more
            event.listen(Engine, "before_cursor_execute", lambda *_: self._step())
            event.listen(Engine, "commit", lambda _: self._step())
            self._listens = True

    def _step(self) -> None:
        if self._left is not None:
            self._left -= 1
            if self._left <= 0:
                os.kill(os.getpid(), signal.SIGKILL)


def live(line: Connection, made: Callable[..., Any], about: dict[str, Any], mutant: str = "") -> None:
    """Answers calls to the methods of what `made` makes until the test hangs up, with a product that is broken by
    `mutant`. What cannot be made answers the first call with why."""
    doom = Doom()
    try:
        if mutant:
            mutants.break_(mutant)
        part = made(**about)
    except Exception:
        line.recv()
        line.send(("broke", traceback.format_exc()))
        return
    while True:
        name, args, named = line.recv()
        answer: tuple[str, Any] = ("said", None)
        try:
            if name == "doom":
                doom.set(*args)
            elif name == AGAIN:
                part.stop()
                part = made(**args[0])
            else:
                answer = ("said", getattr(part, name)(*args, **named))
        except Failed as failed:
            answer = ("refused", (failed.code, dict(failed.figures)))
        except Exception:
            answer = ("broke", traceback.format_exc())
        line.send(answer)
