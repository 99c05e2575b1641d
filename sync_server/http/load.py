"""How much the server takes on at once, so that its memory stays bounded however many tablets come together.

A body costs little while it arrives, compressed, and ten or twenty times its size while it is worked on. So two things
are counted, in bytes: what has arrived and is not answered yet, above which the answer is `server_busy` at once and the
client comes again; and what is being worked on, for which the others wait in the order in which they came. Nothing is
counted while a slow line is still sending, but the bytes that are here: a tablet at the end of a village's line keeps
nobody waiting.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from schemas.problems import Failed
from schemas.wire import BODY_LIMIT

ARRIVED = 16 * BODY_LIMIT
AT_ONCE = BODY_LIMIT
PATIENCE = 20.0
"""Seconds for which a body waits its turn before its sender is told to come again; less than a client's own."""
AGAIN = 3
"""Seconds after which to come again."""


class Load:
    """What one process has on its hands. Belongs to one event loop."""

    def __init__(self, arrived: int = ARRIVED, at_once: int = AT_ONCE, patience: float = PATIENCE) -> None:
        self._room_to_arrive = arrived
        self._room_to_work = at_once
        self._at_once = at_once
        self._patience = patience
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    def arrive(self, size: int) -> None:
        """Counts bytes that came in. Raises Failed("server_busy") when there is no room for them."""
        if size > self._room_to_arrive:
            raise Failed("server_busy", seconds=AGAIN)
        self._room_to_arrive -= size

    def leave(self, size: int) -> None:
        """Counts bytes that came in and have been answered."""
        self._room_to_arrive += size

    @asynccontextmanager
    async def working(self, size: int) -> AsyncIterator[None]:
        """Room to work on a body of this size, as soon as there is. Raises Failed("server_busy") when that is long."""
        wanted = min(size, self._at_once)
        await self._take(wanted)
        try:
            yield
        finally:
            self._room_to_work += wanted
            self._wake()

    async def _take(self, size: int) -> None:
        if not self._waiting and size <= self._room_to_work:
            self._room_to_work -= size
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((size, turn))
        try:
            await asyncio.wait_for(turn, self._patience)
        except TimeoutError as error:
            raise Failed("server_busy", seconds=AGAIN) from error
        finally:
            if turn.cancelled():
                self._waiting = deque(w for w in self._waiting if w[1] is not turn)
                self._wake()

    def _wake(self) -> None:
        """Lets in those at the head of the line for whom there is room."""
        while self._waiting and self._waiting[0][0] <= self._room_to_work:
            size, turn = self._waiting.popleft()
            if not turn.done():
                self._room_to_work -= size
                turn.set_result(None)
