"""One household's file as the server holds it, read for a decision: its records, the facts of a visit, the assessment
that stands, and whether anybody may decide on it.

An assessment is evidence. It is **stale** when the server, on the facts as they are now and with the very pack it
names, would not say the same (or when that pack is not in force here), and **provisional** while the household, a
member or the visit itself holds rival values. Neither can be decided on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from sqlalchemy import select

from schemas import codec
from schemas.codec import NotCanonical, Value
from schemas.merge import Heads
from schemas.policy.choose import choose
from schemas.policy.engine import assess
from schemas.policy.facts import Facts, facts
from schemas.policy.model import Pack
from schemas.policy.result import Result
from schemas.problems import Failed
from sync_server import heads, library
from sync_server import tables as t
from sync_server.db import Tx
from sync_server.heads import Head


@dataclass(frozen=True)
class HouseholdFile:
    """Every record of one household, by id."""

    county: str
    household: str
    area: str
    records: Mapping[str, Head]

    def of(self, kind: str) -> list[Head]:
        """The records of a kind in the order of their ids, which is the order they were begun in."""
        return [h for _, h in sorted(self.records.items()) if h.kind == kind]

    @property
    def root(self) -> Head | None:
        """The household's own record; None while only parts of it have come."""
        return self.records.get(self.household)

    @property
    def name(self) -> str:
        """The name of its head, for screens."""
        return str((self.root.heads.value("head") if self.root else None) or "")

    def members(self) -> list[Head]:
        return [m for m in self.of("member") if m.heads.value("gone") != "yes"]

    def visit(self, visit: str) -> Head:
        """Raises Failed("not_found") when there is no such visit in this file."""
        record = self.records.get(visit)
        if record is None or record.kind != "visit":
            raise Failed("not_found")
        return record

    def previous(self, visit: Head) -> Head | None:
        """The latest visit before this one that found somebody to ask."""
        on = visit.heads.value("visited_on") or ""
        earlier = [
            v
            for v in self.of("visit")
            if v.record != visit.record
            and v.heads.value("outcome") == "done"
            and (v.heads.value("visited_on") or "") < on
        ]
        return max(earlier, key=lambda v: (v.heads.value("visited_on") or "", v.record), default=None)

    def facts(self, visit: Head) -> Facts:
        """What a pack would be asked about, from the values that show."""
        return facts(
            self.area,
            self.root.heads.values() if self.root else {},
            [(m.record, m.heads.values()) for m in self.members()],
            visit.heads.values(),
        )

    def in_question(self, visit: Head | None) -> list[Head]:
        """The records whose rival values keep this visit from being decided on."""
        return [*([self.root] if self.root else []), *self.of("member"), *([visit] if visit else [])]

    def disputed(self, visit: Head | None) -> list[Head]:
        """The records whose rival values the desk shows with this visit, or without any: those in question, and the
        cases."""
        return [h for h in [*self.in_question(visit), *self.of("case")] if h.heads.conflicts()]

    def conflicts(self, visit: Head) -> int:
        return sum(len(h.heads.conflicts()) for h in self.in_question(visit))

    def supposing(self, record: str, slot: str, value: Value) -> "HouseholdFile":
        """The same file if this slot held this value and nothing else."""
        old = self.records[record]
        live = {**old.heads.live, slot: {"": value}}
        return replace(self, records={**self.records, record: replace(old, heads=Heads(live))})


@dataclass(frozen=True)
class Standing:
    """The assessment that stands for a visit, and whether the facts have left it behind."""

    record: Head
    result: Result
    stale: bool


def load(tx: Tx, county: str, households: Iterable[str]) -> dict[str, HouseholdFile]:
    """The files of these households; one that the county does not have is left out."""
    found: dict[str, dict[str, Head]] = {}
    for row in tx.among(select(t.head).where(t.head.c.county == county), t.head.c.household, households):
        found.setdefault(row.household, {})[row.record] = heads.head(row)
    return {h: HouseholdFile(county, h, next(iter(rs.values())).area, rs) for h, rs in found.items()}


def packs_in_force(tx: Tx, county: str) -> dict[str, Pack]:
    """The county's policy packs that are not withdrawn, by hash."""
    items = library.in_force_of(tx, county, library.PACK)
    return {item.hash: _pack(item.hash, library.data(tx, county, item.hash)) for item in items}


def standing(file: HouseholdFile, visit: Head, packs: Mapping[str, Pack]) -> Standing | None:
    """The visit's assessment that stands: the latest that is not stale, or the latest; None when it has none that
    can be read."""
    made = [a for a in file.of("assessment") if a.heads.value("visit") == visit.record]
    made.sort(key=lambda a: (a.received_at, a.record), reverse=True)
    latest: Standing | None = None
    for record in made:
        try:
            result = Result.from_wire(record.heads.value("result"))
        except NotCanonical:
            continue
        now = Standing(record, result, _stale(file, visit, result, packs.get(record.heads.value("pack"))))
        if not now.stale:
            return now
        latest = latest or now
    return latest


def assessed(file: HouseholdFile, visit: Head, packs: Mapping[str, Pack], pack: Pack | None = None) -> Result:
    """What a pack says of the visit now: the one given, or the one that fits its place, day and group. Raises
    Failed("pack_missing") when none does."""
    known = file.facts(visit)
    if pack is None:
        if known.on is None:
            raise Failed("pack_missing", on="")
        pack = choose(packs.values(), file.area, date.fromisoformat(known.on), known.household["group"])
    return assess(pack, known)


def _stale(file: HouseholdFile, visit: Head, said: Result, pack: Pack | None) -> bool:
    if pack is None:
        return True
    now = assessed(file, visit, {}, pack)
    return (now.inputs, outcome(now)) != (said.inputs, outcome(said))


def outcome(result: Result) -> list[tuple[str, str, int | None]]:
    """What a result comes to: programme, verdict and amount, in order."""
    return sorted((p.programme, p.verdict, p.amount) for p in result.programmes)


@lru_cache(maxsize=256)
def _pack(_hash: str, data: bytes) -> Pack:
    return Pack.from_wire(codec.decode(data))
