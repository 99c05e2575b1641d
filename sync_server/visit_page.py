"""One visit as the desk shows it: every record it rests on, what the visit changed, its conflicts, the assessment that
stands, and what the reader may do.

`before` answers "what did this visit change?". For the household and its members it is the value that a change written
together with the visit replaced: a device writes a finished visit in one transaction, so its changes follow each other
without a gap in the device's numbering. For the visit's own slots it is what the visit before it found.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from schemas import codec, ids, records
from schemas.change import Change
from schemas.codec import Value
from sync_server import audit, called, conflicts, household_file, joined, may, photos, review
from sync_server import tables as t
from sync_server.conflicts import Written
from sync_server.db import Tx
from sync_server.heads import Head
from sync_server.household_file import HouseholdFile, Standing
from sync_server.joined import Around
from sync_server.people import Person

_ELSEWHERE = {
    "household": frozenset({"area", "gone", "gone_why"}),
    "member": frozenset({"person", "gone", "gone_why"}),
    "visit": frozenset({"form", "status", "review"}),
}
"""Slots that the page shows at another place, or that say nothing to a reader."""


def read(tx: Tx, person: Person, visit: str) -> dict[str, Value]:
    """The page, and a line in the audit that this person read this household's file. Raises Failed: `not_found`,
    `forbidden`."""
    may.require(person.role, "read_files")
    file = review.file_of(tx, person, visit)
    page = shown(tx, person, file, file.visit(visit))
    audit.write(tx, person.county, person.user, "file_read", file.household, visit=visit)
    return page


def shown(tx: Tx, person: Person, file: HouseholdFile, visit: Head) -> dict[str, Value]:
    """The page as a value; writes nothing."""
    packs = household_file.packs_in_force(tx, file.county)
    standing = household_file.standing(file, visit, packs)
    by = conflicts.written(tx, file.county, _live([*file.in_question(visit), *file.disputed(visit)]))
    last = _latest(visit, by)
    together = _together(tx, file, last) if last else {}
    older = conflicts.written(tx, file.county, {s for c in together.values() for s in c.seen} - by.keys())
    around = joined.around(tx, file)
    names = called.writers(tx, file.county, (w.change for w in by.values()), {visit.author})
    return {
        "visit": visit.record,
        "household": file.household,
        "short_code": ids.short_code(file.household),
        "head": file.name,
        "area": file.area,
        "area_name": called.places(tx, file.county, {file.area}).get(file.area, file.area),
        "status": visit.heads.value("status") or "",
        "outcome": visit.heads.value("outcome"),
        "visited_on": visit.heads.value("visited_on"),
        "written_at": last.change.at if last else "",
        "received_at": last.taken_at if last else visit.received_at,
        "user": visit.author,
        "name": names.person(visit.author),
        "device": last.change.device if last else "",
        "device_name": names.devices.get(last.change.device, "") if last else "",
        "skew": last.skew if last else None,
        "sections": [_section(file, h, visit, {**by, **older}, together) for h in file.in_question(visit)],
        "people": called.people(tx, file.county, _mentioned(file, visit)),
        "members": {m.record: str(m.heads.value("name") or "") for m in file.of("member")},
        "conflicts": conflicts.listed(file, visit, packs, by, names),
        "photos": photos.listed(tx, file, visit),
        "assessment": _assessment(tx, file, standing),
        "stale": bool(standing and standing.stale),
        "provisional": file.conflicts(visit) > 0,
        "cases": [_case(c) for c in file.of("case")],
        "doubles": joined.shown(tx, person, file, around),
        "review": visit.heads.value("review"),
        "may": _may(person, file, visit, standing, around),
    }


def obstacles(file: HouseholdFile, visit: Head, standing: Standing | None, around: Around) -> list[str]:
    """Why this visit cannot be approved now, as problem codes; empty when it can. `around`: what the household hangs
    together with."""
    out = []
    if visit.heads.value("status") != "done":
        out.append("already_decided")
    if file.root is not None and file.root.heads.gone:
        out.append("household_gone")
    if file.conflicts(visit):
        out.append("provisional")
    if visit.heads.value("outcome") != "done":
        return out
    if standing is None:
        out.append("not_assessed")
    elif standing.stale:
        out.append("stale")
    elif any(p.verdict == "undetermined" for p in standing.result.programmes):
        out.append("undetermined")
    else:
        grants = [p.programme for p in standing.result.programmes if p.verdict == "eligible"]
        out += joined.obstacles(file, grants, around)
    return out


def _may(
    person: Person, file: HouseholdFile, visit: Head, standing: Standing | None, around: Around
) -> dict[str, Value]:
    decides = may.do(person.role, "decide")
    waits = visit.heads.value("status") == "done"
    reasons = obstacles(file, visit, standing, around) if decides else ["forbidden"]
    return {
        "approve": not reasons,
        "give_back": decides and waits,
        "settle": may.do(person.role, "settle") and bool(file.disputed(visit)),
        "assess": decides and waits and visit.heads.value("outcome") == "done" and not file.conflicts(visit),
        "blocked": reasons,
    }


def _section(
    file: HouseholdFile, record: Head, visit: Head, by: Mapping[str, Written], together: Mapping[str, Change]
) -> dict[str, Value]:
    rivals = record.heads.conflicts()
    asked = (visit.heads.value("review") or {}).get("comments") or {}
    previous = file.previous(visit) if record is visit else None
    slots = []
    for slot in records.catalogue()[record.kind].values():
        value = record.heads.value(slot.name)
        if slot.name in _ELSEWHERE[record.kind] or (value is None and slot.name not in rivals):
            continue
        if record is visit:
            before, changed = _since(previous, slot.name, value)
        else:
            before, changed = _replaced(record, slot.name, value, by, together)
        slots.append(
            {
                **called.slot(record.kind, slot.name),
                "value": value,
                "before": before,
                "changed": changed,
                "conflict": slot.name in rivals,
                "comment": str(asked.get(slot.name, "")) if record is visit else "",
            }
        )
    title = str(record.heads.value("name") or "") if record.kind == "member" else ""
    gone = record.heads.gone
    return {"kind": record.kind, "record": record.record, "title": title, "gone": gone, "slots": slots}


def _since(previous: Head | None, slot: str, value: Value) -> tuple[Value, bool]:
    if previous is None:
        return None, False
    before = previous.heads.value(slot)
    return before, codec.encode(_unnamed(before)) != codec.encode(_unnamed(value))


def _unnamed(value: Value) -> Value:
    # A table's rows are named anew at each visit; the name is no difference.
    if isinstance(value, list):
        return [{k: v for k, v in row.items() if k != "id"} if isinstance(row, dict) else row for row in value]
    return value


def _replaced(
    record: Head, slot: str, value: Value, by: Mapping[str, Written], together: Mapping[str, Change]
) -> tuple[Value, bool]:
    for cid in record.heads.live.get(slot, {}):
        if cid not in together:
            continue
        for other in sorted(together[cid].seen):
            old = by[other].change if other in by else None
            if old is not None and old.record == record.record and slot in old.sets:
                return old.sets[slot], codec.encode(old.sets[slot]) != codec.encode(value)
    return None, False


def _assessment(tx: Tx, file: HouseholdFile, standing: Standing | None) -> Value:
    if standing is None:
        return None
    record = standing.record
    return {
        "id": record.record,
        "pack": record.heads.value("pack") or "",
        "by": called.people(tx, file.county, {record.author}).get(record.author, record.author),
        "at": record.received_at,
        "result": record.heads.value("result"),
    }


def _case(case: Head) -> dict[str, Value]:
    return {
        "id": case.record,
        "programme": case.heads.value("programme") or "",
        "opened_on": case.heads.value("opened_on"),
        "stage": case.heads.value("stage"),
        "decision": case.heads.value("decision"),
        "conflict": bool(case.heads.conflicts()),
    }


def _mentioned(file: HouseholdFile, visit: Head) -> set[str]:
    """The users whom the page's values name."""
    said = [visit.heads.value("review"), *(c.heads.value("decision") for c in file.of("case"))]
    users = [(s or {}).get("by") for s in said] + [file.root.heads.value("assigned_to") if file.root else None]
    return {u for u in users if isinstance(u, str)}


def _live(shown: Iterable[Head]) -> set[str]:
    return {cid for record in shown for writes in record.heads.live.values() for cid in writes}


def _latest(visit: Head, by: Mapping[str, Written]) -> Written | None:
    """The visitor's latest live change of the visit, which tells the device that made it."""
    mine = [by[c] for c in _live([visit]) if c in by and by[c].change.author == visit.author]
    return max(mine, key=lambda w: (w.taken_at, w.change.n), default=None)


def _together(tx: Tx, file: HouseholdFile, last: Written) -> dict[str, Change]:
    """The changes written together with the visit's latest: a run of the device's numbers in this household."""
    c = t.change.c
    rows = tx.execute(
        select(c.n, c.data).where(
            c.county == file.county, c.household == file.household, c.device == last.change.device
        )
    )
    by_n = {row.n: Change.from_wire(codec.decode(row.data)) for row in rows}
    low = high = last.change.n
    while low - 1 in by_n:
        low -= 1
    while high + 1 in by_n:
        high += 1
    return {by_n[n].id: by_n[n] for n in range(low, high + 1) if n in by_n}
