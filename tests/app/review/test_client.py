"""The desk's client against a real server over real HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.review import answers, reading
from app.review.client import Review
from schemas import ids
from schemas.policy.result import Result
from schemas.problems import Failed
from sync_server.authoring import Draft
from sync_server.demo.serving import Serving, bind
from sync_server.main import create_app, listener
from tests.sync_server.desk import PASSWORD, CountyHouse, Hands, Tablet, Visited
from tests.sync_server.tabled import tabled


@dataclass
class Desk:
    house: CountyHouse
    url: str
    serving: Serving

    def seat(self, user: str) -> Review:
        review = Review(self.url)
        review.login(user, PASSWORD)
        return review


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    hands = Hands()
    app = create_app(tabled(tmp_path / "server"), hands.clock)
    house = CountyHouse(app.state.server, hands).settled(PASSWORD)
    serving = Serving.start(listener(app, "127.0.0.1", 0), bind("127.0.0.1", 0))
    yield Desk(house, serving.url, serving)
    serving.stop()


def refused(code: str) -> "pytest.RaisesExc[Failed]":
    return pytest.raises(Failed, check=lambda failed: failed.code == code)


def test_a_supervisor_logs_in_finds_the_visit_and_approves_it(desk: Desk) -> None:
    visited = Visited.made(desk.house, Tablet(desk.house, "wang", "平板一"))
    review = Review(desk.url)
    who = review.login("li", PASSWORD)
    assert (who.name, who.role, who.scope) == ("李主任", "supervisor", ("990101100",))
    (row,) = review.queue().visits
    assert (row.visit, row.head, row.verdict) == (visited.visit, "钱阿根", "eligible")
    page = review.visit(row.visit)
    assert page.assessment is not None
    programme = Result.from_wire(page.assessment.result).programmes[0]
    assert programme.amount == row.amount
    assert all(line.citation for line in programme.lines if line.unit == "fen")
    done = review.approve(row.visit, page.assessment.id)
    assert done.status == "accepted"
    assert done.cases[0].decision["amount"] == row.amount
    assert review.queue().visits == ()
    assert review.counts().status == {"done": 0, "returned": 0, "accepted": 1}


def test_a_visit_is_returned_with_a_comment_on_one_answer(desk: Desk) -> None:
    visited = Visited.made(desk.house, Tablet(desk.house, "wang", "平板一"))
    review = desk.seat("li")
    page = review.return_visit(visited.visit, "存款要核对", {"assets": "请带存折"})
    assert page.status == "returned"
    slot = next(s for section in page.sections if section.kind == "visit" for s in section.slots if s.slot == "assets")
    assert slot.comment == "请带存折"


def test_both_sides_of_a_conflict_are_shown_and_one_is_kept(desk: Desk) -> None:
    visited = Visited.made(desk.house, Tablet(desk.house, "wang", "平板一"))
    other = Tablet(desk.house, "zhao", "平板二")
    other.write(Draft(visited.household, visited.household, "household", "", {"address": "桥头 21 号"}))
    review = desk.seat("li")
    page = review.visit(visited.visit)
    assert page.provisional
    assert page.may.blocked == ("provisional",)
    (conflict,) = page.conflicts
    side = next(s for s in conflict.sides if s.device_name == "平板二")
    review.settle(conflict.record, conflict.slot, side.change, conflict.seen)
    assert review.visit(visited.visit).conflicts == ()
    with refused("changed_meanwhile"):
        review.settle(conflict.record, conflict.slot, side.change, conflict.seen)


def test_a_wrong_password_is_said_and_too_many_make_one_wait(desk: Desk) -> None:
    review = Review(desk.url)
    for _ in range(5):
        with refused("wrong_login"):
            review.login("li", "not this one")
    with refused("wait") as waiting:
        review.login("li", PASSWORD)
    desk.house.hands.pass_by(seconds=waiting.value.figures["seconds"])
    assert review.login("li", PASSWORD).user == "li"
    with refused("wrong_login"):
        review.login("nobody", PASSWORD)


def test_a_login_ends_by_itself_and_by_logging_out(desk: Desk) -> None:
    review = desk.seat("li")
    desk.house.hands.pass_by(hours=13)
    with refused("session_over"):
        review.queue()
    assert review.who is None
    with refused("session_over"):
        review.counts()
    review.login("li", PASSWORD)
    copy = Review(desk.url)
    copy.who = review.who
    review.logout()
    with refused("session_over"):
        copy.queue()


def test_the_steward_gives_a_code_sees_the_device_and_puts_it_out(desk: Desk) -> None:
    tablet = Tablet(desk.house, "wang", "平板一")
    review = desk.seat("zhou")
    assert {p.user for p in review.people()} >= {"wang", "li", "zhou", "wu"}
    code = review.new_code("wang")
    assert code.user == "wang"
    (device,) = review.devices()
    assert (device.id, device.user_name, device.revoked_at) == (tablet.device, "王小明", None)
    review.revoke(device.id)
    assert review.devices()[0].revoked_at is not None
    with refused("unknown_person"):
        review.new_code("nobody")
    with refused("forbidden"):
        review.queue()


def test_the_auditor_follows_who_read_what(desk: Desk) -> None:
    visited = Visited.made(desk.house, Tablet(desk.house, "wang", "平板一"))
    desk.seat("li").visit(visited.visit)
    auditor = desk.seat("wu")
    rows = auditor.audit(limit=50).rows
    assert ("李主任", "file_read", visited.household) in {(r.name, r.what, r.about) for r in rows}
    assert auditor.visit(visited.visit).may.blocked == ("forbidden",)
    with refused("forbidden"):
        auditor.return_visit(visited.visit, "?")


def test_what_is_not_there_or_cannot_be_read_is_a_problem_with_a_name(desk: Desk) -> None:
    review = desk.seat("li")
    with refused("not_found"):
        review.visit(ids.record_id(1, bytes(10)))
    with refused("not_found"):
        review.visit("../../people")
    with refused("malformed"):
        review.queue(status="everything")
    with refused("not_found"):
        review.settle("no-record", "address", "x", ())


def test_a_server_that_is_down_is_the_networks_fault_and_says_no_name(desk: Desk) -> None:
    review = desk.seat("li")
    desk.serving.stop()
    with refused("server_down") as down:
        review.queue()
    assert down.value.__cause__ is None
    assert "127.0.0.1" not in str(down.value)


def test_an_answer_of_another_version_is_said_to_be_one() -> None:
    with refused("protocol_unknown"):
        reading.read(answers.Counts, {"status": {"done": 1}})
    with refused("protocol_unknown"):
        reading.read(
            answers.Counts, {"status": {"done": 1}, "conflicts": "3", "disputed": 0, "duplicates": 0, "held": 0}
        )
    known = {"status": {}, "conflicts": 3, "disputed": 3, "duplicates": 0, "held": 0}
    assert reading.read(answers.Counts, {**known, "newer": True}).conflicts == 3
