"""What is shown at the desk, as people call it: people, devices and places by their names, slots by their labels."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from schemas import records
from schemas.change import Change
from schemas.codec import Value
from sync_server import tables as t
from sync_server.db import Tx


@dataclass(frozen=True)
class Names:
    """How people and devices are called; one that is unknown goes by its id."""

    people: Mapping[str, str]
    devices: Mapping[str, str]

    def person(self, user: str) -> str:
        return self.people.get(user, user)

    def device(self, device: str) -> str:
        return self.devices.get(device, device)


def writers(tx: Tx, county: str, changes: Iterable[Change], besides: Iterable[str] = ()) -> Names:
    """The names of those who made these changes and of the devices they made them on, and of some users besides."""
    made = list(changes)
    return Names(
        people(tx, county, {c.author for c in made} | set(besides)), devices(tx, county, {c.device for c in made})
    )


def people(tx: Tx, county: str, users: Collection[str]) -> Mapping[str, str]:
    """Names by user name; somebody unknown is left out."""
    c = t.person.c
    rows = tx.among(select(c.user, c.name).where(c.county == county), c.user, users)
    return {row.user: row.name for row in rows}


def devices(tx: Tx, county: str, wanted: Collection[str]) -> Mapping[str, str]:
    """What people call these devices, by id."""
    c = t.device.c
    rows = tx.among(select(c.id, c.name).where(c.county == county), c.id, wanted)
    return {row.id: row.name for row in rows}


def places(tx: Tx, county: str, codes: Collection[str]) -> Mapping[str, str]:
    """`town village` by area code."""
    c = t.area.c
    rows = tx.among(select(c.code, c.town_name, c.name).where(c.county == county), c.code, codes)
    return {row.code: f"{row.town_name} {row.name}" for row in rows}


def slot(kind: str, name: str) -> dict[str, Value]:
    """A slot of a kind of record with its label, its type and its table of codes; one that the catalogue does not know
    goes by its name."""
    known = records.catalogue().get(kind, {}).get(name)
    return {
        "slot": name,
        "label": {"zh": known.zh, "en": known.en} if known else {"zh": name, "en": name},
        "type": known.type if known else "text",
        "codes": known.codes if known else "",
    }
