"""A fresh server is filled as a county at work would have filled it: by the same functions, in the order of time."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from schemas import codec
from schemas.change import Change
from schemas.clock import parse_stamp
from schemas.forms.model import Form
from schemas.forms.saves import prefill, saved
from sync_server import doubles, heads, library, people, review, tables, verify, visit_page
from sync_server.demo.county import ACCOUNTS, COUNTY, VILLAGES
from sync_server.demo.households import households
from sync_server.demo.seed import FORM, Seeded, is_fresh, seed
from sync_server.server import Server

pytestmark = pytest.mark.xdist_group("demo")

Filled = tuple[Server, Seeded]


def test_everything_in_it_verifies(filled: Filled) -> None:
    server, made = filled
    found = server.db.snapshot(verify.everything)
    assert found.clean, found.lines()
    assert (made.households, made.visits) == (300, 194)


def test_a_filled_server_is_not_fresh_and_cannot_be_filled_again(filled: Filled) -> None:
    server, _ = filled
    assert not server.db.snapshot(is_fresh)
    with pytest.raises(Exception, match="user_taken"):
        seed(server.db)
    assert server.db.snapshot(verify.everything).clean


def test_everybody_with_a_password_can_log_in(filled: Filled) -> None:
    server, _ = filled
    for a in ACCOUNTS:
        if a.password:
            login = people.log_in(server.db, a.user, a.password)
            assert login.person.role == a.role, a.user


def test_the_form_and_the_packs_are_in_force(filled: Filled) -> None:
    server, _ = filled
    items = server.db.snapshot(lambda tx: library.in_force(tx, COUNTY))
    assert Counter(i.kind for i in items) == {"form": 1, "pack": 2}


def test_no_household_is_in_conflict_and_every_visit_is_in_its_state(filled: Filled) -> None:
    server, _ = filled
    head = tables.head
    with server.db.engine.connect() as connection:
        assert sorted(connection.scalars(select(head.c.conflicts).where(head.c.conflicts > 0))) == [1, 1]
        states = Counter(connection.scalars(select(head.c.status).where(head.c.kind == "visit")))
    wanted = Counter(h.visited.state for h in households(server.clock.today()) if h.visited)
    assert states == wanted


def test_the_supervisor_finds_visits_waiting_with_a_result_that_still_holds(filled: Filled) -> None:
    server, _ = filled
    supervisor = server.db.snapshot(lambda tx: people.get(tx, COUNTY, "supervisor"))
    queue = server.db.transaction(lambda tx: review.queue(tx, supervisor, "done", None, 50))["visits"]
    assert len(queue) >= 5
    assert not any(row["stale"] for row in queue if not row["conflicts"])
    assert {row["verdict"] for row in queue} <= {"eligible", "not"}
    plain = next(row["visit"] for row in queue if not row["conflicts"])
    page = server.db.transaction(lambda tx: visit_page.read(tx, supervisor, plain))
    assert page["may"]["approve"], page["may"]


def test_the_supervisor_finds_a_conflict_that_changes_the_decision_and_one_that_does_not(filled: Filled) -> None:
    server, _ = filled
    supervisor = server.db.snapshot(lambda tx: people.get(tx, COUNTY, "supervisor"))
    queue = server.db.transaction(lambda tx: review.queue(tx, supervisor, "done", None, 50))["visits"]
    torn = [row["visit"] for row in queue if row["conflicts"]]
    pages = [server.db.transaction(partial(visit_page.read, person=supervisor, visit=visit)) for visit in torn]
    effects = {c["slot"]: c["effect"] for page in pages for c in page["conflicts"]}
    assert effects == {"phone": "none", "housing": "decision"}


def test_the_supervisor_finds_a_family_that_was_registered_twice(filled: Filled) -> None:
    server, _ = filled
    supervisor = server.db.snapshot(lambda tx: people.get(tx, COUNTY, "supervisor"))
    (item,) = server.db.transaction(lambda tx: doubles.queue(tx, supervisor, None, 50))["items"]
    heads_of_both = [side["head"] for side in item["sides"]]
    assert item["why"] == "national_id"
    assert heads_of_both[0][:-1] == heads_of_both[1][:-1]
    assert heads_of_both[0] != heads_of_both[1]


def test_some_were_granted_and_some_refused(filled: Filled) -> None:
    server, _ = filled
    with server.db.engine.connect() as connection:
        rows = connection.scalars(select(tables.head.c.data).where(tables.head.c.kind == "case")).all()
    verdicts = Counter(next(iter(row["live"]["decision"].values()))["verdict"] for row in rows)
    assert min(verdicts["eligible"], verdicts["not"]) >= 10


def test_who_receives_is_said_on_the_household(filled: Filled) -> None:
    server, _ = filled
    head = tables.head.c
    with server.db.engine.connect() as connection:
        rows = connection.execute(select(head.household, head.data).where(head.kind == "case")).all()
        roots = connection.execute(select(head.household, head.status).where(head.kind == "household"))
        states = {root.household: root.status for root in roots}
    for row in rows:
        granted = next(iter(row.data["live"]["decision"].values()))["verdict"] == "eligible"
        assert (states[row.household] == "receiving") == granted


def test_an_earlier_visit_prefills_the_questionnaire_and_comes_back_the_same(filled: Filled) -> None:
    server, _ = filled
    item = server.db.snapshot(lambda tx: library.in_force_of(tx, COUNTY, "form", FORM))[0]
    form = Form.from_wire(server.db.snapshot(lambda tx: library.document(tx, COUNTY, item.hash)))
    for h in households(server.clock.today()):
        if h.visited is None:
            continue
        answers = prefill(form, h.slots, list(h.members), h.visited.slots)
        back = saved(form, answers)
        for slot in ("income_wage", "income_business", "income_property", "income_transfer", "assets", "expenses"):
            assert back.visit[slot] == h.visited.slots[slot], slot
        assert back.visit["housing"] == h.visited.slots["housing"]
        assert [m for m, _ in back.members] == [m for m, _ in h.members]


def test_time_goes_forward_in_every_village_and_nothing_happens_tomorrow(filled: Filled) -> None:
    server, _ = filled
    now = server.clock.now() + timedelta(seconds=1)
    e, c = tables.entry.c, tables.change.c
    with server.db.engine.connect() as connection:
        for village in VILLAGES:
            said = select(c.data).join(tables.entry, e.change == c.id).where(e.area == village.code).order_by(e.seq)
            rows = connection.scalars(said)
            at = [Change.from_wire(codec.decode(data)).at for data in rows]
            assert at == sorted(at)
            assert parse_stamp(at[-1]) <= now


def test_a_visitor_has_a_household_with_people_and_history_to_visit_today(filled: Filled) -> None:
    server, _ = filled
    today = server.clock.today().isoformat()
    mine = [h for h in households(server.clock.today()) if h.visitor == "visitor"]
    due = [h for h in mine if h.slots.get("planned_on") == today]
    assert due
    held = server.db.snapshot(lambda tx: heads.of_household(tx, COUNTY, due[0].id))
    assert len([h for h in held if h.kind == "member"]) == len(due[0].members)
