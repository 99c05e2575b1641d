"""The rules of a round, without a network: what is asked after each answer, by the table of phases and refusals."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.sync.session import ORDER, REFUSED, Answer, Ask, Chunk, Document, Missing, Phase, Session
from app.vault.device_secret import FileSecret
from app.vault.drafts import Draft
from app.vault.keys import new_device_keys
from app.vault.open import Open
from app.vault.vault import Vault
from app.vault.working import WorkingCopy
from schemas import codec, ids, problems, signing
from schemas.change import START, chain
from schemas.clock import Clock
from schemas.problems import Failed
from schemas.wire import (
    Area,
    Cursor,
    Echo,
    Entry,
    Grant,
    LibraryItem,
    Page,
    Pages,
    Pull,
    Push,
    Receipt,
    Taken,
    standing,
)

AREA = "990101100200"
COUNTY_KEY = bytes(range(32))
CLOCK = Clock()
NOTHING = Pages(CLOCK.stamp(), upto=3)


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Open]:
    """A vault with three changes to send."""
    keys = new_device_keys(CLOCK)
    county = signing_public(COUNTY_KEY)
    parts = ("device-1", "lin", "林晓云", "visitor", "990101", "样例县", (Area(AREA, "上清溪村"),), CLOCK.stamp())
    unsigned = Grant(*parts, "2099-01-01T00:00:00.000Z", county, keys.box_public_hex, "")
    signature = signing.sign(COUNTY_KEY, signing.GRANT, signing.value(unsigned.signed_part()))
    grant = Grant(*parts, "2099-01-01T00:00:00.000Z", county, keys.box_public_hex, signature)
    opened = Vault(tmp_path, CLOCK, FileSecret(tmp_path / "secret"), cost=16).admit(grant, keys, "274905", None, "")
    for name in ("一", "二", "三"):
        root = ids.record_id(CLOCK.unix_ms(), CLOCK.random(10))
        opened.write([Draft(root, root, "household", "", {"area": AREA, "head": name})])
    yield opened
    opened.lock()


def signing_public(key: bytes) -> str:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(key).public_key().public_bytes_raw().hex()


def receipt(push: Push) -> Receipt:
    verdicts = tuple(Taken(AREA, c.n) for c in push.changes)
    return Receipt(push.device, push.changes[0].n, push.changes[-1].n, verdicts)


def sealed(seq: int, link: str) -> str:
    return signing.sign(COUNTY_KEY, signing.STANDING, standing(AREA, seq, link))


def play(session: Session, answers: list[Answer | Failed]) -> list[Ask]:
    """Gives the answers in turn; what was asked comes back. A Receipt of -1 stands for the right one."""
    asked: list[Ask] = []
    for answer in answers:
        ask = session.ask()
        assert ask is not None
        asked.append(ask)
        if isinstance(answer, Receipt) and answer.upto == -1:
            assert isinstance(ask, Push)
            answer = receipt(ask)
        session.take(answer)
    return asked


RIGHT = Receipt("", 0, -1, ())


def test_the_phases_follow_each_other_to_the_end() -> None:
    phase, met = Phase.PUSH, [Phase.PUSH]
    while phase is not Phase.DONE:
        phase = ORDER[phase]
        met.append(phase)
    assert met == list(Phase)


def test_every_refusal_in_the_table_is_in_the_catalogue() -> None:
    assert {code for _, code in REFUSED} <= set(problems.catalogue())


def test_own_changes_go_before_others_are_fetched(vault: Open) -> None:
    session = Session(vault, CLOCK)
    push, pull = play(session, [RIGHT, NOTHING])
    assert isinstance(push, Push)
    assert [c.n for c in push.changes] == [1, 2, 3]
    assert isinstance(pull, Pull)
    assert pull.cursors == {AREA: Cursor()}
    assert pull.mine == 3
    assert session.ask() is None
    assert session.outcome().safe


def test_a_push_is_signed_over_its_last_change(vault: Open) -> None:
    push = Session(vault, CLOCK).ask()
    assert isinstance(push, Push)
    assert push.signature == vault.sign(signing.PUSH, push.changes[-1].id.encode())


def test_too_big_halves_the_batch_until_it_fits(vault: Open) -> None:
    session = Session(vault, CLOCK)
    asked = play(session, [Failed("too_big"), RIGHT, RIGHT, RIGHT])
    sizes = [len(a.changes) for a in asked if isinstance(a, Push)]
    assert sizes[0] == 3
    assert max(sizes[1:]) < 3
    assert vault.waiting_count() == 0


def test_one_change_that_is_too_big_by_itself_ends_the_round_and_stays(vault: Open) -> None:
    session = Session(vault, CLOCK, batch_bytes=1)
    play(session, [Failed("too_big")])
    assert session.ask() is None
    outcome = session.outcome()
    assert [p.code for p in outcome.problems] == ["too_big"]
    assert outcome.waiting == 3


def test_a_gap_is_filled_from_where_the_server_expects(vault: Open) -> None:
    play(Session(vault, CLOCK), [RIGHT, NOTHING])
    root = vault.summaries()[0].household
    vault.write([Draft(root, root, "household", "", {"phone": "19900000001"})])
    session = Session(vault, CLOCK)
    asked = play(session, [Failed("gap", expected=2), RIGHT, replace(NOTHING, upto=4)])
    numbers = [[c.n for c in a.changes] for a in asked if isinstance(a, Push)]
    assert numbers == [[4], [2, 3, 4]]
    assert session.ask() is None


def test_a_gap_that_comes_again_ends_the_round_instead_of_going_round_for_ever(vault: Open) -> None:
    session = Session(vault, CLOCK)
    play(session, [Failed("gap", expected=1), Failed("gap", expected=1)])
    assert session.ask() is None
    assert session.outcome().waiting == 3


@pytest.mark.parametrize("code", ["fork", "bad_signature", "revoked", "expired", "server_down", "internal", "newer"])
def test_any_other_refusal_ends_the_round_and_loses_nothing(vault: Open, code: str) -> None:
    session = Session(vault, CLOCK)
    play(session, [Failed(code)])
    assert session.ask() is None
    outcome = session.outcome()
    assert ([p.code for p in outcome.problems], outcome.waiting, outcome.safe) == ([code], 3, False)


def test_a_receipt_for_less_than_was_sent_is_no_receipt(vault: Open) -> None:
    session = Session(vault, CLOCK)
    play(session, [Receipt("device-1", 1, 1, ())])
    assert session.ask() is None
    assert session.outcome().waiting == 3


def test_an_answer_of_the_wrong_kind_ends_the_round(vault: Open) -> None:
    session = Session(vault, CLOCK)
    play(session, [NOTHING])
    assert [p.code for p in session.outcome().problems] == ["odd_answer"]


def test_pages_are_asked_for_until_there_are_no_more(vault: Open) -> None:
    push = Session(vault, CLOCK).ask()
    assert isinstance(push, Push)
    links = [START]
    for c in push.changes:
        links.append(chain(links[-1], c.id))

    def pages(seq: int) -> Pages:
        page = Page(AREA, (Echo(seq, seq),), links[seq], 3, sealed(seq, links[seq]))
        return Pages(CLOCK.stamp(), (page,), upto=3, more=seq < 3)

    session = Session(vault, CLOCK)
    asked = play(session, [RIGHT, pages(1), pages(2), pages(3)])
    assert [a.cursors[AREA].seq for a in asked if isinstance(a, Pull)] == [0, 1, 2]
    assert session.ask() is None
    assert session.outcome().whole


def test_a_page_whose_chain_does_not_come_out_is_not_written(vault: Open) -> None:
    push = Session(vault, CLOCK).ask()
    assert isinstance(push, Push)
    session = Session(vault, CLOCK)
    page = Page(AREA, (Entry(1, push.changes[0]),), "x" * 32, 1, sealed(1, "x" * 32))
    play(session, [RIGHT, Pages("", (page,), upto=3)])
    assert session.ask() is None
    outcome = session.outcome()
    assert ([p.code for p in outcome.problems], outcome.whole) == (["chain_broken"], False)
    assert vault.cursors() == {AREA: Cursor()}


def test_a_server_that_always_has_more_and_sends_nothing_is_not_asked_for_ever(vault: Open) -> None:
    session = Session(vault, CLOCK)
    play(session, [RIGHT, Pages("", (Page(AREA, (), START, 9, ""),), upto=3, more=True)])
    assert session.ask() is None
    assert not session.outcome().whole


def test_a_document_withdrawn_meanwhile_is_told_and_the_next_one_comes(vault: Open) -> None:
    data = codec.encode({"v": 2})
    hash_ = codec.sha256(data)
    good = LibraryItem(hash_, "form", "means-visit", signing.sign(COUNTY_KEY, signing.LIBRARY, hash_.encode()))
    gone = LibraryItem("0" * 64, "pack", "cn-2021", "")
    session = Session(vault, CLOCK)
    pages = Pages("", upto=3, library=(gone, good))
    asked = play(session, [RIGHT, pages, Failed("not_found"), data])
    assert [a.item for a in asked if isinstance(a, Document)] == [gone, good]
    assert session.ask() is None
    assert vault.document(hash_) == {"v": 2}
    assert [p.code for p in session.outcome().problems] == ["not_found"]


def test_only_chunks_the_server_lacks_are_sent(vault: Open) -> None:
    root = vault.summaries()[0].household
    visit = ids.record_id(CLOCK.unix_ms(), CLOCK.random(10))
    photo = bytes(300 * 1024)
    vault.save_working(WorkingCopy(visit, root, "", {}))
    attachment = vault.put_attachment(root, visit, "outside", "image/jpeg", photo)
    vault.write([Draft(root, visit, "visit", "", {"evidence": [{"photo": attachment}]})], ends=visit)
    session = Session(vault, CLOCK)
    *_, missing = play(session, [RIGHT, replace(NOTHING, upto=5), frozenset({codec.sha256(photo[: 44 * 1024])})])
    assert isinstance(missing, Missing)
    chunk = session.ask()
    assert isinstance(chunk, Chunk)
    assert (chunk.sha256, len(chunk.data)) == (codec.sha256(chunk.data), 44 * 1024)
    session.take(None)
    assert session.ask() is None
    assert vault.photos_waiting() == 0


def test_progress_counts_up_to_what_there_was_to_send(vault: Open) -> None:
    session = Session(vault, CLOCK)
    session.ask()
    assert (session.progress.sent, session.progress.to_send) == (0, 3)
    play(session, [RIGHT])
    assert (session.progress.sent, session.progress.to_send) == (3, 3)
