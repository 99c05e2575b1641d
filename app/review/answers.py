"""What the review API answers, as frozen values (`app.review.reading` builds them from JSON)."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.review.disputes import Conflict
from app.review.registrations import Beside
from app.review.text import Text
from schemas.codec import Value


@dataclass(frozen=True)
class Login:
    """Who has logged in. `token` goes with every request and is never shown or logged."""

    token: str
    user: str
    name: str
    role: str
    scope: tuple[str, ...]
    expires: str


@dataclass(frozen=True)
class QueueRow:
    """One visit in the queue. `verdict` and `amount` (fen a month) are the current assessment's, None without one."""

    visit: str
    household: str
    short_code: str
    head: str
    area: str
    area_name: str
    visited_on: str | None
    received_at: str
    outcome: str | None
    status: str
    verdict: str | None
    amount: int | None
    conflicts: int
    stale: bool
    visitor: str


@dataclass(frozen=True)
class Queue:
    """A page of the queue, oldest first; `next` is the key of the next page, None at the end."""

    visits: tuple[QueueRow, ...]
    next: str | None


@dataclass(frozen=True)
class Counts:
    """Visits by status within the scope, and how many of those waiting have an open conflict; households with any open
    conflict, registrations that may be one, changes held for a supervisor."""

    status: Mapping[str, int]
    conflicts: int
    disputed: int
    duplicates: int
    held: int


@dataclass(frozen=True)
class Slot:
    """One slot as it stands. `before` is the value that the visit's author replaced (or, for the visit's own slots,
    the one of the visit before); it means something only when `changed`."""

    slot: str
    label: Text
    type: str
    codes: str
    value: Value
    before: Value
    changed: bool
    conflict: bool
    comment: str


@dataclass(frozen=True)
class Section:
    """One record: the household, a member or the visit. `title` is a member's name, empty otherwise; `gone` when it was
    removed."""

    kind: str
    record: str
    title: str
    gone: bool
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class Assessment:
    """The current assessment: `result` is a `schemas.policy.result.Result` on the wire."""

    id: str
    pack: str
    by: str
    at: str
    result: Value


@dataclass(frozen=True)
class Photo:
    """One photo of the visit; `received` when all of it is on the server. `size` in bytes."""

    id: str
    purpose: str
    size: int
    received: bool


@dataclass(frozen=True)
class Case:
    """One programme of the household. `decision` is the slot {verdict, assessment, amount, reason}, None before."""

    id: str
    programme: str
    opened_on: str | None
    stage: str | None
    decision: Value
    conflict: bool


@dataclass(frozen=True)
class May:
    """What the reader may do with this visit, and why not: `blocked` holds problem codes."""

    approve: bool
    give_back: bool
    settle: bool
    assess: bool
    blocked: tuple[str, ...]


@dataclass(frozen=True)
class VisitPage:
    """Everything the visit's page shows. `written_at` is when it was written by the device's clock, which was `skew`
    seconds ahead (None when it never said), `received_at` when the server had it by its own. `members` maps member
    record ids to names, `people` the user names in values to names."""

    visit: str
    household: str
    short_code: str
    head: str
    area: str
    area_name: str
    status: str
    outcome: str | None
    visited_on: str | None
    written_at: str
    received_at: str
    user: str
    name: str
    device: str
    device_name: str
    skew: int | None
    sections: tuple[Section, ...]
    members: Mapping[str, str]
    people: Mapping[str, str]
    conflicts: tuple[Conflict, ...]
    photos: tuple[Photo, ...]
    assessment: Assessment | None
    stale: bool
    provisional: bool
    cases: tuple[Case, ...]
    doubles: tuple[Beside, ...]
    review: Value
    may: May


@dataclass(frozen=True)
class HeldChange:
    """A change set aside: `reason` is a problem code, `slots` what it would set beside what is there now. `answerable`
    when a supervisor may take it all the same; `moves_to` names the village a household would move to."""

    change: str
    reason: str
    answerable: bool
    moves_to: str
    household: str
    short_code: str
    head: str
    area_name: str
    kind: str
    name: str
    device_name: str
    at: str
    received_at: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True)
class Person:
    user: str
    name: str
    role: str
    scope: tuple[str, ...]
    areas: tuple[str, ...]
    active: bool
    devices: int


@dataclass(frozen=True)
class Device:
    """`waiting` is empty or the reason why the device is out: `revoked`."""

    id: str
    name: str
    user: str
    user_name: str
    enrolled_at: str
    last_contact: str | None
    skew: int | None
    revoked_at: str | None


@dataclass(frozen=True)
class Code:
    """A one-time enrolment code, shown once."""

    code: str
    user: str
    expires: str


@dataclass(frozen=True)
class AuditRow:
    n: int
    at: str
    who: str
    name: str
    what: str
    about: str


@dataclass(frozen=True)
class AuditPage:
    """Audit lines, newest first; `next` is the number to continue below, None at the end."""

    rows: tuple[AuditRow, ...]
    next: int | None
