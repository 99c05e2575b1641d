"""The fictional county is the same for everyone who starts it, breaks nothing, and holds what breaks programs."""

from collections import Counter
from datetime import date, timedelta

import pytest

from schemas import ids, records
from sync_server.demo import county, numbers
from sync_server.demo.households import Household, households

TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def everyone() -> list[Household]:
    return list(households(TODAY))


def names(everyone: list[Household]) -> list[str]:
    return [slots["name"] for h in everyone for _, slots in h.members]


def test_the_same_seed_and_day_give_the_same_county(everyone: list[Household]) -> None:
    assert list(households(TODAY)) == everyone


def test_another_seed_gives_another_county(everyone: list[Household]) -> None:
    other = list(households(TODAY, seed=1))
    assert [h.slots["head"] for h in other] != [h.slots["head"] for h in everyone]


def test_there_are_three_towns_twelve_villages_and_three_hundred_households(everyone: list[Household]) -> None:
    assert len({v.town for v in county.VILLAGES}) == len(county.TOWNS) == 3
    assert len({h.area for h in everyone}) == len(county.VILLAGES) == 12
    assert len(everyone) == 300
    assert all(ids.is_area(v.code) and ids.county_of(v.code) == county.COUNTY for v in county.VILLAGES)


def test_every_value_fits_its_slot_and_every_code_its_table(everyone: list[Household]) -> None:
    catalogue = records.catalogue()
    for h in everyone:
        made = [("household", h.slots), *(("member", m) for _, m in h.members)]
        made += [("visit", h.visited.slots)] if h.visited else []
        for kind, slots in made:
            for name, value in slots.items():
                slot = catalogue[kind][name]
                assert slot.fits(value), (kind, name)
                if slot.type == "code":
                    assert value in records.codes(slot.codes), (kind, name, value)


def test_ids_of_records_are_unique(everyone: list[Household]) -> None:
    made = [h.id for h in everyone] + [m for h in everyone for m, _ in h.members]
    made += [h.visited.visit for h in everyone if h.visited]
    assert len(set(made)) == len(made)
    assert all(ids.is_record_id(record) for record in made)


def test_national_ids_are_of_a_region_that_does_not_exist_and_check(everyone: list[Household]) -> None:
    for h in everyone:
        for _, member in h.members:
            if "national_id" not in member:
                assert member["no_id_reason"]
                continue
            number = member["national_id"]
            assert number[:6] == county.COUNTY
            assert number[6:14] == member["born"].replace("-", "")
            assert int(number[16]) % 2 == (1 if member["sex"] == "1" else 0)
            assert number[17] == numbers.check_character(number[:17])
    assert any(m["national_id"].endswith("X") for h in everyone for _, m in h.members if "national_id" in m)


def test_the_check_character_agrees_with_published_examples() -> None:
    for number in ("330106199001010018", "110101199003074514", "330102194912310021"):
        assert numbers.check_character(number[:17]) == number[17]


def test_phones_are_of_a_block_that_nobody_has(everyone: list[Household]) -> None:
    assert all(h.slots["phone"].startswith("1990000") and len(h.slots["phone"]) == 11 for h in everyone)


def test_names_come_in_every_shape_that_breaks_programs(everyone: list[Household]) -> None:
    met = names(everyone)
    assert any("·" in name for name in met)
    assert any(name.startswith(("欧阳", "司马", "诸葛", "上官", "夏侯", "慕容", "司徒", "端木")) for name in met)
    assert any(name.startswith(("侯莫陈", "阿史那", "步六孤")) for name in met), "three characters before the name"
    assert any(name.startswith(("爱新觉罗", "叶赫那拉", "乌拉那拉")) for name in met), "four characters"
    assert any(not _in_gbk(name) for name in met)
    assert any(ord(c) > 0xFFFF for name in met for c in name), "a character of four UTF-8 bytes"


def test_the_visitors_own_villages_hold_a_name_outside_gbk(everyone: list[Household]) -> None:
    mine = [h for h in everyone if h.visitor == "visitor"]
    assert any(not _in_gbk(name) for name in names(mine))


def test_the_mix_is_that_of_a_village_register(everyone: list[Household]) -> None:
    alone = [h for h in everyone if len(h.members) == 1 and _age(h.members[0][1]["born"]) >= 70]
    disabled = [h for h in everyone if any(m.get("disability") for _, m in h.members)]
    students = [h for h in everyone if any(m["student"] == "tertiary" for _, m in h.members)]
    lone = [h for h in everyone if h.members[0][1]["marital"] == "40"]
    three = [h for h in everyone if any(m["relation"] in ("41", "42") for _, m in h.members)]
    for group in (alone, disabled, students, lone, three):
        assert len(group) >= 10
    assert max(len(h.members) for h in everyone) >= 6


def test_nobody_is_younger_than_a_parent_could_be(everyone: list[Household]) -> None:
    for h in everyone:
        head = _age(h.members[0][1]["born"])
        assert 16 <= head < 100
        for _, member in h.members[1:]:
            if member["relation"] in ("20", "30"):
                assert head - _age(member["born"]) >= 18


def test_a_visitor_has_visits_due_today_late_and_this_week(everyone: list[Household]) -> None:
    for visitor in ("visitor", "visitor2"):
        scope = county.account(visitor).scope
        due = [
            date.fromisoformat(h.slots["planned_on"])
            for h in everyone
            if ids.within(h.area, scope) and "planned_on" in h.slots
        ]
        assert sum(d == TODAY for d in due) >= 3
        assert any(d < TODAY for d in due)
        assert any(TODAY < d <= TODAY + timedelta(days=7) for d in due)


def test_most_households_have_a_history_in_every_state(everyone: list[Household]) -> None:
    states = Counter(h.visited.state for h in everyone if h.visited)
    assert states["accepted"] >= 120
    assert states["done"] >= 5
    assert states["returned"] >= 2
    assert any(h.visited is None for h in everyone)


def test_a_class_without_income_is_an_empty_table_never_missing(everyone: list[Household]) -> None:
    for h in everyone:
        if h.visited:
            for table in ("income_wage", "income_business", "income_property", "income_transfer", "assets", "expenses"):
                assert isinstance(h.visited.slots[table], list)


def test_pins_and_passwords_are_all_different() -> None:
    secrets = [s for a in county.ACCOUNTS for s in (a.password, a.pin, a.passphrase) if s]
    assert len(set(secrets)) == len(secrets)
    assert {a.role for a in county.ACCOUNTS if a.password or a.pin} == {
        "visitor",
        "officer",
        "supervisor",
        "steward",
        "auditor",
    }


def _in_gbk(text: str) -> bool:
    try:
        text.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def _age(born: str) -> int:
    b = date.fromisoformat(born)
    return TODAY.year - b.year - ((TODAY.month, TODAY.day) < (b.month, b.day))
