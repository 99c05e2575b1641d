"""How long the server waits for somebody who is slow, and how much it listens to before it knows what is asked.

A line in the hills is slow but moves; a connection that is opened and then says nothing, or lets a letter fall now and
then, only takes up room. So the head of a request has a time and a size, and its body a pace: it may stand still for as
long as the head may take, and has to bring `PACE` bytes a second on the whole.
"""

import asyncio
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from schemas.problems import Failed

PACE = 4096
"""Bytes a second that a body must bring on the whole, after a grace: an eighth of a village's line."""
HEAD_BYTES = 64 * 1024
SECONDS = 30.0
"""How long the head of a request may take when an application does not say."""


class Paced:
    """Ends a request with Failed("too_slow") whose body does not come at its pace. Only the time that is spent waiting
    for the sender counts."""

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self._app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        clock = asyncio.get_running_loop().time
        waited, brought, more = 0.0, 0, True

        async def paced() -> Message:
            nonlocal waited, brought, more
            if not more:  # what comes now is that the line was cut, and may take as long as the answer
                return await receive()
            began = clock()
            try:
                async with asyncio.timeout(min(self._seconds, self._seconds + brought / PACE - waited)):
                    message = await receive()
            except TimeoutError as error:
                raise Failed("too_slow") from error
            waited += clock() - began
            brought += len(message.get("body", b""))
            more = message.get("more_body", False)
            return message

        await self._app(scope, paced, send)


class Patient(asyncio.Protocol):
    """A web server's connection on which the head of a request must come in `HEAD_BYTES` and within a time, which an
    application says when it starts (`patience` in its lifespan's state). What is still sent after an answer that did
    not wait for it has the same time."""

    def __init__(self, app_state: dict[str, Any], **served: Any) -> None:
        serving: Any = AutoHTTPProtocol
        self._inner = serving(app_state=app_state, **served)
        self._seconds = app_state.get("patience", SECONDS)
        self._head = 0
        self._limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._inner.connection_made(transport)
        self._limit = self._inner.loop.call_later(self._seconds, transport.close)

    def data_received(self, data: bytes) -> None:
        before, transport = self._inner.cycle, self._inner.transport
        head = before is None or not before.more_body
        late = before is not None and before.response_complete
        self._inner.data_received(data)
        if self._inner.cycle is not before or transport.get_protocol() is not self:  # it may be a WebSocket's now
            self._head = 0
            self._unlimited()
        elif head or late:
            self._head += len(data)
            self._limit = self._limit or self._inner.loop.call_later(self._seconds, transport.close)
            if head and self._head > HEAD_BYTES:
                transport.close()

    def eof_received(self) -> None:
        self._inner.eof_received()

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unlimited()
        self._inner.connection_lost(exc)

    def _unlimited(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None
