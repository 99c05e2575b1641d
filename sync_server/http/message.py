"""Bodies in and out: bounded, compressed when that helps, canonical JSON; and who sent them.

The limit holds for what arrives and again for what it unpacks to, so that neither a big body nor a small one that
unpacks to a big one can fill the server's memory.
"""

import gzip
import zlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Path, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from schemas import codec
from schemas.codec import Value
from schemas.problems import Failed
from schemas.wire import BODY_LIMIT
from sync_server import devices
from sync_server.devices import Device
from sync_server.http.load import Load
from sync_server.server import Server

WORTH_COMPRESSING = 600

T = TypeVar("T")


@dataclass(frozen=True)
class Sent:
    """A request's body as it was sent and as it is after decompression."""

    raw: bytes
    plain: bytes

    def read(self, from_wire: Callable[[Value], T]) -> T:
        """The message in the body; raises NotCanonical."""
        return from_wire(codec.decode(self.plain))


async def sent(request: Request) -> AsyncIterator[Sent]:
    """The body, with room to work on it until it is answered. Raises Failed: `too_big`, `server_busy`, `malformed`
    when it is not what its headers say."""
    load: Load = request.app.state.load
    raw = bytearray()
    try:
        async for piece in request.stream():
            if len(raw) + len(piece) > BODY_LIMIT:
                raise Failed("too_big")
            load.arrive(len(piece))
            raw += piece
        body = bytes(raw)
        match request.headers.get("content-encoding", "identity").lower():
            case "identity":
                async with load.working(len(body)):
                    yield Sent(body, body)
            case "gzip":
                size = claimed_size(body)
                async with load.working(size):
                    yield Sent(body, await run_in_threadpool(unpacked, body, size))
            case _:
                raise Failed("malformed", place="content-encoding")
    finally:
        load.leave(len(raw))


def claimed_size(data: bytes) -> int:
    """What gzip says at its end that it unpacks to, and no more than a body may. It gets no more room than it says."""
    return min(int.from_bytes(data[-4:], "little"), BODY_LIMIT)


def unpacked(data: bytes, limit: int = BODY_LIMIT) -> bytes:
    """What gzip packed, if it is no more than the limit. Raises Failed: `too_big`, `malformed`."""
    unpack = zlib.decompressobj(wbits=31)
    try:
        out = unpack.decompress(data, limit + 1)
    except zlib.error as error:
        raise Failed("malformed", place="gzip") from error
    if len(out) > limit:
        raise Failed("too_big")
    if not unpack.eof or unpack.unused_data:
        raise Failed("malformed", place="gzip")
    return out


async def server(request: Request) -> Server:
    found = request.app.state.server
    if not isinstance(found, Server):
        raise Failed("internal")
    return found


Body = Annotated[Sent, Depends(sent)]
Host = Annotated[Server, Depends(server)]


def signed(request: Request, body: Body, host: Host) -> Device:
    """The device that signed this request. Raises Failed: `unknown_device`, `bad_signature`."""
    name, at, signature = (request.headers.get(h, "") for h in ("ruhu-device", "ruhu-at", "ruhu-signature"))
    method, path = request.method, request.scope["raw_path"].decode("ascii", "replace")  # as sent, which was signed
    return host.db.snapshot(lambda tx: devices.authentic(tx, name, at, signature, method, path, body.raw))


Signed = Annotated[Device, Depends(signed)]
Hash = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
RecordId = Annotated[str, Path(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
ChangeId = Annotated[str, Path(pattern="^[a-z2-7]{32}$")]


def answer(request: Request, content: Value) -> Response:
    """Canonical JSON, compressed for whoever takes it so."""
    return packed(request, codec.encode(content), "application/json")


def packed(request: Request, data: bytes, media_type: str) -> Response:
    """Bytes as an answer that nobody on the way may keep."""
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    if len(data) >= WORTH_COMPRESSING and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        data = gzip.compress(data, 6, mtime=0)
    return Response(data, headers=headers, media_type=media_type)
