"""Forms and packs for devices, and whether the server is well."""

from fastapi import APIRouter, Request, Response

from schemas import wire
from sync_server import county, devices, library
from sync_server.http.message import Hash, Host, Signed, answer, packed

routes = APIRouter()


@routes.get("/library/{hash_}")
def document(request: Request, device: Signed, hash_: Hash, host: Host) -> Response:
    host.db.snapshot(lambda tx: devices.allowed(tx, device))
    data = host.db.snapshot(lambda tx: library.data(tx, device.county, hash_))
    return packed(request, data, "application/json")


@routes.get("/health")
def health(request: Request, host: Host) -> Response:
    host.db.snapshot(county.counties)
    return answer(request, {"ok": True, "protocols": sorted(wire.SPOKEN)})
