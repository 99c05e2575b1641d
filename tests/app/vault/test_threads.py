"""Many threads and several sessions over one folder, as Flet's handlers and browser tabs make them."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.vault.working import WorkingCopy
from schemas.problems import Failed
from tests.app.vault.county import PIN, County, admitted, keys, member, new_id, registered, vault


def test_writers_and_readers_in_many_threads_and_two_sessions_keep_one_chain(tmp_path: Path) -> None:
    mine = admitted(tmp_path / "v", County())
    sessions = (mine, vault(tmp_path / "v").unlock("wangfang", PIN))
    households = [new_id() for _ in range(4)]
    mine.write([registered(h) for h in households])

    def work(i: int) -> None:
        open_ = sessions[i % 2]
        h = households[i % 4]
        open_.write([member(h, new_id(), name=f"成员{i}")])
        open_.save_working(WorkingCopy(f"visit{i}", h, "f", {"i": i}))
        assert len(open_.summaries()) == 4
        assert open_.waiting_count() > 4

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(40)))

    assert [c.n for c in mine.waiting()] == list(range(1, 45))
    assert mine.verify() == []
    assert sum(s.members for s in mine.summaries()) == 40
    assert mine.summaries() == sessions[1].summaries()
    assert len(mine.all_working()) == 40


def test_locking_while_others_read_gives_them_locked_and_nothing_else(tmp_path: Path) -> None:
    mine = admitted(tmp_path / "v", County())
    h = new_id()
    mine.write([registered(h, head="周平")])

    def read(_: int) -> str:
        try:
            return str(mine.household(h)[0].heads.value("head"))
        except Failed as failed:
            return failed.code

    with ThreadPoolExecutor(4) as pool:
        reading = [pool.submit(read, i) for i in range(60)]
        mine.lock()
        said = {future.result() for future in reading}
    assert said <= {"周平", "locked"}
    assert read(0) == "locked"


def test_guesses_at_once_are_counted_one_by_one(tmp_path: Path) -> None:
    admitted(tmp_path / "v", County())
    v = vault(tmp_path / "v")

    def guess(_: int) -> str:
        with pytest.raises(Failed) as refused:
            v.unlock("wangfang", "135791")
        return refused.value.code

    with ThreadPoolExecutor(8) as pool:
        said = sorted(pool.map(guess, range(16)))
    assert said == ["wait"] * 11 + ["wrong_pin"] * 5


def test_two_first_people_at_once_share_one_device_secret(tmp_path: Path) -> None:
    county = County()
    v = vault(tmp_path / "v")
    grants = [county.grant(f"user{i}") for i in range(4)]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda grant: v.admit(grant, keys(), PIN, None, ""), grants))

    assert {v.unlock(person.user, PIN).user for person in v.people()} == {f"user{i}" for i in range(4)}
