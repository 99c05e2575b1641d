"""`ruhu bench` prints what it promises. What the figures are is never a test's business."""

import json

import pytest

from app import cli
from schemas import records
from tests.bench import command, sync_visits
from tests.bench.row import Row
from tests.bench.sync import CASES

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


def test_a_case_runs_alone_and_says_the_same_as_in_the_whole(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["bench", "sync", "wire", "--json"]) in (0, 1)
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert rows
    for row in rows:
        assert set(row) == KEYS
        assert row["bench"] == "sync"
        assert (row["met"] is None) == (row["target"] is None)
        if row["floor"]:
            assert row["ratio"] == pytest.approx(row["value"] / row["floor"])


def test_every_case_of_sync_can_be_named() -> None:
    assert list(command.cases("sync")) == list(CASES)
    assert not command.cases("policy")


def test_made_up_households_are_written_in_the_words_of_the_catalogue() -> None:
    family, other = sync_visits.families(2, sync_visits.AREAS[0])
    assert [d.kind for d in family.registered] == ["household", *["member"] * sync_visits.MEMBERS]
    assert [d.kind for d in family.visited_again] == ["visit", "assessment"]
    assert [d.kind for d in other.visited_again] == ["member", "visit", "assessment"]
    slots = records.catalogue()
    for draft in (*family.registered, *family.visited, *other.visited_again):
        assert all(slots[draft.kind][slot].fits(value) for slot, value in draft.sets.items())
    assert not {d.record for d in family.registered} & {d.record for d in other.registered}
