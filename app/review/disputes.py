"""What the review API answers about facts that two people tell differently, as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.review.text import Text
from schemas.codec import Value


@dataclass(frozen=True)
class Proposal:
    """What the pack would say in one programme."""

    programme: str
    verdict: str
    amount: int | None


@dataclass(frozen=True)
class Side:
    """One of the rival values, with who wrote it, when (the device's clock and the server's) and on which device.
    `skew`: how many seconds that clock was ahead."""

    change: str
    value: Value
    user: str
    name: str
    device: str
    device_name: str
    at: str
    received_at: str
    skew: int
    proposals: tuple[Proposal, ...]


@dataclass(frozen=True)
class Behind:
    """What somebody wrote to a record without knowing that it had been deleted."""

    slot: str
    label: Text
    type: str
    codes: str
    value: Value
    name: str
    device_name: str
    received_at: str


@dataclass(frozen=True)
class Conflict:
    """A slot with rival values. `effect`: `decision` when the sides lead to different verdicts or amounts, `facts`
    when only figures on the way differ, `none` when the pack does not look at it, `unknown` when no pack fits.
    `seen` is what `settle` sends back, so that a side which came meanwhile is not closed unseen. Of a record that was
    deleted while somebody wrote to it the slot is `gone`, and `behind` holds what was written."""

    record: str
    kind: str
    title: str
    slot: str
    label: Text
    type: str
    codes: str
    effect: str
    sides: tuple[Side, ...]
    behind: tuple[Behind, ...]
    seen: tuple[str, ...]


@dataclass(frozen=True)
class Disputed:
    """A household about which two people say different things. `visit`: the one that waits on it, if there is one."""

    household: str
    short_code: str
    head: str
    area_name: str
    visit: str | None
    members: Mapping[str, str]
    people: Mapping[str, str]
    conflicts: tuple[Conflict, ...]


@dataclass(frozen=True)
class Disputes:
    """A page of them; `next` is the key of the next page, None at the end."""

    households: tuple[Disputed, ...]
    next: str | None
