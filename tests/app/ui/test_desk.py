"""What every screen stands on: blocking work done off the loop, and how it may end."""

import pytest

from app.review.client import Review
from app.ui.desk import Desk
from schemas.problems import Failed
from tests.app.ui.village import Place

SECRET = "王秀兰"


@pytest.fixture
def desk(place: Place) -> Desk:
    return Desk(place.door, Review(place.url))


async def test_a_planned_refusal_reaches_the_screen_as_itself(desk: Desk) -> None:
    with pytest.raises(Failed, match="wrong_login"):
        await desk.off(desk.review.login, "chen", "not the password")


async def test_what_nobody_planned_reaches_the_screen_as_a_problem_and_the_log_without_words(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble() -> None:
        raise KeyError(SECRET)

    with pytest.raises(Failed, match="app_error"):
        await desk.off(stumble)
    assert "KeyError" in caplog.text
    assert SECRET not in caplog.text


async def test_a_result_comes_back(desk: Desk) -> None:
    assert await desk.off(lambda: 7) == 7
