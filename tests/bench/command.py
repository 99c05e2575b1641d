"""`ruhu bench [NAME …] [--json]`: measure against the targets.

A bench is a module of this folder with a function `run` that yields `Row`s. Each value stands beside a floor measured
in the same run, because absolute times differ from machine to machine; a target is set on the value or on the ratio.
"""

import argparse
import importlib
import json
import pkgutil
from collections.abc import Iterable, Sequence
from dataclasses import asdict

import tests.bench
from tests.bench.row import Row

NOT_A_BENCH = {"command", "row"}


def names() -> list[str]:
    return sorted(m.name for m in pkgutil.iter_modules(tests.bench.__path__) if m.name not in NOT_A_BENCH)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the named benches, or all; the exit code is 1 when a target was missed."""
    parser = argparse.ArgumentParser(prog="ruhu bench", description="Measure against the targets.")
    parser.add_argument("name", nargs="*", choices=[*names(), []], help=f"of {', '.join(names())}; all by default")
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    options = parser.parse_args(argv)
    rows: list[Row] = []
    for name in options.name or names():
        for row in importlib.import_module(f"tests.bench.{name}").run():
            rows.append(row)
            if options.json:
                print(json.dumps(asdict(row), ensure_ascii=False), flush=True)
    if not options.json:
        print(table(rows))
    return 0 if all(row.met is not False for row in rows) else 1


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
