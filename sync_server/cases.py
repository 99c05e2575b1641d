"""What a supervisor decides, each as one transaction: the changes, and the line in the audit that says who did it.

A decision is a person's. The engine only proposes, and what it proposed is checked again here: on facts that have moved
since (`stale`) or that two people tell differently (`provisional`) nothing is decided. Everything written goes through
`authoring`, as changes like everyone's, so that the tablets learn of it by their next pull.
"""

from collections.abc import Collection, Iterable, Mapping

from schemas import ids, merge, records
from schemas.clock import stamp
from schemas.codec import Value
from schemas.merge import NOTHING
from schemas.policy.result import Programme
from schemas.problems import Failed
from sync_server import (
    audit,
    authoring,
    conflicts,
    devices,
    feed,
    heads,
    household_file,
    joined,
    may,
    moves,
    review,
    visit_page,
)
from sync_server.authoring import Draft
from sync_server.db import Again, Tx
from sync_server.heads import Head
from sync_server.household_file import HouseholdFile
from sync_server.people import Person

FORM = "desk"
"""What stands as the form of a change made at the desk."""
LONGEST = 2000
"""Characters in a reason or comment; more is cut, never refused."""
_WHY = "gone_why"


def approve(tx: Tx, person: Person, visit: str, assessment: str | None, reason: str) -> None:
    """Accepts a visit and decides its cases as the assessment proposes; `assessment` is None for a visit that ended
    without one (refused, moved, died …), which is accepted and decides nothing.

    Raises Failed: `not_found`, `forbidden`, `already_decided`, `household_gone`, `provisional`, `not_assessed`,
    `stale`, `undetermined`, `member_twice`, `registered_twice`, `counted_twice`, `changed_meanwhile` when another
    assessment stands by now, `reason_needed` for a refusal.
    """
    file = _opened(tx, person, visit, "decide")
    record = file.visit(visit)
    standing = household_file.standing(file, record, household_file.packs_in_force(tx, file.county))
    for obstacle in visit_page.obstacles(file, record, standing, joined.around(tx, file)):
        raise Failed(obstacle)
    decides = standing if record.heads.value("outcome") == "done" else None
    if (decides.record.record if decides else None) != assessment:
        raise Failed("changed_meanwhile")
    programmes = decides.result.programmes if decides else ()
    said = reason.strip()[:LONGEST]
    if not said and any(p.verdict == "not" for p in programmes):
        raise Failed("reason_needed")
    noted = _reviewed(tx, person, verdict="accepted", comment=said, assessment=assessment)
    drafts = [_edit(file, record, {"status": "accepted", "review": noted})]
    for programme in programmes:
        drafts += _decided(tx, person, file, record, programme, assessment, said)
    drafts += _household_status(file, programmes)
    authoring.write(tx, file.county, person.user, drafts)
    audit.write(
        tx,
        file.county,
        person.user,
        "visit_approved",
        visit,
        assessment=assessment,
        decided=[{"programme": p.programme, "verdict": p.verdict, "amount": p.amount} for p in programmes],
    )


def give_back(tx: Tx, person: Person, visit: str, comment: str, comments: Mapping[str, Value]) -> None:
    """Returns a visit to its visitor with a comment, and one on each slot named. Raises Failed: `not_found`,
    `forbidden`, `already_decided`, `reason_needed` without a word, `malformed` for a slot that visits do not have."""
    file = _opened(tx, person, visit, "decide")
    record = file.visit(visit)
    if record.heads.value("status") != "done":
        raise Failed("already_decided")
    asked = {}
    for slot, text in comments.items():
        if slot not in records.catalogue()["visit"] or not isinstance(text, str):
            raise Failed("malformed", place="comments")
        if text.strip():
            asked[slot] = text.strip()[:LONGEST]
    said = comment.strip()[:LONGEST]
    if not said and not asked:
        raise Failed("reason_needed")
    noted = _reviewed(tx, person, verdict="returned", comment=said, comments=asked)
    authoring.write(tx, file.county, person.user, [_edit(file, record, {"status": "returned", "review": noted})])
    audit.write(tx, file.county, person.user, "visit_returned", visit, slots=sorted(asked))


def settle(tx: Tx, person: Person, record: str, slot: str, choose: str, seen: Collection[str], reason: str) -> None:
    """Closes a conflict in favour of the value that the change `choose` stands for. Of the slot `gone` that is the
    delete, or what was written behind its back; the record is then gone after all, or still here, with everything that
    is in it.

    Raises Failed: `not_found`, `forbidden`, `changed_meanwhile` when `seen` is not everything there is by now or
    `choose` is no side of it, `reason_needed` when the sides decide differently and no reason is given.
    """
    may.require(person.role, "settle")
    _alone(tx, person, record)
    file = review.file_around(tx, person, record)
    head = file.records[record]
    sides = conflicts.sides(head.heads, slot)
    if choose not in sides or set(seen) != conflicts.to_see(head.heads, slot):
        raise Failed("changed_meanwhile")
    said = reason.strip()[:LONGEST]
    if not said and _decides(tx, file, head, slot):
        raise Failed("reason_needed")
    sets, has_seen = {slot: sides[choose]}, conflicts.to_see(head.heads, slot)
    if slot == merge.GONE:
        sets, has_seen = (merge.delete if sides[choose] == merge.YES else merge.restore)(head.heads)
        if said and _WHY in records.catalogue()[head.kind]:
            sets = {**sets, _WHY: said}
    elif head.heads.gone and merge.GONE not in head.heads.conflicts():
        # Whoever settles another slot of a removed record knows that it is removed: it stays so, uncontested.
        removed, of_all = merge.delete(head.heads)
        sets, has_seen = {**sets, **removed}, of_all
    authoring.write(tx, file.county, person.user, [Draft(file.household, record, head.kind, FORM, sets, has_seen)])
    audit.write(tx, file.county, person.user, "conflict_settled", record, slot=slot, chosen=choose, sides=sorted(sides))


def assess(tx: Tx, person: Person, visit: str) -> str:
    """A new assessment of a waiting visit on the facts as they stand, by the pack in force; the record's id comes
    back. It is a proposal like a tablet's and decides nothing. Raises Failed: `not_found`, `forbidden`,
    `already_decided`, `not_assessed` when there was nobody to ask, `provisional` (settle first), `pack_missing`."""
    file = _opened(tx, person, visit, "decide")
    record = file.visit(visit)
    if record.heads.value("status") != "done":
        raise Failed("already_decided")
    if record.heads.value("outcome") != "done":
        raise Failed("not_assessed")
    if file.conflicts(record):
        raise Failed("provisional")
    result = household_file.assessed(file, record, household_file.packs_in_force(tx, file.county))
    made = _new_id(tx)
    sets = {"visit": visit, "pack": result.pack, "inputs": result.inputs, "result": result.wire()}
    authoring.write(tx, file.county, person.user, [Draft(file.household, made, "assessment", FORM, sets, frozenset())])
    audit.write(tx, file.county, person.user, "assessed", visit, assessment=made, pack=result.pack)
    return made


def _opened(tx: Tx, person: Person, visit: str, act: str) -> HouseholdFile:
    may.require(person.role, act)
    _alone(tx, person, visit)
    return review.file_of(tx, person, visit)


def _alone(tx: Tx, person: Person, record: str) -> None:
    """Makes every other writer of the record's area wait, in the order in which all of them lock: a decision is taken
    on what everyone has sent, and what is being sent at this moment comes either before it or after."""
    devices.desk(tx, person.county)
    before = heads.load(tx, person.county, [record]).values()
    locked = feed.lock(tx, person.county, moves.reach(before))
    if not moves.reach(heads.load(tx, person.county, [record]).values()) <= set(locked):
        raise Again  # the household moved meanwhile


def _decided(
    tx: Tx,
    person: Person,
    file: HouseholdFile,
    visit: Head,
    programme: Programme,
    assessment: str | None,
    reason: str,
) -> list[Draft]:
    """The case with its decision, and the event that says so."""
    today = tx.clock.today().isoformat()
    case = ids.derived_id("case", file.household, programme.programme)
    known = file.records.get(case)
    decision = {
        "verdict": programme.verdict,
        "assessment": assessment,
        "amount": programme.amount,
        "unit": programme.unit,
        "reason": reason,
        "by": person.user,
        "on": today,
    }
    sets: dict[str, Value] = {"stage": "decided", "decision": decision}
    if known is None:
        sets = {"programme": programme.programme, "opened_on": today, **sets}
    live = known.heads if known else NOTHING
    happened = {
        "case": case,
        "kind": "decision",
        "at": today,
        "by": person.user,
        "data": {"visit": visit.record, **{k: decision[k] for k in ("verdict", "assessment", "amount", "unit")}},
    }
    return [
        Draft(file.household, case, "case", FORM, sets, merge.seeing_all(live, sets)),
        Draft(file.household, _new_id(tx), "event", FORM, happened, frozenset()),
    ]


def _household_status(file: HouseholdFile, programmes: Iterable[Programme]) -> list[Draft]:
    """What a 低保 decision makes of the household: receiving, or stopped where it was receiving until now."""
    verdict = next((p.verdict for p in programmes if p.programme == "dibao"), None)
    root = file.root
    if root is None or verdict is None:
        return []
    before = root.heads.value("status")
    after = "receiving" if verdict == "eligible" else "stopped" if before == "receiving" else before
    return [_edit(file, root, {"status": after})] if after != before else []


def _edit(file: HouseholdFile, record: Head, sets: Mapping[str, Value]) -> Draft:
    return Draft(file.household, record.record, record.kind, FORM, sets, merge.seeing(record.heads, sets))


def _reviewed(tx: Tx, person: Person, **more: Value) -> dict[str, Value]:
    return {"by": person.user, "at": stamp(tx.clock.now()), **more}


def _decides(tx: Tx, file: HouseholdFile, head: Head, slot: str) -> bool:
    """Whether the sides of a conflict lead any waiting visit to different outcomes, or say whether there is a
    household."""
    if head.kind == "household" and slot == merge.GONE:
        return True
    packs = household_file.packs_in_force(tx, file.county)
    waiting = [v for v in file.of("visit") if v.heads.value("status") == "done"]
    rests_on_it = [v for v in waiting if head.kind != "visit" or v.record == head.record]
    return any(conflicts.effect(file, v, packs, head.record, slot) == "decision" for v in rests_on_it)


def _new_id(tx: Tx) -> str:
    return ids.record_id(tx.clock.unix_ms(), tx.clock.random(10))
