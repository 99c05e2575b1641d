"""Who may do what, as the table a county would sign."""

import pytest

from schemas import records
from schemas.problems import Failed
from sync_server import may

WRITERS = {
    "household": {"visitor", "officer", "supervisor"},
    "member": {"visitor", "officer", "supervisor"},
    "visit": {"visitor", "officer", "supervisor"},
    "assessment": {"visitor", "officer", "supervisor"},
    "attachment": {"visitor", "officer", "supervisor"},
    "link": {"visitor", "officer", "supervisor"},
    "event": {"officer", "supervisor"},
    "case": {"supervisor"},
}


def test_each_kind_of_record_has_its_writers() -> None:
    assert set(WRITERS) == set(records.catalogue())
    for kind, writers in WRITERS.items():
        assert {role for role in may.ROLES if may.write(role, kind, {})} == writers, kind


def test_every_slot_the_table_names_is_in_the_catalogue() -> None:
    for kinds in may.WRITES.values():
        for kind, closed in kinds.items():
            assert closed <= set(records.catalogue()[kind])


@pytest.mark.parametrize("role", ["visitor", "officer"])
def test_only_a_supervisor_reviews_returns_and_decides(role: str) -> None:
    for kind, sets in (
        ("visit", {"status": "accepted"}),
        ("visit", {"status": "returned"}),
        ("visit", {"review": {}}),
        ("event", {"kind": "decision"}),
        ("event", {"kind": "returned"}),
        ("case", {"decision": {}}),
    ):
        assert not may.write(role, kind, sets)
        assert may.write("supervisor", kind, sets)
    assert may.write(role, "visit", {"status": "done"})


def test_nobody_writes_what_only_the_server_knows() -> None:
    assert not any(may.write(role, "visit", {"skew": 1}) for role in may.ROLES)


def test_an_auditor_reads_and_a_steward_does_not_open_files() -> None:
    acts = {role: {act for act in may.ACTS if may.do(role, act)} for role in may.ROLES}
    assert acts["visitor"] == set()
    assert acts["auditor"] == {"read_files", "read_people", "read_audit"}
    assert "read_files" not in acts["steward"]
    with pytest.raises(Failed, match="forbidden"):
        may.require("auditor", "decide")


def test_a_role_nobody_knows_may_nothing() -> None:
    assert not may.write("king", "household", {})
