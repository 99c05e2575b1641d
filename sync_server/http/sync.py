"""The sync protocol over HTTP (DESIGN §6)."""

from fastapi import APIRouter, Request, Response

from schemas import wire
from schemas.codec import NotCanonical, Value
from sync_server import chunks, devices, feed, intake
from sync_server.http.message import Body, Hash, Host, Signed, answer, packed

routes = APIRouter(prefix="/sync")


@routes.post("/push")
def push(request: Request, device: Signed, body: Body, host: Host) -> Response:
    message = body.read(wire.Push.from_wire)
    return answer(request, host.db.transaction(lambda tx: intake.push(tx, device, message)).wire())


@routes.post("/pull")
def pull(request: Request, device: Signed, body: Body, host: Host) -> Response:
    asked = body.read(wire.Pull.from_wire)
    person = host.db.snapshot(lambda tx: devices.allowed(tx, device))
    pages = host.db.snapshot(lambda tx: feed.pull(tx, device, person, asked))
    host.db.transaction(lambda tx: feed.pulled(tx, device, person, pages))
    return answer(request, pages.wire())


@routes.post("/chunks/missing")
def missing(request: Request, device: Signed, body: Body, host: Host) -> Response:
    asked = body.read(_hashes)
    host.db.snapshot(lambda tx: devices.allowed(tx, device))
    return answer(request, {"missing": host.db.snapshot(lambda tx: chunks.missing(tx, device.county, asked))})


@routes.put("/chunks/{sha256}")
def put(device: Signed, sha256: Hash, body: Body, host: Host) -> Response:
    host.db.snapshot(lambda tx: devices.allowed(tx, device))
    host.db.transaction(lambda tx: chunks.put(tx, device, sha256, body.plain))
    return Response(status_code=204)


@routes.get("/chunks/{sha256}")
def get(request: Request, device: Signed, sha256: Hash, host: Host) -> Response:
    person = host.db.snapshot(lambda tx: devices.allowed(tx, device))
    data = host.db.snapshot(lambda tx: chunks.get(tx, device.county, person, sha256))
    return packed(request, data, "application/octet-stream")


def _hashes(data: Value) -> list[str]:
    asked = data.get("chunks") if isinstance(data, dict) else None
    if not isinstance(asked, list) or not all(isinstance(h, str) for h in asked):
        raise NotCanonical("chunks: must be a list of hashes")
    return asked
