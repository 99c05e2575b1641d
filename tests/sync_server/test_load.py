"""However many come at once, the server takes on no more than it has room for, in the order in which they came."""

import asyncio
import gzip
import random
from concurrent.futures import ThreadPoolExecutor

import hypothesis
import pytest
from fastapi import FastAPI
from hypothesis import strategies as st

from schemas import codec
from schemas.problems import Failed
from sync_server.http.load import Load
from sync_server.main import create_app
from sync_server.settings import Settings
from tests.sync_server.place import EAST, Tablet, Watch, found, new_id
from tests.sync_server.web import Wire, served


async def worker(load: Load, size: int, pauses: int, at_work: list[int], most: list[int]) -> None:
    async with load.working(size):
        at_work.append(size)
        most.append(sum(at_work))
        for _ in range(pauses):
            await asyncio.sleep(0)
        at_work.remove(size)


@hypothesis.given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 5)), max_size=30))
def test_never_more_is_worked_on_than_there_is_room_for_and_everybody_has_a_turn(jobs: list[tuple[int, int]]) -> None:
    most: list[int] = [0]

    async def all_of_them() -> None:
        load = Load(at_once=10)
        at_work: list[int] = []
        await asyncio.gather(*[worker(load, min(size, 10), pauses, at_work, most) for size, pauses in jobs])
        assert at_work == []

    asyncio.run(all_of_them())
    assert max(most) <= 10
    assert len(most) == len(jobs) + 1


def test_who_waits_too_long_or_gives_up_is_out_of_the_way() -> None:
    async def story() -> None:
        load = Load(at_once=10, patience=0.01)
        async with load.working(10):
            with pytest.raises(Failed, match="server_busy"):
                await worker(load, 1, 0, [], [])
            patient = Load(at_once=10)
            async with patient.working(6):
                gone = asyncio.ensure_future(worker(patient, 9, 0, [], []))
                next_one = asyncio.ensure_future(worker(patient, 4, 0, [], []))
                await asyncio.sleep(0)
                gone.cancel()
                await next_one  # it waited only for the one before it
        async with load.working(10):
            pass

    asyncio.run(story())


def test_what_arrives_is_counted_until_it_is_answered() -> None:
    load = Load(arrived=10)
    load.arrive(7)
    with pytest.raises(Failed) as busy:
        load.arrive(4)
    assert (busy.value.code, busy.value.figures) == ("server_busy", {"seconds": 3})
    load.leave(7)
    load.arrive(10)


@pytest.fixture
def app(chosen: Settings, watch: Watch) -> FastAPI:
    return create_app(chosen, watch.clock)


def test_sixteen_tablets_at_a_door_for_one_are_all_served(app: FastAPI) -> None:
    place = found(app.state.server)
    app.state.load = Load(at_once=1)

    def day(tablet: Tablet) -> list[int]:
        answers = []
        for i in range(3):
            tablet.change(new_id(), {"area": EAST, "address": str(random.random()) * 200 * i})
            body = gzip.compress(codec.encode(tablet.message(tablet.made[-1]).wire()))
            answers.append(Wire(url, tablet).send("POST", "/sync/push", body, {"Content-Encoding": "gzip"}).status_code)
        return answers

    with served(app) as url, ThreadPoolExecutor(16) as pool:
        tablets = [place.tablet() for _ in range(16)]
        assert list(pool.map(day, tablets)) == [[200] * 3] * 16
    assert len(place.feed(EAST)) == 48


def test_a_body_for_which_there_is_no_room_is_told_to_come_again(app: FastAPI) -> None:
    tablet = found(app.state.server).tablet()
    app.state.load = Load(arrived=100)
    with served(app) as url:
        answer = Wire(url, tablet).send("POST", "/sync/push", b"x" * 200)
        assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "server_busy", "3")
        assert Wire(url, tablet).send("POST", "/sync/push", b"x" * 50).status_code == 400
