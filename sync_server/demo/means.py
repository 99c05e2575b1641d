"""What an earlier visit found in a household: incomes in four classes, assets, expenses, housing, who signed.

All sums are fen over the last 12 months, whole yuan as people say them. A class in which nothing was found holds an
empty table, which says *none*, not *unknown*.
"""

import random
from collections.abc import Callable, Sequence
from datetime import date

from schemas.codec import Value
from sync_server.demo.people import Member

YUAN = 100

Rows = list[dict[str, Value]]


def found(
    rng: random.Random, hukou: str, members: Sequence[Member], on: date, new_id: Callable[[], str]
) -> dict[str, Value]:
    """The slots of a visit made on a day, as the questionnaire saves them."""
    adult = [m for m in members if m[1]["student"] == "no" and m[1]["labour"] != "none"]
    respondent = adult[0] if adult else members[0]
    return {
        "hukou": hukou,
        "members": [{"id": member, "present": slots["present"]} for member, slots in members],
        "income_wage": _wages(rng, hukou, adult, new_id),
        "income_business": _business(rng, hukou, adult, new_id),
        "income_property": _property(rng, hukou, new_id),
        "income_transfer": _transfers(rng, hukou, members, on, new_id),
        "assets": _assets(rng, hukou, new_id),
        "expenses": _expenses(rng, members, new_id),
        "housing": _housing(rng, hukou),
        "respondent": {"name": respondent[1]["name"], "relation": respondent[1]["relation"]},
        "kin": {"is_kin": "no"},
        "evidence": [],
        "signatures": {role: _signature(rng) for role in ("respondent", "investigator_1", "investigator_2")},
    }


def _income(new_id: Callable[[], str], member: str | None, item: str, gross: int, cost: int = 0) -> dict[str, Value]:
    row: dict[str, Value] = {"id": new_id(), "item": item, "gross": gross * YUAN, "cost": cost * YUAN}
    return {**row, "member": member} if member is not None else row


def _wages(rng: random.Random, hukou: str, adult: Sequence[Member], new_id: Callable[[], str]) -> Rows:
    rows = []
    for member, slots in adult:
        if slots["labour"] == "full" and rng.random() < 0.5:
            if hukou == "urban":
                rows.append(_income(new_id, member, "wage", _about(rng, 15000, 30000), _about(rng, 600, 2400)))
            else:
                rows.append(_income(new_id, member, "casual", _about(rng, 6000, 22000), _about(rng, 300, 1500)))
        elif slots["labour"] == "partial" and rng.random() < 0.35:
            rows.append(_income(new_id, member, "casual", _about(rng, 1500, 6000)))
    return rows


def _business(rng: random.Random, hukou: str, adult: Sequence[Member], new_id: Callable[[], str]) -> Rows:
    if hukou == "urban":
        if adult and rng.random() < 0.08:
            return [_income(new_id, adult[0][0], "retail", _about(rng, 12000, 30000), _about(rng, 8000, 16000))]
        return []
    rows = []
    if adult and rng.random() < 0.75:
        rows.append(_income(new_id, adult[0][0], "crop", _about(rng, 2400, 7000), _about(rng, 900, 2600)))
    if adult and rng.random() < 0.3:
        rows.append(_income(new_id, adult[-1][0], "livestock", _about(rng, 1800, 8000), _about(rng, 1200, 4000)))
    if rng.random() < 0.12:
        rows.append(_income(new_id, None, "forestry", _about(rng, 800, 3200), _about(rng, 200, 900)))
    return rows


def _property(rng: random.Random, hukou: str, new_id: Callable[[], str]) -> Rows:
    rows = []
    if hukou == "rural" and rng.random() < 0.35:
        rows.append(_income(new_id, None, "rent", _about(rng, 300, 1500)))
    if hukou == "rural" and rng.random() < 0.25:
        rows.append(_income(new_id, None, "collective", _about(rng, 200, 900)))
    if rng.random() < 0.12:
        rows.append(_income(new_id, None, "interest", rng.randrange(20, 400)))
    return rows


def _transfers(rng: random.Random, hukou: str, members: Sequence[Member], on: date, new_id: Callable[[], str]) -> Rows:
    rows = []
    for member, slots in members:
        age = on.year - int(slots["born"][:4])
        if age >= 61:
            if hukou == "urban" and rng.random() < 0.5:
                rows.append(_income(new_id, member, "pension", rng.randrange(700, 1500) * 12))
            else:
                rows.append(_income(new_id, member, "basic_pension", rng.randrange(190, 330) * 12))
        if age >= 80:
            rows.append(_income(new_id, member, "old_age", 50 * 12))
        if slots.get("disability"):
            rows.append(_income(new_id, member, "assistance", rng.choice((125, 250, 375)) * 12))
        if slots["student"] == "tertiary" and rng.random() < 0.5:
            rows.append(_income(new_id, member, "scholarship", rng.choice((3000, 4500))))
    if len(members) <= 2 and int(members[0][1]["born"][:4]) < on.year - 65 and rng.random() < 0.5:
        rows.append(_income(new_id, members[0][0], "support", rng.choice((1200, 2400, 3600, 6000))))
    if rng.random() < 0.03:
        rows.append(_income(new_id, members[0][0], "veteran", _about(rng, 6000, 12000)))
    return rows


def _assets(rng: random.Random, hukou: str, new_id: Callable[[], str]) -> Rows:
    def row(kind: str, value: int, note: str = "", exempt: str = "no") -> dict[str, Value]:
        said = {"note": note} if note else {}
        return {"id": new_id(), "kind": kind, **said, "value": value * YUAN, "exempt": exempt}

    rows = []
    if rng.random() < 0.65:
        rows.append(row("deposit", _about(rng, 500, 24000), rng.choice(("农信社", "邮储", "工行"))))
    if rng.random() < 0.05:
        rows.append(row("deposit", _about(rng, 2000, 8000), "临时救助金", "assistance_savings"))
    if rng.random() < 0.08:
        rows.append(row("insurance", _about(rng, 3000, 20000)))
    if rng.random() < 0.07:
        note, exempt = rng.choice((("电动三轮车", "livelihood_vehicle"), ("残疾人代步车", "medical_vehicle")))
        rows.append(row("vehicle", _about(rng, 2000, 9000), note, exempt))
    elif rng.random() < 0.04:
        rows.append(row("vehicle", _about(rng, 18000, 60000), "小轿车"))
    if hukou == "urban" and rng.random() < 0.02:
        rows.append(row("business", _about(rng, 60000, 150000), "沿街小店"))
    return rows


def _expenses(rng: random.Random, members: Sequence[Member], new_id: Callable[[], str]) -> Rows:
    def row(kind: str, amount: int) -> dict[str, Value]:
        return {"id": new_id(), "kind": kind, "amount": amount * YUAN}

    rows = [row("living", len(members) * _about(rng, 4200, 7800))]
    if any(s["serious_illness"] == "yes" for _, s in members):
        rows.append(row("medical", _about(rng, 12000, 56000)))
    elif any(s["health"] != "10" for _, s in members):
        rows.append(row("medical", _about(rng, 600, 5200)))
    if any(s.get("disability") for _, s in members):
        rows.append(row("rehab", _about(rng, 400, 4800)))
    if any(s["student"] in ("senior", "tertiary") for _, s in members):
        rows.append(row("education", _about(rng, 3200, 16000)))
    return rows


def _housing(rng: random.Random, hukou: str) -> dict[str, Value]:
    if hukou == "urban" and rng.random() < 0.35:
        ownership = rng.choice(("public_rental", "public_rental", "rented", "borrowed"))
        return {"ownership": ownership, "condition": "safe", "area_m2": rng.randrange(24, 60), "dwellings": 0}
    condition = rng.choices(("safe", "class_c", "class_d"), (90, 8, 2))[0] if hukou == "rural" else "safe"
    return {
        "ownership": "own",
        "condition": condition,
        "area_m2": rng.randrange(38, 72) if hukou == "urban" else rng.randrange(48, 160),
        "dwellings": 2 if rng.random() < 0.02 else 1,
    }


def _signature(rng: random.Random) -> str:
    """A scribble as the signature pad makes it: SVG path data in whole pixels."""
    x, y = 20, 70
    points = [f"M{x} {y}"]
    for _ in range(rng.randrange(14, 26)):
        x += rng.randrange(4, 14)
        y = min(110, max(20, y + rng.randrange(-34, 35)))
        points.append(f"L{x} {y}")
    return "".join(points)


def _about(rng: random.Random, low: int, high: int) -> int:
    """A sum of yuan as people say it: in hundreds, or tens when small."""
    step = 100 if low >= 1000 else 10
    return rng.randrange(low, high) // step * step
