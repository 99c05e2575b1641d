"""A bundle at the server: what is asked in it is done as over HTTP, once, and the answer is for its maker only."""

import io
import json
import os
import secrets
import threading
import tracemalloc
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from schemas import box, bundle, codec, ids, signing, wire
from schemas.bundle import Reader, Sealed
from schemas.bundle_parts import Document, Have, Opening, Part, Piece, Refused
from schemas.clock import stamp
from schemas.problems import Failed
from sync_server import audit, chunks, devices, library, verify
from sync_server import bundle as bundles
from sync_server.db import Tx
from sync_server.http import bundle as http_bundle
from sync_server.main import create_app
from sync_server.server import Server
from sync_server.settings import Settings
from tests.sync_server.place import CLOUD, EAST, HILL, Place, Tablet, Watch, entries, found, new_id
from tests.sync_server.test_chunks import NAMES, PIECES, photo, received
from tests.sync_server.web import served


@dataclass
class Maker:
    """A tablet that can make bundles: it has the key that answers are closed to."""

    tablet: Tablet
    box_private: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    @classmethod
    def enrolled(cls, place: Place, role: str = "visitor") -> "Maker":
        private, sign = secrets.token_bytes(32), Ed25519PrivateKey.generate()
        code = place.server.db.transaction(lambda tx: devices.new_code(tx, place.county, place.user(role)))
        asked = wire.Enrol(
            wire.PROTOCOL, code, "平板一", sign.public_key().public_bytes_raw().hex(), box.public(private).hex()
        )
        grant = place.server.db.transaction(lambda tx: devices.enrol(tx, asked))
        return cls(Tablet(place, grant, sign.private_bytes_raw()), private)

    def pull(self, mine: int | None = None, budget: int = wire.BATCH_BYTES) -> wire.Pull:
        """The question of a device that has nothing but what it wrote itself."""
        cursors = {a.code: wire.Cursor() for a in self.tablet.grant.areas}
        now = stamp(self.tablet.place.server.clock.now())
        return wire.Pull(
            wire.PROTOCOL, self.tablet.id, now, cursors, self.tablet.n if mine is None else mine, "", "", budget
        )

    def bundle(self, parts: Iterable[Part], reader: str = "", maker: str = "") -> bytes:
        tablet = self.tablet
        opening = Opening(
            "up", new_id(), maker or tablet.id, reader or tablet.grant.county_box_key, "2026-11-23T01:00Z"
        )
        out = io.BytesIO()
        sign = lambda purpose, message: signing.sign(tablet.sign_private, purpose, message)  # noqa: E731
        bundle.write(out, opening, parts, sign, secrets.token_bytes)
        return out.getvalue()

    def read(self, back: bytes) -> list[Part]:
        """The parts of a return bundle, checked as the device checks it."""
        sealed = Sealed.open(io.BytesIO(back), [Reader.of(self.box_private)])
        return list(sealed.believed("return", self.tablet.grant.county_sign_key))


def hand_in(server: Server, data: bytes) -> bytes:
    out = io.BytesIO()
    bundles.answer(server, io.BytesIO(data), out)
    return out.getvalue()


def asked(maker: Maker, parts: Sequence[Part]) -> list[Part]:
    """What the device is answered to these parts."""
    return maker.read(hand_in(maker.tablet.place.server, maker.bundle(parts)))


def refusal(server: Server, data: bytes) -> str:
    before = rows(server)
    with pytest.raises(Failed) as why:
        hand_in(server, data)
    assert rows(server) == before, "something of it was taken"
    return why.value.code


def rows(server: Server) -> dict[str, int]:
    """How many rows every table holds."""

    def count(tx: Tx) -> dict[str, int]:
        tables = ("change", "entry", "head", "held", "chunk", "attachment", "audit")
        return {t: tx.connection.exec_driver_sql(f"select count(*) from {t}").scalar_one() for t in tables}

    return server.db.snapshot(count)


def kinds(parts: Sequence[Part]) -> list[type[Part]]:
    return [type(p) for p in parts]


def test_what_a_bundle_asks_is_done_and_answered_as_if_the_device_had_asked(place: Place) -> None:
    maker = Maker.enrolled(place)
    tablet, home, about = maker.tablet, new_id(), new_id()
    changes = [
        tablet.change(home, {"area": EAST, "head": "陈·试"}),
        tablet.change(home, photo(home), record=about, kind="attachment"),
        tablet.change(new_id(), {"area": CLOUD, "head": "李"}),
    ]
    parts: list[Part] = [tablet.message(*changes[:2]), tablet.message(changes[2])]
    parts += [*map(Piece, PIECES), Have(()), maker.pull()]
    first, second, safe, pages = asked(maker, parts)
    assert isinstance(first, wire.Receipt)
    assert isinstance(second, wire.Receipt)
    assert [type(v) for v in first.verdicts + second.verdicts] == [wire.Taken, wire.Taken, wire.Held]
    assert (second.upto, safe) == (3, Have(tuple(NAMES)))
    assert isinstance(pages, wire.Pages)
    assert (pages.upto, [h.n for h in pages.held], pages.more) == (3, [3], False)
    assert place.held(home).value("head") == "陈·试"
    assert received(place, about)
    assert place.server.db.snapshot(verify.everything).clean


def test_the_same_bundle_again_is_answered_again_and_changes_nothing(place: Place) -> None:
    maker = Maker.enrolled(place)
    home = new_id()
    change = maker.tablet.change(home, {"area": EAST, "head": "陈·试"})
    data = maker.bundle([maker.tablet.message(change), Piece(PIECES[0]), maker.pull()])
    maker.read(hand_in(place.server, data))
    before = rows(place.server)
    receipt, safe, pages = maker.read(hand_in(place.server, data))
    assert isinstance(receipt, wire.Receipt)
    assert [type(v) for v in receipt.verdicts] == [wire.Known]
    assert kinds([safe, pages]) == [Have, wire.Pages]
    after = rows(place.server)
    assert {t: n for t, n in after.items() if t != "audit"} == {t: n for t, n in before.items() if t != "audit"}


def test_an_earlier_bundle_that_comes_after_a_later_one_is_known(place: Place) -> None:
    maker = Maker.enrolled(place)
    home = new_id()
    one = maker.tablet.change(home, {"area": EAST, "head": "陈·试"})
    early = maker.bundle([maker.tablet.message(one), maker.pull()])
    maker.tablet.change(home, {"phone": "1"})
    late = maker.bundle([maker.tablet.message(), maker.pull()])
    assert isinstance(maker.read(hand_in(place.server, late))[0], wire.Receipt)
    receipt = maker.read(hand_in(place.server, early))[0]
    assert isinstance(receipt, wire.Receipt)
    assert [type(v) for v in receipt.verdicts] == [wire.Known]
    assert place.held(home).value("phone") == "1"


def test_numbers_missing_before_are_told_and_the_rest_is_answered_all_the_same(place: Place) -> None:
    maker = Maker.enrolled(place)
    home = new_id()
    maker.tablet.change(home, {"area": EAST, "head": "陈·试"})
    second = maker.tablet.change(home, {"phone": "1"})
    third = maker.tablet.change(home, {"phone": "2"})
    refused, pages = asked(maker, [maker.tablet.message(second), maker.tablet.message(third), maker.pull()])
    assert refused == Refused("push", "gap", {"expected": 1})
    assert isinstance(pages, wire.Pages)
    assert pages.upto == 0


def test_a_device_restored_from_a_backup_is_told_of_the_fork(place: Place) -> None:
    maker = Maker.enrolled(place)
    home = maker.tablet.begin()
    maker.tablet = maker.tablet.restored(0)
    other = maker.tablet.change(home, {"area": EAST, "head": "另"})
    refused = asked(maker, [maker.tablet.message(other), maker.pull()])[0]
    assert refused == Refused("push", "fork", {})


def test_what_a_device_that_was_put_out_made_is_held_and_it_gets_the_order(place: Place) -> None:
    maker = Maker.enrolled(place)
    tablet = maker.tablet
    place.server.db.transaction(lambda tx: devices.revoke(tx, place.county, tablet.id, place.user("steward")))
    change = tablet.change(new_id(), {"area": EAST, "head": "陈·试"})
    receipt, safe, order = asked(maker, [tablet.message(change), Piece(PIECES[0]), maker.pull()])
    assert isinstance(receipt, wire.Receipt)
    assert receipt.verdicts == (wire.Held("revoked_held"),)
    assert safe == Have((NAMES[0],))
    assert isinstance(order, Refused)
    assert (order.asked, order.code) == ("pull", "revoked")
    words = codec.encode([tablet.id, order.figures["at"]])
    assert signing.verifies(tablet.grant.county_sign_key, signing.ORDER, words, order.figures["order"])


def test_a_grant_that_has_run_out_holds_what_comes_and_gives_nothing(place: Place, watch: Watch) -> None:
    maker = Maker.enrolled(place)
    watch.forward(days=4000)
    change = maker.tablet.change(new_id(), {"area": EAST, "head": "陈·试"})
    receipt, refused = asked(maker, [maker.tablet.message(change), maker.pull()])
    assert isinstance(receipt, wire.Receipt)
    assert receipt.verdicts == (wire.Held("expired_held"),)
    assert refused == Refused("pull", "expired", {"upto": 1})


def test_of_one_that_is_cut_changed_forged_or_for_somebody_else_nothing_is_taken(place: Place) -> None:
    maker, other = Maker.enrolled(place), Maker.enrolled(place)
    change = maker.tablet.change(new_id(), {"area": EAST, "head": "陈·试"})
    parts: list[Part] = [maker.tablet.message(change), Piece(PIECES[0]), maker.pull()]
    good = maker.bundle(parts)
    server = place.server
    assert refusal(server, good[:-1]) == refusal(server, good[:200_000]) == "bundle_damaged"
    assert refusal(server, good[:-9] + b"\0" + good[-8:]) == "bundle_damaged"
    assert refusal(server, maker.bundle(parts, maker=other.tablet.id)) == "bundle_damaged"
    assert refusal(server, maker.bundle(parts, maker=new_id())) == "unknown_device"
    assert refusal(server, maker.bundle(parts, reader=box.public(secrets.token_bytes(32)).hex())) == "bundle_other"
    assert refusal(server, os.urandom(300_000)) == refusal(server, b"") == "bundle_other"
    back = hand_in(server, good)
    assert refusal(server, back) == "bundle_other"
    for stranger in (other, Maker(maker.tablet)):
        with pytest.raises(Failed, match="bundle_other"):
            stranger.read(back)


def test_changes_of_another_device_do_not_pass_in_a_bundle_of_mine(place: Place) -> None:
    maker, other = Maker.enrolled(place), Maker.enrolled(place, "officer")
    change = other.tablet.change(new_id(), {"area": EAST, "head": "陈·试"})
    refused = asked(maker, [other.tablet.message(change), maker.pull()])[0]
    assert refused == Refused("push", "bad_signature", {})
    assert place.feed(EAST) == []


def test_a_county_reads_only_what_was_closed_to_it(place: Place) -> None:
    """Two counties on one server: a device of one cannot speak to the other."""
    neighbour = found(place.server, "990102")
    maker = Maker.enrolled(place)
    foreign = neighbour.tablet().grant.county_box_key
    assert refusal(place.server, maker.bundle([maker.pull()], reader=foreign)) == "bundle_other"


def test_news_beyond_one_message_come_in_several_as_the_device_would_have_asked(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "BUDGET", 2000)
    writer, maker = place.tablet("officer"), Maker.enrolled(place)
    homes = [writer.begin(area, head="测" * 50) for area in (EAST, HILL, EAST, EAST, HILL, EAST) for _ in range(3)]
    for home in homes[:4]:
        for i in range(6):
            writer.push(writer.change(home, {"phone": str(i)}))
    replies = asked(maker, [maker.pull()])
    pages = [p for p in replies if isinstance(p, wire.Pages)]
    assert len(pages) == len(replies) > 3
    assert [p.more for p in pages] == [True] * (len(pages) - 1) + [False]
    assert not any(p.lost for p in pages)
    assert sum(p.grant is not None for p in pages) == 1
    came = {h.record for p in pages for s in p.snapshots for h in s.heads}
    came |= {e.change.record for p in pages for page in p.pages for e in page.entries if isinstance(e, wire.Entry)}
    assert came == set(homes)
    tail = {a: place.feed(a)[-1][0] for a in (EAST, HILL)}
    end = maker.pull()
    for page in pages:
        end = bundles.after(end, page)
    assert {a: (c.seq, c.after) for a, c in end.cursors.items()} == {a: (n, "") for a, n in tail.items()}
    assert entries(maker.tablet.pull(end.cursors), EAST) == []


def test_what_one_return_cannot_hold_the_next_one_brings(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "BUDGET", 1000)
    monkeypatch.setattr(bundles, "ROOM", 1500)
    writer, maker = place.tablet("officer"), Maker.enrolled(place)
    for _ in range(8):
        writer.begin(EAST, head="测" * 50)
    replies = asked(maker, [maker.pull()])
    assert isinstance(replies[-1], wire.Pages)
    assert replies[-1].more


def test_forms_and_packs_that_the_device_lacks_come_along(place: Place) -> None:
    def publish(name: str) -> wire.LibraryItem:
        return place.server.db.transaction(lambda tx: library.publish(tx, place.county, "form", name, {"a": name}))

    known, new = publish("known"), publish("new")
    maker = Maker.enrolled(place)
    pages, document = asked(maker, [Have((known.hash,)), maker.pull()])
    assert isinstance(pages, wire.Pages)
    assert pages.library is not None
    assert {i.hash for i in pages.library} == {known.hash, new.hash}
    assert isinstance(document, Document)
    assert codec.sha256(document.data) == new.hash


def test_every_bundle_is_in_the_audit_with_figures_only(place: Place) -> None:
    maker = Maker.enrolled(place)
    change = maker.tablet.change(new_id(), {"area": EAST, "head": "陈·试"})
    asked(maker, [maker.tablet.message(change), Piece(PIECES[0]), maker.pull()])
    told = [e for e in place.server.db.snapshot(lambda tx: audit.read(tx, place.county)) if e.what == "bundle_taken"]
    assert [(e.who, e.about) for e in told] == [(place.user("visitor"), maker.tablet.id)]
    assert {k: v for k, v in told[0].detail.items() if k != "code"} == {"changes": 1, "pieces": 1}
    assert ids.is_short_code(told[0].detail["code"])


def test_a_piece_no_device_cuts_is_not_kept_and_not_confirmed(place: Place) -> None:
    maker = Maker.enrolled(place)
    replies = asked(maker, [Piece(bytes(wire.CHUNK_BYTES + chunks.SLACK + 1)), maker.pull()])
    assert kinds(replies) == [wire.Pages]


def test_hundreds_of_pieces_need_the_memory_of_a_few(place: Place, tmp_path: Path) -> None:
    maker = Maker.enrolled(place)
    pieces = (Piece(os.urandom(wire.CHUNK_BYTES)) for _ in range(120))
    up, back = tmp_path / "up", tmp_path / "back"
    up.write_bytes(maker.bundle([*pieces, maker.pull()]))
    assert up.stat().st_size > 30 * 2**20
    tracemalloc.start()
    try:
        with up.open("rb") as file, back.open("w+b") as out:
            assert bundles.answer(place.server, file, out).pieces == 120
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 16 * 2**20, f"{peak / 2**20:.0f} MiB"


# -- over HTTP


def carried(url: str, data: bytes) -> requests.Response:
    return requests.post(f"{url}/bundle", data=data, timeout=30)


@pytest.fixture
def url(chosen: Settings, watch: Watch) -> "Iterable[tuple[str, Place]]":
    app = create_app(chosen, watch.clock)
    place = found(app.state.server)
    with served(app) as address:
        yield address, place


def test_anybody_can_bring_a_bundle_and_take_the_answer_home(url: tuple[str, Place]) -> None:
    address, place = url
    maker = Maker.enrolled(place)
    change = maker.tablet.change(new_id(), {"area": EAST, "head": "陈·试"})
    big = [Piece(os.urandom(wire.CHUNK_BYTES)) for _ in range(8)]
    answer = carried(address, maker.bundle([maker.tablet.message(change), *big, maker.pull()]))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert kinds(maker.read(answer.content)) == [wire.Receipt, Have, wire.Pages]
    assert list(place.server.settings.data.glob("tmp*")) == []


def test_what_is_none_of_ours_is_refused_with_its_problem(url: tuple[str, Place]) -> None:
    address, place = url
    maker = Maker.enrolled(place)
    good = maker.bundle([maker.pull()])
    for bad, status, code in (
        (b"", 403, "bundle_other"),
        (os.urandom(3 * bundle.SMALLEST), 403, "bundle_other"),
        (good[:-1], 422, "bundle_damaged"),
        (good[:5] + b"\x07" + good[6:], 426, "bundle_newer"),
        (maker.bundle([maker.pull()], maker=new_id()), 401, "unknown_device"),
    ):
        answer = carried(address, bad)
        assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_stranger_is_refused_before_the_whole_file_has_come(url: tuple[str, Place]) -> None:
    line = HTTPConnection(urlsplit(url[0]).netloc, timeout=30)
    line.putrequest("POST", "/bundle")
    line.putheader("Content-Length", str(500 * 2**20))
    line.endheaders(os.urandom(2**20))
    assert json.loads(line.getresponse().read())["code"] == "bundle_other"
    line.close()


def test_more_than_it_takes_or_more_at_once_is_said(url: tuple[str, Place], monkeypatch: pytest.MonkeyPatch) -> None:
    address, place = url
    good = Maker.enrolled(place).bundle([])
    with monkeypatch.context() as patched:
        patched.setattr(http_bundle, "LIMIT", bundle.SMALLEST)
        assert carried(address, good).json()["code"] == "bundle_too_big"
    with monkeypatch.context() as patched:
        taken = threading.BoundedSemaphore(1)
        taken.acquire()
        patched.setattr(http_bundle, "_turns", taken)
        answer = carried(address, good)
        assert (answer.status_code, answer.json()["code"]) == (503, "server_busy")
    assert carried(address, good).status_code == 200


def test_the_way_a_bundle_is_padded_hides_how_much_was_answered(place: Place) -> None:
    quiet, busy = Maker.enrolled(place), Maker.enrolled(place)
    home = new_id()
    for i in range(40):
        busy.tablet.change(home, {"area": EAST, "head": "陈"} if not i else {"phone": str(i)})
    sizes = {
        len(hand_in(place.server, quiet.bundle([quiet.pull()]))),
        len(hand_in(place.server, busy.bundle([busy.tablet.message(), replace(busy.pull(), mine=40)]))),
    }
    assert len(sizes) == 1
