"""Small questionnaires and open ones, for the stories of this folder."""

import itertools
from collections.abc import Callable
from datetime import date
from functools import cache
from importlib.resources import files

from schemas.codec import Value
from schemas.forms.compile import compile_form
from schemas.forms.model import Form
from schemas.forms.runtime import Group, Item, Question, Repeat, Runtime

TODAY = date(2026, 11, 23)


@cache
def built_in() -> Form:
    """The home-visit means assessment."""
    return compile_form(files("schemas.library").joinpath("forms/means-visit.md").read_bytes())


@cache
def asking(*rows: str, choices: str = "", columns: str = "") -> Form:
    """A form of survey rows `type | name | further columns`; `choices` are rows `list | name | label`."""
    header = f"| survey |\n| | type | name | label |{columns}|\n"
    lists = f"| choices |\n| | list_name | name | label |\n{choices}\n" if choices else ""
    return compile_form(header + "\n".join(f"| | {row} |" for row in rows) + "\n" + lists, "small")


def numbering() -> Callable[[], str]:
    """Ids a, b, c … in the order they are asked for."""
    count = itertools.count()
    return lambda: f"id{next(count)}"


def opened(form: Form, answers: Value = None) -> Runtime:
    return Runtime(form, answers, today=TODAY, new_id=numbering())


def asked(run: Runtime, lang: str = "zh") -> dict[str, Question]:
    """Every question on the screens of a visit, by path."""
    found: dict[str, Question] = {}

    def look(items: tuple[Item, ...] | list[Item]) -> None:
        for item in items:
            match item:
                case Question():
                    found[item.path] = item
                case Group():
                    look(item.items)
                case Repeat():
                    for instance in item.instances:
                        look(instance.items)

    for section in run.sections(lang):
        look(run.items(section.path, lang))
    return found


def everything_shown(run: Runtime) -> list[object]:
    """All that a screen could show, in both languages."""
    return [
        (run.sections(lang), [run.items(s.path, lang) for s in run.sections(lang)], run.problems(lang))
        for lang in ("zh", "en")
    ]
