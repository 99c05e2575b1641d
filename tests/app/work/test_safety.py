"""Where this device's work is: nothing is called safe but what the server has said it has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.vault.drafts import Draft
from app.vault.safety import Whereabouts
from app.vault.working import WorkingCopy
from app.work.safety import safety
from schemas.change import Change
from schemas.problems import Failed
from schemas.wire import Held, Receipt, Taken
from sync_server.demo.doorstep import answer_all
from tests.app.vault.county import OTHER, VILLAGE, edit, keys, new_id
from tests.app.work.conftest import Desk


def receipt(desk: Desk, reasons: dict[int, str] | None = None) -> None:
    """The server has everything; these changes it holds, by number."""
    sent: list[Change] = desk.vault.unsent(10**9)
    held = reasons or {}
    verdicts = tuple(Held(held[c.n]) if c.n in held else Taken(VILLAGE, c.n) for c in sent)
    desk.vault.receive_receipt(Receipt(desk.vault.device(), sent[0].n, sent[-1].n, verdicts))


def with_photos(desk: Desk, household: str, photos: int) -> None:
    """A finished visit with photos of two parts each."""
    visit = new_id()
    desk.vault.save_working(WorkingCopy(visit, household, "f", {}))
    taken = [
        desk.vault.put_attachment(household, visit, "house", "image/jpeg", bytes([n]) * 300_000) for n in range(photos)
    ]
    evidence = [{"id": photo} for photo in taken]
    sets = {"visited_on": "2026-03-02", "outcome": "done", "status": "done", "evidence": evidence}
    desk.vault.write([Draft(household, visit, "visit", "", sets)], ends=visit)


def test_what_was_written_is_here_only_until_the_receipt_has_come(desk: Desk) -> None:
    told = desk.work.safety()
    assert (told.households, told.safe, told.unsent, told.whole) == (1, 0, 4, False)
    (row,) = told.rows
    assert (row.state, row.unsent) == ("here", 4)
    assert row.line is not None
    assert row.line.head == "蓝水根"
    receipt(desk)
    told = desk.work.safety()
    assert (told.households, told.safe, told.unsent, told.whole) == (1, 1, 0, True)
    assert told.rows[0].state == "safe"


def test_a_household_is_not_safe_while_one_of_its_photos_waits(desk: Desk) -> None:
    with_photos(desk, desk.household, 2)
    receipt(desk)
    told = desk.work.safety()
    assert (told.safe, told.photos_waiting, told.whole) == (0, 2, False)
    assert told.rows[0].state == "photos"
    assert told.bytes_waiting == 4 * 256 * 1024
    chunks = desk.vault.chunks_waiting()
    desk.vault.chunks_safe(chunks[:3])
    detail = desk.work.safety_of(desk.household)
    assert [(p.purpose, p.safe, p.parts, p.parts_waiting) for p in detail.photos] == [
        ("house", True, 2, 0),
        ("house", False, 2, 1),
    ]
    assert desk.work.safety().safe == 0
    desk.vault.chunks_safe(chunks)
    assert desk.work.safety().whole


def test_what_a_supervisor_has_to_look_at_is_on_the_server_and_says_why(desk: Desk) -> None:
    receipt(desk, {1: "not_your_area", 2: "not_your_area", 3: "moved"})
    told = desk.work.safety()
    assert told.whole
    assert told.rows[0].state == "held"
    assert told.rows[0].held == {"not_your_area": 2, "moved": 1}
    detail = desk.work.safety_of(desk.household)
    assert [(r.kind, r.name, dict(r.held)) for r in detail.records][:2] == [
        ("household", "蓝水根", {"not_your_area": 1}),
        ("member", "蓝水根", {"not_your_area": 1}),
    ]


def test_work_of_a_former_enrolment_is_told_as_long_as_its_end_is_not_known(desk: Desk) -> None:
    with_photos(desk, desk.household, 1)
    receipt(desk, {1: "moved"})
    desk.vault.renew(desk.county.grant(areas=(VILLAGE, OTHER)), keys())
    told = desk.work.safety()
    (row,) = told.rows
    assert (told.households, told.safe, told.photos_waiting) == (1, 0, 1)
    assert (row.begun, row.held, row.photos) == (False, {"moved": 1}, 1)
    assert [(r.kind, dict(r.held)) for r in desk.work.safety_of(desk.household).records] == [
        ("household", {"moved": 1}),
        ("member", {}),
        ("member", {}),
        ("member", {}),
        ("visit", {}),
    ]


def test_of_a_household_out_of_reach_is_told_where_it_is_and_nothing_of_what_it_says(desk: Desk) -> None:
    visit = desk.work.visit(desk.household)
    answer_all(visit, {"basic/outcome": "absent"})
    finished = visit.finish()
    desk.vault.renew(desk.county.grant(areas=(OTHER,)))
    assert desk.work.outcome(desk.household, finished.visit).head == "蓝水根", "it is not at the server yet"
    receipt(desk)
    for shown in (desk.work.household, lambda household: desk.work.outcome(household, finished.visit)):
        with pytest.raises(Failed, match="not_found"):
            shown(desk.household)
    detail = desk.work.safety_of(desk.household)
    assert (detail.row.line, detail.row.state) == (None, "safe")
    assert [(r.kind, r.name, r.on) for r in detail.records] == [
        ("household", "", None),
        ("member", "", None),
        ("member", "", None),
        ("member", "", None),
        ("visit", "", None),
    ]


def test_an_open_visit_is_told_apart_from_what_is_finished(desk: Desk) -> None:
    receipt(desk)
    desk.work.visit(desk.household)
    told = desk.work.safety()
    assert (told.safe, told.households, told.open, told.whole) == (1, 1, 1, False)
    assert told.rows[0].state == "open"


def test_what_is_least_safe_comes_first_and_the_newest_work_before_the_old(desk: Desk) -> None:
    old, new = desk.another("钟二妹"), desk.another("雷老三")
    receipt(desk)
    desk.vault.write([edit(desk.vault, old, phone="19900000001")])
    assert [r.household for r in desk.work.safety().rows] == [old, new, desk.household]


def test_joined_registrations_are_one_household_and_safe_only_together(desk: Desk) -> None:
    other = desk.another("蓝水根")
    receipt(desk)
    desk.work.join(desk.household, other)
    told = desk.work.safety()
    assert (told.households, told.safe) == (1, 0)
    receipt(desk)
    assert desk.work.safety().safe == 1
    assert {r.kind for r in desk.work.safety_of(min(desk.household, other)).records} == {"household", "member", "link"}


def test_what_others_wrote_is_not_this_device_s_work(desk: Desk) -> None:
    assert [w.household for w in desk.vault.safety()] == [desk.household]


WHEREABOUTS = st.builds(
    Whereabouts,
    household=st.uuids().map(str),
    changes=st.integers(0, 9),
    last=st.integers(0, 9),
    unsent=st.integers(0, 3),
    held=st.dictionaries(st.sampled_from(["moved", "not_your_area"]), st.integers(1, 3)),
    rested=st.integers(0, 2),
    photos=st.integers(2, 5),
    photos_waiting=st.integers(0, 2),
    open=st.booleans(),
)


@given(st.lists(WHEREABOUTS, unique_by=lambda w: w.household))
def test_all_is_called_safe_only_when_nothing_at_all_is_here_only(found: list[Whereabouts]) -> None:
    told = safety(found, {})
    assert told.whole == all(not w.unsent and not w.photos_waiting and not w.open for w in found)
    assert told.safe <= told.households
    assert (told.safe == told.households) == all(not w.unsent and not w.photos_waiting for w in found)
    assert told.unsent == sum(w.unsent for w in found)
    assert {r.household for r in told.rows if r.state == "safe"} == {
        w.household for w in found if not (w.unsent or w.photos_waiting or w.held or w.open)
    }
