"""The packs that Ruhu ships: their cases come out as they say, and each is a canonical value."""

from datetime import date

import pytest

from schemas import codec, records
from schemas.policy.cases import Case, differences, load_cases
from schemas.policy.facts import COLLECTIONS, HOUSEHOLD, TABLES, slots_of
from schemas.policy.model import Pack
from tests.schemas.policy.making import NAMES, folder, pack

CASES = [(name, case) for name in NAMES for case in load_cases(folder(name))]


@pytest.mark.parametrize(("name", "case"), CASES, ids=[f"{name}: {case.name}" for name, case in CASES])
def test_a_case_comes_out_as_it_says(name: str, case: Case) -> None:
    assert differences(pack(name), case) == ()


def test_a_case_that_does_not_come_out_says_where() -> None:
    case = next(case for name, case in CASES if case.name.startswith("D01"))
    wrong = Case(case.name, case.facts, {"dibao": {"verdict": "not", "amount": 3, "lines": {"gap": 2, "none": 1}}})
    assert differences(pack("zj-2003"), wrong) == (
        "dibao.verdict: eligible, expected not",
        "dibao.amount: 125100, expected 300",
        "dibao.lines.gap: 125100, expected 200",
        "dibao.lines.none: not shown, expected 1",
    )
    assert differences(pack("zj-2003"), Case("", case.facts, {"tekun": {}})) == ("tekun: not decided by this pack",)


@pytest.mark.parametrize("name", NAMES)
def test_a_pack_is_the_same_after_a_journey(name: str) -> None:
    here = pack(name)
    there = Pack.from_wire(codec.decode(codec.encode(here.wire())))
    assert there.hash == here.hash == codec.digest(here.wire())
    assert (there.name, there.title("zh"), there.title("en")) == (name, here.title("zh"), here.title("en"))


@pytest.mark.parametrize("name", NAMES)
def test_every_code_that_a_pack_looks_for_is_in_its_code_table(name: str) -> None:
    tables = {
        "wages.item": "wage_item", "business.item": "business_item", "property.item": "property_item",
        "transfers.item": "transfer_item",
    }  # fmt: skip
    for programme in pack(name).programmes:
        for fact, codes in programme.codes.items():
            place, _, column = fact.partition(".")
            known = COLLECTIONS[place].get(column) if column else HOUSEHOLD.get(place)
            if known is None:
                continue
            table = set(records.codes(tables.get(fact, known.codes)))
            for code in codes:
                entries = pack(name).parameters[code[1:]].entries if code.startswith("@") else ()
                wanted = {c for e in entries for c in e.value} if code.startswith("@") else {code}
                assert wanted <= table, (fact, wanted - table)


@pytest.mark.parametrize("name", NAMES)
def test_every_fact_is_read_from_slots_of_the_catalogue(name: str) -> None:
    known = {f"{kind}.{slot}" for kind, slots in records.catalogue().items() for slot in slots}
    assert pack(name).slots <= known
    assert slots_of([*HOUSEHOLD, *TABLES]) <= known


def test_a_made_up_value_is_marked_wherever_it_stands() -> None:
    for name in NAMES:
        for parameter in pack(name).parameters.values():
            for entry in parameter.entries:
                assert not entry.citation.startswith("SAMPLE") or entry.sample, (name, parameter.name)
                assert not entry.region.startswith("99") or entry.sample, (name, parameter.name)


def test_hangzhou_urban_standard_follows_two_fifths_of_the_minimum_wage() -> None:
    """Not sample data checked against itself: 40 % of the city's minimum wage is how the standard was set until 2017
    (E08a, E08c)."""
    standard = pack("zj-2003").parameters["standard"]
    for on, wage in (("2010-08-01", 1100), ("2011-07-01", 1310), ("2013-08-01", 1470), ("2014-12-02", 1650)):
        entry = standard.at("330106001001", "urban", on)
        assert entry is not None
        assert abs(entry.value - wage * 40) <= 100


def test_a_parameter_is_looked_up_by_nearest_place_group_and_day() -> None:
    standard = pack("zj-2003").parameters["standard"]
    at = {
        place: standard.at(place, "rural", "2018-03-01") for place in ("330106001001", "330112001001", "330281001001")
    }
    assert at["330106001001"] is not None
    assert at["330106001001"].value == 91700
    assert at["330112001001"] is not None
    assert at["330112001001"].value == 78000
    assert at["330281001001"] is None


@pytest.mark.parametrize("name", NAMES)
def test_its_periods_are_days_and_its_citations_are_in_both_languages(name: str) -> None:
    here = pack(name)
    assert date.fromisoformat(here.since)
    for mark in here.marks:
        assert not mark.because or (mark.because["zh"] and mark.because["en"])
    for programme in here.programmes:
        for line in programme.lines:
            assert here.cited(line.citation, "zh")
            assert here.cited(line.citation, "en").isascii() or "三" in line.citation or "二" in line.citation
