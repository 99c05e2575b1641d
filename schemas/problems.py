"""One catalogue of what can go wrong: whose fault it is, what to do, in the user's language, and the HTTP status.

The table is `library/problems.csv`. A text may name figures in braces; figures are numbers, dates and codes, never
anything personal. On HTTP a problem travels as RFC 9457 with `code` and `figures`, and the reader says it in its own
language.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from schemas.codec import Value


@dataclass(frozen=True)
class Problem:
    """`fault`: who can mend it — you, device, network, server or county. `says`/`todo` by language."""

    code: str
    status: int
    fault: str
    says: Mapping[str, str]
    todo: Mapping[str, str]


class Failed(Exception):
    """An operation ended with a problem of the catalogue. Its text holds the code only: it is safe to log."""

    def __init__(self, code: str, **figures: Value) -> None:
        super().__init__(code)
        self.code = code
        self.figures = figures

    def say(self, lang: str = "zh") -> str:
        """What happened and what to do, for the person at the screen."""
        return say(self.code, lang, self.figures)


@cache
def catalogue() -> Mapping[str, Problem]:
    text = files("schemas.library").joinpath("problems.csv").read_text("utf-8")
    return {
        row["code"]: Problem(
            row["code"],
            int(row["status"]),
            row["fault"],
            {"zh": row["zh"], "en": row["en"]},
            {"zh": row["todo_zh"], "en": row["todo_en"]},
        )
        for row in csv.DictReader(text.splitlines())
    }


def say(code: str, lang: str = "zh", figures: Mapping[str, Value] | None = None) -> str:
    """A problem in words, both what and what to do; an unknown code (a newer server's) is named as it is."""
    return ("" if lang == "zh" else " ").join(p for p in apart(code, lang, figures) if p)


def apart(code: str, lang: str = "zh", figures: Mapping[str, Value] | None = None) -> tuple[str, str]:
    """The same in two: what happened, and what to do, which may be empty."""
    problem = catalogue().get(code) or catalogue()["unknown"]
    known = {"code": code, **(figures or {})}
    return _fill(problem.says[lang], known), _fill(problem.todo[lang], known)


class _Figures(dict[str, Value]):
    def __missing__(self, key: str) -> str:
        return "…"


def _fill(text: str, figures: Mapping[str, Value]) -> str:
    return text.format_map(_Figures(figures))
