"""A pack's own cases: facts in, outcome out, written so that a policy officer can read them and add one.

They lie in the pack's folder under `cases/`, several to a file. Slots are as they are stored, but money is yuan. A
case says only what it is about; what it does not expect is not checked. Cases are not part of the signed pack.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from typing import Any

from schemas import records
from schemas.codec import Value
from schemas.policy.engine import assess
from schemas.policy.facts import Facts, facts
from schemas.policy.load import PackFilesRefused, fen, read_yaml
from schemas.policy.model import Pack
from schemas.policy.place import Place
from schemas.policy.result import Line, Programme

_MEMBER = " ".join(records.catalogue()["member"])
_MONEY = frozenset({"gross", "cost", "value", "amount"})


@dataclass(frozen=True)
class Case:
    """One case: what it is about, the facts, and what is expected of each programme."""

    name: str
    facts: Facts
    expect: Mapping[str, Mapping[str, Value]]


def load_cases(folder: Traversable) -> tuple[Case, ...]:
    """The cases of a pack's folder, in the order of files and within them; raises PackFilesRefused for bad YAML."""
    return tuple(_cases(folder.joinpath("cases")))


def differences(pack: Pack, case: Case) -> tuple[str, ...]:
    """Where a pack's result is not what a case expects, in words; empty when it is."""
    result = assess(pack, case.facts)
    out: list[str] = []
    for name, expected in case.expect.items():
        found = result.programme(name)
        if found is None:
            out.append(f"{name}: not decided by this pack")
            continue
        for what, value in expected.items():
            out.extend(f"{name}.{what}" + said for said in _compared(found, what, value))
    return tuple(out)


def _cases(folder: Traversable) -> Iterator[Case]:
    for path in sorted(folder.iterdir(), key=lambda p: p.name):
        if path.name.endswith(".yaml"):
            yield from _read(path, f"cases/{path.name}")


def _read(path: Traversable, file: str) -> Iterator[Case]:
    complaints: list[tuple[str, str]] = []
    top = Place("", read_yaml(path, file), complaints).fields("cases", "common")
    for item in top["cases"].items():
        one = item.fields("name area expect", "household members visit")
        people = [(m.fields("id", _MEMBER)["id"].text(), m.value) for m in one["members"].items()]
        visit = {name: _table(slot.value) for name, slot in one["visit"].each()}
        expect = {name: dict(programme.each()) for name, programme in one["expect"].each()}
        if not complaints:
            known = facts(one["area"].text(), one["household"].value or {}, people, visit)
            yield Case(one["name"].text(), known, {n: {k: p.value for k, p in e.items()} for n, e in expect.items()})
    if complaints:
        raise PackFilesRefused(tuple((f"{file}: {place}", what) for place, what in complaints))


def _table(value: Any) -> Value:
    """A visit's slot with the yuan of its rows in fen; rows without an id are numbered."""
    if not isinstance(value, list):
        return value
    return [
        {"id": f"{i:03}", **{k: fen(v) if k in _MONEY and v is not None else v for k, v in row.items()}}
        for i, row in enumerate(value)
    ]


def _compared(found: Programme, what: str, expected: Any) -> Iterator[str]:
    if what == "lines":
        lines = {line.name: line for line in found.lines}
        for name, value in expected.items():
            if name not in lines:
                if value is not None:
                    yield f".{name}: not shown, expected {value}"
            elif lines[name].value != _expected(lines[name], value):
                yield f".{name}: {lines[name].value}, expected {_expected(lines[name], value)}"
    elif what == "missing":
        paths = [m.fact for m in found.missing]
        if paths != expected:
            yield f": {paths}, expected {expected}"
    elif what == "people":
        counts = {p.member: p.counts for p in found.people}
        if counts != expected:
            yield f": {counts}, expected {expected}"
    else:
        value = getattr(found, what)
        wanted = fen(expected) if what in ("amount", "least", "most") and expected is not None else expected
        if (list(value) if isinstance(value, tuple) else value) != wanted:
            yield f": {value}, expected {wanted}"


def _expected(line: Line, value: Any) -> Value:
    """The value a case expects of a line, as a line holds it; `unknown` expects none."""
    if value == "unknown":
        return None
    return fen(value) if line.unit == "fen" else value
