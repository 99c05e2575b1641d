"""What makes of a request that fits the document one that means something here: a push of the tablet's own chain, a
visit that is there, a code that was given, a bundle that is sealed. The rest of the request stays as it was drawn."""

import io
import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from hypothesis import strategies as st
from sqlalchemy import select

from schemas import bundle, codec, signing, wire
from schemas.bundle_parts import Opening
from schemas.change import START, chain
from schemas.codec import NotCanonical
from sync_server import tables as t
from sync_server.authoring import Draft
from sync_server.db import Tx
from tests.schemas.messages import made
from tests.sync_server.desk import COUNTY, PASSWORD, VILLAGE, Tablet
from tests.sync_server.fuzz.town import DESKS, Town

Case: TypeAlias = Any
"""A request as schemathesis drew it, whose body is whatever the schema says."""
Draw = Callable[[st.SearchStrategy[Any]], Any]
Amend = Callable[[Town, Case, Draw], None]
KEY = "ab" * 32
KINDS = ("household", "member", "visit", "attachment", "assessment", "link", "case", "event")
SLOTS = ("phone", "area", "gone", "status", "name", "a", "verdict", "review", "chunks", "sha256", "members")


def nothing(town: Town, case: Case, draw: Draw) -> None:
    """Leaves a request as it is."""


def push(town: Town, case: Case, draw: Draw) -> None:
    """The tablet's next changes, some of them to records that are here and slots that there are."""
    here = st.sampled_from([town.visited.household, town.visited.visit, *town.visited.members, town.photo])
    home = {"household": town.visited.household, "author": "wang", "form": "f"}
    if not case.body["changes"]:
        plain = replace(made({"phone": "1"}), household=town.visited.household, record=town.visited.household)
        case.body["changes"] = wire.Push(wire.PROTOCOL, "", "", (plain,), "").wire()["changes"]
    for change in case.body["changes"]:
        about = {**home, "record": draw(here), "kind": draw(st.sampled_from(KINDS))}
        change.update(draw(st.sampled_from([{}, home, about, about])))
        if isinstance(change["body"], dict) and draw(st.booleans()):
            sets = change["body"]["sets"]
            change["body"]["sets"] = {draw(st.sampled_from(SLOTS)): value for value in sets.values()} or {"phone": "1"}
    try:
        told = wire.Push.from_wire(codec.decode(codec.encode({**case.body, "first": 1})))
    except NotCanonical:
        return
    case.body = town.signed(told).wire()


def own(town: Town, case: Case, draw: Draw) -> None:
    """A pull of the tablet itself, about its village among others."""
    standing = {VILLAGE: draw(st.sampled_from([wire.Cursor(), wire.Cursor(1, "x"), town.cursor(VILLAGE)])).wire()}
    case.body.update(protocol=wire.PROTOCOL, device=town.tablet.device, cursors={**case.body["cursors"], **standing})


def witness(town: Town, case: Case, draw: Draw) -> None:
    """What the tablet could show of its village's feed, as the county sealed it."""

    def work(tx: Tx) -> wire.Witness:
        e = t.entry.c
        ids = list(tx.execute(select(e.change).where(e.county == COUNTY, e.area == VILLAGE).order_by(e.seq)).scalars())
        link = START
        for each in ids:
            link = chain(link, each)
        seal = tx.keys(COUNTY).sign(signing.STANDING, wire.standing(VILLAGE, len(ids), link))
        return wire.Witness(wire.PROTOCOL, town.tablet.device, VILLAGE, START, tuple(ids), len(ids), seal, ())

    told = town.server.db.snapshot(work).wire()
    case.body = {**told, "changes": draw(st.sampled_from([[], case.body["changes"]]))}


def enrol(town: Town, case: Case, draw: Draw) -> None:
    case.body.update(protocol=wire.PROTOCOL, sign_key=KEY, box_key=KEY, code=town.new_code())


def piece(town: Town, case: Case, draw: Draw) -> None:
    """A piece under its own name, or the name of one that is here."""
    content = getattr(case.body, "data", None)
    case.path_parameters["sha256"] = (
        codec.sha256(content) if content is not None else draw(st.sampled_from(town.pieces))
    )


def pieces(town: Town, case: Case, draw: Draw) -> None:
    case.body["chunks"] = [*case.body["chunks"], *town.pieces, KEY]


def sealed(town: Town, case: Case, draw: Draw) -> None:
    """A bundle of the tablet with a pull in it."""
    keys = town.server.db.snapshot(lambda tx: tx.keys(COUNTY))
    device, key = town.tablet.device, town.tablet.key.private_bytes_raw()
    opening = Opening("up", town.house.new_id(), device, keys.box_public, "2026-11-20T01:00Z")
    pull = wire.Pull(wire.PROTOCOL, device, "", {VILLAGE: wire.Cursor()}, 0, "", "", wire.BATCH_BYTES)
    out = io.BytesIO()
    bundle.write(out, opening, [pull], lambda purpose, text: signing.sign(key, purpose, text), secrets.token_bytes)
    case.body = out.getvalue()


def login(town: Town, case: Case, draw: Draw) -> None:
    case.body["user"] = draw(st.sampled_from(DESKS))
    case.body["password"] = draw(st.sampled_from([PASSWORD, case.body["password"]]))


def queue(town: Town, case: Case, draw: Draw) -> None:
    case.query["status"] = draw(st.sampled_from(["done", "returned", "accepted"]))
    case.query["after"] = draw(st.sampled_from([f"2026-11-20T01:00:00.000Z {town.visited.visit}", "x"]))


def settle(town: Town, case: Case, draw: Draw) -> None:
    writes = town.house.heads(town.visited.household).live["phone"]
    case.body.update(record=town.visited.household, slot="phone", choose=draw(st.sampled_from(sorted(writes))))
    case.body["seen"] = draw(st.sampled_from([sorted(writes), [], case.body["seen"]]))


def code_for(town: Town, case: Case, draw: Draw) -> None:
    case.body["user"] = draw(st.sampled_from(["wang", "zhao"]))


def held(town: Town, case: Case, draw: Draw) -> None:
    """A change that a supervisor may take: it sets what is not the visitor's to set."""
    home = town.visited.household
    known = town.tablet_of("zhao").write(
        Draft(home, home, "household", "f", {"status": "closed"}, frozenset()), held=True
    )
    case.path_parameters["change"] = known[0].id


def device(town: Town, case: Case, draw: Draw) -> None:
    case.path_parameters["device"] = Tablet(town.house, "zhao", "平板").device


def visit(town: Town, case: Case, draw: Draw) -> None:
    """A visit that waits, without a conflict."""
    waits = town.other.again()
    case.path_parameters["visit"] = waits.visit
    if isinstance(case.body, dict) and "assessment" in case.body:
        case.body["assessment"] = draw(st.sampled_from([waits.assessment, waits.assessment, None]))


def two(town: Town, case: Case, draw: Draw) -> None:
    low, high = sorted((town.visited.household, town.other.household))
    case.path_parameters.update(low=low, high=high)


def decide(town: Town, case: Case, draw: Draw) -> None:
    two(town, case, draw)
    case.body.update(households=draw(st.sampled_from(["same", "different"])), people={}, basis="papers")
    case.body["seen"] = draw(st.sampled_from([town.said_of_two(), case.body["seen"]]))


def named(parameter: str, values: Callable[[Town], list[str]]) -> Amend:
    def amend(town: Town, case: Case, draw: Draw) -> None:
        case.path_parameters[parameter] = draw(st.sampled_from(values(town)))

    return amend


AMENDED: dict[tuple[str, str], Amend] = {
    ("post", "/enrol"): enrol,
    ("post", "/bundle"): sealed,
    ("post", "/sync/push"): push,
    ("post", "/sync/pull"): own,
    ("post", "/sync/witness"): witness,
    ("post", "/sync/chunks/missing"): pieces,
    ("put", "/sync/chunks/{sha256}"): piece,
    ("get", "/sync/chunks/{sha256}"): piece,
    ("get", "/library/{hash_}"): named("hash_", lambda town: [town.document]),
    ("post", "/review/login"): login,
    ("get", "/review/queue"): queue,
    ("get", "/review/visits/{visit}"): named("visit", lambda town: [town.visited.visit, town.other.visit]),
    ("post", "/review/visits/{visit}/approve"): visit,
    ("post", "/review/visits/{visit}/return"): visit,
    ("post", "/review/visits/{visit}/assess"): visit,
    ("post", "/review/conflicts/settle"): settle,
    ("get", "/review/duplicates/{low}/{high}"): two,
    ("post", "/review/duplicates/{low}/{high}"): decide,
    ("get", "/review/photos/{attachment}"): named("attachment", lambda town: [town.photo, town.visited.visit]),
    ("post", "/review/held/{change}/release"): held,
    ("post", "/review/held/{change}/dismiss"): held,
    ("post", "/review/codes"): code_for,
    ("post", "/review/devices/{device}/revoke"): device,
}
"""What to make of a request for each way that needs it."""
