"""Letting a device in over HTTP."""

from fastapi import APIRouter, Request, Response

from schemas import wire
from sync_server import devices
from sync_server.http.message import Body, Host, answer

routes = APIRouter()


@routes.post("/enrol")
def enrol(request: Request, body: Body, host: Host) -> Response:
    asked = body.read(wire.Enrol.from_wire)
    with host.enrolling.guessing(request.client.host if request.client else "", "unknown_code"):
        grant = host.db.transaction(lambda tx: devices.enrol(tx, asked))
    return answer(request, grant.wire())
