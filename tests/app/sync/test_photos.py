"""Photos wait for a good link unless the person says otherwise, and those of other tablets come when asked for."""

import threading
from collections.abc import Callable

import pytest

from app.sync.round import sync_once
from app.sync.runner import Runner
from app.sync.state import SyncState
from schemas import codec
from schemas.problems import Failed
from tests.app.sync.conftest import Centre, Tablet

Tablets = Callable[[str], Tablet]


def test_records_go_and_photos_wait_while_the_link_is_slow(tablet: Tablets, centre: Centre) -> None:
    a = tablet("lin")
    a.photo(a.register())
    road = a.road()
    outcome = sync_once(a.open, road, clock=a.clock, photos=lambda: False)
    assert (outcome.waiting, outcome.photos_waiting, outcome.photos_paused, outcome.safe) == (0, 1, True, False)
    assert outcome.problems == ()
    going = sync_once(a.open, road, clock=a.clock, photos=lambda: True)
    road.close()
    assert (going.photos_waiting, going.photos_paused, going.safe) == (0, False, True)


def test_a_slow_link_is_told_by_its_first_chunk_and_the_person_may_force_the_rest(
    tablet: Tablets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.sync.round.GOOD_RATE", 1e12)
    a = tablet("lin")
    a.photo(a.register(), 900_000)
    told: list[SyncState] = []
    news = threading.Condition()

    def watch(state: SyncState) -> None:
        with news:
            told.append(state)
            news.notify_all()

    runner = Runner(a.open, a.road, clock=a.clock, every=600)
    runner.subscribe(watch)
    runner.start()
    with news:
        assert news.wait_for(lambda: told and told[-1].photos_paused and not told[-1].running, 20)
        assert (told[-1].photos_waiting, told[-1].safe, told[-1].problem) == (1, False, None)
    assert len(a.open.chunks_waiting()) == 3
    runner.send_photos()
    with news:
        assert news.wait_for(lambda: told[-1].safe, 20)
        assert not told[-1].photos_paused
    runner.stop()
    assert runner.join(20)


def test_a_photo_that_another_tablet_took_comes_when_it_is_asked_for(tablet: Tablets) -> None:
    a, b = tablet("lin"), tablet("lan")
    photo = a.photo(a.register(), 700_000)
    a.sync()
    b.sync()
    with pytest.raises(Failed, match="not_found"):
        b.open.attachment(photo)
    b.open.want_attachment(photo)
    assert b.open.wanted_attachments() == [photo]
    outcome = b.sync()
    assert (outcome.fetched, outcome.safe) == (3, True)
    assert b.open.attachment(photo) == a.open.attachment(photo)
    assert (b.open.wanted_attachments(), b.open.photos_waiting()) == ([], 0)
    b.open.want_attachment(photo)
    assert b.sync().fetched == 0
    assert b.open.verify() == []


@pytest.mark.parametrize("cut_at", [100, 100_000, 300_000, 650_000])
def test_a_fetch_that_is_cut_goes_on_with_the_next_chunk(tablet: Tablets, cut_at: int) -> None:
    a, b = tablet("lin"), tablet("lan")
    photo = a.photo(a.register(), 700_000)
    a.sync()
    b.sync()
    b.open.want_attachment(photo)
    b.line.answer_bytes = cut_at
    cut = b.sync()
    assert [p.code for p in cut.problems] == ["server_down"]
    b.line.mend()
    rest = b.sync()
    assert cut.fetched + rest.fetched == 3
    assert b.open.attachment(photo) == a.open.attachment(photo)


def test_a_photo_that_is_not_there_yet_is_told_and_asked_for_again(tablet: Tablets) -> None:
    a, b = tablet("lin"), tablet("lan")
    photo = a.photo(a.register())
    road = a.road()
    sync_once(a.open, road, clock=a.clock, photos=lambda: False)
    road.close()
    b.sync()
    b.open.want_attachment(photo)
    early = b.sync()
    assert [p.code for p in early.problems] == ["not_found"] * 3
    a.sync()
    assert b.sync().safe
    assert b.open.attachment(photo)


def test_a_chunk_that_is_not_what_it_is_named_is_not_kept(tablet: Tablets) -> None:
    a, b = tablet("lin"), tablet("lan")
    photo = a.photo(a.register(), 700_000)
    a.sync()
    b.sync()
    b.open.want_attachment(photo)
    first = b.open.wanted_chunks()[0]
    with pytest.raises(Failed, match="bad_chunk"):
        b.open.receive_chunk(first, b"something else")
    assert len(b.open.wanted_chunks()) == 3


def test_a_photo_whose_whole_is_not_what_its_record_says_is_never_shown(tablet: Tablets) -> None:
    a, b = tablet("lin"), tablet("lan")
    household, liar = a.register(), a.new_id()
    data = b"photo"
    a.attachment(household, liar, {"sha256": "0" * 64, "chunks": [codec.sha256(data)], "size": 5})
    a.sync()
    b.sync()
    b.open.want_attachment(liar)
    with pytest.raises(Failed, match="bad_chunk"):
        b.open.receive_chunk(codec.sha256(data), data)
    assert b.open.wanted_attachments() == []
    with pytest.raises(Failed, match="not_found"):
        b.open.attachment(liar)


def test_only_an_attachment_can_be_asked_for(tablet: Tablets) -> None:
    a = tablet("lin")
    household = a.register()
    for wrong in (household, a.new_id()):
        with pytest.raises(Failed, match="not_found"):
            a.open.want_attachment(wrong)
