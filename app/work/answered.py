"""What the answers of a visit say, over what was known before: the slots of the household, its people and the visit,
and from them the facts that the rules judge and the traces that people are found by."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.vault.records import Record
from schemas.codec import Value
from schemas.duplicates import Trace
from schemas.forms.saves import Saved
from schemas.policy.facts import Facts, facts


@dataclass(frozen=True)
class Answered:
    """`held` are the household's records as the visit was opened with, by id; `out` is what its questionnaire saves."""

    household: str
    held: Mapping[str, Record]
    out: Saved

    def filled(self, owner: str, values: Mapping[str, Value]) -> dict[str, Value]:
        """The slots of one record ("household", "visit", or a member's id), with None for those that were asked and
        left blank: an answer taken back."""
        return {**{slot: None for who, slot in self.out.blank if who == owner}, **values}

    def people(self) -> list[tuple[str, dict[str, Value]]]:
        """Everybody in the questionnaire with all that is known of them now, by record id."""
        before = {r.id: r.heads.values() for r in self.held.values() if r.kind == "member"}
        return [(member, {**before.get(member, {}), **self.filled(member, sets)}) for member, sets in self.out.members]

    def facts(self) -> Facts:
        """What the rules judge."""
        root = {**self.held[self.household].heads.values(), **self.filled("household", self.out.household)}
        return facts(str(root.get("area") or ""), root, self.people(), self.out.visit)

    def traces(self) -> Iterator[Trace]:
        """What the people of the questionnaire can be found by."""
        area = self.held[self.household].area
        for member, values in self.people():
            name, born, number = (str(values.get(slot) or "") for slot in ("name", "born", "national_id"))
            yield Trace(member, self.household, area, name, born, number)
