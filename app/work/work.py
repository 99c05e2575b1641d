"""Everything a worker can do with their open vault, in their words. Screens hold one `Work` and nothing below it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.vault.drafts import Draft
from app.vault.open import Open
from app.vault.summary import Summary
from app.work import household, lines
from app.work.household import HouseholdPage
from app.work.lines import Found, Line, Today
from app.work.outcome import Outcome, outcome
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

    def household(self, household_id: str) -> HouseholdPage:
        """Raises Failed `not_found` when this worker has no such household."""
        for summary, shown in self._lines():
            if summary.household == household_id:
                return household.page(shown, self._vault.household(household_id), self._clock.today())
        raise Failed("not_found")

    def visit(self, household_id: str) -> OpenVisit:
        """The household's open visit, or a new one."""
        return OpenVisit.begin(self._vault, self._clock, household_id)

    def outcome(self, household_id: str, visit: str) -> Outcome:
        """What came of a finished visit. Raises Failed `not_found`."""
        waiting = self._vault.waiting_by_household().get(household_id, 0)
        return outcome(self._vault.household(household_id), household_id, visit, waiting)

    def register(self, area: str, head: str, address: str, phone: str = "", hukou: str = "rural") -> str:
        """Register a household with its head as the first member; the household's id comes back."""
        root = self._new_id()
        facts: dict[str, Value] = {
            "area": area,
            "head": head,
            "address": address,
            "phone": phone,
            "hukou": hukou,
            "status": None if self._vault.role == "visitor" else "registered",  # a station's to set, not a visitor's
            "assigned_to": self._vault.user,
            "planned_on": self._clock.today().isoformat(),
        }
        person = {"person": self._new_id(), "name": head, "relation": "02", "present": "yes"}
        self._vault.write(
            [
                Draft(root, root, "household", "", {k: v for k, v in facts.items() if v}, frozenset()),
                Draft(root, self._new_id(), "member", "", person, frozenset()),
            ]
        )
        return root

    def waiting(self) -> int:
        """How many changes are not yet safe on the server."""
        return self._vault.waiting_count()

    def labels(self, table: str) -> Mapping[str, Mapping[str, str]]:
        """A code table, for filters and pickers."""
        return records.codes(table)

    def lock(self) -> None:
        self._vault.lock()

    def _lines(self) -> list[tuple[Summary, Line]]:
        names = {a.code: a.name for a in self._vault.areas()}
        working = frozenset(copy.household for copy in self._vault.all_working())
        waiting = self._vault.waiting_by_household()
        return [
            (s, lines.line(s, names, self._vault.user, working, waiting)) for s in self._vault.summaries() if not s.gone
        ]

    def _new_id(self) -> str:
        return ids.record_id(self._clock.unix_ms(), self._clock.random(10))
