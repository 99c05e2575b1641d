"""Sync by stick, across real tablets and a real server: everything arrives, nothing is lost, and whatever is done with
the files, twice, late, in the wrong order, by the wrong person, does no harm."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import update

from app import bundles
from app.ui.seams import Parcel
from schemas.problems import Failed
from sync_server import chunks, devices, library, verify
from sync_server import tables as t
from tests.whole.stick import COUNTY, LOWER, PIN, UPPER, Centre, Tablet, carried

ROOT = Path(__file__).parents[2]
Tablets = Callable[[str], Tablet]


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    there = Centre(tmp_path / "server")
    yield there
    there.stop()


@pytest.fixture
def tablet(centre: Centre, tmp_path: Path) -> Tablets:
    made: list[str] = []

    def enrolled(user: str) -> Tablet:
        made.append(user)
        folder = tmp_path / f"tablet-{len(made)}" / "vault"
        folder.parent.mkdir()
        return Tablet(user, folder, tmp_path / f"stick-{len(made)}", centre)

    return enrolled


def refused(load: Callable[[], object]) -> str:
    with pytest.raises(Failed) as why:
        load()
    return why.value.code


def whole(centre: Centre, attachment: str) -> bytes:
    return centre.server.db.snapshot(lambda tx: chunks.whole(tx, COUNTY, attachment))


def clean(centre: Centre) -> bool:
    return centre.server.db.snapshot(verify.everything).clean


def test_a_village_without_any_network_is_in_step_with_the_county(tablet: Tablets, centre: Centre) -> None:
    a, b = tablet("lin"), tablet("lan")
    home = a.register("王秀兰")
    a.edit(home, phone="13800010001")
    photo = a.photo(home, 700_000)
    parcel = a.save()
    assert (parcel.changes, parcel.photos, parcel.left) == (4, 1, 0)
    assert a.open.waiting_count() == 4, "saved is not sent"
    found = a.load(carried(centre, parcel.file))
    assert (found.changes, found.photos, found.waiting, found.safe) == (4, 1, 0, True)
    assert whole(centre, photo) == a.open.attachment(photo)

    assert b.round_trip().received > 0
    assert b.value(home, "phone") == "13800010001"
    b.edit(home, phone="13800010002")
    b.round_trip()
    a.round_trip()
    assert a.value(home, "phone") == "13800010002"
    assert (a.open.waiting_count(), b.open.waiting_count()) == (0, 0)
    assert clean(centre)


def test_two_who_wrote_the_same_thing_differently_get_a_conflict_and_lose_nothing(
    tablet: Tablets, centre: Centre
) -> None:
    a, b = tablet("lin"), tablet("lan")
    home = a.register()
    a.round_trip()
    b.round_trip()
    a.edit(home, phone="1")
    b.edit(home, phone="2")
    a.round_trip()
    b.round_trip()
    a.round_trip()
    for one in (a, b):
        held = one.open.record(home)
        assert held is not None
        assert sorted(str(v) for v in held.heads.live["phone"].values()) == ["1", "2"]


def test_a_stick_that_is_lost_loses_nothing(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    home = a.register()
    a.save().file.unlink()
    assert a.open.waiting_count() == 1
    assert a.sync().safe
    assert a.value(home, "head") == "王小明"


def test_answers_loaded_twice_late_and_in_the_wrong_order_do_no_harm(tablet: Tablets, centre: Centre) -> None:
    a, b = tablet("lin"), tablet("lan")
    home = a.register()
    first = a.save()
    a.edit(home, phone="1")
    second = a.save()
    late = carried(centre, second.file)
    early = carried(centre, first.file)  # after the second: the server knows it
    assert a.load(late).safe
    again = a.load(early)
    assert (again.changes, again.waiting, again.safe) == (0, 0, True)
    b.sync()
    b.edit(home, phone="2")
    b.sync()
    a.edit(home, address="3组12号")
    a.sync()
    for answer in (early, late, late, early):
        found = a.load(answer)
        assert (found.changes, found.received, found.waiting, found.safe) == (0, 0, 0, True)
    assert a.value(home, "phone") == "2"
    assert a.sync().safe
    assert clean(centre)


def test_what_was_written_after_the_file_was_saved_still_waits_when_its_answer_comes(
    tablet: Tablets, centre: Centre
) -> None:
    a = tablet("lin")
    home = a.register()
    answer = carried(centre, a.save().file)
    a.edit(home, phone="1")
    found = a.load(answer)
    assert (found.changes, found.waiting, found.safe) == (1, 1, False)
    assert a.round_trip().safe


def test_photos_that_do_not_fit_go_into_the_next_file(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    home = a.register()
    photos = [a.photo(home, 400_000) for _ in range(5)]
    files: list[Parcel] = []
    taken = frozenset[str]()
    while not files or files[-1].left:
        files.append(a.save(room=900_000, carried=taken))
        taken = files[-1].carried
    assert [(p.photos, p.left) for p in files] == [(2, 3), (2, 1), (1, 0)]
    answers = [carried(centre, p.file) for p in reversed(files)]
    found = [a.load(answer) for answer in answers]
    assert (sum(f.photos for f in found), found[-1].safe) == (5, True)
    assert all(whole(centre, p) == a.open.attachment(p) for p in photos)


def test_one_photo_bigger_than_the_file_may_be_goes_all_the_same(tablet: Tablets) -> None:
    a = tablet("lin")
    a.photo(a.register(), 300_000)
    assert (a.save(room=1).photos, a.save(room=1).left) == (1, 0)


def test_an_answer_for_somebody_else_is_refused_and_nothing_of_it_is_taken(tablet: Tablets, centre: Centre) -> None:
    a, b, other_device = tablet("lin"), tablet("lan"), tablet("lin")
    a.register()
    parcel = a.save()
    answer = carried(centre, parcel.file)
    for wrong in (b, other_device):
        before = wrong.open.last_contact()
        assert refused(partial(wrong.load, answer)) == "bundle_other"
        assert (wrong.open.summaries(), wrong.open.last_contact()) == ([], before)
    assert refused(lambda: a.load(parcel.file)) == "bundle_other", "what goes up is for the county only"
    assert refused(lambda: a.load(a.stick / "missing")) == "bundle_file"
    assert a.load(answer).safe


def test_an_answer_that_was_cut_or_changed_is_refused_whole(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    a.register()
    answer = carried(centre, a.save().file)
    good = answer.read_bytes()
    for bad in (good[:-1], good[: len(good) // 2], good[:1000] + b"\0" + good[1001:], good + good, good[:50]):
        answer.write_bytes(bad)
        assert refused(lambda: a.load(answer)) in ("bundle_damaged", "bundle_other")
        assert a.open.waiting_count() == 1
    answer.write_bytes(good)
    assert a.load(answer).safe


def test_an_answer_of_another_county_is_refused(tablet: Tablets, centre: Centre, tmp_path: Path) -> None:
    """Even one that knows this device's key, and closes something to it."""
    elsewhere = Centre(tmp_path / "elsewhere")
    try:
        a = tablet("lin")
        a.register()
        assert refused(lambda: carried(elsewhere, a.save().file)) == "bundle_other"
    finally:
        elsewhere.stop()
    assert a.open.waiting_count() == 1


def test_a_server_put_back_from_a_backup_gets_again_by_stick_what_it_lost(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    first = a.register("甲")
    a.round_trip()
    centre.stop()
    shutil.copytree(centre.folder, centre.folder.with_name("backup"))
    centre.start()
    second = a.register("乙")
    assert a.round_trip().safe
    centre.stop()
    shutil.rmtree(centre.folder)
    shutil.move(centre.folder.with_name("backup"), centre.folder)
    centre.start()
    a.edit(first, phone="1")
    told = a.round_trip()
    assert told.problem is not None
    assert told.waiting > 1, "what the server lost waits again"
    a.round_trip()
    assert a.open.waiting_count() == 0
    held = a.open.record(second)
    assert held is not None
    assert a.sync().waiting == 0
    assert clean(centre)
    b = tablet("lan")
    b.sync()
    assert (b.value(first, "phone"), b.value(second, "head")) == ("1", "乙")


def test_an_answer_from_before_the_server_lost_it_does_not_make_lost_work_look_safe(
    tablet: Tablets, centre: Centre
) -> None:
    a = tablet("lin")
    centre.stop()
    shutil.copytree(centre.folder, centre.folder.with_name("backup"))
    centre.start()
    photo = a.photo(a.register(), 300_000)
    before = carried(centre, a.save().file)
    assert a.load(before).safe
    centre.stop()
    shutil.rmtree(centre.folder)
    shutil.move(centre.folder.with_name("backup"), centre.folder)
    centre.start()
    told = a.round_trip()
    assert (told.waiting, told.safe) == (4, False), "the changes and the photo wait again"
    assert a.load(before).waiting == 4
    assert a.open.photos_waiting() == 1
    a.round_trip()
    assert (a.open.waiting_count(), a.open.photos_waiting()) == (0, 0)
    assert whole(centre, photo) == a.open.attachment(photo)


def test_an_old_answer_puts_no_old_questionnaire_and_no_old_grant_in_force(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    published = partial(library.publish, county=COUNTY, kind="form", name="means-visit")
    centre.server.db.transaction(lambda tx: published(tx, content={"v": 1}))
    early = carried(centre, a.save().file)
    narrower = update(t.person).where(t.person.c.user == "lin").values(scope=[UPPER])
    centre.server.db.transaction(lambda tx: tx.execute(narrower))
    newer = centre.server.db.transaction(lambda tx: published(tx, content={"v": 2}))
    a.sync()
    assert [area.code for area in a.open.areas()] == [UPPER]
    a.load(early)
    assert [area.code for area in a.open.areas()] == [UPPER]
    assert [i.hash for i in a.open.documents("form")] == [newer.hash]


def test_a_tablet_put_back_from_a_backup_is_told_to_enrol_again(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    home = a.register()
    a.round_trip()
    a.open.lock()
    kept = a.folder.with_name("kept")
    shutil.copytree(a.folder, kept)
    a.unlock()
    a.edit(home, phone="1")
    a.round_trip()
    a.open.lock()
    shutil.rmtree(a.folder)
    shutil.copytree(kept, a.folder)
    a.unlock()
    a.edit(home, phone="2")
    found = a.round_trip()
    assert found.problem is not None
    assert found.problem.code == "fork"
    assert found.waiting == 1


def test_the_order_to_a_tablet_that_was_put_out_reaches_it_by_stick(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    home = a.register()
    a.photo(home, 300_000)
    pieces = a.open.chunks_waiting()
    centre.server.db.transaction(lambda tx: devices.revoke(tx, COUNTY, a.open.device(), "steward"))
    parcel = a.save()
    answer = carried(centre, parcel.file)
    a.edit(home, phone="1")
    told = a.load(answer)
    assert told.problem is not None
    assert told.problem.code == "revoked"
    assert told.waiting == 1, "what was not handed over yet is not destroyed"
    last = a.round_trip()
    assert (last.shut_out, last.changes) == (True, 1)
    assert a.open.closed
    assert refused(a.unlock) in ("pin_removed", "not_found")
    assert centre.server.db.snapshot(lambda tx: chunks.missing(tx, COUNTY, pieces)) == []


def test_a_grant_grows_by_stick(tablet: Tablets, centre: Centre) -> None:
    a, b = tablet("lin"), tablet("lan")
    home = a.register(area=LOWER)
    a.round_trip()
    wider = update(t.person).where(t.person.c.user == "lan").values(scope=[COUNTY])
    centre.server.db.transaction(lambda tx: tx.execute(wider))
    assert b.round_trip().more
    assert not b.round_trip().more
    assert b.value(home, "head") == "王小明"


def test_questionnaires_come_by_stick_once(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    published = partial(library.publish, county=COUNTY, kind="form", name="means-visit")
    item = centre.server.db.transaction(lambda tx: published(tx, content={"v": 1}))
    a.round_trip()
    assert a.open.document(item.hash) == {"v": 1}
    before = carried(centre, a.save().file)
    newer = centre.server.db.transaction(lambda tx: published(tx, content={"v": 2}))
    a.round_trip()
    assert [i.hash for i in a.open.documents("form")] == [newer.hash]
    a.load(before)
    a.round_trip()
    assert [i.hash for i in a.open.documents("form")] == [newer.hash]


def test_nothing_on_the_stick_can_be_read_and_its_names_say_nothing(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    a.register("欧阳震华")
    carried(centre, a.save().file)
    files = list(a.stick.iterdir())
    for file in files:
        data = file.read_bytes()
        for told in ("欧阳震华", "林晓云", "lin", "household", a.open.device(), COUNTY, a.open.grant.county_box_key):
            assert told.encode() not in data or len(told) < 6
            assert told not in file.name
    assert len({f.stat().st_size for f in files}) == 1


def test_a_page_that_is_no_server_is_not_taken_for_an_answer(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    file = a.save().file
    bad = a.stick / "answer"
    assert refused(lambda: bundles.carry(centre.url + "/health?", file, bad)) in ("odd_answer", "method", "not_found")
    assert refused(lambda: bundles.carry("http://127.0.0.1:9", file, bad)) == "server_down"
    assert refused(lambda: bundles.carry("ftp://x", file, bad)) == "bad_address"
    assert list(a.stick.iterdir()) == [file]


# -- at the terminal


def ruhu(*arguments: str | Path, pin: str = PIN, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main())", *map(str, arguments)],
        input=pin + "\n",
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **(env or {})},
    )


def test_the_whole_way_at_the_terminal(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    a.photo(a.register(), 300_000)
    a.open.lock()
    a.stick.mkdir()
    vault = ("--vault", a.folder, "--user", "lin")
    saved = ruhu("bundle", "export", *vault, "--out", a.stick)
    assert saved.returncode == 0, saved.stderr
    assert "已存好：3 处改动，1 张照片。" in saved.stdout
    assert "Saved: 3 changes, 1 photo." in saved.stdout
    (file,) = a.stick.iterdir()
    assert file.name.startswith("ruhu-")

    handed = ruhu("bundle", "carry", file, "--server", centre.url, "--out", a.stick, pin="")
    assert handed.returncode == 0, handed.stderr
    answer = a.stick / file.name.replace("-up", "-return")
    at_the_server = ruhu("admin", "--data", centre.folder, "bundle", file, "--out", a.stick / "by-hand", pin="")
    assert at_the_server.returncode == 0, at_the_server.stderr
    assert "3 changes (0 held), 2 pieces of photos" in at_the_server.stdout

    for one in (a.stick / "by-hand", answer):
        loaded = ruhu("bundle", "import", one, *vault)
        assert loaded.returncode == 0, loaded.stderr
        assert "都已安全送达" in loaded.stdout
    a.unlock()
    assert (a.open.waiting_count(), a.open.photos_waiting()) == (0, 0)


def test_at_the_terminal_it_says_what_is_wrong_in_both_languages(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    parcel = a.save()
    a.open.lock()
    wrong_pin = ruhu("bundle", "export", "--vault", a.folder, "--out", a.stick, pin="111222")
    assert (wrong_pin.returncode, "PIN 不对" in wrong_pin.stderr, "Wrong PIN" in wrong_pin.stderr) == (1, True, True)
    none = ruhu("bundle", "export", "--vault", a.stick, "--out", a.stick)
    assert (none.returncode, "没有资料库" in none.stderr) == (1, True)
    assert not (a.stick / "vault.db").exists()
    own = ruhu("bundle", "import", parcel.file, "--vault", a.folder)
    assert (own.returncode, "不是给您的" in own.stderr) == (1, True)
    nowhere = ruhu("bundle", "carry", parcel.file, "--server", "http://127.0.0.1:9", "--out", a.stick)
    assert (nowhere.returncode, "连不上服务器" in nowhere.stderr) == (1, True)
    assert "Traceback" not in wrong_pin.stderr + none.stderr + own.stderr + nowhere.stderr
