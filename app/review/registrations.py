"""What the review API answers about registrations that may be one, as frozen values."""

from dataclasses import dataclass

from app.review.text import Text
from schemas.codec import Value


@dataclass(frozen=True)
class Registration:
    """One registration in short. Outside the reader's scope (`visible` false) only place and short code are told."""

    household: str
    short_code: str
    area_name: str
    visible: bool
    head: str
    address: str
    members: int


@dataclass(frozen=True)
class Double:
    """Everything between two households, or within one (`low` == `high`). `why`: national_id or name_born, empty when
    only somebody's word is left. `joined`: what is said of the two households, empty, same, different or rival.
    `people`: the names of those who are perhaps one; `same`: how many of them are said to be. `rival`: two people say
    different things."""

    low: str
    high: str
    why: str
    joined: str
    open: bool
    rival: bool
    same: int
    people: tuple[str, ...]
    sides: tuple[Registration, ...]


@dataclass(frozen=True)
class Doubles:
    """A page of doubles; `next` is the key of the next page, None at the end."""

    items: tuple[Double, ...]
    next: str | None


@dataclass(frozen=True)
class Decided:
    """What stands decided for a household in one programme."""

    programme: str
    verdict: str | None
    amount: int | None
    on: str | None


@dataclass(frozen=True)
class Resident:
    """A member as a registration lists it; `found` when another registration seems to have the same person."""

    record: str
    name: str
    relation: str
    born: str | None
    found: bool


@dataclass(frozen=True)
class RegistrationFile:
    """One registration with what helps to tell which it is. `visited_on`: the day of its latest visit."""

    household: str
    short_code: str
    area_name: str
    visible: bool
    head: str
    address: str
    members: int
    registered_at: str
    by: str
    people: tuple[Resident, ...]
    decided: tuple[Decided, ...]
    visited_on: str | None


@dataclass(frozen=True)
class Compared:
    """A slot of two records side by side."""

    slot: str
    label: Text
    type: str
    codes: str
    values: tuple[Value, ...]
    differs: bool


@dataclass(frozen=True)
class PersonPair:
    """Two member records that may be one person; `key` names them in a decision."""

    key: str
    why: str
    verdict: str
    rows: tuple[Compared, ...]


@dataclass(frozen=True)
class Said:
    """One verdict that stands. `key` names the two records; `basis` is a code of `link_basis`, empty from a tablet."""

    key: str
    verdict: str
    basis: str
    name: str
    device_name: str
    received_at: str


@dataclass(frozen=True)
class DoublePage:
    """Two registrations side by side. `beyond`: one of them is outside the reader's scope. `seen` goes back with the
    decision, so that what was said meanwhile is not passed over."""

    low: str
    high: str
    why: str
    joined: str
    open: bool
    sides: tuple[RegistrationFile, ...]
    rows: tuple[Compared, ...]
    pairs: tuple[PersonPair, ...]
    said: tuple[Said, ...]
    seen: tuple[str, ...]
    may: bool
    beyond: bool


@dataclass(frozen=True)
class Told:
    """Something that another registration of the same household or person tells otherwise: here, there."""

    title: str
    slot: str
    label: Text
    type: str
    codes: str
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Beside:
    """Another household that a visit's household hangs together with. `how`: household (one registered twice), person
    (somebody is in both) or open (nobody has looked yet)."""

    household: str
    short_code: str
    area_name: str
    visible: bool
    head: str
    address: str
    members: int
    low: str
    high: str
    how: str
    people: tuple[str, ...]
    decided: tuple[Decided, ...]
    told: tuple[Told, ...]
