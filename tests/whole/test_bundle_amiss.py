"""Whatever else is done with the files does no harm: an answer for somebody else, cut, changed or from before a backup,
a tablet or a server that was put back, a reader who should not be one."""

import shutil
from functools import partial
from pathlib import Path

from app import bundles
from sync_server import library
from tests.whole.stick import COUNTY, UPPER, Centre, Tablets, carried, refused


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


def test_a_page_that_is_no_server_is_not_taken_for_an_answer(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    file = a.save().file
    bad = a.stick / "answer"
    assert refused(lambda: bundles.carry(centre.url + "/health?", file, bad)) in ("odd_answer", "method", "not_found")
    assert refused(lambda: bundles.carry("http://127.0.0.1:9", file, bad)) == "server_down"
    assert refused(lambda: bundles.carry("ftp://x", file, bad)) == "bad_address"
    assert list(a.stick.iterdir()) == [file]


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


def test_a_server_put_back_from_a_backup_gets_again_by_stick_what_it_lost(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    first = a.register("甲")
    a.round_trip()
    centre.back_up()
    second = a.register("乙")
    assert a.round_trip().safe
    centre.put_back()
    a.edit(first, phone="1")
    told = a.round_trip()
    assert told.problem is not None
    assert told.waiting > 1, "what the server lost waits again"
    a.round_trip()
    assert a.open.waiting_count() == 0
    held = a.open.record(second)
    assert held is not None
    assert a.sync().waiting == 0
    assert centre.clean()
    b = tablet("lan")
    b.sync()
    assert (b.value(first, "phone"), b.value(second, "head")) == ("1", "乙")


def test_an_answer_from_before_the_server_lost_it_does_not_make_lost_work_look_safe(
    tablet: Tablets, centre: Centre
) -> None:
    a = tablet("lin")
    centre.back_up()
    photo = a.photo(a.register(), 300_000)
    before = carried(centre, a.save().file)
    assert a.load(before).safe
    centre.put_back()
    told = a.round_trip()
    assert (told.waiting, told.safe) == (4, False), "the changes and the photo wait again"
    assert a.load(before).waiting == 4
    assert a.open.photos_waiting() == 1
    a.round_trip()
    assert (a.open.waiting_count(), a.open.photos_waiting()) == (0, 0)
    assert centre.photo(photo) == a.open.attachment(photo)


def test_an_old_answer_puts_no_old_questionnaire_and_no_old_grant_in_force(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    published = partial(library.publish, county=COUNTY, kind="form", name="means-visit")
    centre.server.db.transaction(lambda tx: published(tx, content={"v": 1}))
    early = carried(centre, a.save().file)
    centre.scope("lin", UPPER)
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
