"""A device that is let in and means harm, or is broken: whatever it signs is taken, held or refused, the desk and the
other tablets read on as before, and strangers leave no trace."""

import gzip
import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import requests

from app.review.client import Review
from schemas import codec, problems, wire
from schemas.change import Change
from schemas.codec import Value
from schemas.problems import Failed
from sync_server.http.ways import WAYS
from sync_server.settings import Settings
from tests.schemas.messages import made
from tests.sync_server.desk import PASSWORD, VILLAGE
from tests.sync_server.fuzz.town import DESKS, TIMEOUT, Town, opened

DEEP: Value = "x"
for _ in range(40):
    DEEP = [DEEP]


@pytest.fixture
def town(chosen: Settings) -> Iterator[Town]:
    with opened(chosen) as town:
        yield town


def hostile(town: Town) -> dict[str, Change]:
    """Changes that no honest app makes, by what is odd about them."""
    home = town.visited.household
    plain = replace(made({"phone": "1"}), household=home, record=home, author="wang")
    visit = replace(plain, record=town.visited.visit, kind="visit")
    photo = replace(plain, record=town.house.new_id(), kind="attachment")
    of_visit = {"visit": town.visited.visit}
    return {
        "a NUL in a value": replace(plain, sets={"phone": "1\x00", "address": "\x00"}),
        "a NUL in an id": replace(plain, household="a\x00", record="a\x00"),
        "a NUL in the name of a slot": replace(plain, sets={"pho\x00ne": "1"}),
        "a NUL wherever a text may be": replace(plain, kind="\x00", form="\x00", author="\x00", at="\x00", salt="\x00"),
        "an id too long for an index": replace(plain, household="x" * 5000, record="y" * 5000),
        "a kind too long for an index": replace(plain, kind="k" * 5000),
        "a time and an author without end": replace(plain, at="9" * 100_000, author="w" * 100_000),
        "an author who is nobody": replace(plain, author="'; drop table change; --"),
        "a value nested deep": replace(plain, sets={"bank": DEEP}),
        "numbers at the edge": replace(plain, sets={"bank": {"a": 2**53, "b": -(2**53)}}),
        "a thousand slots": replace(plain, sets={f"slot{i}": "x" for i in range(1000)}),
        "ten thousand seen": replace(plain, sets={"phone": "2"}, seen=frozenset(f"{i:032}" for i in range(10_000))),
        "a slot that is set to itself": replace(plain, sets={"gone": "yes", "area": VILLAGE}),
        "gone as no word for it": replace(plain, sets={"gone": "erased"}),
        "a village that is none": replace(plain, sets={"area": "999999999999"}),
        "a visit of odd shapes": replace(
            visit,
            sets={"members": [{"id": "x"}, {"id": "x"}], "income_wage": [{}], "review": {"comments": {"a": "b"}}},
        ),
        "a visit whose rows are no objects": replace(visit, sets={"members": ["x", 5, None], "housing": {"a": []}}),
        "a photo of no size": replace(photo, sets={**of_visit, "size": -1, "chunks": [], "sha256": ""}),
        "a photo of ten thousand pieces": replace(
            photo, record=town.house.new_id(),
            sets={**of_visit, "size": 2**53, "chunks": ["ab" * 32] * 10_000, "sha256": "cd" * 32},
        ),
        "a link of a thing to itself": replace(
            plain, record=town.house.new_id(), kind="link", sets={"a": home, "b": home, "verdict": "same"}
        ),
        "a link of what is not there": replace(
            plain, record=town.house.new_id(), kind="link", sets={"a": "x", "b": "\x00", "verdict": "same"}
        ),
        "an erased body": replace(plain, sets={"phone": "3"}).without_body(),
    }  # fmt: skip


def test_whatever_a_device_signs_is_taken_held_or_refused_and_everybody_reads_on(town: Town) -> None:
    told = {}
    for what, change in hostile(town).items():
        answer = sent(town, change)
        told[what] = answer.status_code
        if answer.status_code == 200:
            receipt = wire.Receipt.from_wire(codec.decode(answer.content))
            assert len(receipt.verdicts) == 1, what
        else:
            assert answer.json()["code"] in problems.catalogue(), what
        assert reading(town) == [], what
    assert {what: status for what, status in told.items() if status >= 500} == {}


def sent(town: Town, change: Change) -> requests.Response:
    push = town.signed(wire.Push(wire.PROTOCOL, "", "", (change,), ""))
    body = codec.encode(push.wire())
    return town.session.post(f"{town.url}/sync/push", body, auth=town.device, timeout=TIMEOUT)


def reading(town: Town) -> list[str]:
    """What can no longer be read: by the desk's own client, and by a tablet that has nothing yet."""
    desk = Review(town.url)
    desk.login("li", PASSWORD)
    pages: dict[str, Callable[[], object]] = {
        "queue": desk.queue, "returned": lambda: desk.queue("returned"), "counts": desk.counts, "held": desk.held,
        "disputes": desk.disputes, "doubles": desk.doubles, "decided": desk.decided_doubles,
        "double": lambda: [desk.double(item.low, item.high) for item in desk.doubles().items],
        "visit": lambda: desk.visit(town.visited.visit),
        "photo": lambda: desk.photo(town.photo), "pull": lambda: pulled(town),
    }  # fmt: skip
    return [f"{name}: {problem}" for name, ask in pages.items() if (problem := problem_of(ask))]


def problem_of(ask: Callable[[], object]) -> str:
    try:
        ask()
    except Failed as failed:
        return failed.say("en")
    return ""


def pulled(town: Town) -> None:
    """A pull of a tablet that has nothing, read as a tablet reads it."""
    asked = wire.Pull(wire.PROTOCOL, town.tablet.device, "", {VILLAGE: wire.Cursor()}, 0, "", "", wire.BATCH_BYTES)
    got = town.session.post(f"{town.url}/sync/pull", codec.encode(asked.wire()), auth=town.device, timeout=TIMEOUT)
    if got.status_code != 200:
        raise Failed(got.json()["code"])
    assert wire.Pages.from_wire(codec.decode(got.content)).snapshots


ODD: list[tuple[str, str, bytes]] = [
    ("pull", "a name twice", b'{"protocol":2,"protocol":2}'),
    ("pull", "half a character", b'{"\\ud800":1}'),
    ("pull", "a number without end", b'{"protocol":' + b"9" * 100_000 + b"}"),
    ("pull", "a number below all", b'{"protocol":-99999999999999999999}'),
    ("pull", "deep", b'{"a":' * 900 + b"1" + b"}" * 900),
    ("pull", "deeper than a stack", b"[" * 1_000_000),
    ("push", "a fraction", b'{"protocol":2.0}'),
    ("push", "UTF-16", '{"protocol":2}'.encode("utf-16")),
    ("push", "a byte order mark", b'\xef\xbb\xbf{"protocol":2}'),
    ("push", "nothing", b""),
    ("chunks/missing", "ten thousand pieces", codec.encode({"chunks": [f"{i:064}" for i in range(10_000)]})),
    ("chunks/missing", "pieces that are none", codec.encode({"chunks": ["\x00", "", "é" * 1000]})),
    ("witness", "a witness of nothing", codec.encode(
        wire.Witness(2, "", VILLAGE, "", tuple(f"{i:032}" for i in range(10_000)), 2**53, "zz", ()).wire()
    )),
]  # fmt: skip


def test_a_body_that_is_no_message_is_refused_with_a_problem(town: Town) -> None:
    for way, what, body in ODD:
        for packed in (body, gzip.compress(body)):
            headers = {} if packed is body else {"Content-Encoding": "gzip"}
            answer = town.session.post(
                f"{town.url}/sync/{way}", packed, auth=town.device, headers=headers, timeout=TIMEOUT
            )
            assert 400 <= answer.status_code < 500 or what == "pieces that are none", (what, answer.text[:200])
            assert answer.ok or answer.json()["code"] in problems.catalogue()
    assert reading(town) == []


def test_a_stranger_is_let_in_nowhere_and_leaves_no_row(town: Town) -> None:
    before = town.rows()
    known = {
        "{sha256}": town.pieces[0], "{hash_}": town.document, "{visit}": town.visited.visit, "{change}": "a" * 32,
        "{attachment}": town.photo, "{device}": town.tablet.device, "{low}": town.visited.household,
        "{high}": town.other.household,
    }  # fmt: skip
    for (method, path), way in WAYS.items():
        address = town.url + re.sub(r"{\w+}", lambda name: known[name[0]], path)
        answer = requests.request(method, address, data=b"{}", timeout=TIMEOUT)
        assert answer.status_code in (401, 403) if way.guard else answer.status_code < 500, (method, path)
    for user in (*DESKS, "nobody", "\x00"):
        for _ in range(10):
            said = {"user": user, "password": "guess"}
            answer = requests.post(f"{town.url}/review/login", codec.encode(said), timeout=TIMEOUT)
            assert answer.json()["code"] in ("wrong_login", "wait", "malformed")
    after = town.rows()
    # A wrong password for somebody who is there is noted, and then they have to wait.
    assert {name: after[name] - before[name] for name in after if after[name] != before[name]} == {
        "audit": 5 * len(DESKS)
    }
