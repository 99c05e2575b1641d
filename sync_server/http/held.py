"""Held changes at the desk of a supervisor, over HTTP."""

from fastapi import APIRouter, Request, Response

from schemas.codec import Value
from sync_server import held
from sync_server.held import Waiting
from sync_server.http.message import Host, answer
from sync_server.http.review import Reader

routes = APIRouter(prefix="/review/held")


@routes.get("")
def waiting(request: Request, person: Reader, host: Host) -> Response:
    return answer(request, {"held": [_row(w) for w in host.db.transaction(lambda tx: held.waiting(tx, person))]})


@routes.post("/{change}/release")
def release(request: Request, person: Reader, change: str, host: Host) -> Response:
    return answer(request, host.db.transaction(lambda tx: held.release(tx, change, person)).wire())


@routes.post("/{change}/dismiss", status_code=204)
def dismiss(person: Reader, change: str, host: Host) -> None:
    host.db.transaction(lambda tx: held.dismiss(tx, change, person))


def _row(waits: Waiting) -> dict[str, Value]:
    change = waits.change
    return {
        "change": change.id,
        "reason": waits.reason,
        "area": waits.area,
        "received_at": waits.at,
        "household": change.household,
        "record": change.record,
        "kind": change.kind,
        "sets": dict(change.sets),
        "author": change.author,
        "device": change.device,
    }
