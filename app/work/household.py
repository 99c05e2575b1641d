"""One household as a worker sees it: its facts, its people, its visits and cases, and what is in conflict.

A household that was registered more than once (`app.work.joined`) is one page: the facts of the first registration,
with what another one says differently beside them, and the people of all, each with the registrations they are in.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.vault.records import Record
from app.work.candidates import Candidate
from app.work.joined import traces
from app.work.lines import Line
from schemas import duplicates, ids, merge, records
from schemas.codec import Value

SHOWN = ("address", "phone", "hukou", "reasons", "living_alone", "status", "planned_on", "bank")


@dataclass(frozen=True)
class Fact:
    """One slot with a value: its label and value in words by language. `rivals` are the values in conflict, in words,
    empty when there is none; `elsewhere` what another registration of the household says, by its short code."""

    slot: str
    label: Mapping[str, str]
    text: Mapping[str, str]
    rivals: tuple[Mapping[str, str], ...]
    elsewhere: tuple[tuple[str, Mapping[str, str]], ...] = ()


@dataclass(frozen=True)
class MemberCard:
    """One person. `age` in whole years, None when the date of birth is unknown; `id_tail` the last four characters.
    `codes` are the registrations they are in, empty where there is only one. `why`: of a removed person, the reason
    that was given; `contested`: somebody wrote to them without knowing that they were removed."""

    member: str
    name: str
    relation: Mapping[str, str]
    sex: Mapping[str, str]
    age: int | None
    id_tail: str
    tags: tuple[Mapping[str, str], ...]
    conflicts: int
    codes: tuple[str, ...] = ()
    why: str = ""
    contested: bool = False


@dataclass(frozen=True)
class VisitLine:
    household: str
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
class Registration:
    """One of the registrations of a household that has several."""

    household: str
    code: str
    head: str
    area_name: str


@dataclass(frozen=True)
class HouseholdPage:
    """`registrations` is empty for a household that was registered once. `removed` are members that were removed,
    `candidates` households that may be this one. `moving_to`: the area code that somebody has moved it to, "" when
    it lies where it is said to lie, and `moving_to_name` what that is called. `why`: the reason given for removing the
    household, or for having it back."""

    line: Line
    facts: tuple[Fact, ...]
    members: tuple[MemberCard, ...]
    removed: tuple[MemberCard, ...]
    visits: tuple[VisitLine, ...]
    cases: tuple[CaseLine, ...]
    conflicts: int
    registrations: tuple[Registration, ...]
    candidates: tuple[Candidate, ...]
    moving_to: str
    moving_to_name: str
    why: str


def page(
    line: Line, held: Sequence[Record], on: date, names: Mapping[str, str], candidates: tuple[Candidate, ...] = ()
) -> HouseholdPage:
    """The page of a household from the records of all its registrations; `on` is the day ages are counted on, `names`
    maps area codes to names."""
    by_kind: dict[str, list[Record]] = {}
    for record in held:
        by_kind.setdefault(record.kind, []).append(record)
    roots = sorted(by_kind.get("household", ()), key=lambda r: line.registrations.index(r.id))
    people = sorted(
        by_kind.get("member", ()),
        key=lambda r: (str(r.heads.value("relation") or "99"), str(r.heads.value("born") or ""), r.id),
    )
    visits = sorted(
        by_kind.get("visit", ()), key=lambda r: (str(r.heads.value("visited_on") or ""), r.id), reverse=True
    )
    links = by_kind.get("link", ())
    moving_to = next((to for r in roots if (to := str(r.heads.value("area") or r.area)) != r.area), "")
    return HouseholdPage(
        line=line,
        facts=tuple(_facts(roots)),
        members=tuple(_members([r for r in people if not r.heads.gone], links, on, marked=len(roots) > 1)),
        removed=tuple(_member(r, on) for r in people if r.heads.gone),
        visits=tuple(_visit(r) for r in visits),
        cases=tuple(_case(r) for r in by_kind.get("case", ())),
        conflicts=sum(len(r.heads.conflicts()) for rs in by_kind.values() for r in rs),
        registrations=tuple(_registration(r, names) for r in roots) if len(roots) > 1 else (),
        candidates=candidates,
        moving_to=moving_to,
        moving_to_name=names.get(moving_to, moving_to),
        why=str(roots[0].heads.value("gone_why") or "") if roots else "",
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


def _registration(root: Record, names: Mapping[str, str]) -> Registration:
    return Registration(
        root.id, ids.short_code(root.id), str(root.heads.value("head") or ""), names.get(root.area, root.area)
    )


def _facts(roots: Sequence[Record]) -> Iterator[Fact]:
    slots = records.catalogue()["household"]
    for name in SHOWN:
        slot = slots[name]
        told = [r for r in roots if r.heads.value(name) not in _NOTHING or name in r.heads.conflicts()]
        if not told:
            continue
        first, *rest = told
        value = first.heads.value(name)
        rivals = tuple(in_words(slot, v) for v in first.heads.conflicts().get(name, {}).values())
        elsewhere = tuple(
            (ids.short_code(r.id), in_words(slot, r.heads.value(name))) for r in rest if r.heads.value(name) != value
        )
        yield Fact(name, {"zh": slot.zh, "en": slot.en}, in_words(slot, value), rivals, elsewhere)


_NOTHING: tuple[Value, ...] = (None, "", [], {})


def _members(people: Sequence[Record], links: Iterable[Record], on: date, marked: bool) -> Iterator[MemberCard]:
    """A card a person. Somebody who is in two registrations is one person: they were joined by a link, or share what
    the rule of duplicates goes by."""
    same = merge.joined([*(link.heads for link in links), *_twice(people)]) if marked else {}
    found: dict[str, list[Record]] = {}
    for record in people:
        found.setdefault(same.get(record.id, record.id), []).append(record)
    for records_ in found.values():
        card = _member(records_[0], on)
        codes = tuple(dict.fromkeys(ids.short_code(r.household) for r in records_)) if marked else ()
        yield replace(card, codes=codes, conflicts=sum(len(r.heads.conflicts()) for r in records_))


def _twice(people: Sequence[Record]) -> Iterator[merge.Heads]:
    """As links, the pairs of people of different registrations who are one by the rule of duplicates."""
    of = {r.id: r.household for r in people}
    for pair in duplicates.pairs(traces(people)):
        if of[pair.a] != of[pair.b]:
            yield merge.Heads({slot: {"": value} for slot, value in merge.join(pair.a, pair.b).items()})


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
        why=v.get("gone_why") or "",
        contested=bool(record.heads.contested()),
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
        record.household,
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
    people = [r for r in held if r.kind == "member" and not r.heads.gone]
    people.sort(key=lambda r: (str(r.heads.value("relation") or "99"), r.id))
    return [(r.id, r.heads.values()) for r in people]
