"""One household as a worker sees it: its facts, its people, its visits and cases, and what is in conflict."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from app.vault.records import Record
from app.work.lines import Line
from schemas import records
from schemas.codec import Value

SHOWN = ("address", "phone", "hukou", "reasons", "living_alone", "status", "planned_on", "bank")


@dataclass(frozen=True)
class Fact:
    """One slot with a value: its label and value in words by language. `rivals` are the values in conflict, in words,
    empty when there is none."""

    slot: str
    label: Mapping[str, str]
    text: Mapping[str, str]
    rivals: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class MemberCard:
    """One person. `age` in whole years, None when the date of birth is unknown; `id_tail` the last four characters."""

    member: str
    name: str
    relation: Mapping[str, str]
    sex: Mapping[str, str]
    age: int | None
    id_tail: str
    tags: tuple[Mapping[str, str], ...]
    conflicts: int


@dataclass(frozen=True)
class VisitLine:
    visit: str
    visited_on: date | None
    outcome: str
    status: str
    comment: str


@dataclass(frozen=True)
class CaseLine:
    """One case. `amount` in fen a month, None before a decision or when refused."""

    case: str
    programme: str
    stage: str
    verdict: str | None
    amount: int | None
    decided_on: date | None


@dataclass(frozen=True)
class HouseholdPage:
    line: Line
    facts: tuple[Fact, ...]
    members: tuple[MemberCard, ...]
    visits: tuple[VisitLine, ...]
    cases: tuple[CaseLine, ...]
    conflicts: int


def page(line: Line, held: Iterable[Record], on: date) -> HouseholdPage:
    """The page of a household from its records; `on` is the day ages are counted on."""
    by_kind: dict[str, list[Record]] = {}
    for record in held:
        by_kind.setdefault(record.kind, []).append(record)
    root = by_kind.get("household", [])
    people = sorted(
        (r for r in by_kind.get("member", ()) if r.heads.value("gone") != "yes"),
        key=lambda r: (str(r.heads.value("relation") or "99"), str(r.heads.value("born") or ""), r.id),
    )
    visits = sorted(
        by_kind.get("visit", ()), key=lambda r: (str(r.heads.value("visited_on") or ""), r.id), reverse=True
    )
    return HouseholdPage(
        line=line,
        facts=tuple(_facts(root[0])) if root else (),
        members=tuple(_member(r, on) for r in people),
        visits=tuple(_visit(r) for r in visits),
        cases=tuple(_case(r) for r in by_kind.get("case", ())),
        conflicts=sum(len(r.heads.conflicts()) for rs in by_kind.values() for r in rs),
    )


def in_words(slot: records.Slot, value: Value) -> dict[str, str]:
    """A slot's value in words by language; codes become their labels, lists are joined as the language does."""
    return {lang: _word(slot, value, lang) for lang in ("zh", "en")}


def age(born: Value, on: date) -> int | None:
    """Whole years on a day (周岁, reached on the birthday: readings I-01); None without a date of birth."""
    if not isinstance(born, str) or not born:
        return None
    b = date.fromisoformat(born)
    return on.year - b.year - ((on.month, on.day) < (b.month, b.day))


def _facts(root: Record) -> Iterable[Fact]:
    slots = records.catalogue()["household"]
    conflicts = root.heads.conflicts()
    for name in SHOWN:
        value = root.heads.value(name)
        if value in (None, "", [], {}) and name not in conflicts:
            continue
        slot = slots[name]
        rivals = tuple(in_words(slot, v) for v in conflicts.get(name, {}).values())
        yield Fact(name, {"zh": slot.zh, "en": slot.en}, in_words(slot, value), rivals)


def _member(record: Record, on: date) -> MemberCard:
    v = record.heads.values()
    return MemberCard(
        member=record.id,
        name=v.get("name") or "",
        relation=_code("relation", v.get("relation")),
        sex=_code("sex", v.get("sex")),
        age=age(v.get("born"), on),
        id_tail=(v.get("national_id") or "")[-4:],
        tags=tuple(_tags(v)),
        conflicts=len(record.heads.conflicts()),
    )


def _tags(v: Mapping[str, Value]) -> Iterable[Mapping[str, str]]:
    disability = v.get("disability") or {}
    if disability.get("level"):
        kind = _code("disability_kind", disability.get("kind"))
        level = _code("disability_level", disability.get("level"))
        yield {"zh": f"{kind['zh']}残疾{level['zh']}", "en": f"{kind['en']} disability, {level['en'].lower()}"}
    if v.get("serious_illness") == "yes":
        yield {"zh": "重病", "en": "Serious illness"}
    if v.get("student") not in (None, "", "no"):
        yield _code("student", v.get("student"))
    if v.get("present") == "no":
        yield {"zh": "不共同生活", "en": "Lives elsewhere"}


def _visit(record: Record) -> VisitLine:
    v = record.heads.values()
    return VisitLine(
        record.id,
        date.fromisoformat(v["visited_on"]) if v.get("visited_on") else None,
        v.get("outcome") or "",
        v.get("status") or "",
        (v.get("review") or {}).get("comment", ""),
    )


def _case(record: Record) -> CaseLine:
    v = record.heads.values()
    decision = v.get("decision") or {}
    return CaseLine(
        record.id,
        v.get("programme") or "",
        v.get("stage") or "",
        decision.get("verdict"),
        decision.get("amount"),
        date.fromisoformat(decision["on"]) if decision.get("on") else None,
    )


def _word(slot: records.Slot, value: Value, lang: str) -> str:
    match slot.type, value:
        case _, None:
            return "—"
        case "code", _:
            return records.label(slot.codes, value, lang)
        case "codes", list():
            return _join((records.label(slot.codes, v, lang) for v in value), lang)
        case "texts", list():
            return _join((str(v) for v in value), lang)
        case "object", dict():
            return _join((str(v) for v in value.values() if v), lang)
        case "table", list():
            return str(len(value))
        case _:
            return str(value)


def _join(parts: Iterable[str], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(parts)


def _code(table: str, code: Value) -> dict[str, str]:
    if code in (None, ""):
        return {"zh": "", "en": ""}
    return {lang: records.label(table, code, lang) for lang in ("zh", "en")}


def present_members(held: Sequence[Record]) -> list[tuple[str, dict[str, Value]]]:
    """The members that are not removed, as (record id, values), in a fixed order."""
    people = [r for r in held if r.kind == "member" and r.heads.value("gone") != "yes"]
    people.sort(key=lambda r: (str(r.heads.value("relation") or "99"), r.id))
    return [(r.id, r.heads.values()) for r in people]
