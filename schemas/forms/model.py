"""A compiled questionnaire: what to ask, when, and into which slots the answers go.

A form is immutable data. It travels as canonical JSON (`wire`), is named by the digest of it (`hash`) and is signed and
published by that name. Expressions are XPath with the spreadsheet's `${name}` already resolved.

Evolution rule: a form that was published is read for ever. New properties of an element are optional and absent when
empty, so that the hash of an old form never changes; `tests/schemas/forms/golden.json` pins one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Self

from schemas import codec
from schemas.codec import Value
from schemas.problems import Failed

Words = Mapping[str, str]
"""A text by language; the key "" holds for every language."""

GROUP, REPEAT = "group", "repeat"
QUESTIONS = frozenset(
    {
        "text",
        "integer",
        "decimal",
        "date",
        "select_one",
        "select_multiple",
        "image",
        "signature",
        "note",
        "calculate",
    }
)
ASKED = QUESTIONS - {"note", "calculate"}
"""The types that a person answers."""


class FormRefused(Failed):
    """A questionnaire cannot be used: the place in the spreadsheet and what is wrong there."""

    def __init__(self, code: str, sheet: str, row: int | None, column: str | None, **figures: Value) -> None:
        place = "!".join([sheet, *([str(row)] if row else []), *([column] if column else [])])
        super().__init__(code, place=place, **figures)
        self.sheet = sheet
        self.row = row
        self.column = column


@dataclass(frozen=True)
class Choice:
    """One item of a choice list; `more` holds the list's further columns, which choice filters read."""

    value: str
    label: Words
    more: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Element:
    """A group, a repeat or a question. `path` is its names from the top, without instances: `members/name`.

    `relevant`, `constraint`, `required`, `readonly`, `calculation`, `filter` and a dynamic default are expressions,
    empty when there is none. `slots` says where the answer is saved; `asked_by` names the question whose `yes` opens a
    repeat and whose `no` says that it is empty; `trigger` the question that makes `calculation` run once when answered;
    `instances` a repeat whose instances are the choices. `soft`: the constraint only warns; `wanted`: being missing
    only warns.
    """

    type: str
    name: str
    path: str
    label: Words = field(default_factory=dict)
    hint: Words = field(default_factory=dict)
    relevant: str = ""
    constraint: str = ""
    message: Words = field(default_factory=dict)
    required: str = ""
    required_message: Words = field(default_factory=dict)
    readonly: str = ""
    calculation: str = ""
    trigger: str = ""
    default: str = ""
    dynamic: bool = False
    appearance: str = ""
    choices: str = ""
    filter: str = ""
    slots: tuple[str, ...] = ()
    unit: str = ""
    format: str = ""
    soft: bool = False
    wanted: bool = False
    asked_by: str = ""
    instances: str = ""
    references: Mapping[str, str] = field(default_factory=dict)
    children: tuple["Element", ...] = ()

    @property
    def asked(self) -> bool:
        """Whether a person answers it."""
        return self.type in ASKED and not (self.calculation and not self.trigger)

    def everything(self) -> Iterator["Element"]:
        """The element and all inside it, in order."""
        yield self
        for child in self.children:
            yield from child.everything()

    def wire(self) -> Value:
        out: dict[str, Value] = {}
        for part in fields(self):
            value = getattr(self, part.name)
            if part.name == "children":
                value = [child.wire() for child in value]
            if part.name != "path" and value not in ("", False, (), [], {}):
                out[part.name] = list(value) if isinstance(value, tuple) else value
        return out

    @classmethod
    def from_wire(cls, data: Value, above: str = "") -> Self:
        path = f"{above}/{data['name']}" if above else str(data["name"])
        known = {part.name for part in fields(cls)} - {"path", "children", "slots"}
        return cls(
            path=path,
            slots=tuple(data.get("slots", ())),
            children=tuple(cls.from_wire(child, path) for child in data.get("children", ())),
            **{k: v for k, v in data.items() if k in known},
        )


@dataclass(frozen=True, eq=False)
class Form:
    """A questionnaire. `titles` by language; `lists` are the choice lists by name."""

    id: str
    version: str
    titles: Words
    children: tuple[Element, ...]
    lists: Mapping[str, tuple[Choice, ...]]

    def title(self, lang: str) -> str:
        return words(self.titles, lang)

    @cached_property
    def hash(self) -> str:
        return codec.digest(self.wire())

    @cached_property
    def elements(self) -> Mapping[str, Element]:
        """Every element by its path, in the order of the form."""
        return {e.path: e for child in self.children for e in child.everything()}

    def wire(self) -> Value:
        return {
            "id": self.id,
            "version": self.version,
            "titles": dict(self.titles),
            "children": [child.wire() for child in self.children],
            "lists": {
                name: [
                    {"value": c.value, "label": dict(c.label), **({"more": dict(c.more)} if c.more else {})}
                    for c in items
                ]
                for name, items in self.lists.items()
            },
        }

    @classmethod
    def from_wire(cls, data: Value) -> Self:
        """The form of its wire value; raises Failed("form_bad") for a value that is none."""
        try:
            form = cls(
                str(data["id"]),
                str(data["version"]),
                dict(data["titles"]),
                tuple(Element.from_wire(child) for child in data["children"]),
                {
                    name: tuple(Choice(c["value"], c["label"], c.get("more", {})) for c in items)
                    for name, items in data["lists"].items()
                },
            )
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise Failed("form_bad", place="wire") from error
        unknown = [e.type for e in form.elements.values() if e.type not in QUESTIONS | {GROUP, REPEAT}]
        if unknown:
            raise Failed("form_type", place="wire", type=unknown[0])
        return form


def words(text: Words, lang: str) -> str:
    """A text in a language; Chinese where the language has none, then any."""
    for key in (lang, "", "zh"):
        if text.get(key):
            return text[key]
    return next((t for t in text.values() if t), "")
