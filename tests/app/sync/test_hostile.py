"""A server that answers anything at all: the round ends, nothing that was not sent is given up, and nothing that the
county did not seal is believed."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.sync.session import (
    ASKS,
    Answer,
    Ask,
    Chunk,
    Document,
    Fetch,
    Missing,
    Phase,
    Session,
)
from app.vault.drafts import Draft
from app.vault.open import Open
from app.vault.working import WorkingCopy
from schemas import codec, problems, signing
from schemas.change import Change
from schemas.clock import Clock
from schemas.merge import Heads
from schemas.problems import Failed
from schemas.wire import (
    CHUNK_BYTES,
    Echo,
    Entry,
    Head,
    Held,
    Known,
    Lacking,
    LibraryItem,
    Page,
    Pages,
    Pull,
    Push,
    Receipt,
    SetAside,
    Snapshot,
    Taken,
    Witness,
)
from tests.app.vault.county import OTHER, VILLAGE, County, admitted, edit, new_id, pull, registered, sync

CLOCK = Clock()
MOST = 400
"""Far above what a round with little to do may ask."""

text = st.sampled_from(["", "x" * 32, VILLAGE, "zzzz", "2026-03-02T01:30:00.000Z"])
number = st.one_of(st.integers(0, 6), st.just(2**53), st.integers(-1, 40))
area = st.sampled_from([VILLAGE, OTHER, ""])
code = st.sampled_from(sorted(problems.catalogue()))


@st.composite
def answers(draw: Callable[[Any], Any]) -> Callable[[Ask, "Liar"], Answer | Failed]:
    """What a liar says to an ask: a refusal, an answer of the wrong kind, or one of the right kind with anything in
    it, which may be made of true parts."""
    kind = draw(st.sampled_from(["refused", "wrong", "right", "right", "right"]))
    refusal = Failed(draw(code), expected=draw(number), at=draw(text), order=draw(st.sampled_from(["", "00" * 64])))
    wrong: Answer = draw(
        st.sampled_from([None, b"", frozenset({"x"}), Lacking(("x",)), Receipt("", 1, 9, ()), Pages("")])
    )
    verdicts = draw(st.lists(st.sampled_from([Taken(VILLAGE, 1), Known(VILLAGE, 2), Held("moved")]), max_size=4))
    receipt = Receipt(draw(text), draw(number), draw(number), tuple(verdicts))
    pages = Pages(
        now=draw(text),
        upto=draw(number),
        held=tuple(SetAside(n, "moved") for n in draw(st.lists(number, max_size=3))),
        dismissed=tuple(draw(st.lists(number, max_size=3))),
        lost=tuple(draw(st.lists(area, max_size=3))),
        library=draw(st.sampled_from([None, (), (LibraryItem("0" * 64, "form", "f", "00"),)])),
        more=draw(st.booleans()),
    )
    shape = draw(st.tuples(area, number, number, text, text, st.booleans(), st.booleans()))

    def answer(ask: Ask, liar: "Liar") -> Answer | Failed:
        if kind == "refused":
            return refusal
        if kind == "wrong":
            return wrong
        match ask:
            case Push():
                right = Receipt(ask.device, ask.changes[0].n, ask.changes[-1].n, tuple(verdicts))
                return right if shape[5] else receipt
            case Pull():
                return liar.fill(pages, shape)
            case Witness():
                return Lacking((*ask.ids[: shape[1]], "x"))
            case Document() | Fetch():
                return b"{}" if shape[5] else bytes(CHUNK_BYTES + 9)
            case Missing():
                return frozenset(ask.chunks) if shape[5] else frozenset({"x"})
            case Chunk():
                return None

    return answer


class Liar:
    """Knows the county's true feed and uses it as it likes; it has not got the county's key."""

    def __init__(self, county: County) -> None:
        self.county = county

    def fill(self, pages: Pages, shape: tuple[Any, ...]) -> Pages:
        where, seq, count, since, after, true, snapshot = shape
        if true and where == VILLAGE and seq < len(self.county.feeds[VILLAGE]):
            page = self.county.page(VILLAGE, max(seq, 0), max(seq, 0) + max(1, min(count, 9)))
            return Pages(**{**vars(pages), "pages": (page,)})
        change = self.county.feeds[VILLAGE][0][0]
        seal = signing.sign(bytes(32), signing.STANDING, b"")
        if snapshot:
            head = Head(change.household, change.record, change.kind, Heads({"phone": {"x": "liar"}}))
            part = Snapshot(where, since, (head,), after, max(seq, 0), "x" * 32, 0, seal)
            return Pages(**{**vars(pages), "snapshots": (part,)})
        entries = (Entry(seq, change), Echo(seq + 1, count))
        return Pages(**{**vars(pages), "pages": (Page(where, entries, "x" * 32, 9, seal),)})


def made(folder: Path) -> tuple[Open, County, list[Change]]:
    """A vault with a feed, unsent work, a photo to send and one that is wanted."""
    county = County()
    mine, other = admitted(folder / "mine", county), admitted(folder / "other", county)
    h, photo = new_id(), new_id()
    whole = {"sha256": "0" * 64, "size": 9, "type": "image/jpeg", "purpose": "x", "chunks": ["0" * 64], "visit": "v"}
    other.write([registered(h, phone="1"), Draft(h, photo, "attachment", "", whole)])
    sync(other, county)
    pull(mine, county)
    mine.want_attachment(photo)
    sent = mine.write([edit(mine, h, phone="2")])
    county.take(VILLAGE, *sent)
    visit = new_id()
    mine.save_working(WorkingCopy(visit, h, "", {}))
    mine.put_attachment(h, visit, "outside", "image/jpeg", bytes(1000))
    unsent = mine.write([edit(mine, h, phone="3")])
    unsent += mine.write([Draft(h, visit, "visit", "", {"remarks": "某"})], ends=visit)
    mine.write([registered(new_id())])
    return mine, county, mine.waiting()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(said=st.lists(answers(), min_size=1, max_size=12))
def test_a_round_with_a_liar_ends_and_believes_nothing(said: list[Callable[[Ask, Liar], Answer | Failed]]) -> None:
    folder = Path(tempfile.mkdtemp())
    try:
        mine, county, waiting = made(folder)
        liar = Liar(county)
        session = Session(mine, CLOCK)
        receipted = 0
        try:
            for i in range(MOST):
                ask = session.ask()
                if ask is None:
                    break
                answer = said[i % len(said)](ask, liar)
                session.take(answer)
                if isinstance(ask, Push) and isinstance(answer, Receipt):
                    receipted = max(receipted, ask.changes[-1].n)
        except Failed as problem:
            session.end(problem)
        assert session.ask() is None, "the round does not end"
        assert session.progress.phase is Phase.DONE
        assert not session.outcome().shut_out
        assert {c.n for c in mine.waiting()} >= {c.n for c in waiting if c.n > receipted}
        assert mine.verify() == []
        shown = [
            h.value("phone") for h in (r.heads for r in mine.household(waiting[0].household)) if h.live.get("phone")
        ]
        assert "liar" not in shown
        mine.lock()
    finally:
        shutil.rmtree(folder)


def test_a_server_that_never_stops_saying_more_is_left(tmp_path: Path) -> None:
    mine, county, _ = made(tmp_path)
    feed = county.feeds[VILLAGE]
    session = Session(mine, CLOCK)
    for _ in range(MOST):
        match ask := session.ask():
            case None:
                break
            case Push():
                session.take(county.take(VILLAGE, *ask.changes))
            case Pull():
                at = ask.cursors[VILLAGE]
                page = county.page(VILLAGE, min(at.seq, len(feed)), at.seq + 1)
                session.take(Pages(CLOCK.stamp(), (page,), upto=ask.mine, more=True))
            case Missing():
                session.take(frozenset())
            case _:
                session.take(Failed("not_found"))
    assert session.ask() is None
    assert ASKS > MOST
    assert codec.encode([c.id for c, _ in feed])
