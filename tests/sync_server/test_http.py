"""Sync over real HTTP: the client's own road works end to end, and whatever comes in, a problem goes out."""

import gzip
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

from app.sync import http
from app.sync.session import Chunk, Document, Missing
from schemas import codec, problems, signing, wire
from schemas.problems import Failed
from sync_server import devices, library
from sync_server.http import errors
from sync_server.main import create_app
from sync_server.settings import Settings
from tests.sync_server.place import EAST, Place, Tablet, Watch, enrol_message, found, new_id
from tests.sync_server.web import Wire, served

NAME = "欧阳·不可见"
GZIP = {"Content-Encoding": "gzip"}


@dataclass(frozen=True)
class Town:
    """A served county with one tablet in it, and the client's road to it."""

    url: str
    place: Place
    tablet: Tablet
    road: http.Http
    wire: Wire


@pytest.fixture
def app(chosen: Settings, watch: Watch) -> FastAPI:
    return create_app(chosen, watch.clock)


@pytest.fixture
def town(app: FastAPI) -> Iterator[Town]:
    place = found(app.state.server)
    tablet = place.tablet()

    def sign(purpose: bytes, message: bytes) -> str:
        return signing.sign(tablet.sign_private, purpose, message)

    with served(app) as url:
        road = http.Http(url, tablet.id, sign)
        yield Town(url, place, tablet, road, Wire(url, tablet))
        road.close()


def asking(tablet: Tablet, cursors: Mapping[str, wire.Cursor] | None = None) -> wire.Pull:
    """A pull of a device that has nothing yet of these areas."""
    return wire.Pull(wire.PROTOCOL, tablet.id, "", cursors or {}, tablet.n, "", "", wire.BATCH_BYTES)


def code_of(answer: requests.Response) -> str:
    """The code of a problem that is told as every problem must be."""
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert set(told) == {"type", "title", "status", "detail", "fault", "code", "figures"}
    assert told["status"] == answer.status_code == problems.catalogue()[told["code"]].status
    assert "Traceback" not in answer.text
    return str(told["code"])


def test_a_device_enrols_pushes_and_pulls(town: Town) -> None:
    code = town.place.server.db.transaction(lambda tx: devices.new_code(tx, "990101", town.place.user("officer")))
    sign = Ed25519PrivateKey.generate()
    grant = http.enrol(town.url, enrol_message(code, sign))
    assert (grant.role, grant.county_name, len(grant.areas)) == ("officer", "样例县", 3)
    assert signing.verifies(grant.county_sign_key, signing.GRANT, signing.value(grant.signed_part()), grant.signature)
    home = new_id()
    town.tablet.change(home, {"area": EAST, "head": "𠮷" * 2000})
    receipt = town.road(town.tablet.message())
    assert receipt == wire.Receipt(town.tablet.id, 1, 1, (wire.Taken(EAST, 1),))
    pages = town.road(asking(town.tablet, {EAST: wire.Cursor()}))
    assert isinstance(pages, wire.Pages)
    assert [(s.area, s.seq, [h.heads.value("head") for h in s.heads]) for s in pages.snapshots] == [
        (EAST, 1, ["𠮷" * 2000])
    ]
    assert town.tablet.device.last_contact is not None


def test_documents_come_signed_and_whole(town: Town) -> None:
    content = {"title": {"zh": "入户调查" * 300}}
    item = town.place.server.db.transaction(lambda tx: library.publish(tx, "990101", "form", "means-visit", content))
    pages = town.road(asking(town.tablet))
    assert isinstance(pages, wire.Pages)
    assert pages.library == (item,)
    data = town.road(Document(item))
    assert isinstance(data, bytes)
    assert codec.sha256(data) == item.hash
    assert codec.decode(data) == content
    assert signing.verifies(town.tablet.grant.county_sign_key, signing.LIBRARY, item.hash.encode(), item.signature)
    with pytest.raises(Failed, match="not_found"):
        town.road(Document(replace(item, hash="0" * 64)))


def test_a_photo_goes_up_in_pieces_and_comes_down_where_it_may(town: Town) -> None:
    home, pieces = town.tablet.begin(), [b"a" * 1000, b"b" * 1000]
    names = [codec.sha256(p) for p in pieces]
    sets = {"sha256": codec.sha256(b"".join(pieces)), "size": 2000, "chunks": names, "visit": home}
    town.tablet.push(town.tablet.change(home, sets, record=new_id(), kind="attachment"))
    assert town.road(Missing(tuple(names))) == frozenset(names)
    for name, piece in zip(names, pieces, strict=True):
        town.road(Chunk(name, piece))
    assert town.road(Missing(tuple(names))) == frozenset()
    got = town.wire.send("GET", f"/sync/chunks/{names[1]}")
    assert (got.status_code, got.content) == (200, pieces[1])
    with pytest.raises(Failed, match="bad_chunk"):
        town.road(Chunk(names[0], b"other"))


HASH = "0" * 64
BAD: list[tuple[str, str, Callable[[Wire], requests.Response]]] = [
    ("half a body", "malformed", lambda w: w.send("POST", "/sync/push", b"{")),
    ("no text", "malformed", lambda w: w.send("POST", "/sync/push", b"\xff\xfe")),
    ("too deep", "malformed", lambda w: w.send("POST", "/sync/push", b"[" * 100_000)),
    ("a float", "malformed", lambda w: w.send("POST", "/sync/push", b'{"protocol":1.5}')),
    ("no body", "malformed", lambda w: w.send("POST", "/sync/push")),
    ("fields missing", "malformed", lambda w: w.send("POST", "/sync/pull", b'{"protocol":1}')),
    ("a wrong type", "malformed", lambda w: w.send("POST", "/sync/chunks/missing", b'{"chunks":[1]}')),
    ("too much", "too_big", lambda w: w.send("POST", "/sync/push", b"x" * (wire.BODY_LIMIT + 1))),
    ("a bomb", "too_big", lambda w: w.send("POST", "/sync/push", gzip.compress(bytes(wire.BODY_LIMIT + 1)), GZIP)),
    ("not gzip", "malformed", lambda w: w.send("POST", "/sync/push", b"not gzip", GZIP)),
    ("cut gzip", "malformed", lambda w: w.send("POST", "/sync/push", gzip.compress(b"{}")[:-4], GZIP)),
    ("unknown packing", "malformed", lambda w: w.send("POST", "/sync/push", b"{}", {"Content-Encoding": "br"})),
    ("another body signed", "bad_signature", lambda w: w.send("POST", "/sync/push", b"{}", signed=b"[]")),
    ("no signature", "bad_signature", lambda w: w.send("POST", "/sync/push", b"{}", {"Ruhu-Signature": "zz"})),
    ("a stranger", "unknown_device", lambda w: w.send("POST", "/sync/push", b"{}", {"Ruhu-Device": "nobody"})),
    ("a big piece", "too_big", lambda w: w.send("PUT", f"/sync/chunks/{HASH}", b"x" * (wire.CHUNK_BYTES + 2000))),
    ("no hash", "malformed", lambda w: w.send("PUT", "/sync/chunks/abc", b"x")),
    ("a NUL", "malformed", lambda w: w.send("GET", "/library/%00")),
    ("a wrong method", "method", lambda w: w.send("DELETE", "/sync/push")),
    ("a wrong path", "not_found", lambda w: w.send("GET", "/nowhere")),
    ("unsigned", "unknown_device", lambda w: requests.post(w.url + "/sync/pull", b"{}", timeout=30)),
    ("empty enrolment", "malformed", lambda w: requests.post(w.url + "/enrol", b"{}", timeout=30)),
]


def test_whatever_comes_in_a_problem_of_the_catalogue_goes_out(town: Town) -> None:
    assert {what: code_of(send(town.wire)) for what, _, send in BAD} == {what: code for what, code, _ in BAD}


def test_a_gap_tells_the_number_expected_and_the_client_understands_it(town: Town) -> None:
    home = town.tablet.begin()
    town.tablet.change(home, {"phone": "1"})
    later = town.tablet.change(home, {"phone": "2"})
    with pytest.raises(Failed) as gap:
        town.road(town.tablet.message(later))
    assert (gap.value.code, gap.value.figures) == ("gap", {"expected": 2})


def test_a_revoked_device_may_still_hand_over_what_it_has(town: Town) -> None:
    home = town.tablet.begin()
    server = town.place.server
    server.db.transaction(lambda tx: devices.revoke(tx, "990101", town.tablet.id, town.place.user("steward")))
    change = town.tablet.change(home, {"phone": "1"})
    assert town.road(town.tablet.message(change)) == wire.Receipt(town.tablet.id, 2, 2, (wire.Held("revoked_held"),))
    assert town.road(Missing(("0" * 64,))) == frozenset({"0" * 64})
    town.road(Chunk(codec.sha256(b"x"), b"x"))
    with pytest.raises(Failed, match="revoked") as revoked:
        town.road(asking(town.tablet))
    at, order = revoked.value.figures["at"], revoked.value.figures["order"]
    key = town.tablet.grant.county_sign_key
    assert signing.verifies(key, signing.ORDER, codec.encode([town.tablet.id, at]), order)
    assert town.wire.send("GET", f"/sync/chunks/{codec.sha256(b'x')}").status_code == 403


def test_a_grant_that_ran_out_stops_reading_and_loses_nothing(town: Town, watch: Watch) -> None:
    home = town.tablet.begin()
    watch.forward(days=366)
    change = town.tablet.change(home, {"phone": "1"})
    assert town.road(town.tablet.message(change)) == wire.Receipt(town.tablet.id, 2, 2, (wire.Held("expired_held"),))
    with pytest.raises(Failed, match="expired"):
        town.road(asking(town.tablet))


def test_a_problem_is_told_in_the_readers_language(town: Town) -> None:
    zh = requests.get(town.url + "/nowhere", timeout=30).json()
    en = requests.get(town.url + "/nowhere", headers={"Accept-Language": "en-GB,zh;q=0.5"}, timeout=30).json()
    assert (zh["detail"], en["detail"]) == ("没有找到。请返回后重试。", "Not found. Go back and try again.")


def test_health_says_what_is_spoken_and_no_pages_are_made_of_it(town: Town) -> None:
    assert requests.get(town.url + "/health", timeout=30).json() == {"ok": True, "protocols": [2]}
    assert requests.get(town.url + "/openapi.json", timeout=30).json()["openapi"] == "3.1.0"
    assert code_of(requests.get(town.url + "/docs", timeout=30)) == "not_found"


def test_an_unexpected_error_tells_nobody_anything_personal(
    chosen: Settings, watch: Watch, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    app = create_app(chosen, watch.clock)

    @app.get("/broken")
    def broken() -> None:
        raise KeyError(NAME)

    with caplog.at_level(logging.DEBUG), served(app) as url:
        answer = requests.get(url + "/broken", timeout=30)
    assert code_of(answer) == "internal"
    out = "".join(capfd.readouterr())
    assert NAME not in answer.text + caplog.text + out
    assert "Traceback" not in caplog.text + out
    assert "KeyError at test_http.py:" in caplog.text


def test_a_days_work_leaves_no_personal_data_in_the_logs(
    town: Town, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.INFO):
        home = new_id()
        town.tablet.change(home, {"area": EAST, "head": NAME, "phone": "13800000000"})
        town.tablet.change(home, {"head": 5, "phone": NAME})
        town.road(town.tablet.message())
        town.road(asking(town.tablet, {EAST: wire.Cursor()}))
        town.wire.send("POST", "/sync/push", NAME.encode())
        town.wire.send("GET", f"/{NAME}")
    said = caplog.text + "".join(capfd.readouterr())
    assert NAME not in said
    assert "13800000000" not in said


def test_the_place_of_an_error_is_named_without_its_text() -> None:
    with pytest.raises(ValueError) as error:
        int(NAME)
    assert errors.place(error.value).startswith("ValueError at test_http.py:")
    assert NAME not in errors.place(error.value)
