"""What travels that is no message of sync, by name, as JSON Schema: what the review API is asked and answers above all.
A question has exactly these fields; an answer has at least these, for a newer server may add some. A value of a slot is
whatever a change may hold.
"""

from collections.abc import Mapping

from schemas.codec import Value
from sync_server import may, review
from sync_server.http.shapes import ANYTHING, FLAG, NOTHING, NUMBER, TEXT, at_least, either, exactly, listed, named, ref

_PERHAPS_TEXT = either(TEXT, NOTHING)
_PERHAPS_NUMBER = either(NUMBER, NOTHING)
_WORDS = exactly(zh=TEXT, en=TEXT)
_ROLE: Value = {"enum": list(may.ROLES)}

_SLOT: Value = {"slot": TEXT, "label": _WORDS, "type": TEXT, "codes": TEXT}
_REGISTRATION: Value = {
    "household": TEXT, "short_code": TEXT, "area_name": TEXT, "visible": FLAG, "head": TEXT, "address": TEXT,
    "members": NUMBER,
}  # fmt: skip
_BETWEEN: Value = {"low": TEXT, "high": TEXT}
_WRITTEN: Value = {"name": TEXT, "device_name": TEXT, "received_at": TEXT}
_DECIDED = at_least(programme=ANYTHING, verdict=ANYTHING, amount=ANYTHING, on=ANYTHING)

ASKED: Mapping[str, Value] = {
    "Asked": exactly(chunks=listed(TEXT)),
    "Login": exactly(user=TEXT, password=TEXT),
    "Approval": exactly(assessment=_PERHAPS_TEXT, reason=TEXT),
    "Return": exactly(comment=TEXT, comments=named(TEXT)),
    "Settlement": exactly(record=TEXT, slot=TEXT, choose=TEXT, seen=listed(TEXT), reason=TEXT),
    "Decision": exactly(households=TEXT, people=named(TEXT), basis=TEXT, seen=listed(TEXT)),
    "CodeFor": exactly(user=TEXT),
}
ANSWERED: Mapping[str, Value] = {
    "Health": at_least(ok=FLAG, protocols=listed(NUMBER)),
    "Missing": at_least(missing=listed(TEXT)),
    "Session": at_least(token=TEXT, user=TEXT, name=TEXT, role=_ROLE, scope=listed(TEXT), expires=TEXT),
    "Code": at_least(code=TEXT, user=TEXT, expires=TEXT),
    "Queue": at_least(visits=listed(ref("QueueRow")), next=_PERHAPS_TEXT),
    "QueueRow": at_least(
        visit=TEXT, household=TEXT, short_code=TEXT, head=TEXT, area=TEXT, area_name=TEXT, visited_on=_PERHAPS_TEXT,
        received_at=TEXT, outcome=_PERHAPS_TEXT, status=TEXT, verdict=_PERHAPS_TEXT, amount=_PERHAPS_NUMBER,
        conflicts=NUMBER, stale=FLAG, visitor=TEXT,
    ),
    "Counts": at_least(
        status=at_least(**dict.fromkeys(review.STATUSES, NUMBER)), conflicts=NUMBER, disputed=NUMBER,
        duplicates=NUMBER, held=NUMBER,
    ),
    "Visit": at_least(
        visit=TEXT, household=TEXT, short_code=TEXT, head=TEXT, area=TEXT, area_name=TEXT, status=TEXT,
        outcome=_PERHAPS_TEXT, visited_on=_PERHAPS_TEXT, written_at=TEXT, received_at=TEXT, user=TEXT, name=TEXT,
        device=TEXT, device_name=TEXT, skew=_PERHAPS_NUMBER, sections=listed(ref("Section")), people=named(TEXT),
        members=named(TEXT), conflicts=listed(ref("Conflict")), photos=listed(ref("Photo")),
        assessment=either(ref("Assessment"), NOTHING), stale=FLAG, provisional=FLAG, cases=listed(ref("Case")),
        doubles=listed(ref("Beside")), review=ANYTHING,
        may=at_least(approve=FLAG, give_back=FLAG, settle=FLAG, assess=FLAG, blocked=listed(TEXT)),
    ),
    "Section": at_least(kind=TEXT, record=TEXT, title=TEXT, gone=FLAG, slots=listed(ref("Slot"))),
    "Slot": at_least(**_SLOT, value=ANYTHING, before=ANYTHING, changed=FLAG, conflict=FLAG, comment=TEXT),
    "Conflict": at_least(
        **_SLOT, record=TEXT, kind=TEXT, title=TEXT, effect={"enum": ["decision", "unknown", "facts", "none"]},
        sides=listed(ref("Side")), behind=listed(at_least(**_SLOT, **_WRITTEN, value=ANYTHING)), seen=listed(TEXT),
    ),
    "Side": at_least(
        **_WRITTEN, change=TEXT, value=ANYTHING, user=TEXT, device=TEXT, at=TEXT, skew=NUMBER,
        proposals=listed(at_least(programme=TEXT, verdict=TEXT, amount=_PERHAPS_NUMBER)),
    ),
    "Photo": at_least(id=TEXT, purpose=TEXT, size=NUMBER, received=FLAG),
    "Assessment": at_least(id=TEXT, pack=TEXT, by=TEXT, at=TEXT, result=ANYTHING),
    "Case": at_least(
        id=TEXT, programme=TEXT, opened_on=_PERHAPS_TEXT, stage=_PERHAPS_TEXT, decision=ANYTHING, conflict=FLAG
    ),
    "Beside": at_least(
        **_REGISTRATION, **_BETWEEN, how=TEXT, people=listed(TEXT), decided=listed(_DECIDED),
        told=listed(at_least(**_SLOT, title=TEXT, values=listed(ANYTHING))),
    ),
    "Disputes": at_least(households=listed(ref("Disputed")), next=_PERHAPS_TEXT),
    "Disputed": at_least(
        household=TEXT, short_code=TEXT, head=TEXT, area_name=TEXT, visit=_PERHAPS_TEXT, members=named(TEXT),
        people=named(TEXT), conflicts=listed(ref("Conflict")),
    ),
    "Doubles": at_least(items=listed(ref("Double")), next=_PERHAPS_TEXT),
    "Double": at_least(
        **_BETWEEN, why=TEXT, joined=TEXT, open=FLAG, rival=FLAG, same=NUMBER, people=listed(TEXT),
        sides=listed(at_least(**_REGISTRATION)),
    ),
    "SideBySide": at_least(
        **_BETWEEN, why=TEXT, joined=TEXT, open=FLAG, sides=listed(ref("Registration")), rows=listed(ref("Compared")),
        pairs=listed(at_least(key=TEXT, why=TEXT, verdict=TEXT, rows=listed(ref("Compared")))),
        said=listed(at_least(**_WRITTEN, key=TEXT, verdict=TEXT, basis=TEXT)), seen=listed(TEXT), may=FLAG,
        beyond=FLAG,
    ),
    "Registration": at_least(
        **_REGISTRATION, registered_at=TEXT, by=TEXT, decided=listed(_DECIDED), visited_on=_PERHAPS_TEXT,
        people=listed(at_least(record=TEXT, name=TEXT, relation=TEXT, born=_PERHAPS_TEXT, found=FLAG)),
    ),
    "Compared": at_least(**_SLOT, values=listed(ANYTHING), differs=FLAG),
    "SetAsides": at_least(held=listed(ref("HeldChange"))),
    "HeldChange": at_least(
        change=TEXT, reason=TEXT, answerable=FLAG, moves_to=TEXT, area_name=TEXT, received_at=TEXT, device_name=TEXT,
        name=TEXT, household=TEXT, short_code=TEXT, head=TEXT, kind=TEXT, at=TEXT, slots=listed(ref("Slot")),
    ),
    "People": at_least(people=listed(ref("Person"))),
    "Person": at_least(
        user=TEXT, name=TEXT, role=_ROLE, scope=listed(TEXT), areas=listed(TEXT), active=FLAG, devices=NUMBER
    ),
    "Devices": at_least(devices=listed(ref("Device"))),
    "Device": at_least(
        id=TEXT, name=TEXT, user=TEXT, user_name=TEXT, enrolled_at=TEXT, last_contact=_PERHAPS_TEXT,
        skew=_PERHAPS_NUMBER, revoked_at=_PERHAPS_TEXT,
    ),
    "Audit": at_least(
        rows=listed(at_least(n=NUMBER, at=TEXT, who=TEXT, name=TEXT, what=TEXT, about=TEXT)), next=_PERHAPS_NUMBER
    ),
}  # fmt: skip
