"""A household that was registered twice: joined, seen as one, parted again."""

from hypothesis import given
from hypothesis import strategies as st

from app.vault.summary import Summary
from app.work import joined
from schemas import ids, merge
from tests.app.vault.county import OTHER, member, new_id
from tests.app.work.conftest import Desk


def twin(desk: Desk) -> str:
    """蓝's family as another tablet registered it, with one more child and without the first."""
    household = desk.another("蓝水根", address="茶坑村2组7号（新屋）", phone="19911111111", planned_on="2026-02-20")
    desk.vault.write(
        [
            member(household, new_id(), name="雷银花", relation="10", born="1972-08-09", present="yes"),
            member(household, new_id(), name="蓝小星", relation="20", born="2015-05-05", present="yes"),
        ]
    )
    return household


def test_joined_registrations_are_one_line_and_one_page(desk: Desk) -> None:
    other = twin(desk)
    desk.work.join(desk.household, other)
    first, second = sorted((desk.household, other))
    (line,) = desk.work.households().lines
    assert (line.household, line.registrations) == (first, (first, second))
    assert line.codes == (ids.short_code(first), ids.short_code(second))
    for name in (desk.household, other):
        assert desk.work.household(name).line == line
    page = desk.work.household(first)
    assert [r.household for r in page.registrations] == [first, second]
    by_name = {m.name: set(m.codes) for m in page.members}
    both = {ids.short_code(first), ids.short_code(second)}
    assert by_name["雷银花"] == both  # the same name and birth: one person
    assert by_name["蓝·小满"] == {ids.short_code(desk.household)}
    assert by_name["蓝小星"] == {ids.short_code(other)}
    assert len(page.members) == 5  # the other tablet wrote another birthday of 蓝水根: two people, until somebody looks
    assert line.members == 5
    assert page.candidates == ()


def test_what_the_other_registration_says_differently_stands_beside_the_first(desk: Desk) -> None:
    other = twin(desk)
    desk.work.join(other, desk.household)
    page = desk.work.household(desk.household)
    phone = next(f for f in page.facts if f.slot == "phone")
    assert {phone.text["zh"], *(text["zh"] for _, text in phone.elsewhere)} == {"19900000007", "19911111111"}
    assert page.conflicts == 0


def test_a_joined_household_is_found_by_anything_of_either_and_planned_for_the_sooner_day(desk: Desk) -> None:
    other = twin(desk)
    desk.work.join(desk.household, other)
    for text in ("小满", "小星", "19911111111", "19900000007", ids.short_code(other), ids.short_code(desk.household)):
        assert desk.work.households(text).total == 1, text
    (planned,) = desk.work.today().planned
    assert str(planned.planned_on) == "2026-02-20"


def test_visits_go_to_the_first_registration_or_to_the_visit_that_is_open(desk: Desk) -> None:
    other = twin(desk)
    first, second = sorted((desk.household, other))
    assert desk.work.visit(second).household == second
    desk.work.join(first, second)
    assert desk.work.visit(first).household == second  # begun before they were joined
    desk.work.visit(second).discard()
    assert desk.work.visit(second).household == first
    assert desk.work.household(second).line.working


def test_parting_gives_back_both_as_they_were(desk: Desk) -> None:
    other = twin(desk)
    before = {h: desk.work.household(h).facts for h in (desk.household, other)}
    desk.work.join(desk.household, other)
    desk.work.part(desk.household, other)
    assert {x.household for x in desk.work.households().lines} == {desk.household, other}
    assert {h: desk.work.household(h).facts for h in before} == before
    assert desk.work.household(desk.household).candidates == ()  # somebody has said that they are two
    desk.work.join(desk.household, other)
    assert desk.work.households().total == 1


def test_a_registration_that_was_removed_leaves_the_household(desk: Desk) -> None:
    other = twin(desk)
    desk.work.join(desk.household, other)
    root = desk.vault.record(other)
    assert root is not None
    desk.work.remove(other, "两处登记都作废")
    assert desk.work.households().total == 0
    assert {x.household for x in desk.work.removed().lines} == {desk.household, other}
    desk.work.restore(other, "还是要走访")
    assert [x.household for x in desk.work.households().lines] == [other]


def test_households_of_two_villages_can_be_one(desk: Desk) -> None:
    other = desk.another("蓝水根", OTHER)
    desk.work.join(desk.household, other)
    assert desk.work.households().total == 1


HOUSEHOLDS = tuple(f"00000000-0000-7000-8000-00000000000{n}" for n in range(5))
PAIRS = st.tuples(st.sampled_from(HOUSEHOLDS), st.sampled_from(HOUSEHOLDS)).filter(lambda p: p[0] < p[1])


def short(household: str, links: tuple[object, ...], gone: bool) -> Summary:
    return Summary(
        household=household,
        area="990101200203",
        head="",
        phone="",
        address="",
        members=0,
        id_tails=(),
        names=(),
        planned_on=None,
        status="",
        assigned_to="",
        conflicts=0,
        hukou="",
        gone=gone,
        contested=False,
        left=False,
        visits=(),
        people=(),
        links=links,
    )


@given(
    st.dictionaries(PAIRS, st.sampled_from([merge.SAME, merge.DIFFERENT])), st.frozensets(st.sampled_from(HOUSEHOLDS))
)
def test_groups_are_what_can_be_reached_over_links_that_say_same(
    verdicts: dict[tuple[str, str], str], gone: frozenset[str]
) -> None:
    links = {h: tuple[object, ...]() for h in HOUSEHOLDS}
    for (a, b), verdict in verdicts.items():
        sets = {"a": a, "b": b, "verdict": verdict}
        links[a] += (merge.Heads({slot: {"c": value} for slot, value in sets.items()}).wire(),)
    found = joined.groups(short(h, links[h], h in gone) for h in HOUSEHOLDS)
    assert sorted(part.household for parts in found.values() for part in parts) == list(HOUSEHOLDS)
    for first, parts in found.items():
        assert first == min(p.household for p in parts)
        assert len(parts) == 1 or not any(p.gone for p in parts)

    def together(a: str, b: str) -> bool:
        seen, todo = {a}, [a]
        while todo:
            here = todo.pop()
            for (x, y), verdict in verdicts.items():
                if verdict == merge.SAME and here in (x, y):
                    there = y if here == x else x
                    if there not in seen:
                        seen.add(there)
                        todo.append(there)
        return b in seen

    group = {part.household: first for first, parts in found.items() for part in parts}
    for a in HOUSEHOLDS:
        for b in HOUSEHOLDS:
            if a != b and a not in gone and b not in gone:
                assert (group[a] == group[b]) == together(a, b)
