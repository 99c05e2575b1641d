"""`ruhu bench` prints what it promises. What the figures are is never a test's business."""

import json

import pytest

from app import cli
from tests.bench import command
from tests.bench.row import Row

KEYS = {"bench", "case", "value", "unit", "floor", "ratio", "target", "met"}


def test_a_bench_prints_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "policy", "--json"]) in (0, 1)
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows
    assert all(set(row) == KEYS and row["bench"] == "policy" for row in rows)
    assert all(row["ratio"] is None or row["floor"] > 0 for row in rows)


def test_a_table_has_a_line_for_each_figure() -> None:
    rows = [Row("b", "短", 1.5, "ms", met=True), Row("b", "longer case", 20000.0, "ms", met=False)]
    lines = command.table(rows).splitlines()
    assert len(lines) == 3
    assert lines[1].endswith("yes")
    assert lines[2].endswith("NO")


def test_an_unknown_bench_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["bench", "no-such"])
    assert ended.value.code == 2
    assert "policy" in capsys.readouterr().err
