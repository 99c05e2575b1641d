"""The sheet: what is shown of an open visit, in step with it question by question. On a real vault, no window."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.ui.parts.sheet import Sheet
from app.ui.parts.shown import Box, Cluster, Rows
from app.vault.open import Open
from app.work.work import Work
from tests.app.ui.filling import equip, question, row_ids, sheet_of
from tests.app.ui.village import Place


@pytest.fixture
def opened(place: Place) -> Iterator[Open]:
    there = place.enrolled()
    equip(place, there)
    yield there
    if not there.closed:
        there.lock()


@pytest.fixture
def household(place: Place, opened: Open) -> str:
    return place.settle(opened)[0]


@pytest.fixture
def sheet(place: Place, opened: Open, household: str) -> Sheet:
    return sheet_of(Work(opened, place.clock), household)


class Ear:
    """Hears which boxes change. Flet holds listeners weakly, so it keeps its own."""

    def __init__(self, sheet: Sheet) -> None:
        self.changed: set[str] = set()
        self._hearing = [self._listen(path, box) for path, box in sheet.boxes.items()]

    def _listen(self, path: str, box: Box) -> object:
        def hear(_sender: object, _field: str | None) -> None:
            self.changed.add(path)

        box.subscribe(hear)  # type: ignore[attr-defined]  # ft.observable adds it
        return hear


def test_it_opens_at_the_first_section_with_what_is_known(sheet: Sheet, place: Place) -> None:
    assert sheet.contents.current == "basic"
    assert question(sheet, "basic/phone").value == "13800010001"
    assert question(sheet, "basic/visited_on").value == place.clock.today().isoformat()
    assert [s.path for s in sheet.contents.sections][:3] == ["basic", "members", "income"]


def test_one_keystroke_changes_one_question(sheet: Sheet) -> None:
    ear, nodes = Ear(sheet), sheet.layout.nodes
    sheet.answer("basic/phone", "1380001000")
    sheet.answer("basic/phone", "13800010009")
    assert ear.changed == {"basic/phone"}
    assert sheet.layout.nodes == nodes


def test_an_answer_is_in_the_vault_when_answering_returns(sheet: Sheet, opened: Open, household: str) -> None:
    sheet.answer("basic/phone", "13800019999")
    kept = opened.working(household)
    assert kept is not None
    assert kept.answers["basic"]["phone"] == "13800019999"
    assert sheet.saving.state == "saved"


def test_an_answer_that_could_not_be_saved_says_so(sheet: Sheet, opened: Open) -> None:
    opened.lock()
    sheet.answer("basic/phone", "13800019999")
    assert sheet.saving.state == "failed"
    assert sheet.saving.text


def test_an_outcome_without_a_visit_leaves_little_to_ask(sheet: Sheet) -> None:
    sheet.answer("basic/outcome", "absent")
    assert {s.path for s in sheet.contents.sections} == {"basic", "remarks"}
    sheet.work_out()
    assert sheet.proposal.result is None
    assert sheet.proposal.outcome == "absent"


def test_what_is_missing_is_not_held_against_who_is_not_there_yet(sheet: Sheet) -> None:
    sheet.answer("basic/address", None)
    assert not sheet.boxes["basic/address"].shown_troubles()
    sheet.go("members")
    sheet.go("basic")
    assert sheet.boxes["basic/address"].shown_troubles()


def test_a_doubtful_answer_is_told_at_once(sheet: Sheet, place: Place) -> None:
    tomorrow = place.clock.today() + timedelta(days=1)
    sheet.answer("basic/visited_on", tomorrow.isoformat())
    (doubt,) = sheet.boxes["basic/visited_on"].shown_troubles()
    assert not doubt.hard


def test_going_on_and_back_stops_at_the_ends(sheet: Sheet) -> None:
    sheet.step(-1)
    assert sheet.contents.current == "basic"
    for _ in sheet.contents.sections:
        sheet.step(1)
    assert sheet.contents.current == sheet.contents.sections[-1].path


def test_people_fold_and_short_rows_lie_open(sheet: Sheet) -> None:
    sheet.go("members")
    (people,) = sheet.layout.nodes
    assert isinstance(people, Rows)
    assert people.folds
    sheet.go("income")
    sheet.answer("income/has_wage", "yes")
    sheet.add("income/wage")
    (wages,) = [n for n in sheet.layout.nodes if isinstance(n, Rows)]
    assert not wages.folds


def test_a_row_added_is_open_and_its_neighbours_close(sheet: Sheet) -> None:
    sheet.go("members")
    first = next(iter(sheet.folds.values()))
    first.open = True
    sheet.add("members")
    assert [f.open for f in sheet.folds.values()] == [False, False, True]


def test_a_persons_line_says_what_is_known_in_words(sheet: Sheet) -> None:
    sheet.go("members")
    fold = next(iter(sheet.folds.values()))
    assert fold.title == "王秀兰"
    assert fold.summary.startswith("户主 · 女性")
    assert "yes" not in fold.summary


def test_a_bare_figure_is_no_title_of_a_row(sheet: Sheet) -> None:
    sheet.go("income")
    sheet.answer("income/has_wage", "yes")
    sheet.add("income/wage")
    (row,) = row_ids(sheet, "income/wage")
    sheet.answer(f"income/wage[{row}]/wage_gross", "18000")
    assert sheet.folds[f"income/wage[{row}]"].title == ""
    sheet.answer(f"income/wage[{row}]/wage_item", "casual")
    assert sheet.folds[f"income/wage[{row}]"].title == "打零工"


def test_a_removed_row_can_be_had_back_with_its_answers(sheet: Sheet) -> None:
    sheet.go("income")
    sheet.answer("income/has_wage", "yes")
    sheet.add("income/wage")
    (row,) = row_ids(sheet, "income/wage")
    sheet.answer(f"income/wage[{row}]/wage_item", "casual")
    sheet.answer(f"income/wage[{row}]/wage_gross", "18000")
    sheet.remove("income/wage", row, "打零工")
    assert not row_ids(sheet, "income/wage")
    sheet.restore()
    (back,) = row_ids(sheet, "income/wage")
    assert question(sheet, f"income/wage[{back}]/wage_item").value == "casual"
    assert question(sheet, f"income/wage[{back}]/wage_gross").value == "18000"
    sheet.restore()
    assert len(row_ids(sheet, "income/wage")) == 1


def test_a_jump_opens_the_section_and_the_row_and_marks_the_question(sheet: Sheet) -> None:
    sheet.check()
    trouble = next(t for t in sheet.troubles() if t.section == "members")
    sheet.jump(trouble)
    assert sheet.contents.current == "members"
    assert sheet.asking.panel == ""
    assert sheet.boxes[trouble.path].lit
    assert sheet.layout.jump == trouble.path
    assert [f.open for p, f in sheet.folds.items() if trouble.path.startswith(p)] == [True]
    assert sheet.boxes[trouble.path].shown_troubles()


def test_every_trouble_has_a_name_to_find_it_by(sheet: Sheet) -> None:
    names = sheet.names()
    for trouble in sheet.troubles():
        assert names[trouble.path]
    assert any(name.startswith("王秀兰 · ") for name in names.values())
    assert any(name.startswith("被访人 · ") for name in names.values())


def test_groups_keep_their_heading(sheet: Sheet) -> None:
    clusters = [n for n in sheet.layout.nodes if isinstance(n, Cluster)]
    assert [c.label for c in clusters] == ["被访人", "近亲属备案"]


def test_it_speaks_the_other_language_without_losing_an_answer(sheet: Sheet) -> None:
    sheet.answer("basic/phone", "13800019999")
    sheet.speak("en")
    assert question(sheet, "basic/phone").label == "Phone"
    assert question(sheet, "basic/phone").value == "13800019999"


def test_the_result_names_the_people_it_speaks_of(sheet: Sheet) -> None:
    sheet.work_out()
    assert sheet.proposal.result is not None
    assert "王秀兰" in dict(sheet.proposal.people).values()
