"""A sealed bundle over HTTP, brought by anybody: the file comes in, the return bundle goes out.

No login and no signature of the request: whoever carries a bundle for somebody else on the station's network is nobody
to the county and learns nothing, and the file proves by itself whose it is. What keeps a stranger from filling the
disk: the beginning of the file must open with the county's key and name a device that it knows, a file has a greatest
size, and few are taken at once.
"""

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from typing import BinaryIO

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from schemas.bundle import LIMIT, SMALLEST
from schemas.problems import Failed
from sync_server import bundle
from sync_server.http.message import Host
from sync_server.server import Server

routes = APIRouter()

AT_ONCE = 2
"""How many are taken at the same time; the next is told that the server is busy."""
_turns = threading.BoundedSemaphore(AT_ONCE)
_PIECE = 256 * 1024


@routes.post("/bundle")
async def carry(request: Request, host: Host) -> Response:
    back = _file(host)
    try:
        with ExitStack() as meanwhile:
            brought = meanwhile.enter_context(_file(host))
            await _receive(request, host, brought, meanwhile)
            await run_in_threadpool(bundle.answer, host, brought, back)
    except BaseException:
        back.close()
        raise
    headers = {"Cache-Control": "no-store", "Content-Length": str(back.tell())}
    back.seek(0)
    return StreamingResponse(_pieces(back), headers=headers, media_type="application/octet-stream")


def _file(host: Server) -> BinaryIO:
    """A file that is gone when closed. In the data folder: a machine's temporary folder may lie in its memory."""
    return tempfile.TemporaryFile(dir=host.settings.data)


async def _receive(request: Request, host: Server, file: BinaryIO, meanwhile: ExitStack) -> None:
    """The body into a file. As soon as enough of it is there to tell, one that is none of ours is refused, and any
    other takes its turn, until all is done."""
    size, known = 0, False
    async for piece in request.stream():
        size += len(piece)
        if size > LIMIT:
            raise Failed("bundle_too_big", mb=LIMIT // 2**20)
        await run_in_threadpool(file.write, piece)
        if not known and size >= SMALLEST:
            await run_in_threadpool(bundle.recognise, host, file)
            file.seek(0, os.SEEK_END)
            known = True
            if not _turns.acquire(blocking=False):
                raise Failed("server_busy")
            meanwhile.callback(_turns.release)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece
