"""Slot values in the words of somebody who decides."""

import pytest

from app.ui.screens.review_values import Reading, lines
from schemas.codec import Value

ZH = Reading("zh", {"m1": "钱阿根", "m2": "陈阿凤"}, {"wang": "王小明"})
EN = Reading("en", {"m1": "钱阿根", "m2": "陈阿凤"}, {"wang": "王小明"})


def test_income_is_read_row_by_row_with_whose_it_is_and_what_it_cost() -> None:
    rows = [
        {"id": "a", "item": "wage", "member": "m1", "gross": 1_200_000, "cost": 0},
        {"id": "b", "item": "casual", "member": "m2", "gross": 300_050, "cost": 50_000},
    ]
    assert lines("income_wage", "table", "", rows, ZH) == (
        "工资，钱阿根  12,000 元",
        "打零工，陈阿凤  2,500.50 元（收入 3,000.50 元，成本 500 元）",
        "合计  14,500.50 元",
    )
    assert lines("income_wage", "table", "", rows, EN)[1] == "Casual work, 陈阿凤  ¥2,500.50 (¥3,000.50 less ¥500)"


def test_an_amount_nobody_gave_stays_a_gap_and_makes_no_total() -> None:
    rows = [{"id": "a", "item": "wage"}, {"id": "b", "item": "bonus", "gross": 100}]
    assert lines("income_wage", "table", "", rows, ZH) == ("工资  —", "奖金津贴  1 元")


def test_none_asked_and_none_found_are_told_apart() -> None:
    assert lines("assets", "table", "", None, ZH) == ("—",)
    assert lines("assets", "table", "", [], ZH) == ("无",)


@pytest.mark.parametrize(
    ("slot", "kind", "codes", "value", "said"),
    [
        ("hukou", "code", "hukou", "rural", ("农村",)),
        ("hukou", "code", "hukou", "moon", ("moon",)),
        ("born", "date", "", "1956-03-02", ("1956年3月2日",)),
        ("reasons", "codes", "hardship", [], ("—",)),
        ("investigators", "texts", "", ["王小明", "赵慧"], ("王小明，赵慧",)),
        ("assigned_to", "text", "", "wang", ("王小明",)),
        ("assigned_to", "text", "", "gone", ("gone",)),
        ("disability", "object", "", {"level": "2", "kind": "4"}, ("类别：肢体", "等级：二级")),
        ("respondent", "object", "", {}, ("—",)),
        ("respondent", "object", "", {"name": "钱阿根", "mood": "calm"}, ("姓名：钱阿根", "mood：calm")),
        ("signatures", "object", "", {"respondent": "M1 1L2 2"}, ("被访人：已签字",)),
        ("bank", "object", "", {"account": "6230910199001234567"}, ("账号：•••• 4567",)),
        ("members", "table", "", [{"id": "m1", "present": "yes"}], ("钱阿根",)),
        ("members", "table", "", [{"id": "m2", "present": "no"}], ("陈阿凤，不共同生活",)),
        ("members", "table", "", [{"id": "gone", "present": "yes"}], ("（未填姓名）",)),
        ("evidence", "table", "", [{"id": "e", "purpose": "inside", "note": "厨房"}], ("居室内部，厨房",)),
        ("newer_table", "table", "", [{"id": "x", "what": "unknown", "n": 3}], ("unknown，3",)),
        ("skew", "int", "", 30, ("30",)),
    ],
)  # fmt: skip
def test_every_kind_of_value_is_said_and_none_is_left_out(
    slot: str, kind: str, codes: str, value: Value, said: tuple[str, ...]
) -> None:
    assert lines(slot, kind, codes, value, ZH) == said


def test_assets_say_whether_they_are_exempt() -> None:
    rows = [{"id": "a", "kind": "vehicle", "note": "三轮车", "value": 300_000, "exempt": "livelihood_vehicle"}]
    assert lines("assets", "table", "", rows, ZH) == ("机动车船，三轮车，谋生工具车辆  3,000 元",)
    expenses = [{"id": "e", "kind": "medical", "amount": 860_000}]
    assert lines("expenses", "table", "", expenses, EN) == ("Medical  ¥8,600",)
