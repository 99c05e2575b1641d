"""Deciding a double: whether two registrations are one household, and whether the people in both are one.

Three answers there are: one household registered twice, which makes the people in it one as well; the same person in
two households; or different people. An answer is a `link` like everyone's, written having seen what was said before,
so nothing is changed in either registration and any answer can be taken back by the next. Only a person whose scope
covers both sides may decide.
"""

from collections.abc import Collection, Mapping

from schemas import ids, merge, records
from schemas.merge import DIFFERENT, SAME
from schemas.problems import Failed
from sync_server import audit, authoring, devices, doubles, feed, heads, may, moves
from sync_server.authoring import Draft
from sync_server.db import Again, Tx
from sync_server.doubles import Item
from sync_server.heads import Head
from sync_server.people import Person

FORM = "desk"


def decide(
    tx: Tx,
    person: Person,
    low: str,
    high: str,
    households: str,
    people: Mapping[str, str],
    basis: str,
    seen: Collection[str],
) -> None:
    """Says of two households whether they are one, and of the people in both whether they are: `people` by
    `"<a> <b>"`. Households that are one make their people one, whatever `people` says. Within one household
    `households` is empty.

    Raises Failed: `forbidden`, `not_found`, `not_your_area` when the scope does not cover both sides, `reason_needed`
    without a basis, `changed_meanwhile` when `seen` is not everything that was said by now, `malformed`.
    """
    may.require(person.role, "settle")
    devices.desk(tx, person.county)
    locked = feed.lock(tx, person.county, moves.reach(heads.load(tx, person.county, [low, high]).values()))
    if not moves.reach(heads.load(tx, person.county, [low, high]).values()) <= set(locked):
        raise Again  # one of them moved meanwhile
    roots = doubles.sides(tx, person, low, high)
    if not all(ids.within(root.area, person.scope) for root in roots):
        raise Failed("not_your_area")
    if basis not in records.codes("link_basis"):
        raise Failed("reason_needed")
    known = doubles.item(tx, person.county, low, high)
    links = heads.load(tx, person.county, {p.link for p in known.pairs} | {merge.link_id(low, high)})
    if set(seen) != doubles.said_so_far(links.values()):
        raise Failed("changed_meanwhile")
    verdicts = _verdicts(known, households, people)
    drafts = [_draft(tx, person.county, two, verdict, basis, links) for two, verdict in sorted(verdicts.items())]
    authoring.write(tx, person.county, person.user, drafts)
    audit.write(
        tx,
        person.county,
        person.user,
        "duplicate_decided",
        low,
        other=high,
        households=households,
        same=sum(v == SAME for v in verdicts.values()),
        different=sum(v == DIFFERENT for v in verdicts.values()),
        basis=basis,
    )


def _verdicts(known: Item, households: str, people: Mapping[str, str]) -> dict[tuple[str, str], str]:
    """What to write: every pair's verdict that is to differ from what stands."""
    inside = known.low == known.high
    wrong = households not in (("",) if inside else (SAME, DIFFERENT))
    pairs = {f"{p.a} {p.b}": p for p in known.people}
    if wrong or not set(people) <= set(pairs) or not set(people.values()) <= {SAME, DIFFERENT}:
        raise Failed("malformed", place="people")
    wanted = {(p.a, p.b): SAME if households == SAME else people.get(key, p.verdict) for key, p in pairs.items()}
    if not inside:
        wanted[(known.low, known.high)] = households
    stands = {(p.a, p.b): p.verdict for p in known.pairs}
    return {two: v for two, v in wanted.items() if v in (SAME, DIFFERENT) and stands.get(two, "") != v}


def _draft(tx: Tx, county: str, two: tuple[str, str], verdict: str, basis: str, links: Mapping[str, Head]) -> Draft:
    link = merge.link_id(*two)
    stands = links[link].heads if link in links else merge.NOTHING
    sets = {**(merge.join(*two) if verdict == SAME else merge.part(*two)), "basis": basis}
    root = heads.get(tx, county, min(two))
    household = root.household if root else min(two)
    return Draft(household, link, "link", FORM, sets, merge.seeing_all(stands, sets))
