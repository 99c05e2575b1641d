"""Heads in a vault are what the merge says of the changes it holds, however own writes and pages come between."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.vault.drafts import Draft
from app.vault.open import Open
from schemas import merge
from schemas.change import Change
from tests.app.vault.county import VILLAGE, County, admitted, new_id, registered

SLOTS = ("phone", "address", "hukou")
STEP = st.one_of(
    st.tuples(st.just("write"), st.integers(0, 1), st.sampled_from(SLOTS), st.sampled_from("abc"), st.booleans()),
    st.tuples(st.just("send"), st.integers(0, 1), st.integers(1, 3), st.booleans(), st.none()),
    st.tuples(st.just("pull"), st.integers(0, 1), st.integers(1, 5), st.none(), st.none()),
)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(STEP, max_size=20))
def test_heads_equal_the_definition_after_any_interleaving_of_own_writes_and_pages(
    steps: list[tuple[Any, ...]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        county = County()
        tablets = [admitted(Path(folder) / name, county) for name in "ab"]
        own: list[list[Change]] = [[], []]
        h = new_id()
        own[0] += tablets[0].write([registered(h)])
        county.take(VILLAGE, *own[0])
        for tablet in tablets:
            pull(tablet, county, 1)
        for what, who, *rest in steps:
            tablet = tablets[who]
            match what, rest:
                case "write", [slot, value, sees_all]:
                    held = tablet.record(h)
                    assert held is not None
                    seen = (merge.seeing_all if sees_all else merge.seeing)(held.heads, [slot])
                    own[who] += tablet.write([Draft(h, h, "household", "", {slot: value}, seen)])
                case "send", [count, receipt_arrives, _]:
                    receipt = county.take(VILLAGE, *tablet.unsent(10**9)[:count])
                    if receipt_arrives:
                        tablet.receive_receipt(receipt)
                case "pull", [count, *_]:
                    pull(tablet, county, count)
        for tablet, mine in zip(tablets, own, strict=True):
            agrees(tablet, h, [*mine, *(c for c, _ in county.feeds[VILLAGE][: tablet.cursors()[VILLAGE].seq])])
        for tablet in tablets:
            tablet.receive_receipt(county.take(VILLAGE, *tablet.unsent(10**9)))
        for tablet in tablets:
            pull(tablet, county, 1000)
            agrees(tablet, h, [c for c, _ in county.feeds[VILLAGE]])
            assert tablet.waiting_count() == 0
        assert tablets[0].summaries() == tablets[1].summaries()


def pull(tablet: Open, county: County, count: int) -> None:
    after = tablet.cursors()[VILLAGE].seq
    tablet.receive_page(county.page(VILLAGE, after, after + count))


def agrees(tablet: Open, record: str, known: list[Change]) -> None:
    held = tablet.record(record)
    assert held is not None
    assert held.heads.live == merge.live(known)
    assert {c.id for c in tablet.changes(record)} == {c.id for c in known}
    assert tablet.summaries()[0].conflicts == len(held.heads.conflicts())
    assert tablet.verify() == []
