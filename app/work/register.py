"""A household that nobody knew of: what is entered of it at the door, and the records that begin it."""

from dataclasses import dataclass

from app.vault.drafts import Draft
from schemas.codec import Value
from schemas.duplicates import Trace
from schemas.forms import identity


@dataclass(frozen=True)
class Entry:
    """What is entered: the village's code, the head and where they live. `born` is an ISO date; what is not known is
    empty."""

    area: str
    head: str
    address: str
    phone: str = ""
    hukou: str = "rural"
    national_id: str = ""
    born: str = ""

    def traces(self, household: str = "", head: str = "") -> list[Trace]:
        """What the head can be found by, under these ids once there are any."""
        return [Trace(head, household, self.area, self.head, self.known_born, self.national_id)]

    @property
    def known_born(self) -> str:
        """The day of birth that was entered, or that the national id says."""
        told = identity.born(identity.tidy_national_id(self.national_id))
        return self.born or (told.isoformat() if told else "")

    def begins(self, household: str, head: str, person: str, set_: dict[str, Value]) -> list[Draft]:
        """The drafts of the household and of its head, under these ids, with what the worker's own place sets."""
        facts: dict[str, Value] = {
            "area": self.area,
            "head": identity.tidy_name(self.head),
            "address": self.address,
            "phone": self.phone,
            "hukou": self.hukou,
            **set_,
        }
        member: dict[str, Value] = {
            "person": person,
            "name": identity.tidy_name(self.head),
            "national_id": identity.tidy_national_id(self.national_id),
            "born": self.known_born,
            "relation": "02",
            "present": "yes",
        }
        return [
            Draft(household, household, "household", "", _known(facts)),
            Draft(household, head, "member", "", _known(member)),
        ]


def _known(values: dict[str, Value]) -> dict[str, Value]:
    return {slot: value for slot, value in values.items() if value}
