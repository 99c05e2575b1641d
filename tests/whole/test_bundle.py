"""Sync by stick, across real tablets and a real server: everything arrives and nothing is lost, however late the file,
and whoever carries it, and at the terminal too."""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

from app.ui.seams import Parcel
from sync_server import chunks, devices, library
from tests.whole.stick import COUNTY, LOWER, PIN, Centre, Tablets, carried, refused

ROOT = Path(__file__).parents[2]


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
    assert centre.photo(photo) == a.open.attachment(photo)

    assert b.round_trip().received > 0
    assert b.value(home, "phone") == "13800010001"
    b.edit(home, phone="13800010002")
    b.round_trip()
    a.round_trip()
    assert a.value(home, "phone") == "13800010002"
    assert (a.open.waiting_count(), b.open.waiting_count()) == (0, 0)
    assert centre.clean()


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
    assert centre.clean()


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
    assert all(centre.photo(p) == a.open.attachment(p) for p in photos)


def test_one_photo_bigger_than_the_file_may_be_goes_all_the_same(tablet: Tablets) -> None:
    a = tablet("lin")
    a.photo(a.register(), 300_000)
    assert (a.save(room=1).photos, a.save(room=1).left) == (1, 0)


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
    centre.scope("lan", COUNTY)
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


# -- at the terminal


def ruhu(*arguments: str | Path, pin: str = PIN) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "import sys; from app.cli import main; sys.exit(main())", *map(str, arguments)],
        input=pin + "\n",
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
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
