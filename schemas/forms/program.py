"""A form's expressions, each compiled once and shared by every visit that is open on it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from schemas.forms.evaluate import UnknownFunction, expression
from schemas.forms.graph import circle
from schemas.forms.model import Element, Form, Words
from schemas.forms.place import Compiled, Place
from schemas.forms.values import text
from schemas.forms.xpath import BadExpression
from schemas.problems import Failed

REFERENCE = re.compile(r"\$\{\s*([^}\s]+)\s*\}")


@dataclass(frozen=True, slots=True)
class Rules:
    """One element's expressions, None where it has none, and its texts by language where they hold answers."""

    relevant: Compiled | None
    constraint: Compiled | None
    required: Compiled | None
    readonly: Compiled | None
    calculation: Compiled | None
    filter: Compiled | None
    default: Compiled | None
    label: Mapping[str, Callable[[Place], str]]
    hint: Mapping[str, Callable[[Place], str]]


@dataclass(frozen=True, slots=True)
class Program:
    """Rules by element path, and for each element the elements that run when it is answered."""

    rules: Mapping[str, Rules]
    triggers: Mapping[str, tuple[Element, ...]]


@lru_cache(maxsize=16)
def program(form: Form) -> Program:
    """The program of a form; raises Failed for one that a newer version published and this one cannot run."""
    rules = {path: _rules(element) for path, element in form.elements.items()}
    around = circle(form)
    if around:
        raise Failed("form_cycle", place=around)
    triggers: dict[str, tuple[Element, ...]] = {}
    for element in form.elements.values():
        if element.trigger:
            triggers[element.trigger] = (*triggers.get(element.trigger, ()), element)
    return Program(rules, triggers)


def _rules(element: Element) -> Rules:
    try:
        return Rules(
            _compiled(element.relevant),
            _compiled(element.constraint),
            _compiled(element.required),
            _compiled(element.readonly),
            _compiled(element.calculation),
            _compiled(element.filter),
            _compiled(element.default) if element.dynamic else None,
            _texts(element, element.label),
            _texts(element, element.hint),
        )
    except UnknownFunction as error:
        raise Failed("form_function", place=element.path, name=error.name) from error
    except BadExpression as error:
        raise Failed("form_expression", place=element.path, at=error.at + 1) from error


def _compiled(source: str) -> Compiled | None:
    return expression(source) if source else None


def _texts(element: Element, words: Words) -> dict[str, Callable[[Place], str]]:
    return {lang: _filled(element, line) for lang, line in words.items() if REFERENCE.search(line)}


def _filled(element: Element, line: str) -> Callable[[Place], str]:
    pieces = REFERENCE.split(line)
    spoken = pieces[0::2]
    computed = [expression(element.references[name]) for name in pieces[1::2]]

    def fill(place: Place) -> str:
        found = [text(c(place)) for c in computed]
        return "".join(s + f for s, f in zip(spoken, [*found, ""], strict=True))

    return fill
