"""The sync protocol over HTTP (DESIGN §6).

A device that was put out, or whose grant has run out, may still hand over what it has: changes, which are then held,
and the pieces of its photos. It is told nothing but which of its own pieces are here.
"""

from fastapi import APIRouter, Request, Response

from schemas import wire
from schemas.codec import NotCanonical, Value
from sync_server import chunks, devices, intake, witness
from sync_server.http.message import Body, Hash, Host, Signed, answer, packed
from sync_server.pull import serve

routes = APIRouter(prefix="/sync")


@routes.post("/push")
def push(request: Request, device: Signed, body: Body, host: Host) -> Response:
    message = body.read(wire.Push.from_wire)
    return answer(request, intake.take(host.db, device, message).wire())


@routes.post("/pull")
def pull(request: Request, device: Signed, body: Body, host: Host) -> Response:
    asked = body.read(wire.Pull.from_wire)
    return packed(request, serve(host.db, device, asked).body, "application/json")


@routes.post("/witness")
def tell(request: Request, device: Signed, body: Body, host: Host) -> Response:
    message = body.read(wire.Witness.from_wire)
    return answer(request, host.db.transaction(lambda tx: witness.tell(tx, device, message)).wire())


@routes.post("/chunks/missing")
def missing(request: Request, device: Signed, body: Body, host: Host) -> Response:
    asked = body.read(_hashes)
    return answer(request, {"missing": host.db.snapshot(lambda tx: chunks.missing(tx, device.county, asked))})


@routes.put("/chunks/{sha256}")
def put(device: Signed, sha256: Hash, body: Body, host: Host) -> Response:
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
