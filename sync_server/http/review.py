"""The review API: what the desk of a supervisor, a steward or an auditor asks, over HTTP with a login's token.

Every request but the login carries `Authorization: Bearer <token>`. Each is one transaction, with its audit line.
"""

from collections.abc import Callable, Iterable
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Depends, Query, Request, Response

from schemas.codec import LARGEST, NotCanonical, Value
from schemas.problems import Failed
from sync_server import (
    cases,
    doubles,
    held,
    joining,
    open_conflicts,
    people,
    photos,
    review,
    side_by_side,
    steward,
    visit_page,
)
from sync_server.db import Tx
from sync_server.http.message import Body, ChangeId, Host, RecordId, Sent, answer
from sync_server.people import Person

routes = APIRouter(prefix="/review")

T = TypeVar("T")


def token(request: Request) -> str:
    """The login's token; raises Failed("session_over") when there is none."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not value:
        raise Failed("session_over")
    return value


Token = Annotated[str, Depends(token)]


def reader(host: Host, token: Token) -> Person:
    """Who is at the desk; raises Failed("session_over")."""
    return host.db.snapshot(lambda tx: people.by_token(tx, token))


Reader = Annotated[Person, Depends(reader)]
After = Annotated[str | None, Query(max_length=100)]
Limit = Annotated[int, Query(ge=1, le=review.MOST)]


@routes.post("/login")
def login(request: Request, body: Body, host: Host) -> Response:
    said = fields(body, user=str, password=str)
    found = people.log_in(host.db, said["user"], said["password"])
    who = found.person
    content = {"token": found.token, "user": who.user, "name": who.name, "role": who.role}
    return answer(request, {**content, "scope": list(who.scope), "expires": found.expires})


@routes.post("/logout", status_code=204)
def logout(token: Token, host: Host) -> None:
    host.db.transaction(lambda tx: people.log_out(tx, token))


@routes.get("/queue")
def queue(
    request: Request,
    person: Reader,
    host: Host,
    status: Literal["done", "returned", "accepted"] = "done",
    after: After = None,
    limit: Limit = 50,
) -> Response:
    return answer(request, host.db.transaction(lambda tx: review.queue(tx, person, status, after, limit)))


@routes.get("/counts")
def counts(request: Request, person: Reader, host: Host) -> Response:
    def all_of_it(tx: Tx) -> Value:
        waits = {"held": held.count(tx, person), "duplicates": doubles.count(tx, person)}
        return {**review.counts(tx, person), **waits, "disputed": open_conflicts.count(tx, person)}

    return answer(request, host.db.snapshot(all_of_it))


@routes.get("/visits/{visit}")
def visit(request: Request, person: Reader, visit: RecordId, host: Host) -> Response:
    return answer(request, host.db.transaction(lambda tx: visit_page.read(tx, person, visit)))


@routes.post("/visits/{visit}/approve")
def approve(request: Request, person: Reader, visit: RecordId, body: Body, host: Host) -> Response:
    said = fields(body, assessment=(str, type(None)), reason=str)
    act = decided(person, visit, lambda tx: cases.approve(tx, person, visit, said["assessment"], said["reason"]))
    return answer(request, host.db.transaction(act))


@routes.post("/visits/{visit}/return")
def give_back(request: Request, person: Reader, visit: RecordId, body: Body, host: Host) -> Response:
    said = fields(body, comment=str, comments=dict)
    act = decided(person, visit, lambda tx: cases.give_back(tx, person, visit, said["comment"], said["comments"]))
    return answer(request, host.db.transaction(act))


@routes.post("/visits/{visit}/assess")
def assess(request: Request, person: Reader, visit: RecordId, host: Host) -> Response:
    return answer(request, host.db.transaction(decided(person, visit, lambda tx: cases.assess(tx, person, visit))))


@routes.get("/conflicts")
def conflicts(request: Request, person: Reader, host: Host, after: After = None, limit: Limit = 20) -> Response:
    return answer(request, host.db.transaction(lambda tx: open_conflicts.listed(tx, person, after, limit)))


@routes.post("/conflicts/settle", status_code=204)
def settle(person: Reader, body: Body, host: Host) -> None:
    said = fields(body, record=str, slot=str, choose=str, seen=list, reason=str)
    texts(said["seen"], "seen")
    host.db.transaction(lambda tx: cases.settle(tx, person, **said))


@routes.get("/duplicates")
def duplicates(request: Request, person: Reader, host: Host, after: After = None, limit: Limit = 50) -> Response:
    return answer(request, host.db.transaction(lambda tx: doubles.queue(tx, person, after, limit)))


@routes.get("/duplicates/decided")
def decided_duplicates(request: Request, person: Reader, host: Host) -> Response:
    return answer(request, host.db.transaction(lambda tx: doubles.settled(tx, person)))


@routes.get("/duplicates/{low}/{high}")
def duplicate(request: Request, person: Reader, low: RecordId, high: RecordId, host: Host) -> Response:
    return answer(request, host.db.transaction(lambda tx: side_by_side.read(tx, person, low, high)))


@routes.post("/duplicates/{low}/{high}")
def decide(request: Request, person: Reader, low: RecordId, high: RecordId, body: Body, host: Host) -> Response:
    said = fields(body, households=str, people=dict, basis=str, seen=list)
    texts(said["seen"], "seen")
    texts(said["people"].values(), "people")

    def both(tx: Tx) -> Value:
        joining.decide(tx, person, low, high, **said)
        return side_by_side.read(tx, person, low, high)

    return answer(request, host.db.transaction(both))


@routes.get("/photos/{attachment}")
def photo(person: Reader, attachment: RecordId, host: Host) -> Response:
    data, media_type = host.db.transaction(lambda tx: photos.opened(tx, person, attachment))
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(data, headers=headers, media_type=media_type)


@routes.get("/held")
def held_changes(request: Request, person: Reader, host: Host) -> Response:
    return answer(request, {"held": host.db.transaction(lambda tx: held.listed(tx, person))})


@routes.post("/held/{change}/release", status_code=204)
def release(person: Reader, change: ChangeId, host: Host) -> None:
    host.db.transaction(lambda tx: held.release(tx, person, change))


@routes.post("/held/{change}/dismiss", status_code=204)
def dismiss(person: Reader, change: ChangeId, host: Host) -> None:
    host.db.transaction(lambda tx: held.dismiss(tx, person, change))


@routes.get("/people")
def everyone(request: Request, person: Reader, host: Host) -> Response:
    return answer(request, {"people": host.db.snapshot(lambda tx: steward.everyone(tx, person))})


@routes.get("/devices")
def devices(request: Request, person: Reader, host: Host) -> Response:
    return answer(request, {"devices": host.db.snapshot(lambda tx: steward.all_devices(tx, person))})


@routes.post("/codes")
def codes(request: Request, person: Reader, body: Body, host: Host) -> Response:
    said = fields(body, user=str)
    return answer(request, host.db.transaction(lambda tx: steward.new_code(tx, person, said["user"])))


@routes.post("/devices/{device}/revoke", status_code=204)
def revoke(person: Reader, device: RecordId, host: Host) -> None:
    host.db.transaction(lambda tx: steward.revoke(tx, person, device))


@routes.get("/audit")
def audit(
    request: Request,
    person: Reader,
    host: Host,
    after: Annotated[int | None, Query(ge=0, le=LARGEST)] = None,
    limit: Annotated[int, Query(ge=1, le=steward.MOST)] = 100,
) -> Response:
    return answer(request, host.db.transaction(lambda tx: steward.audit_page(tx, person, after, limit)))


def decided(person: Person, visit: RecordId, act: Callable[[Tx], object]) -> Callable[[Tx], Value]:
    """The act, and the page as it is afterwards, in the same transaction."""

    def both(tx: Tx) -> Value:
        act(tx)
        return visit_page.read(tx, person, visit)

    return both


def texts(values: Iterable[Value], place: str) -> None:
    """Raises NotCanonical with the place unless all of these are texts."""
    if not all(isinstance(value, str) for value in values):
        raise NotCanonical(f"body.{place}: must be texts")


def fields(body: Sent, **spec: type | tuple[type, ...]) -> dict[str, Value]:
    """The body's fields, exactly these and of these types, lists and objects being of texts; raises NotCanonical with
    the place."""

    def read(data: Value) -> dict[str, Value]:
        if not isinstance(data, dict) or set(data) != set(spec):
            raise NotCanonical("body: fields missing or unknown")
        for name, kind in spec.items():
            if not isinstance(data[name], kind):
                raise NotCanonical(f"body.{name}: wrong type")
            inside = data[name].values() if kind is dict else data[name] if kind is list else ()
            if not all(isinstance(text, str) for text in inside):
                raise NotCanonical(f"body.{name}: must hold texts")
        return data

    return body.read(read)
