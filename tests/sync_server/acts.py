"""What people do at the desk, one function an act, as the stories of the desk tell it."""

import pytest

from schemas.codec import Value
from schemas.problems import Failed
from sync_server import cases, review, visit_page
from sync_server.authoring import Draft
from tests.sync_server.desk import CountyHouse, Tablet, Visited


def page(visited: Visited, user: str = "li") -> dict[str, Value]:
    house = visited.house
    return house.server.db.transaction(lambda tx: visit_page.read(tx, house.person(user), visited.visit))


def approve(visited: Visited, reason: str = "", assessment: str | None = "", user: str = "li") -> None:
    house = visited.house
    chosen = visited.assessment or None if assessment == "" else assessment
    house.server.db.transaction(lambda tx: cases.approve(tx, house.person(user), visited.visit, chosen, reason))


def give_back(visited: Visited, comment: str, comments: dict[str, Value], user: str = "li") -> None:
    house = visited.house
    house.server.db.transaction(lambda tx: cases.give_back(tx, house.person(user), visited.visit, comment, comments))


def settle(visited: Visited, shown: Value, side: int, reason: str = "", user: str = "li") -> None:
    house, chosen = visited.house, shown["sides"][side]["change"]
    house.server.db.transaction(
        lambda tx: cases.settle(tx, house.person(user), shown["record"], shown["slot"], chosen, shown["seen"], reason)
    )


def assess(visited: Visited, user: str = "li") -> str:
    house = visited.house
    return house.server.db.transaction(lambda tx: cases.assess(tx, house.person(user), visited.visit))


def rival(visited: Visited, kind: str, record: str, slot: str, value: Value) -> None:
    """Another tablet sets a slot without having seen what is there: both stay."""
    other = Tablet(visited.house, "zhao", "平板二")
    other.write(Draft(visited.household, record, kind, "", {slot: value}))


def queue(
    house: CountyHouse, user: str = "li", status: str = "done", after: str | None = None, limit: int = 50
) -> Value:
    return house.server.db.transaction(lambda tx: review.queue(tx, house.person(user), status, after, limit))


def refused(code: str) -> "pytest.RaisesExc[Failed]":
    return pytest.raises(Failed, check=lambda failed: failed.code == code)
