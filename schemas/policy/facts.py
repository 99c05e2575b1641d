"""The facts a policy pack may read, and the one function that takes them from slots.

A fact that nobody has answered is unknown (None), never zero, never "no". What a household *claims* to be taken off
(a row's `cost`) is the one exception: not claimed is nothing claimed. Values that cannot be believed (negative or
absurdly large amounts, unreadable dates) are unknown too, so that the engine always has something exact to work with.

The digest of the facts (`Facts.digest`) is what an assessment is valid for: it changes when, and only when, something
a pack could read changes. Names, phones and photos are not facts. The order of members and rows is not one either.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from schemas import codec
from schemas.codec import Value

BELIEVABLE = 10**13
"""Amounts of a household above 100 thousand million yuan (in fen) are slips."""


@dataclass(frozen=True)
class Fact:
    """One fact: its kind (number, truth, text), the slots it is read from, what it is called. `unit` of a number:
    fen, years, people or none; `codes` names the code table of a text."""

    kind: str
    slots: tuple[str, ...]
    zh: str
    en: str
    unit: str = ""
    codes: str = ""


HOUSEHOLD: Mapping[str, Fact] = {
    "group": Fact("text", ("visit.hukou", "household.hukou"), "城乡类别", "urban or rural", codes="hukou"),
    "outcome": Fact("text", ("visit.outcome",), "调查结果", "outcome of the visit", codes="outcome"),
    "ownership": Fact("text", ("visit.housing",), "住房权属", "ownership of the home", codes="ownership"),
    "condition": Fact("text", ("visit.housing",), "住房安全状况", "condition of the home", codes="condition"),
    "area_m2": Fact("number", ("visit.housing",), "住房面积", "floor area", "m2"),
    "dwellings": Fact("number", ("visit.housing",), "住房套数", "number of dwellings"),
}

_OWNER = {"member": Fact("text", (), "所属成员", "whose it is")}
_FLOW = {
    "item": Fact("text", (), "项目", "item"),
    "gross": Fact("number", (), "收入", "income", "fen"),
    "cost": Fact("number", (), "成本", "cost", "fen"),
    **_OWNER,
}

COLLECTIONS: Mapping[str, Mapping[str, Fact]] = {
    "members": {
        "relation": Fact("text", ("member.relation",), "与户主关系", "relation to the head", codes="relation"),
        "age": Fact("number", ("member.born",), "年龄", "age", "years"),
        "sex": Fact("text", ("member.sex",), "性别", "sex", codes="sex"),
        "marital": Fact("text", ("member.marital",), "婚姻状况", "marital status", codes="marital"),
        "student": Fact("text", ("member.student",), "在读情况", "education in progress", codes="student"),
        "labour": Fact("text", ("member.labour",), "劳动能力", "labour capacity", codes="labour"),
        "health": Fact("text", ("member.health",), "健康状况", "health", codes="health"),
        "serious_illness": Fact("truth", ("member.serious_illness",), "重病", "serious illness"),
        "disability_kind": Fact(
            "text", ("member.disability", "member.health"), "残疾类别", "kind of disability", codes="disability_kind"
        ),
        "disability_level": Fact(
            "number", ("member.disability", "member.health"), "残疾等级", "level of disability", "level"
        ),
        "present": Fact("truth", ("visit.members", "member.present"), "共同生活", "lives in the household"),
        "apart": Fact("text", ("member.apart",), "不共同生活原因", "why not in the household", codes="apart"),
    },
    "wages": _FLOW,
    "business": _FLOW,
    "property": _FLOW,
    "transfers": _FLOW,
    "assets": {
        "kind": Fact("text", (), "财产种类", "kind of asset", codes="asset_kind"),
        "value": Fact("number", (), "价值", "value", "fen"),
        "exempt": Fact("text", (), "豁免", "exemption", codes="exempt"),
        **_OWNER,
    },
    "expenses": {
        "kind": Fact("text", (), "支出种类", "kind of expense", codes="expense_kind"),
        "amount": Fact("number", (), "金额", "amount", "fen"),
        **_OWNER,
    },
}

TABLES: Mapping[str, Fact] = {
    "members": Fact("table", ("visit.members",), "家庭成员", "members of the household"),
    "wages": Fact("table", ("visit.income_wage",), "工资性收入", "wage income", "fen"),
    "business": Fact("table", ("visit.income_business",), "经营净收入", "net business income", "fen"),
    "property": Fact("table", ("visit.income_property",), "财产净收入", "net property income", "fen"),
    "transfers": Fact("table", ("visit.income_transfer",), "转移净收入", "net transfer income", "fen"),
    "assets": Fact("table", ("visit.assets",), "家庭财产", "assets", "fen"),
    "expenses": Fact("table", ("visit.expenses",), "家庭支出", "expenses", "fen"),
}

Row = Mapping[str, Value]


@dataclass(frozen=True)
class Facts:
    """What is known of one household on one day. `on` is the day of the visit (ISO) or None; `household` holds the
    facts of HOUSEHOLD; `tables` the rows of each collection, each with its `id`, or None where nobody has asked."""

    area: str
    on: str | None
    household: Mapping[str, Value]
    tables: Mapping[str, tuple[Row, ...] | None] = field(default_factory=dict)

    def wire(self) -> dict[str, Value]:
        tables = {name: None if rows is None else list(map(dict, rows)) for name, rows in self.tables.items()}
        return {"area": self.area, "on": self.on, "household": dict(self.household), "tables": tables}

    def digest(self) -> str:
        """64 hex digits that name exactly these facts."""
        return codec.digest(self.wire())


def facts(
    area: str,
    household: Mapping[str, Value],
    members: Iterable[tuple[str, Mapping[str, Value]]],
    visit: Mapping[str, Value],
) -> Facts:
    """The facts in a household's, its members' and a visit's slots. Pure; never raises for what people typed."""
    on = _day(visit.get("visited_on"))
    housing = _object(visit.get("housing"))
    found = {row.get("id"): row for row in _rows(visit.get("members")) or ()}
    here = [(member, slots) for member, slots in members if slots.get("gone") != "yes"]
    people = [_person(member, slots, _object(found.get(member)), on) for member, slots in here]
    return Facts(
        area=area,
        on=on.isoformat() if on else None,
        household={
            "group": _code(visit.get("hukou")) or _code(household.get("hukou")),
            "outcome": _code(visit.get("outcome")),
            "ownership": _code(housing.get("ownership")),
            "condition": _code(housing.get("condition")),
            "area_m2": _amount(housing.get("area_m2")),
            "dwellings": _amount(housing.get("dwellings")),
        },
        tables={
            "members": _sorted(people) or None,
            "wages": _flows(visit.get("income_wage")),
            "business": _flows(visit.get("income_business")),
            "property": _flows(visit.get("income_property")),
            "transfers": _flows(visit.get("income_transfer")),
            "assets": _table(visit.get("assets"), _asset),
            "expenses": _table(visit.get("expenses"), _expense),
        },
    )


def age(born: date, on: date) -> int:
    """周岁: reached on the birthday (reading I-01); somebody born on 29 February reaches it on 1 March."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _person(member: str, slots: Mapping[str, Value], found: Mapping[str, Value], on: date | None) -> Row:
    born = _day(slots.get("born"))
    health = _code(slots.get("health"))
    disability = slots.get("disability")
    present = _truth(found.get("present"))
    kind = _code(_object(disability).get("kind"))
    level = _level(_object(disability).get("level"))
    if disability == {} or (disability is None and health and not health.startswith("6")):
        # Asked and answered "no"; or GB/T 2261.3, which keeps 60-69 for disability, says another state of health.
        kind, level = "", 0
    return {
        "id": member,
        "relation": _code(slots.get("relation")),
        "age": max(age(born, on), 0) if born and on else None,
        "sex": _code(slots.get("sex")),
        "marital": _code(slots.get("marital")),
        "student": _code(slots.get("student")),
        "labour": _code(slots.get("labour")),
        "health": health,
        "serious_illness": _truth(slots.get("serious_illness")),
        "disability_kind": kind,
        "disability_level": level,
        "present": _truth(slots.get("present")) if present is None else present,
        "apart": _code(slots.get("apart")),
    }


def _flows(table: Value) -> tuple[Row, ...] | None:
    return _table(table, _flow)


def _flow(row: Mapping[str, Value]) -> dict[str, Value]:
    cost = row.get("cost")
    return {
        "item": _code(row.get("item")),
        "gross": _amount(row.get("gross")),
        "cost": 0 if cost is None else _amount(cost),
        "member": _code(row.get("member")),
    }


def _asset(row: Mapping[str, Value]) -> dict[str, Value]:
    return {
        "kind": _code(row.get("kind")),
        "value": _amount(row.get("value")),
        "exempt": _code(row.get("exempt")),
        "member": _code(row.get("member")),
    }


def _expense(row: Mapping[str, Value]) -> dict[str, Value]:
    return {
        "kind": _code(row.get("kind")),
        "amount": _amount(row.get("amount")),
        "member": _code(row.get("member")),
    }


def _table(table: Value, read: Callable[[Mapping[str, Value]], dict[str, Value]]) -> tuple[Row, ...] | None:
    rows = _rows(table)
    return None if rows is None else _sorted([{"id": str(row.get("id", "")), **read(row)} for row in rows])


def _sorted(rows: list[Row]) -> tuple[Row, ...]:
    ids = {row["id"] for row in rows}
    # Rows have ids of their own; only where some do not is the order that of their bytes.
    return tuple(sorted(rows, key=codec.encode if len(ids) < len(rows) else lambda row: row["id"]))


def _rows(table: Value) -> list[Mapping[str, Value]] | None:
    return [row for row in table if isinstance(row, Mapping)] if isinstance(table, list | tuple) else None


def _object(value: Value) -> Mapping[str, Value]:
    return value if isinstance(value, Mapping) else {}


def _code(value: Value) -> str | None:
    return value if isinstance(value, str) and value else None


def _amount(value: Value) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= BELIEVABLE else None


def _level(value: Value) -> int | None:
    return int(value) if isinstance(value, int | str) and str(value) in {"1", "2", "3", "4"} else None


def _truth(value: Value) -> bool | None:
    return {"yes": True, "no": False}.get(value) if isinstance(value, str) else None


def _day(value: Value) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def slots_of(names: Iterable[str]) -> frozenset[str]:
    """The slots (`kind.slot`) that facts are read from; names as in expressions: `group`, `wages`, `members.age`."""
    out: set[str] = set()
    for name in names:
        table, _, column = name.partition(".")
        fact = COLLECTIONS.get(table, {}).get(column) if column else HOUSEHOLD.get(name) or TABLES.get(name)
        if fact is not None:
            out.update(fact.slots)
    return frozenset(out)
