"""A line that dies at any byte, either way: nothing is lost, nothing that was confirmed is sent or fetched again, and a
round with nothing new costs next to nothing."""

import random
from collections.abc import Callable

import pytest

from app.sync.round import sync_once
from app.sync.runner import Runner
from app.sync.session import Answer, Ask, Outcome
from tests.app.sync.conftest import LOWER, Centre, Tablet

Tablets = Callable[[str], Tablet]


def written(tablet: Tablet, households: int = 5, size: int = 80_000) -> int:
    """Work of several batches, of bytes that do not compress; how many changes."""
    for i in range(households):
        tablet.register(random.Random(i).randbytes(size).hex())
    return households


def measured(tablet: Tablet, sync: Callable[[], Outcome]) -> tuple[int, int]:
    """What an undisturbed round sends and receives."""
    line = tablet.line
    line.sent = line.received = 0
    assert sync().safe
    return line.sent, line.received


@pytest.mark.parametrize("share", [0.0, 0.001, 0.2, 0.49, 0.51, 0.8, 0.999])
def test_a_push_that_is_cut_anywhere_goes_on_after_the_last_receipt(
    tablet: Tablets, centre: Centre, share: float
) -> None:
    model, a = tablet("lin"), tablet("lin")
    written(model)
    whole, _ = measured(model, model.sync)
    changes = written(a)
    a.line.request_bytes = max(1, int(whole * share))
    cut = a.sync()
    assert not cut.safe
    a.line.mend()
    a.line.sent = 0
    assert a.sync().safe
    confirmed = cut.sent / changes
    assert a.line.sent <= whole * (1 - confirmed) + 4000, "confirmed bytes went again"
    assert centre.rows("change") == 2 * changes


@pytest.mark.parametrize("cut_at", [1, 15, 80, 200, 300, 600])
def test_an_answer_that_is_cut_anywhere_costs_at_most_that_answer(tablet: Tablets, centre: Centre, cut_at: int) -> None:
    a = tablet("lin")
    changes = written(a)
    a.line.answer_bytes = cut_at
    a.sync()
    a.line.mend()
    rest = a.sync()
    assert rest.safe
    assert centre.rows("change") == changes
    assert len(a.open.summaries()) == changes
    assert a.open.verify() == []


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.5, 0.7, 0.99])
def test_a_pull_that_is_cut_anywhere_goes_on_after_the_last_part(tablet: Tablets, share: float) -> None:
    writer, model, reader = tablet("lin"), tablet("lan"), tablet("lan")
    households = written(writer, 8)
    writer.sync()
    _, whole = measured(model, model.sync)
    reader.line.answer_bytes = max(1, int(whole * share))
    cut = reader.sync()
    assert cut.problems
    here = len(reader.open.summaries())
    assert here == cut.received
    reader.line.mend()
    reader.line.received = 0
    assert reader.sync().safe
    assert reader.line.received <= whole * (1 - here / households) + 4000, "what was here came again"
    assert reader.open.summaries() == model.open.summaries()
    assert reader.open.verify() == []


@pytest.mark.parametrize("share", [0.1, 0.4, 0.6, 0.95])
def test_a_photo_that_is_cut_goes_on_with_the_next_chunk(tablet: Tablets, centre: Centre, share: float) -> None:
    a = tablet("lin")
    photo = a.photo(a.register(), 900_000)
    a.line.request_bytes = int(900_000 * share)
    cut = a.sync()
    a.line.mend()
    a.line.sent = 0
    rest = a.sync()
    assert rest.safe
    assert cut.chunks + rest.chunks == 4
    assert a.line.sent <= 900_000 - cut.chunks * 256 * 1024 + 4000
    assert a.open.attachment(photo)


def test_a_round_with_nothing_new_is_one_request_under_a_kilobyte_each_way(tablet: Tablets) -> None:
    a = tablet("lin")
    a.register()
    a.register(area=LOWER)
    a.sync()
    a.sync()
    road = a.road()
    sync_once(a.open, road, clock=a.clock)
    a.line.sent = a.line.received = a.line.connections = 0
    asked: list[Ask] = []

    def counting(ask: Ask) -> Answer:
        asked.append(ask)
        return road(ask)

    outcome = sync_once(a.open, counting, clock=a.clock)
    road.close()
    assert outcome.safe
    assert len(asked) == 1
    assert 0 < a.line.sent < 1024
    assert 0 < a.line.received < 1024
    assert a.line.connections == 0, "the road was open already"


def test_the_runner_keeps_one_road_open_between_rounds(tablet: Tablets) -> None:
    a = tablet("lin")
    rounds = []
    runner = Runner(a.open, a.road, clock=a.clock, every=0.01)
    runner.subscribe(lambda state: rounds.append(state) if state.safe and not state.running else None)
    calls_before = a.line.connections
    runner.start()
    while len(rounds) < 5:
        assert runner.join(0.01) is False
    runner.stop()
    assert runner.join(20)
    assert a.line.connections - calls_before == 1
