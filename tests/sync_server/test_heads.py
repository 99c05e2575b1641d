"""The heads table is what `schemas.merge` says of the changes, whatever was pushed by whom in what order."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas import merge
from schemas.change import Change
from sync_server import intake, verify
from tests.sync_server.place import Place, Tablet, found

_counties = iter(range(100_000, 999_999))

SLOTS = ("phone", "address", "head")
edits = st.lists(
    st.tuples(
        st.integers(0, 2),  # whose tablet
        st.integers(0, 1),  # which household
        st.dictionaries(st.sampled_from(SLOTS), st.sampled_from(["甲", "乙", None]), min_size=1),
        st.sets(st.integers(0, 30), max_size=4),  # which earlier changes were seen
        st.booleans(),  # pushed at once, or later
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=edits)
def test_heads_are_the_definition_after_any_pushes(
    place: Place, edits: list[tuple[int, int, dict[str, str | None], set[int], bool]]
) -> None:
    here = found(place.server, str(next(_counties)))  # a county of its own for each example
    tablets = [here.tablet(role) for role in ("visitor", "officer", "supervisor")]
    homes = [tablets[0].begin(here.areas[0]), tablets[1].begin(here.areas[1])]
    sent: list[Change] = [tablets[0].made[0], tablets[1].made[0]]
    waiting: dict[str, list[Change]] = {tablet.id: [] for tablet in tablets}
    for who, which, sets, saw, at_once in edits:
        tablet = tablets[who]
        seen = {sent[i % len(sent)].id for i in saw}
        change = tablet.change(homes[which], dict(sets), seen=seen)
        sent.append(change)
        waiting[tablet.id].append(change)
        if at_once:
            _flush(tablet, waiting)
    for tablet in reversed(tablets):
        _flush(tablet, waiting)
    for home in homes:
        mine = [c for c in sent if c.record == home]
        assert here.held(home).live == merge.live(mine)
    assert place.server.db.snapshot(lambda tx: verify.county(tx, here.county)) == []


def _flush(tablet: Tablet, waiting: dict[str, list[Change]]) -> None:
    if batch := waiting[tablet.id]:
        message = tablet.message(*batch)
        tablet.place.server.db.transaction(lambda tx: intake.push(tx, tablet.device, message))
        waiting[tablet.id] = []
