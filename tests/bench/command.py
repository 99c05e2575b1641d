"""`ruhu bench [NAME | CASE …] [--json]`: measure against the targets.

A bench is a module of this folder with a function `run` that yields `Row`s; its parts are modules whose names begin
with its own and an underscore. One whose `CASES` name parts of the run can be run in part. Each value stands beside a
floor measured in the same run, because absolute times differ from machine to machine; a target is set on the value or
on the ratio.
"""

import argparse
import importlib
import json
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict

import tests.bench
from tests.bench.row import Row

NOT_A_BENCH = {"command", "link", "row"}
Run = Callable[[], Iterator[Row]]


def names() -> list[str]:
    found = (m.name for m in pkgutil.iter_modules(tests.bench.__path__))
    return sorted(name for name in found if name not in NOT_A_BENCH and "_" not in name)


def cases(name: str) -> Mapping[str, Run]:
    """The cases of a bench, each of which can be run alone; none for most."""
    found: Mapping[str, Run] = getattr(importlib.import_module(f"tests.bench.{name}"), "CASES", {})
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Run the named benches, or all; the exit code is 1 when a target was missed."""
    parser = argparse.ArgumentParser(prog="ruhu bench", description="Measure against the targets.")
    parser.add_argument("name", nargs="*", metavar="NAME", help=f"of {', '.join(names())}; all by default")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    options = parser.parse_args(argv)
    rows: list[Row] = []
    for run in _chosen(parser, options.name):
        for row in run():
            rows.append(row)
            if options.json:
                print(json.dumps(asdict(row), ensure_ascii=False), flush=True)
    if not options.json:
        print(table(rows))
    return 0 if all(row.met is not False for row in rows) else 1


def _chosen(parser: argparse.ArgumentParser, words: Sequence[str]) -> list[Run]:
    """What to run, in the order it was named: a case after the bench it is of, or else a bench as a whole."""
    known = {name: cases(name) for name in names()}
    out: list[Run] = []
    for word in words or names():
        of = [name for name in known if word in known[name]]
        if word in known and not any(case in known[word] for case in words):
            out.append(importlib.import_module(f"tests.bench.{word}").run)
        elif of:
            out += [known[name][word] for name in of]
        elif word not in known:
            parser.error(f"there is no {word!r}; there are {', '.join(names())}, of sync {', '.join(known['sync'])}")
    return out


def table(rows: Iterable[Row]) -> str:
    head = ("bench", "case", "value", "unit", "floor", "ratio", "target", "met")
    cells = [head, *(tuple(_cell(getattr(row, name)) for name in head) for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(head))]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip() for line in cells)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "NO"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
