"""One visit from the doorstep to finish: what is saved, what becomes a change, and what must not."""

import pytest

from app.work.visit import questions
from schemas.problems import Failed
from sync_server.demo.doorstep import answer_all, income
from tests.app.vault.county import edit
from tests.app.work.conftest import Desk

NO_INCOME = {f"income/has_{kind}": "no" for kind in ("wage", "business", "property", "transfer")}
QUIET = {"basic/outcome": "done", "assets/has_assets": "no", "expenses/has_expenses": "no", **NO_INCOME}


def waiting(desk: Desk) -> list[tuple[str, set[str]]]:
    """The kinds and slots of what was written since the fixture's four records."""
    return [(c.kind, set(c.sets)) for c in desk.vault.waiting()][4:]


def test_a_visit_to_a_poor_family_proposes_the_gap_to_the_standard_with_reasons(desk: Desk) -> None:
    visit = desk.work.visit(desk.household)
    income(visit, "wage", "casual", "12000")
    answer_all(visit, {**QUIET, "income/has_wage": "yes"})
    finished = visit.finish()
    assert finished.result is not None
    dibao = finished.result.programme("dibao")
    assert dibao is not None
    assert dibao.verdict == "eligible"
    # The sample standard of 936 yuan for three people, less 1,000 yuan a month.
    assert dibao.amount == (936 * 3 - 1000) * 100
    assert all(line.citation for line in dibao.lines)


def test_an_answer_is_there_after_the_app_was_closed_and_nothing_was_sent(desk: Desk) -> None:
    visit = desk.work.visit(desk.household)
    visit.answer("basic/phone", "19900000008")
    row = visit.add("members")
    visit.answer(f"members[{row}]/name", "王𬇕㛃")
    again = desk.unlocked_again().visit(desk.household)
    assert again.id == visit.id
    phone = next(q for q in questions(again.items("basic")) if q.name == "phone")
    assert phone.value == "19900000008"
    assert "王𬇕㛃" in str(again.items("members"))
    assert waiting(desk) == []


def test_finishing_writes_one_change_for_each_record_that_differs(desk: Desk) -> None:
    first = desk.work.visit(desk.household)
    answer_all(first, QUIET)
    first.finish()
    before = len(waiting(desk))
    visit = desk.work.visit(desk.household)
    answer_all(visit, {**QUIET, "basic/phone": "19900000008"})
    visit.finish()
    written = dict(waiting(desk)[before:])
    assert written["household"] == {"phone"}
    assert {"visited_on", "outcome", "status", "form", "investigators", "income_wage"} <= written["visit"]
    assert written["assessment"] == {"visit", "pack", "inputs", "result"}
    assert "member" not in written
    assert desk.vault.all_working() == []


def test_a_new_member_and_a_removed_one_become_records(desk: Desk) -> None:
    visit = desk.work.visit(desk.household)
    row = visit.add("members")
    visit.answer(f"members[{row}]/name", "蓝小雪")
    visit.answer(f"members[{row}]/relation", "30")
    visit.remove("members", desk.members["20"])
    answer_all(visit, QUIET)
    visit.finish()
    page = desk.work.household(desk.household)
    assert [m.name for m in page.members] == ["蓝水根", "雷银花", "蓝小雪"]
    gone = desk.vault.record(desk.members["20"])
    assert gone is not None
    assert gone.heads.value("gone") == "yes"
    assert gone.heads.value("name") == "蓝·小满"


def test_finding_nobody_home_changes_nobody_in_the_family(desk: Desk) -> None:
    visit = desk.work.visit(desk.household)
    answer_all(visit, {"basic/outcome": "absent"})
    finished = visit.finish()
    assert finished.result is None
    assert [kind for kind, _ in waiting(desk)] == ["visit"]
    assert len(desk.work.household(desk.household).members) == 3


def test_an_answer_taken_back_clears_what_was_known(desk: Desk) -> None:
    visit = desk.work.visit(desk.household)
    visit.answer("basic/phone", None)
    answer_all(visit, QUIET)
    visit.finish()
    assert desk.work.household(desk.household).line.phone == ""


def test_what_nobody_was_asked_is_unknown_and_never_zero(desk: Desk) -> None:
    visit = desk.work.visit(desk.household)
    dibao = visit.propose().programme("dibao")
    assert dibao is not None
    assert dibao.verdict == "undetermined"
    assert {m.fact for m in dibao.missing} >= {"wages"}


def test_a_visit_that_would_be_meaningless_cannot_be_finished_and_stays_open(desk: Desk) -> None:
    visit = desk.work.visit(desk.household)
    with pytest.raises(Failed) as refused:
        visit.finish()
    assert refused.value.code == "unfinished"
    assert refused.value.figures["count"] == len([t for t in visit.problems() if t.hard])
    assert desk.vault.working(desk.household) is not None


def test_an_edit_saw_what_was_shown_when_the_visit_began_not_what_came_meanwhile(desk: Desk) -> None:
    visit = desk.work.visit(desk.household)
    desk.vault.write([edit(desk.vault, desk.household, phone="19900000111")])
    answer_all(visit, {**QUIET, "basic/phone": "19900000222"})
    visit.finish()
    record = desk.vault.record(desk.household)
    assert record is not None
    assert set(record.heads.conflicts()["phone"].values()) == {"19900000111", "19900000222"}


def test_the_next_visit_begins_with_what_the_last_one_found_and_says_so(desk: Desk) -> None:
    first = desk.work.visit(desk.household)
    income(first, "wage", "casual", "12000")
    answer_all(first, {**QUIET, "income/has_wage": "yes"})
    first.finish()
    desk.time.pass_(200 * 86400)
    second = desk.work.visit(desk.household)
    assert second.id != first.id
    assert second.prefilled_from is not None
    assert second.prefilled_from.isoformat() == "2026-03-02"
    assert "12000" in str(second.items("income"))
    assert "signatures" in {t.section for t in second.problems() if t.hard}


def test_a_returned_visit_opens_as_itself_with_the_supervisor_s_comments(desk: Desk) -> None:
    first = desk.work.visit(desk.household)
    answer_all(first, QUIET)
    first.finish()
    review = {"verdict": "returned", "comment": "请补充收入", "comments": {"income_wage": "打工收入？"}}
    desk.vault.write([edit(desk.vault, first.id, status="returned", review=review)])
    assert [line.household for line in desk.work.today().returned] == [desk.household]
    again = desk.work.visit(desk.household)
    assert again.id == first.id
    assert [(c.slot, c.text) for c in again.comments()] == [("", "请补充收入"), ("income_wage", "打工收入？")]
    income(again, "wage", "casual", "3600")
    answer_all(again, {"income/has_wage": "yes"})
    again.finish()
    record = desk.vault.record(first.id)
    assert record is not None
    assert record.heads.value("status") == "done"
    assert record.heads.value("review") is None
    assert not record.heads.conflicts()


def test_a_visit_open_in_two_windows_is_finished_once(desk: Desk) -> None:
    visit = desk.work.visit(desk.household)
    other = desk.work.visit(desk.household)
    answer_all(visit, QUIET)
    visit.finish()
    for late in (visit.finish, other.finish, lambda: other.answer("basic/phone", "1"), other.discard):
        with pytest.raises(Failed) as refused:
            late()
        assert refused.value.code == "visit_over"
    assert len(desk.work.household(desk.household).visits) == 1
    assert desk.vault.all_working() == []


def test_a_visit_without_a_questionnaire_or_a_household_is_refused_with_a_reason(desk: Desk) -> None:
    with pytest.raises(Failed) as refused:
        desk.work.visit("01990000-0000-7000-8000-000000000000")
    assert refused.value.code == "not_found"
    desk.vault.receive_library([])
    with pytest.raises(Failed) as refused:
        desk.work.visit(desk.household)
    assert refused.value.code == "form_missing"


def test_without_a_pack_the_visit_counts_and_the_result_waits(desk: Desk) -> None:
    forms = desk.vault.documents("form")
    visit = desk.work.visit(desk.household)
    desk.vault.receive_library(forms)
    with pytest.raises(Failed) as refused:
        visit.propose()
    assert refused.value.code == "pack_missing"
    answer_all(visit, QUIET)
    assert visit.finish().result is None


def test_a_visit_dated_in_2003_is_judged_by_the_notice_s_pack(desk: Desk) -> None:
    visit = desk.work.visit(desk.household)
    answer_all(visit, {**QUIET, "basic/visited_on": "2004-12-20"})
    assert visit.propose().pack_name == "zj-2003"
