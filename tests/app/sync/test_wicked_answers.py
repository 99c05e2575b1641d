"""A server, or somebody in its place, that answers wrongly in ways no form forbids: the round ends and does not go on
for ever, nothing that was written here is lost, and the next honest rounds mend what there is to mend."""

import os
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from app.sync.http import Http
from app.sync.round import sync_once
from app.sync.session import Answer, Ask
from schemas import wire
from schemas.codec import NotCanonical, Value
from schemas.problems import Failed
from sync_server import heads
from tests.app.sync.conftest import COUNTY, Centre, Tablet

ROUNDS = int(os.environ.get("RUHU_FUZZ_ROUNDS", "12"))
ASKS = 60
"""More than any honest round of these tests asks."""


class Wicked:
    """The real road, with one thing changed in most answers that have a form."""

    def __init__(self, road: Http, dice: Random) -> None:
        self._road = road
        self._dice = dice
        self.asks = 0

    def goes_on(self) -> bool:
        return self.asks > ASKS

    def __call__(self, ask: Ask) -> Answer:
        self.asks += 1
        answer = self._road(ask)
        if not isinstance(answer, wire.Receipt | wire.Pages | wire.Lacking) or self._dice.random() < 0.3:
            return answer
        try:
            return type(answer).from_wire(spoilt(answer.wire(), self._dice))
        except NotCanonical as error:
            raise Failed("odd_answer") from error


def spoilt(data: Value, dice: Random) -> Value:
    """The value with one thing in it changed for another of its type."""
    places = list(within(data))
    at = dice.choice(places)
    return changed(data, at, lambda value: another(value, data, dice))


def within(data: Value, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    yield at
    for name, value in items:
        yield from within(value, (*at, name))


def changed(data: Value, at: tuple[Any, ...], change: Callable[[Value], Value]) -> Value:
    if not at:
        return change(data)
    copy = dict(data) if isinstance(data, dict) else list(data)
    copy[at[0]] = changed(data[at[0]], at[1:], change)
    return copy


def another(value: Value, data: Value, dice: Random) -> Value:
    match value:
        case bool():
            return not value
        case int():
            return dice.choice([0, value + 1, max(0, value - 1), value * 2, 2**53])
        case str():
            texts = [t for t in leaves(data) if isinstance(t, str)]
            return dice.choice(["", "\x00", "../../x", "x" * 100_000, value[::-1], dice.choice(texts)])
        case list():
            return dice.choice([[], value[1:], value[::-1], [*value, *value[:1]], value * 2])
        case dict():
            return {k: v for k, v in value.items() if k != dice.choice([*value, ""])}
        case _:
            return value


def leaves(data: Value) -> Iterator[Value]:
    if isinstance(data, dict | list):
        for value in data.values() if isinstance(data, dict) else data:
            yield from leaves(value)
    else:
        yield data


@pytest.mark.parametrize("seed", range(4))
def test_a_wicked_answer_loses_nothing_and_an_honest_round_mends_it(
    centre: Centre, tablet: Callable[[str], Tablet], seed: int
) -> None:
    lin, lan, dice = tablet("lin"), tablet("lan"), Random(seed)
    home = lin.register()
    photo_of = lin.register("李四")
    lin.photo(photo_of, 300_000)
    assert lin.sync().safe
    for i in range(ROUNDS):
        lan.sync()
        lan.edit(home, address=f"{i}号")
        lan.sync()
        lin.edit(home, phone=f"{i}")
        lin.register(f"户主{i}")
        road = lin.road()
        wicked = Wicked(road, dice)
        outcome = sync_once(lin.open, wicked, clock=lin.clock, halted=wicked.goes_on)
        road.close()
        assert all(problem.code != "stopped" for problem in outcome.problems), "it went on asking"
        rounds = [lin.sync() for _ in range(3)]
        assert rounds[-1].safe, [problem.code for problem in rounds[-1].problems]
        head = centre.server.db.snapshot(lambda tx: heads.get(tx, COUNTY, home))
        assert head is not None
        assert head.heads.value("phone") == f"{i}"
        assert lin.value(home, "address") == head.heads.value("address") == f"{i}号"
