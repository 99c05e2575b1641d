"""Slot values in words, for somebody who decides: a line for each row of a table with its money, and its total.

Pure: the desk asks for the lines of a value and draws them. What this version does not know (a newer form's field) is
shown as it is rather than left out, because a reader must not think that nothing was said.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

from app.ui.parts import figures
from app.ui.words.catalogue import say
from schemas import records
from schemas.codec import Value

_FLOWS = {
    "income_wage": "wage_item",
    "income_business": "business_item",
    "income_property": "property_item",
    "income_transfer": "transfer_item",
}
_PARTS: Mapping[str, Mapping[str, str]] = {
    # slot → field → its code table, or "" for text as it is
    "housing": {"ownership": "ownership", "condition": "condition", "area_m2": "", "dwellings": ""},
    "disability": {"kind": "disability_kind", "level": "disability_level"},
    "respondent": {"name": "", "relation": "relation"},
    "kin": {"is_kin": "yes_no", "name": "", "relation": "relation", "post": "staff_post"},
    "signatures": {
        "respondent": "signature",
        "investigator_1": "signature",
        "investigator_2": "signature",
        "refused": "yes_no",
        "refused_reason": "",
    },
    "bank": {"holder": "", "bank": "", "account": "tail"},
}


@dataclass(frozen=True)
class Reading:
    """Who reads: their language, the names of the members that rows point to and of the users that values name."""

    lang: str
    members: Mapping[str, str]
    people: Mapping[str, str] = field(default_factory=dict)

    def say(self, key: str, **figures: object) -> str:
        return say(self.lang, key, **figures)

    def label(self, table: str, code: Value) -> str:
        return records.label(table, code, self.lang)

    def money(self, fen: Value) -> str:
        return figures.yuan(fen, self.lang) if _is_int(fen) else "—"

    def pair(self, called: str, text: str) -> str:
        return f"{called}：{text}" if self.lang == "zh" else f"{called}: {text}"

    def join(self, parts: Sequence[str]) -> str:
        return ("，" if self.lang == "zh" else ", ").join(p for p in parts if p)


def lines(slot: str, kind: str, codes: str, value: Value, reading: Reading) -> tuple[str, ...]:
    """A slot's value, a line of text for each thing it says; `kind` and `codes` are the slot's type and code table."""
    match kind, value:
        case _, None:
            return ("—",)
        case "table", list():
            return _table(slot, [row for row in value if isinstance(row, Mapping)], reading)
        case "object", Mapping():
            return _object(slot, value, reading)
        case "text", str() if slot == "assigned_to":
            return (reading.people.get(value, value) or "—",)
        case "code", _:
            return (reading.label(codes, value),)
        case "codes", list():
            return (reading.join([reading.label(codes, v) for v in value]) or "—",)
        case "texts", list():
            return (reading.join([str(v) for v in value]) or "—",)
        case "date", str():
            return (figures.day(value, reading.lang),)
        case _:
            return (str(value) or "—",)


def _table(slot: str, rows: Sequence[Mapping[str, Value]], reading: Reading) -> tuple[str, ...]:
    if not rows:
        return (reading.say("review.none"),)
    if slot in _FLOWS:
        net = [_net(row) for row in rows]
        return (*(_flow(row, _FLOWS[slot], reading) for row in rows), *_total(net, reading))
    if slot in _ROWS:
        kinds = {"assets": "value", "expenses": "amount"}
        sums = [row.get(kinds[slot]) for row in rows] if slot in kinds else []
        return (*(_ROWS[slot](row, reading) for row in rows), *_total(sums, reading))
    return tuple(reading.join([str(v) for k, v in row.items() if k != "id"]) for row in rows)


def _object(slot: str, value: Mapping[str, Value], reading: Reading) -> tuple[str, ...]:
    parts = _PARTS.get(slot, {})
    out = []
    for name in [*(n for n in parts if n in value), *(n for n in value if n not in parts)]:
        said = value[name]
        if said in (None, "", [], {}):
            continue
        table = parts.get(name, "")
        match table:
            case "":
                text = str(said)
            case "signature":
                text = reading.say("review.signed")
            case "tail":
                text = f"•••• {str(said)[-4:]}"
            case _:
                text = reading.label(table, said)
        key = f"field.{slot}.{name}"
        called = reading.say(key)
        out.append(reading.pair(name if called == key else called, text))
    return tuple(out) or ("—",)


def _flow(row: Mapping[str, Value], table: str, reading: Reading) -> str:
    what = reading.join([reading.label(table, row.get("item")) if row.get("item") else "", _whose(row, reading)])
    cost = row.get("cost")
    if _is_int(cost) and cost:
        sums = reading.say(
            "review.net", net=reading.money(_net(row)), gross=reading.money(row.get("gross")), cost=reading.money(cost)
        )
    else:
        sums = reading.money(row.get("gross"))
    return f"{what}  {sums}"


def _asset(row: Mapping[str, Value], reading: Reading) -> str:
    exempt = row.get("exempt")
    what = reading.join(
        [
            reading.label("asset_kind", row["kind"]) if row.get("kind") else "",
            str(row.get("note") or ""),
            reading.label("exempt", exempt) if exempt not in (None, "", "no") else "",
            _whose(row, reading),
        ]
    )
    return f"{what}  {reading.money(row.get('value'))}"


def _expense(row: Mapping[str, Value], reading: Reading) -> str:
    what = reading.label("expense_kind", row["kind"]) if row.get("kind") else ""
    return f"{reading.join([what, _whose(row, reading)])}  {reading.money(row.get('amount'))}"


def _present(row: Mapping[str, Value], reading: Reading) -> str:
    name = reading.members.get(str(row.get("id")), "") or reading.say("review.nameless")
    return name if row.get("present") == "yes" else reading.join([name, reading.say("review.apart")])


def _proof(row: Mapping[str, Value], reading: Reading) -> str:
    return reading.join(
        [reading.label("purpose", row["purpose"]) if row.get("purpose") else "", str(row.get("note") or "")]
    )


_ROWS: Mapping[str, Callable[[Mapping[str, Value], Reading], str]] = {
    "assets": _asset,
    "expenses": _expense,
    "members": _present,
    "evidence": _proof,
}


def _whose(row: Mapping[str, Value], reading: Reading) -> str:
    return reading.members.get(str(row.get("member") or ""), "")


def _net(row: Mapping[str, Value]) -> int | None:
    gross, cost = row.get("gross"), row.get("cost") or 0
    return gross - cost if _is_int(gross) and _is_int(cost) else None


def _total(sums: Sequence[Value], reading: Reading) -> tuple[str, ...]:
    if len(sums) < 2 or not all(_is_int(s) for s in sums):
        return ()
    return (reading.say("review.total", sum=reading.money(sum(sums))),)


def _is_int(value: Value) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
