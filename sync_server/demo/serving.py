"""A web application served from a thread of this process, on a port that is free."""

import socket
import threading
import time
from dataclasses import dataclass
from typing import Self

import uvicorn

from schemas.problems import Failed

STEPS = 50
"""How many ports above the one asked for are tried."""


@dataclass(frozen=True)
class Serving:
    """A running server; `url` reaches it, `stop` ends it and comes back when it has ended."""

    url: str
    port: int
    _server: uvicorn.Server
    _thread: threading.Thread

    @classmethod
    def start(cls, server: uvicorn.Server, sock: socket.socket) -> Self:
        """Serves on a bound socket. Raises Failed("internal") when the application does not start."""
        thread = threading.Thread(target=server.run, args=([sock],), name="ruhu-serving", daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        if not server.started:
            raise Failed("internal")
        host, port = sock.getsockname()[:2]
        return cls(f"http://{host}:{port}", port, server, thread)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)


def bind(host: str, port: int) -> socket.socket:
    """A socket on the port, or on the next one above it that is free. Raises Failed("port_busy") when none is."""
    for candidate in range(port, min(port + STEPS, 65536)) if port else (0,):
        sock = socket.socket()
        # Without it a port that was in use a moment ago is refused; on Windows it would share a port in use.
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((host, candidate))
            sock.listen(128)  # from here on the port is taken for everyone else
        except OSError:
            sock.close()
        else:
            return sock
    raise Failed("port_busy", port=port)
