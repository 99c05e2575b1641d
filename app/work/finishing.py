"""What a finished visit is written down as: one draft a record for what differs from what was shown, the removal of
whoever was taken out of the questionnaire, and the assessment.

Each draft has seen the writes that stood behind the values shown when the visit was opened, and no later ones: what
somebody else wrote meanwhile is a conflict, never overwritten.
"""

from collections.abc import Callable, Iterator, Mapping

from app.vault.drafts import Draft
from app.vault.records import Record
from app.vault.working import WorkingCopy
from app.work.answered import Answered
from schemas import codec, merge
from schemas.codec import Value
from schemas.policy.result import Result

_HEAD_CODES = frozenset({"01", "02"})


def drafts(copy: WorkingCopy, answered: Answered, investigator: str, new_id: Callable[[], str]) -> list[Draft]:
    """What a visit changes, without what it leaves as it was. `investigator` stands in where the questionnaire names
    nobody; `new_id` gives each new member the id of a person."""
    out = answered.out
    root = answered.filled("household", out.household)
    heads = [s for _, s in out.members if str(s.get("relation")) in _HEAD_CODES]
    if heads and heads[0].get("name"):
        root["head"] = heads[0]["name"]
    made = [_edit(copy, copy.household, "household", root)]
    for member, sets in out.members:
        new = member not in answered.held
        values = answered.filled(member, sets)
        made.append(_edit(copy, member, "member", {**values, **({"person": new_id()} if new else {})}))
    made += _removals(copy, answered.held)
    visit = {
        **answered.filled("visit", out.visit),
        "form": copy.form_hash,
        "status": "done",
        "investigators": out.visit.get("investigators") or [investigator],
        "review": None,
    }
    made.append(_edit(copy, copy.visit, "visit", visit))
    return [d for d in made if d.sets]


def assessment(copy: WorkingCopy, record: str, result: Result) -> Draft:
    """The evidence of what the rules said of the visit, as a record of its own."""
    sets = {"visit": copy.visit, "pack": result.pack, "inputs": result.inputs, "result": result.wire()}
    return Draft(copy.household, record, "assessment", "", sets, frozenset())


def _edit(copy: WorkingCopy, record: str, kind: str, values: Mapping[str, Value]) -> Draft:
    shown = copy.shown.get(record, {})
    sets = {s: v for s, v in values.items() if codec.encode(v) != codec.encode(shown.get(s))}
    seen = copy.seen.get(record, {})
    stood = frozenset(c for slot in sets for c in seen.get(slot, ()))
    return Draft(copy.household, record, kind, copy.form_hash, sets, stood)


def _removals(copy: WorkingCopy, held: Mapping[str, Record]) -> Iterator[Draft]:
    """A member is removed when their row was, not when the questionnaire stopped asking about members."""
    rows = set(_rows(copy.answers))
    for record in copy.shown:
        if record in held and held[record].kind == "member" and record not in rows:
            heads = held[record].heads
            seen = merge.seeing_all(heads, heads.live)
            yield Draft(copy.household, record, "member", copy.form_hash, {"gone": "yes"}, seen)


def _rows(answers: Value) -> Iterator[str]:
    """The ids of all rows of all repeats in a questionnaire's answers."""
    parts = answers.values() if isinstance(answers, Mapping) else answers if isinstance(answers, list) else ()
    if isinstance(answers, Mapping) and "_id" in answers:
        yield answers["_id"]
    for part in parts:
        yield from _rows(part)
