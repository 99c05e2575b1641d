"""What must hold of a form before it is published: everything it names is there and everything it saves fits.

Pure, and apart from the reading of spreadsheets, so that a form is judged the same wherever it comes from.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from schemas import records
from schemas.codec import Value
from schemas.forms.evaluate import UnknownFunction, expression
from schemas.forms.graph import NoSuchPlace, Shape, circle
from schemas.forms.identity import FORMATS
from schemas.forms.model import GROUP, REPEAT, Choice, Element, Form
from schemas.forms.slots import NO, YES, split, table_of
from schemas.forms.xpath import BadExpression, Call, Literal, parse, parts

_EXPRESSIONS = {
    "relevant": "relevant",
    "constraint": "constraint",
    "required": "required",
    "readonly": "readonly",
    "calculation": "calculation",
    "filter": "choice_filter",
}
_HOLDS = {
    "text": ("text", "image", "signature", "calculate"),
    "code": ("select_one",),
    "codes": ("select_multiple",),
    "int": ("integer",),
    "date": ("date",),
}
"""The types of question whose answers are values of a whole slot, by the slot's type."""


@dataclass(frozen=True)
class Mistake:
    """A problem code with its figures, at an element's column or at an item of a choice list (list, value)."""

    code: str
    path: str
    column: str
    figures: Mapping[str, Value] = field(default_factory=dict)
    item: tuple[str, str] | None = None


def mistakes(form: Form) -> Iterator[Mistake]:
    """What keeps a form from being used, in its order; a form without mistakes runs."""
    shape = Shape(form)
    found = False
    for element in form.elements.values():
        for mistake in _of(form, shape, element):
            found = True
            yield mistake
    around = None if found else circle(form)
    if around:
        yield Mistake("form_cycle", around, "relevant" if form.elements[around].relevant else "calculation")


def _of(form: Form, shape: Shape, element: Element) -> Iterator[Mistake]:
    for rule, column in _EXPRESSIONS.items():
        source = getattr(element, rule)
        if source:
            yield from _expression(form, shape, element, column, source)
    if element.dynamic:
        yield from _expression(form, shape, element, "default", element.default)
    for source in element.references.values():
        yield from _expression(form, shape, element, "label", source)
    for column, value, allowed in _names(form, element):
        if value and value not in allowed:
            yield Mistake("form_value", element.path, column, {"value": value})
    for slot in element.slots:
        if not _slot_fits(form, element, slot):
            yield Mistake("form_slot", element.path, "bind::ruhu:slot", {"slot": slot})
        else:
            yield from _codes(form, element, slot)


def _expression(form: Form, shape: Shape, element: Element, column: str, source: str) -> Iterator[Mistake]:
    try:
        tree = parse(source)
        expression(source)
        if column == "choice_filter":
            shape.in_list(tree, element.path, {"name", "label"}.union(*(c.more for c in _items(form, element))))
        else:
            shape.targets(tree, element.path)
    except BadExpression as error:
        yield Mistake("form_expression", element.path, column, {"at": error.at + 1})
        return
    except UnknownFunction as error:
        yield Mistake("form_function", element.path, column, {"name": error.name})
        return
    except NoSuchPlace as error:
        yield Mistake("form_path", element.path, column, {"name": error.name})
        return
    for part in parts(tree):
        if isinstance(part, Call) and part.name == "regex" and isinstance(part.arguments[1], Literal):
            pattern = part.arguments[1].value
            if not _is_pattern(pattern):
                yield Mistake("form_value", element.path, column, {"value": pattern})


def _is_pattern(source: str) -> bool:
    try:
        re.compile(source)
    except re.error:
        return False
    return True


def _names(form: Form, element: Element) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Column, value and allowed values of what an element names."""
    questions = form.elements.values()
    number, text = element.type in ("decimal", "integer"), element.type == "text"
    yield "bind::ruhu:unit", element.unit, ("fen",) if number else ()
    yield "bind::ruhu:format", element.format, tuple(FORMATS) if text else ()
    yield "bind::ruhu:choices", element.instances, tuple(e.path for e in questions if e.type == REPEAT and text)
    yield "trigger", element.trigger, tuple(e.path for e in questions if e.asked and element.calculation)
    yield "type", element.choices, tuple(form.lists)
    opening = (e.path for e in questions if {YES, NO} <= {c.value for c in _items(form, e)})
    yield "bind::ruhu:asked_by", element.asked_by, tuple(opening) if element.type in (GROUP, REPEAT) else ()


def _slot_fits(form: Form, element: Element, slot: str) -> bool:
    """Whether a slot exists and can hold what the element gives: tables for repeats, entries of objects and tables."""
    kind, name, key = split(slot)
    found = records.catalogue().get(kind, {}).get(name)
    if found is None or kind not in ("household", "member", "visit"):
        return False
    repeats = [e for e in _around(form, element) if e.type == REPEAT]
    if element.type in (REPEAT, GROUP):
        return element.type == REPEAT and kind == "visit" and found.type == "table" and not key and not repeats
    if kind == "member" and not repeats:
        return False
    if found.type == "table":
        return bool(key) and f"{kind}.{name}" in [table_of(e) for e in repeats[:1]]
    if found.type == "object":
        return bool(key)
    fen = found.type == "int" and element.unit == "fen"
    return not key and (element.type in _HOLDS[found.type] or fen)


def _around(form: Form, element: Element) -> Iterator[Element]:
    """The groups and repeats that an element is in, innermost first."""
    path = element.path
    while "/" in path:
        path = path.rpartition("/")[0]
        yield form.elements[path]


def _codes(form: Form, element: Element, slot: str) -> Iterator[Mistake]:
    """A whole slot's choices are codes of its table: packs and lists on the desk know no others."""
    kind, name, key = split(slot)
    table = records.catalogue()[kind][name].codes
    known = records.codes(table) if table and not key else None
    for choice in _items(form, element):
        if known is not None and choice.value not in known:
            item = (element.choices, choice.value)
            yield Mistake("form_value", element.path, "name", {"value": choice.value}, item)


def _items(form: Form, element: Element) -> tuple[Choice, ...]:
    return form.lists.get(element.choices, ())
