import string

from schemas import problems
from schemas.problems import Failed

FAULTS = {"you", "device", "network", "server", "county"}


def test_every_problem_says_what_happened_in_both_languages_and_whose_it_is() -> None:
    for problem in problems.catalogue().values():
        assert problem.fault in FAULTS
        assert 400 <= problem.status <= 599
        for texts in (problem.says, problem.todo):
            assert bool(texts["zh"]) == bool(texts["en"])
            figures = [{f for _, f, _, _ in string.Formatter().parse(texts[lang]) if f} for lang in ("zh", "en")]
            assert figures[0] == figures[1]
        assert problem.says["zh"]


def test_a_problem_is_said_with_its_figures() -> None:
    assert Failed("wrong_pin", left=3).say("zh").startswith("PIN 不对，还可以试 3 次。")
    assert Failed("wait", seconds=30).say("en") == "Try again in 30 seconds."


def test_an_unknown_problem_of_a_newer_server_is_named_and_a_missing_figure_does_no_harm() -> None:
    assert "from_the_future" in problems.say("from_the_future")
    assert "…" in problems.say("wait")


def test_the_text_of_a_failure_is_safe_to_log() -> None:
    assert str(Failed("form_bad", place="survey, row 7")) == "form_bad"
