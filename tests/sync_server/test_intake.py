"""Push: nothing a device sends is lost, and nothing happens twice."""

from dataclasses import replace

import hypothesis
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sqlalchemy import func, select

from schemas import change as changes
from schemas import codec, merge, records, wire
from schemas.codec import Value
from schemas.problems import Failed
from sync_server import audit, devices, intake, tables, verify
from sync_server.db import Tx
from tests.sync_server.place import CLOUD, EAST, HILL, Place, Watch, new_id


def test_a_first_push_is_taken_numbered_and_chained(place: Place) -> None:
    tablet, home = place.tablet(), new_id()
    first = tablet.change(home, {"area": EAST, "head": "欧阳·小山", "phone": "1"})
    member = tablet.change(home, {"name": "𬇕㛃䶮"}, record=new_id(), kind="member")
    receipt = tablet.push()
    assert receipt == wire.Receipt(tablet.id, 1, 2, (wire.Taken(EAST, 1), wire.Taken(EAST, 2)))
    assert place.feed(EAST) == [(1, first.id), (2, member.id)]
    assert place.cursor(EAST, 2).chain == changes.chain(changes.chain("", first.id), member.id)
    assert place.held(home).value("head") == "欧阳·小山"


def test_the_same_push_again_is_known_and_changes_nothing(place: Place) -> None:
    tablet = place.tablet()
    home = tablet.begin()
    tablet.change(new_id(), {"area": CLOUD})
    first = tablet.push()
    again = tablet.push()
    assert isinstance(first.verdicts[1], wire.Held)
    assert again == wire.Receipt(tablet.id, 1, 2, (wire.Known(EAST, 1), wire.Held("not_your_area")))
    assert place.feed(EAST) == [(1, tablet.made[0].id)]
    assert place.held(home).conflicts() == {}


def test_a_push_cut_half_way_goes_on_from_anywhere_before_its_end(place: Place) -> None:
    tablet = place.tablet()
    home = tablet.begin()
    for i in range(5):
        tablet.change(home, {"phone": str(i)}, seen=[tablet.last])
    tablet.push(*tablet.made[:3])
    receipt = tablet.push(*tablet.made[1:])
    assert [type(v) for v in receipt.verdicts] == [wire.Known] * 2 + [wire.Taken] * 3
    assert [seq for seq, _ in place.feed(EAST)] == [1, 2, 3, 4, 5, 6]


def test_missing_changes_are_asked_for_by_number(place: Place) -> None:
    tablet = place.tablet()
    home = tablet.begin()
    for i in range(3):
        tablet.change(home, {"phone": str(i)})
    with pytest.raises(Failed) as gap:
        tablet.push(*tablet.made[2:])
    assert (gap.value.code, gap.value.figures) == ("gap", {"expected": 2})


def test_a_run_with_a_hole_in_it_cannot_be_sent(place: Place) -> None:
    tablet = place.tablet()
    home = tablet.begin()
    for i in range(3):
        tablet.change(home, {"phone": str(i)})
    with pytest.raises(Failed, match="bad_signature"):  # what arrives is another change than the one signed
        tablet.push(tablet.made[1], tablet.made[3])


def test_a_device_restored_from_a_backup_is_told_so(place: Place) -> None:
    tablet = place.tablet()
    home = tablet.begin()
    tablet.push(tablet.change(home, {"phone": "1"}))
    old = tablet.restored(1)
    other = old.change(home, {"phone": "2"})
    with pytest.raises(Failed, match="fork"):
        old.push(other)
    further = old.change(home, {"phone": "3"})
    with pytest.raises(Failed, match="fork"):
        old.push(further)
    assert place.held(home).value("phone") == "1"


def test_only_the_device_itself_can_push_in_its_name(place: Place) -> None:
    tablet, other = place.tablet(), place.tablet("officer")
    tablet.change(new_id(), {"area": EAST})
    message = tablet.message()
    with pytest.raises(Failed, match="bad_signature"):
        place.server.db.transaction(lambda tx: intake.push(tx, other.device, message))
    forged = replace(message, signature="00" * 64)
    with pytest.raises(Failed, match="bad_signature"):
        place.server.db.transaction(lambda tx: intake.push(tx, tablet.device, forged))
    theirs = replace(other, n=0, last="", made=[])
    stolen = theirs.change(new_id(), {"area": EAST})
    with pytest.raises(Failed, match="bad_signature"):  # on the wire a change has no device but the sender
        tablet.send(tablet.message(stolen))


def test_a_push_of_a_protocol_nobody_speaks_is_told_to_update(place: Place) -> None:
    tablet = place.tablet()
    tablet.change(new_id(), {"area": EAST})
    with pytest.raises(Failed, match="protocol_unknown"):
        place.server.db.transaction(lambda tx: intake.push(tx, tablet.device, replace(tablet.message(), protocol=99)))


@pytest.mark.parametrize(
    ("kind", "sets", "reason"),
    [
        ("spaceship", {"name": "x"}, "unknown_kind"),
        ("spa\x00ceship", {"name": "x\x00"}, "unknown_kind"),
        ("household", {"wings": 2}, "unknown_slot"),
        ("household", {"head": 5}, "bad_value"),
        ("household", {"area": ["990101001001"]}, "bad_value"),
        ("household", {}, "empty_change"),
        ("household", {"area": CLOUD}, "not_your_area"),
        ("household", {"area": "990101999999"}, "unknown_area"),
        ("household", {"head": "没有村"}, "unknown_household"),
        ("member", {"name": "没有户"}, "unknown_household"),
    ],
)
def test_what_does_not_fit_is_held_with_the_reason_and_kept_whole(
    place: Place, kind: str, sets: dict[str, object], reason: str
) -> None:
    tablet, home = place.tablet(), new_id()
    record = home if kind == "household" else new_id()
    change = tablet.change(home, sets, record=record, kind=kind)
    tablet.change(new_id(), {"area": EAST})
    receipt = tablet.push()
    assert receipt == wire.Receipt(tablet.id, 1, 2, (wire.Held(reason), wire.Taken(EAST, 1)))
    assert tablet.pull().held == (wire.SetAside(1, reason),)
    rows = place.server.db.snapshot(
        lambda tx: tx.execute(select(tables.change.c.data).where(tables.change.c.id == change.id)).scalars().all()
    )
    assert [codec.decode(bytes(r)) for r in rows] == [codec.canonical(change.wire())]


def test_a_record_cannot_change_its_kind_or_its_household(place: Place) -> None:
    tablet = place.tablet()
    home, other, member = tablet.begin(), tablet.begin(HILL), new_id()
    tablet.push(tablet.change(home, {"name": "甲"}, record=member, kind="member"))
    moved = tablet.change(other, {"name": "乙"}, record=member, kind="member")
    turned = tablet.change(home, {"remarks": "x"}, record=member, kind="visit")
    inside = tablet.change(member, {"name": "x"}, record=new_id(), kind="member")
    receipt = tablet.push(moved, turned, inside)
    assert [v.reason for v in receipt.verdicts if isinstance(v, wire.Held)] == ["bad_id"] * 3


def test_a_visitor_cannot_decide_nor_sign_for_somebody_else(place: Place) -> None:
    tablet = place.tablet()
    home, visit = tablet.begin(), new_id()
    tablet.push(tablet.change(home, {"status": "done", "remarks": "好"}, record=visit, kind="visit"))
    tries = [
        tablet.change(home, {"status": "accepted"}, record=visit, kind="visit"),
        tablet.change(home, {"review": {"comment": "好"}}, record=visit, kind="visit"),
        tablet.change(home, {"stage": "decided"}, record=new_id(), kind="case"),
        tablet.change(home, {"kind": "decision"}, record=new_id(), kind="event"),
        tablet.change(home, {"phone": "1"}, author=place.user("supervisor")),
    ]
    verdicts = tablet.push(*tries).verdicts
    assert [v.reason for v in verdicts if isinstance(v, wire.Held)] == ["not_your_role"] * 5
    assert place.held(visit).value("status") == "done"


def test_what_a_revoked_device_sends_is_kept_for_a_supervisor(place: Place) -> None:
    tablet = place.tablet()
    home = tablet.begin()
    place.server.db.transaction(lambda tx: devices.revoke(tx, place.county, tablet.id, place.user("steward")))
    late = tablet.change(home, {"phone": "late"})
    assert tablet.push(late).verdicts == (wire.Held("revoked_held"),)
    with pytest.raises(Failed, match="revoked"):
        tablet.pull()


def test_a_change_that_came_before_its_household_is_taken_when_that_comes(place: Place) -> None:
    early, maker, home = place.tablet(), place.tablet("officer"), new_id()
    begun = maker.change(home, {"area": EAST, "head": "甲"})
    named = early.change(home, {"name": "乙"}, record=new_id(), kind="member")
    assert early.push().verdicts == (wire.Held("unknown_household"),)
    maker.push(begun)
    assert place.feed(EAST) == [(1, begun.id), (2, named.id)]
    assert early.pull().held == ()
    assert early.push().verdicts == (wire.Known(EAST, 2),)


def test_two_who_wrote_apart_leave_one_conflict_and_settle_it(place: Place) -> None:
    a, b = place.tablet(), place.tablet("officer")
    home = a.begin(phone="0")
    first = a.last
    mine = a.change(home, {"phone": "1"}, seen=[first])
    theirs = b.change(home, {"phone": "2"}, seen=[first])
    a.push(mine)
    b.push(theirs)
    assert place.held(home).conflicts() == {"phone": {mine.id: "1", theirs.id: "2"}}
    b.push(b.change(home, {"phone": "2"}, seen=merge.seeing_all(place.held(home), ["phone"])))
    assert place.held(home).conflicts() == {}
    assert place.held(home).value("phone") == "2"


def test_a_clock_years_off_is_noted_and_never_refused(place: Place, watch: Watch) -> None:
    tablet, home = place.tablet(), new_id()
    tablet.change(home, {"area": EAST})
    tablet.push(now="2031-11-23T01:02:03.000Z")
    head = place.head(home)
    assert tablet.device.skew == head.skew == 157766400 if head else False
    tablet.push(tablet.change(home, {"phone": "1"}), now="不是时间")
    assert tablet.device.skew == 0


def test_an_empty_push_only_says_where_the_server_is(place: Place) -> None:
    tablet = place.tablet()
    tablet.begin()
    message = wire.Push(wire.PROTOCOL, tablet.id, "2026-11-23T01:02:03.000Z", (), "")
    assert tablet.send(message) == wire.Receipt(tablet.id, 2, 1, ())


def test_a_push_that_fails_leaves_nothing_behind(place: Place) -> None:
    tablet = place.tablet()

    def torn(tx: Tx) -> None:
        intake.push(tx, tablet.device, tablet.message())
        raise Failed("disk_full")

    tablet.change(new_id(), {"area": EAST})
    with pytest.raises(Failed, match="disk_full"):
        place.server.db.transaction(torn)
    rows = place.server.db.snapshot(lambda tx: tx.execute(select(func.count()).select_from(tables.change)).scalar_one())
    assert rows == 0
    assert isinstance(tablet.push().verdicts[0], wire.Taken)


def test_each_push_stands_in_the_audit_with_figures_only(place: Place) -> None:
    tablet = place.tablet()
    tablet.begin(phone="13800000000")
    rows = place.server.db.snapshot(lambda tx: audit.read(tx, place.county, about=tablet.id))
    assert [(r.what, r.detail) for r in rows] == [("enrolled", {}), ("pushed", {"upto": 1, "taken": 1, "held": 0})]


texts = st.text(st.characters(codec="utf-8"), max_size=5) | st.sampled_from([EAST, CLOUD, "\x00", "长" * 3000])
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)
slots = st.sampled_from(sorted({slot for kind in records.catalogue().values() for slot in kind})) | texts


@hypothesis.settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from([*records.catalogue(), "spaceship"]) | texts,
            st.dictionaries(slots, values, max_size=3),
            st.sampled_from(["home", "new"]) | texts,
            st.sampled_from(["home", "new"]) | texts,
            st.lists(texts, max_size=2),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_can_be_read_is_taken_or_held_and_never_refused(
    place: Place, written: list[tuple[str, dict[str, Value], str, str, list[str]]]
) -> None:
    tablet = place.tablet()
    known = {"home": tablet.begin(), "new": new_id()}
    for kind, sets, household, record, seen in written:
        about = known.get(record, record) or known["new"]
        tablet.change(known.get(household, household), sets, record=about, kind=kind, seen=seen)
    message = wire.Push.from_wire(codec.decode(codec.encode(tablet.message().wire())))  # as it arrives
    receipt = place.server.db.transaction(lambda tx: intake.push(tx, tablet.device, message))
    assert receipt.upto == len(written) + 1
    assert wire.Receipt.from_wire(receipt.wire()) == receipt
    assert place.server.db.snapshot(lambda tx: verify.county(tx, place.county)) == []
