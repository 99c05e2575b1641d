"""From a pack's wire form to its checked parts, with every mistake named by its place.

A tree of small readers, each of which takes a `Place`. Reading goes on after a mistake, so that a policy officer sees
all of them at once.
"""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from string import Formatter
from typing import Any

from schemas import codec
from schemas.codec import Value
from schemas.policy import facts, values, words
from schemas.policy.expressions import FUNCTIONS, Expression, ExpressionRefused, Scope, compile_expression
from schemas.policy.place import PackRefused, Place
from schemas.policy.rules import (
    GROUPS,
    Basis,
    Entry,
    Mark,
    Parameter,
    ProgrammeRules,
    Reason,
    Rule,
    Text,
)

VERSION = 1
"""The version of the wire form; see `model` for how it may change."""

PARAMETER_KINDS = {
    # kind: (kind in expressions, unit when none is given)
    "money": ("number", "fen"),
    "number": ("number", "number"),
    "rate": ("number", "share"),
    "truth": ("truth", "truth"),
    "code": ("text", "text"),
    "codes": ("codes", "text"),
}
COUNTS = "counts"
"""The mark that every pack must give: whether a member counts."""
OURS = "ours"
"""The field that the engine adds to income, assets and expenses: whether they belong to somebody who counts."""


def read(data: Value) -> dict[str, Any]:
    """The fields of the Pack in a wire value; raises PackRefused with every complaint."""
    complaints: list[tuple[str, str]] = []
    try:
        content = codec.canonical(data)
    except codec.NotCanonical as error:
        raise PackRefused((("", str(error)),)) from error
    fields = _Reader(Place("", content, complaints)).pack()
    if complaints:
        raise PackRefused(tuple(complaints))
    return fields


class _Reader:
    """Reads one pack top down; what later parts may name is gathered on the way."""

    def __init__(self, root: Place) -> None:
        self.root = root
        self.bases: dict[str, Basis] = {}
        self.names: dict[str, str] = {name: fact.kind for name, fact in facts.HOUSEHOLD.items()}
        self.units: dict[str, str] = {
            name: fact.unit or ("truth" if fact.kind == "truth" else "number" if fact.kind == "number" else "text")
            for name, fact in facts.HOUSEHOLD.items()
        }
        self.collections = {name: {f: x.kind for f, x in rows.items()} for name, rows in facts.COLLECTIONS.items()}
        self.parameters: dict[str, Parameter] = {}
        self.reads: set[str] = set()

    def pack(self) -> dict[str, Any]:
        top = self.root.fields(
            "v name version title regions groups from legal_basis parameters members programmes",
            "until readings",
        )
        if top["v"].value is not None and top["v"].value != VERSION:
            top["v"].complain(f"version {top['v'].value} is newer than this program; update it")
        self.bases = {key: self.basis(key, place) for key, place in top["legal_basis"].each()}
        since, until = self.period(top)
        for name, place in top["parameters"].each():
            self.parameters[name] = self.parameter(name, place)
        marks = tuple(self.mark(place) for place in top["members"].items())
        if COUNTS not in (m.name for m in marks):
            top["members"].complain(f"must say who counts: a mark named {COUNTS}")
        for name, rows in self.collections.items():
            if name != "members":
                rows[OURS] = "truth"
        mark_reads = frozenset().union(*(m.rule.reads for m in marks)) if marks else frozenset()
        programmes = tuple(self.programme(n, p, marks, mark_reads) for n, p in top["programmes"].each())
        if top["programmes"].value == {}:
            top["programmes"].complain("no programme is decided")
        return {
            "content": self.root.value if isinstance(self.root.value, Mapping) else {},
            "name": self.plain_name(top["name"]),
            "version": top["version"].of(int, "a whole number", 0),
            "titles": top["title"].words(),
            "regions": self.regions(top["regions"]),
            "groups": tuple(place.one_of(GROUPS, GROUPS[0]) for place in top["groups"].items()),
            "since": since or "",
            "until": until,
            "legal_basis": tuple(self.bases.values()),
            "readings": {key: place.words() for key, place in top["readings"].each()},
            "parameters": self.parameters,
            "marks": marks,
            "programmes": programmes,
            "facts": frozenset().union(*(p.reads for p in programmes)) if programmes else frozenset(),
        }

    def basis(self, key: str, place: Place) -> Basis:
        parts = place.fields("title number from", "until")
        since, until = self.period(parts)
        return Basis(key, parts["title"].words(), parts["number"].words(), since or "", until)

    def period(self, parts: Mapping[str, Place]) -> tuple[str | None, str | None]:
        since, until = parts["from"].day(), parts["until"].day()
        if since and until and until < since:
            parts["until"].complain("ends before it begins")
        return since, until

    def plain_name(self, place: Place) -> str:
        text = place.text()
        if text and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text):
            place.complain("is made of small letters, digits and single hyphens")
        return text

    def regions(self, place: Place) -> tuple[str, ...]:
        found = tuple(self.region(item) for item in place.items())
        if place.value == []:
            place.complain('covers nowhere; "" covers everywhere')
        return found

    def region(self, place: Place) -> str:
        text = place.text()
        if not re.fullmatch(r"\d{0,12}", text):
            place.complain("must be the first digits of an area code")
        return text

    def citation(self, place: Place) -> str:
        text = place.text()
        basis = words.citation_basis(text)
        if text and basis is None:
            place.complain("must be like `CN-2021 art.13(1)`")
        elif text and basis not in self.bases:
            place.complain(f"{basis} is not in legal_basis")
        return text

    def parameter(self, name: str, place: Place) -> Parameter:
        parts = place.fields("kind label values", "unit")
        kind = parts["kind"].one_of(PARAMETER_KINDS, "number")
        in_rules, unit = PARAMETER_KINDS[kind]
        if parts["unit"].value is not None:
            unit = parts["unit"].one_of(words.UNITS, unit)
        self.take_name(place, name, in_rules, unit)
        entries = [(item, self.entry(item, kind)) for item in parts["values"].items()]
        if not entries and parts["values"].value is not None:
            parts["values"].complain("holds no value")
        for i, (item, entry) in enumerate(entries):
            for _, other in entries[:i]:
                if (entry.region, entry.group) == (other.region, other.group) and _overlap(entry, other):
                    item.complain(f"two values in force on {max(entry.since, other.since)}")
        return Parameter(name, kind, unit, parts["label"].words(), tuple(e for _, e in entries))

    def entry(self, place: Place, kind: str) -> Entry:
        parts = place.fields("from value citation", "region group until sample note")
        since, until = self.period(parts)
        group = parts["group"].one_of(GROUPS, GROUPS[0]) if parts["group"].value is not None else None
        return Entry(
            region=self.region(parts["region"]),
            group=group,
            since=since or "",
            until=until,
            value=_PARAMETER_VALUES[kind](parts["value"]),
            citation=self.citation(parts["citation"]),
            sample=parts["sample"].of(bool, "true or false", False),
        )

    def take_name(self, place: Place, name: str, kind: str, unit: str) -> None:
        """Let later expressions use a name; names are unique over facts, parameters and lines."""
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            place.complain("a name is made of small letters, digits and _")
        if name in self.names or name in self.collections or name in (*FUNCTIONS, "verdict"):
            place.complain(f"the name {name} is taken")
        self.names[name] = kind
        self.units[name] = unit

    def expression(self, place: Place, kind: str, row: tuple[str, str] | None = None) -> Expression:
        scope = Scope(self.names, self.collections, row)
        try:
            found = compile_expression(place.text(), scope, kind)
        except ExpressionRefused as refused:
            if place.value is not None:
                place.complain(str(refused))
            return _NOTHING[kind]
        return found

    def mark(self, place: Place) -> Mark:
        parts = place.fields("name is", "because citation")
        name, citation = parts["name"].text("mark"), self.citation(parts["citation"])
        because = parts["because"].words() if parts["because"].value is not None else None
        expression = self.expression(parts["is"], "truth", ("m", "members"))
        if name in self.collections["members"]:
            parts["name"].complain(f"the name {name} is taken")
        self.collections["members"][name] = "truth"
        return Mark(name, expression, because, citation)

    def programme(self, name: str, place: Place, marks: tuple[Mark, ...], mark_reads: frozenset[str]) -> ProgrammeRules:
        parts = place.fields("title unit lines eligible amount because")
        before = dict(self.names), dict(self.units)
        lines: dict[str, Rule] = {}
        for item in parts["lines"].items():
            line = self.line(item, lines)
            lines[line.name] = line
        eligible, amount = self.expression(parts["eligible"], "truth"), self.expression(parts["amount"], "number")
        self.names["verdict"], self.names["amount"] = "text", "number"
        self.units["verdict"], self.units["amount"] = "text", "fen"
        because = tuple(self.reason(item) for item in parts["because"].items())
        if because and because[-1].when is not None:
            parts["because"].complain("the last reason must fit every outcome: leave out its `when`")
        self.names, self.units = before
        deciding = [eligible, amount, *(line.rule for line in lines.values()), *(m.rule for m in marks)]
        reads = frozenset().union(*(e.reads for e in deciding))
        codes: dict[str, set[str]] = {}
        for e in deciding:
            for fact, some in e.codes.items():
                codes.setdefault(fact, set()).update(some)
        fact_reads = frozenset(r for r in reads | mark_reads if _is_fact(r))
        return ProgrammeRules(
            name=name,
            title=parts["title"].words(),
            unit=parts["unit"].text(),
            lines=tuple(lines.values()),
            eligible=eligible,
            amount=amount,
            because=because,
            parameters=frozenset(r for r in reads if r in self.parameters),
            reads=fact_reads | {"group"},
            codes={fact: frozenset(some) for fact, some in codes.items()},
        )

    def line(self, place: Place, earlier: Mapping[str, Rule]) -> Rule:
        parts = place.fields("name label is unit text citation", "show")
        name = parts["name"].text("line")
        unit = parts["unit"].one_of(words.UNITS, "number")
        kind = "truth" if unit == "truth" else "text" if unit == "text" else "number"
        rule = self.expression(parts["is"], kind)
        self.take_name(parts["name"], name, kind, unit)
        show = self.expression(parts["show"], "truth") if parts["show"].value is not None else None
        text = self.sentence(parts["text"])
        direct = rule.reads | text.names
        return Rule(
            name=name,
            label=parts["label"].words(),
            rule=rule,
            unit=unit,
            text=text,
            citation=self.citation(parts["citation"]),
            show=show,
            parameters=frozenset(r for r in direct if r in self.parameters).union(
                *(earlier[r].parameters for r in direct if r in earlier)
            ),
        )

    def reason(self, place: Place) -> Reason:
        parts = place.fields("zh en", "when")
        when = self.expression(parts["when"], "truth") if parts["when"].value is not None else None
        sentence = {lang: parts[lang].value for lang in words.LANGUAGES}
        return Reason(when, self.sentence(Place(place.at, sentence, place.complaints)))

    def sentence(self, place: Place) -> Text:
        """A text with `{name}` or `{name:unit}` where figures go."""
        frames: dict[str, tuple[str, tuple[tuple[str, str, str], ...]]] = {}
        names: set[str] = set()
        for lang, text in place.words().items():
            frame, found = "", list[tuple[str, str, str]]()
            try:
                parsed = list(Formatter().parse(text))
            except ValueError:
                place.under(lang, None).complain("a brace is open or closed alone")
                parsed = []
            for literal, name, unit, _ in parsed:
                frame += literal.replace("%", "%%")
                if name is None:
                    continue
                if name not in self.names:
                    place.under(lang, None).complain(f"unknown name {name}")
                elif self.names[name] not in ("number", "truth"):
                    place.under(lang, None).complain(f"{name} is a code; a text shows figures")
                elif unit and unit not in words.UNITS:
                    place.under(lang, None).complain(f"{unit} is none of {', '.join(words.UNITS)}")
                else:
                    frame += "%s"
                    found.append((name, unit or self.units[name], lang))
                    names.add(name)
            frames[lang] = frame, tuple(found)
        return Text(frames, frozenset(names))


def _overlap(a: Entry, b: Entry) -> bool:
    return (b.until is None or a.since <= b.until) and (a.until is None or b.since <= a.until)


def _is_fact(read: str) -> bool:
    table, _, name = read.partition(".")
    return read in facts.HOUSEHOLD or read in facts.TABLES or name in facts.COLLECTIONS.get(table, {})


def _money(place: Place) -> Value:
    return place.of(int, "yuan, such as 917 or 917.50", 0)


def _rate(place: Place) -> Value:
    text = place.of(str, "a decimal in quotes", "0")
    if not re.fullmatch(r"\d+(\.\d+)?", text):
        place.complain("must be a decimal such as 0.10")
        return 0
    return values.whole(Fraction(text))


def _codes(place: Place) -> Value:
    return frozenset(item.text() for item in place.items())


_PARAMETER_VALUES: Mapping[str, Callable[[Place], Value]] = {
    "money": _money,
    "number": lambda place: place.of(int, "a whole number", 0),
    "rate": _rate,
    "truth": lambda place: place.of(bool, "true or false", False),
    "code": lambda place: place.text(),
    "codes": _codes,
}

_NOTHING: Mapping[str, Expression] = {
    "number": Expression("", "number", lambda env: 0, frozenset(), {}),
    "truth": Expression("", "truth", lambda env: False, frozenset(), {}),
}
"""What stands in for an expression that was complained about, so that reading can go on."""
