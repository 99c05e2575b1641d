"""A whole round of sync over a real line, real server and real vaults, and what becomes of it when the line fails."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.sync.http import Http
from app.sync.round import sync_once
from app.sync.session import Answer, Ask
from app.vault.drafts import Draft
from app.vault.working import WorkingCopy
from schemas import codec, wire
from schemas.problems import Failed
from sync_server import library
from sync_server.db import Tx
from tests.app.sync.conftest import COUNTY, LOWER, UPPER, Centre, Tablet

Tablets = Callable[[str], Tablet]


def asked(tablet: Tablet) -> wire.Pull:
    o = tablet.open
    return wire.Pull(wire.PROTOCOL, o.device(), "", o.cursors(), o.mine(), o.grant.digest, "", 10**6)


def codes(outcome_problems: tuple[Exception, ...]) -> list[str]:
    return [str(p) for p in outcome_problems]


def test_what_one_tablet_writes_another_reads(tablet: Tablets) -> None:
    a, b = tablet("lin"), tablet("lan")
    household = a.register("欧阳建国")
    sent = a.sync()
    assert (sent.sent, sent.waiting, sent.safe) == (1, 0, True)
    got = b.sync()
    assert (got.received, got.safe) == (1, True)
    assert b.value(household, "head") == "欧阳建国"


def test_a_village_outside_the_persons_scope_never_comes(tablet: Tablets) -> None:
    a, b = tablet("lin"), tablet("lan")
    household = a.register(area=LOWER)
    a.sync()
    assert b.sync().received == 0
    assert b.value(household, "head") is None


def test_a_second_round_moves_nothing(tablet: Tablets) -> None:
    a = tablet("lin")
    a.register()
    a.sync()
    again = a.sync()
    assert (again.sent, again.received, again.safe) == (0, 0, True)


def test_edits_of_the_same_slot_by_two_become_one_conflict_on_both(tablet: Tablets) -> None:
    a, b = tablet("lin"), tablet("lan")
    household = a.register()
    a.sync()
    b.sync()
    a.edit(household, phone="19900000001")
    b.edit(household, phone="19900000002", address="3组14号")
    a.sync()
    b.sync()
    a.sync()
    for t in (a, b):
        held = t.open.record(household)
        assert held is not None
        assert set(held.heads.conflicts()) == {"phone"}
        assert set(held.heads.live["phone"].values()) == {"19900000001", "19900000002"}
        assert held.heads.value("address") == "3组14号"


def test_without_a_signal_everything_stays_and_the_problem_is_named(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    a.register()
    a.line.cut()
    failed = a.sync()
    assert codes(failed.problems) == ["server_down"]
    assert (failed.sent, failed.waiting, failed.safe) == (0, 1, False)
    a.line.mend()
    assert a.sync().safe
    assert centre.rows("change") == 1


def test_a_lost_receipt_sends_the_same_changes_again_and_they_are_kept_once(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    household = a.register()
    a.line.answers_lost = 1
    assert codes(a.sync().problems) == ["server_down"]
    assert (centre.rows("change"), a.open.waiting_count()) == (1, 1)
    again = a.sync()
    assert (again.sent, again.waiting, again.safe) == (1, 0, True)
    assert centre.rows("change") == 1
    assert a.value(household, "head") == "王小明"


def test_a_line_that_dies_at_any_byte_of_a_push_loses_nothing(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    written = 0
    for dies_after in range(1, 1400, 97):
        a.register(f"户主{dies_after}")
        written += 1
        a.line.request_bytes = dies_after
        a.sync()
        a.line.mend()
    assert a.sync().safe
    assert centre.rows("change") == written
    assert len(a.open.summaries()) == written


def test_a_line_that_dies_in_a_request_is_no_error_of_the_server(
    tablet: Tablets, caplog: pytest.LogCaptureFixture
) -> None:
    a = tablet("lin")
    a.register(random.Random(2).randbytes(5000).hex())
    a.line.request_bytes = 900
    a.sync()
    a.line.mend()
    assert a.sync().safe
    assert [r.getMessage() for r in caplog.records if r.levelname == "ERROR"] == []


def test_a_pull_that_is_cut_goes_on_where_it_was(tablet: Tablets) -> None:
    a, b = tablet("lin"), tablet("lan")
    for i in range(12):
        a.register(random.Random(i).randbytes(80_000).hex())
    a.sync()
    cut = b.sync(halted=lambda: b.line.carried > 600_000)
    assert codes(cut.problems) == ["stopped"]
    assert 0 < len(b.open.summaries()) < 12
    rest = b.sync()
    assert (cut.received + rest.received, rest.safe) == (12, True)


def test_a_server_that_stops_and_starts_again_is_found_again(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    a.register()
    centre.serving.stop()
    assert codes(a.sync().problems) == ["server_down"]
    assert a.open.waiting_count() == 1


def test_many_changes_go_in_several_batches(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    for i in range(6):
        a.register("甲" * 60_000 + str(i))
    sent = a.sync()
    assert (sent.sent, sent.safe) == (6, True)
    pushes = centre.server.db.snapshot(
        lambda tx: tx.connection.exec_driver_sql("select count(*) from audit where what = 'pushed'").scalar_one()
    )
    assert pushes == 3


def test_what_the_server_holds_is_safe_there_and_said(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    household = a.register()
    a.sync()
    a.edit(household, status="receiving")  # a visitor may not
    outcome = a.sync()
    assert (outcome.held, outcome.waiting, outcome.safe) == (1, 0, True)
    assert [h.reason for h in a.open.held()] == ["not_your_role"]


def test_forms_and_packs_in_force_come_with_the_round_and_old_ones_go_out_of_force(
    tablet: Tablets, centre: Centre
) -> None:
    a = tablet("lin")
    first = centre.server.db.transaction(lambda tx: library.publish(tx, COUNTY, "form", "means-visit", {"v": 1}))
    assert a.sync().documents == 1
    assert a.open.document(first.hash) == {"v": 1}
    second = centre.server.db.transaction(lambda tx: library.publish(tx, COUNTY, "form", "means-visit", {"v": 2}))
    assert a.sync().documents == 1
    assert [i.hash for i in a.open.documents("form")] == [second.hash]
    assert a.open.document(first.hash) == {"v": 1}
    assert a.sync().documents == 0


def test_photos_follow_their_record_and_resume_where_they_were(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    household, visit = a.register(), a.new_id()
    photo = random.Random(1).randbytes(700_000)
    a.open.save_working(WorkingCopy(visit, household, "", {}))
    attachment = a.open.put_attachment(household, visit, "outside", "image/jpeg", photo)
    record = {"evidence": [{"id": a.new_id(), "photo": attachment}], "status": "done"}
    a.open.write([Draft(household, visit, "visit", "", record)], ends=visit)
    assert a.open.photos_waiting() == 1
    a.line.request_bytes = 300_000  # the record and the first chunk pass
    cut = a.sync()
    assert (cut.waiting, cut.photos_waiting, codes(cut.problems)) == (0, 1, ["server_down"])
    a.line.mend()
    rest = a.sync()
    assert (rest.photos_waiting, rest.safe) == (0, True)
    assert rest.chunks < len(photo) / (256 * 1024) + 1
    assert codec.sha256(photo) == codec.sha256(a.open.attachment(attachment))
    whole = centre.server.db.snapshot(
        lambda tx: tx.connection.exec_driver_sql("select received_at from attachment").scalar_one()
    )
    assert whole is not None


def test_a_revoked_tablet_hands_over_its_work_and_its_photos_and_is_shut_out(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    household = a.register()
    a.sync()
    a.photo(household)
    centre.revoke(a)
    outcome = a.sync()
    assert codes(outcome.problems) == ["revoked"]
    assert (outcome.sent, outcome.chunks, outcome.shut_out, outcome.safe) == (2, 3, True, False)
    assert a.open.closed
    assert a.vault.people()[0].kinds == ()
    assert centre.rows("change") == 3
    assert centre.rows("held") == 2


def test_the_tablet_of_somebody_whose_access_ended_hands_over_its_work_and_is_shut_out(
    tablet: Tablets, centre: Centre
) -> None:
    a = tablet("lin")
    household = a.register()
    a.sync()
    a.edit(household, phone="1")
    centre.end_access("lin")
    outcome = a.sync()
    assert (codes(outcome.problems), outcome.sent, outcome.shut_out) == (["revoked"], 1, True)
    assert (a.open.closed, a.vault.people()[0].kinds) == (True, ())
    assert centre.rows("held") == 1


def test_a_photo_that_does_not_get_through_keeps_a_revoked_tablet_open_until_it_has(
    tablet: Tablets, centre: Centre
) -> None:
    a = tablet("lin")
    a.photo(a.register())
    centre.revoke(a)
    a.line.request_bytes = 300_000
    cut = a.sync()
    assert (codes(cut.problems), cut.shut_out) == (["revoked", "server_down"], False)
    a.line.mend()
    assert a.sync().shut_out


def test_an_order_that_the_county_did_not_sign_destroys_nothing(tablet: Tablets, centre: Centre) -> None:
    a, b = tablet("lin"), tablet("lan")
    a.register()
    centre.revoke(b)
    with pytest.raises(Failed, match="revoked") as another:
        b.road()(asked(b))
    forged = [another.value.figures, {"at": "2026-01-01T00:00:00.000Z"}, {}, {"at": 1, "order": None}]
    for figures in forged:
        road = a.road()

        def revoked(ask: Ask, road: Http = road, figures: dict[str, Any] = figures) -> Answer:
            if isinstance(ask, wire.Pull):
                raise Failed("revoked", **figures)
            return road(ask)

        outcome = sync_once(a.open, revoked, clock=a.clock)
        assert (codes(outcome.problems), outcome.shut_out) == (["revoked"], False)
        road.close()
    assert len(a.open.summaries()) == 1


def test_another_village_given_later_comes_with_a_new_grant_in_the_same_round(tablet: Tablets, centre: Centre) -> None:
    a, b = tablet("lin"), tablet("lan")
    upper, lower = a.register(area=UPPER), a.register(area=LOWER)
    a.sync()
    assert b.sync().received == 1
    centre.scope("lan", [UPPER, LOWER])
    outcome = b.sync()
    assert (outcome.received, outcome.safe) == (1, True)
    assert [x.code for x in b.open.areas()] == [UPPER, LOWER]
    assert {s.household for s in b.open.summaries()} == {upper, lower}


def test_a_village_taken_away_is_shown_no_more_but_unsent_work_in_it_is_told_and_held(
    tablet: Tablets, centre: Centre
) -> None:
    a = tablet("lin")
    upper, lower = a.register(area=UPPER), a.register(area=LOWER)
    a.sync()
    centre.scope("lin", [UPPER])
    a.edit(lower, phone="19900000009")
    outcome = a.sync()
    assert (outcome.held, outcome.problems) == (1, ())
    assert [h.reason for h in a.open.held()] == ["not_your_area"]
    assert {s.household for s in a.open.summaries()} == {upper, lower}
    centre.dismiss(a.open.held()[0].id)
    a.sync()
    assert [s.household for s in a.open.summaries()] == [upper]


def test_a_server_put_back_from_an_old_backup_is_given_what_it_lost(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    a.register("一")
    a.sync()
    before = dump(centre)
    a.register("二")
    a.register("三")
    a.sync()
    restore(centre, before)
    a.register("四")
    outcome = a.sync()
    assert outcome.sent == 3, "the two it lost and the new one"
    assert outcome.safe
    assert centre.rows("change") == 4


def dump(centre: Centre) -> list[str]:
    def lines(tx: Tx) -> list[str]:
        raw = tx.connection.connection.driver_connection
        assert raw is not None
        return list(raw.iterdump())

    return centre.server.db.snapshot(lines)


def restore(centre: Centre, lines: list[str]) -> None:
    raw = centre.server.db.engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA foreign_keys=OFF")
        tables = [r[0] for r in cursor.execute("select name from sqlite_master where type='table'").fetchall()]
        for table in tables:
            cursor.execute(f'drop table "{table}"')
        for line in lines:
            if not line.startswith(("BEGIN", "COMMIT")):
                cursor.execute(line)
        raw.commit()
    finally:
        raw.close()


@pytest.mark.parametrize("user", ["lin", "lan"])
def test_the_last_contact_is_noted(tablet: Tablets, user: str) -> None:
    a = tablet(user)
    assert a.open.last_contact() is None
    a.sync()
    assert a.open.last_contact() is not None


def test_two_windows_over_one_vault_may_sync_at_the_same_moment(tablet: Tablets) -> None:
    a, b = tablet("lin"), tablet("lan")
    for i in range(30):
        b.register(f"户主{i}")
    for i in range(10):
        a.register(f"甲{i}")
    b.sync()
    with ThreadPoolExecutor(3) as windows:
        outcomes = [f.result() for f in [windows.submit(a.sync) for _ in range(6)]]
    assert all(o.problems == () for o in outcomes), [codes(o.problems) for o in outcomes]
    assert len(a.open.summaries()) == 40
    assert a.sync().safe
    assert a.open.verify() == []
