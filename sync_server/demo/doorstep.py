"""A home visit as the walk makes it: the few answers that matter are scripted, the rest is filled in as it is asked.

The questionnaire is whatever the county has published. What it still asks for is answered by type, until it is content;
so the walk holds no list of questions that would have to follow the form.
"""

from collections.abc import Mapping

from app.work.visit import OpenVisit, Question, questions
from schemas.codec import Value
from schemas.problems import Failed

SIGNATURE = (
    "M70 160L92 94 107 77 130 100 159 167 182 181 234 83 249 72 264 8"
    "3 301 166 324 195 338 193 391 142 406 149 465 231 488 222 510 194"
)
ROUNDS = 40

BY_NAME: Mapping[str, Value] = {
    "outcome": "done",
    "is_kin": "no",
    "sex": "1",
    "born": "1961-04-09",
    "relation": "97",
    "health": "10",
    "serious_illness": "no",
    "has_disability": "no",
    "labour": "full",
    "student": "no",
    "ownership": "own",
    "dwellings": 1,
    "no_id_reason": "未办证",
}
"""Plain answers for a household about which nothing else was scripted."""


def answer_all(visit: OpenVisit, scripted: Mapping[str, Value]) -> int:
    """Answer by path what is scripted, then everything the form still asks for; how many answers came together.

    Raises Failed `unfinished` when a question cannot be answered by its type.
    """
    count = 0
    for path, value in scripted.items():
        visit.answer(path, value)
        count += 1
    for _ in range(ROUNDS):
        missing = [t for t in visit.problems("zh") if t.hard or t.code == "answer_wanted"]
        before = count
        asked = {q.path: q for t in missing for q in questions(visit.items(t.section, "zh"))}
        for trouble in missing:
            question = asked.get(trouble.path)
            if question is not None and question.value is None:
                visit.answer(question.path, _plain_answer(question))
                count += 1
        if count == before:
            break
    hard = sum(1 for t in visit.problems("zh") if t.hard)
    if hard:
        raise Failed("unfinished", count=hard)
    return count


def income(visit: OpenVisit, kind: str, item: str, yuan: str) -> None:
    """One income of a class (`wage`, `business`, `property`, `transfer`) over the last 12 months."""
    row = visit.add(f"income/{kind}")
    visit.answer(f"income/{kind}[{row}]/{kind}_item", item)
    visit.answer(f"income/{kind}[{row}]/{kind}_gross", yuan)


def _plain_answer(question: Question) -> Value:
    if question.name in BY_NAME:
        return BY_NAME[question.name]
    if question.appearance == "signature":
        return SIGNATURE
    match question.type:
        case "select_one":
            codes = [c.value for c in question.choices]
            return "no" if "no" in codes else codes[0]
        case "integer":
            return 1
        case "decimal":
            return "0"
        case _:
            return "无"
