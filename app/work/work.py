"""Everything a worker can do with their open vault, in their words. Screens hold one `Work` and nothing below it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.vault.open import Open
from app.vault.records import Record
from app.vault.summary import Summary
from app.work import candidates, household, joined, lines, removal, safety
from app.work.candidates import Candidate
from app.work.household import HouseholdPage
from app.work.lines import Found, Line, Today
from app.work.outcome import Outcome, outcome
from app.work.register import Entry
from app.work.safety import Detail, Safety
from app.work.visit import OpenVisit
from schemas import ids, records
from schemas.clock import Clock
from schemas.codec import Value
from schemas.problems import Failed


@dataclass(frozen=True)
class Me:
    user: str
    name: str
    role: str
    county_name: str


@dataclass(frozen=True)
class AreaName:
    code: str
    name: str


class Work:
    """One worker at work on one device. Every call reads or writes the sealed vault only; none needs a network."""

    def __init__(self, vault: Open, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock

    def me(self) -> Me:
        return Me(self._vault.user, self._vault.name, self._vault.role, self._vault.grant.county_name)

    def areas(self) -> list[AreaName]:
        return [AreaName(a.code, a.name) for a in self._vault.areas()]

    def day(self) -> date:
        return self._clock.today()

    def today(self) -> Today:
        """The day's open, returned, planned and finished visits."""
        return lines.today([shown for _, shown in self._lines()], self._clock.today())

    def households(self, text: str = "", area: str | None = None) -> Found:
        """Households that hold every word of the text; all when it is empty."""
        return lines.search(self._lines(), text, area)

    def removed(self, text: str = "", area: str | None = None) -> Found:
        """The same of those that were removed."""
        return lines.search(self._lines(gone=True), text, area)

    def household(self, household_id: str) -> HouseholdPage:
        """A household's page, by any of its registrations. Raises Failed `not_found` when this worker has none such."""
        shown = self._line(household_id)
        held = self._held(shown)
        found = () if shown.gone else candidates.known_here(self._vault, joined.traces(held))
        return household.page(shown, held, self._clock.today(), self._vault.area_names(), found)

    def visit(self, household_id: str) -> OpenVisit:
        """The household's open visit, or a new one; of a household registered more than once, on the registration
        that visits are written to."""
        return OpenVisit.begin(self._vault, self._clock, self._line(household_id).visit_in)

    def outcome(self, household_id: str, visit: str) -> Outcome:
        """What came of a finished visit. Raises Failed `not_found`, also when this worker has the household no more."""
        self._line(household_id)
        waiting = self._vault.waiting_by_household().get(household_id, 0)
        return outcome(self._vault.household(household_id), household_id, visit, waiting)

    def known_here(self, entry: Entry) -> tuple[Candidate, ...]:
        """The households on this device that the one being registered may be."""
        return candidates.known_here(self._vault, entry.traces(), at_entry=True)

    def register(self, entry: Entry, others: Sequence[str] = ()) -> str:
        """Register a household with its head as the first member; the household's id comes back. `others` are the
        candidates that the worker says it is not, so that nobody is asked again."""
        root, head = self._new_id(), self._new_id()
        mine: dict[str, Value] = {
            "status": None if self._vault.role == "visitor" else "registered",  # a station's to set, not a visitor's
            "assigned_to": self._vault.user,
            "planned_on": self._clock.today().isoformat(),
        }
        begun = entry.begins(root, head, self._new_id(), mine)
        apart = joined.part(self._vault, root, joined.registrations(self._vault, others), entry.traces(root, head))
        self._vault.write([*begun, *apart])
        return root

    def join(self, household_id: str, other: str) -> None:
        """Say that two households are one. `part` takes it back."""
        self._vault.write(joined.join(self._vault, household_id, other))

    def part(self, household_id: str, other: str) -> None:
        """Say that a household is another family than this one, whether or not it was joined with it."""
        mine = self._line(household_id).registrations
        theirs = (other,) if other in mine else self._line(other).registrations
        rest = [r for r in mine if r not in theirs]
        people = {one: joined.traces(self._vault.household(one)) for one in theirs}
        self._vault.write([d for one in theirs for d in joined.part(self._vault, one, rest, people[one])])

    def move(self, household_id: str, area: str) -> bool:
        """Move a household to the village of this code; whether that is one of the worker's own, else a supervisor
        has to agree. Raises Failed `unknown_area`."""
        self._vault.write(removal.move(self._roots(household_id), area))
        return any(a.code == area for a in self._vault.areas())

    def remove(self, household_id: str, why: str) -> None:
        """Take a household off the lists. Raises Failed `reason_needed`."""
        self._vault.write(removal.remove(self._roots(household_id), why))

    def restore(self, household_id: str, why: str) -> None:
        """Have a removed household back. Raises Failed `reason_needed`."""
        self._vault.write(removal.restore(self._roots(household_id), why))

    def remove_member(self, member: str, why: str) -> None:
        """Take a person out of their household. Raises Failed `reason_needed`, `not_found`."""
        self._vault.write(removal.remove([self._record(member)], why))

    def restore_member(self, member: str, why: str) -> None:
        self._vault.write(removal.restore([self._record(member)], why))

    def safety(self) -> Safety:
        """Where everything this device wrote is: on the server, set aside there, or here only."""
        return safety.safety(self._vault.safety(), self._by_registration())

    def safety_of(self, household_id: str) -> Detail:
        """The same of one household, record by record and photo by photo; of one that this worker has no more, without
        a name or a day. Raises Failed `not_found`."""
        row = next((r for r in self.safety().rows if r.household == household_id), None)
        if row is None:
            raise Failed("not_found")
        parts, photos = [], []
        for registration in row.line.registrations if row.line else (household_id,):
            told = self._vault.safety_of(registration)
            parts += told[0]
            photos += told[1]
        return safety.detail(row, parts, photos, self._held(row.line) if row.line else ())

    def waiting(self) -> int:
        """How many changes are not yet safe on the server."""
        return self._vault.waiting_count()

    def labels(self, table: str) -> Mapping[str, Mapping[str, str]]:
        """A code table, for filters and pickers."""
        return records.codes(table)

    def lock(self) -> None:
        self._vault.lock()

    def _lines(self, gone: bool = False) -> list[tuple[list[Summary], Line]]:
        return [(parts, shown) for parts, shown in self._all() if shown.gone == gone]

    def _all(self) -> list[tuple[list[Summary], Line]]:
        names = self._vault.area_names()
        working = frozenset(copy.household for copy in self._vault.all_working())
        waiting = self._vault.waiting_by_household()
        found = joined.groups(self._vault.summaries()).values()
        return [(parts, lines.line(parts, names, self._vault.user, working, waiting)) for parts in found]

    def _by_registration(self) -> dict[str, Line]:
        return {registration: shown for _, shown in self._all() for registration in shown.registrations}

    def _line(self, household_id: str) -> Line:
        shown = self._by_registration().get(household_id)
        if shown is None:
            raise Failed("not_found")
        return shown

    def _held(self, shown: Line) -> list[Record]:
        return [record for registration in shown.registrations for record in self._vault.household(registration)]

    def _roots(self, household_id: str) -> list[Record]:
        return [r for r in self._held(self._line(household_id)) if r.kind == "household"]

    def _record(self, id_: str) -> Record:
        held = self._vault.record(id_)
        if held is None:
            raise Failed("not_found")
        return held

    def _new_id(self) -> str:
        return ids.record_id(self._clock.unix_ms(), self._clock.random(10))
