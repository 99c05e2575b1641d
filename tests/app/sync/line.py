"""A real line that can be cut: a TCP proxy in front of the server, with a hand on it.

The network failures of the field are made here and not by mocks: nobody answers, the line dies in the middle of a
request, the server got everything and its answer is lost.
"""

import contextlib
import socket
import threading
from dataclasses import dataclass, field


@dataclass
class Line:
    """Between a tablet and the server. The fields may be set at any time, from any thread.

    `up`: whether anybody answers. `request_bytes` and `answer_bytes`: the line dies after so many bytes towards the
    server, or back. `answers_lost`: so many answers still get lost, after the server has done what was asked. `sent`
    and `received` count what arrived at either end, `connections` how often the tablet called.
    """

    to: int
    up: bool = True
    request_bytes: int | None = None
    answer_bytes: int | None = None
    answers_lost: int = 0
    carried: int = 0
    sent: int = 0
    received: int = 0
    connections: int = 0
    _listener: socket.socket = field(init=False, repr=False)
    _open: set[socket.socket] = field(init=False, repr=False, default_factory=set)

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def cut(self) -> None:
        """Nobody answers from now on, and whatever was on the line is gone."""
        self.up = False
        for side in list(self._open):
            _drop(side)

    def mend(self) -> None:
        self.up, self.request_bytes, self.answer_bytes, self.answers_lost = True, None, None, 0

    def close(self) -> None:
        _drop(self._listener)
        self.cut()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                if not self.up:
                    _drop(client)
                    continue
                self.connections += 1
                server = socket.create_connection(("127.0.0.1", self.to))
                self._open |= {client, server}
                threading.Thread(target=self._upstream, args=(client, server), daemon=True).start()
                threading.Thread(target=self._downstream, args=(client, server), daemon=True).start()

    def _upstream(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := client.recv(4096):
                if self.request_bytes is not None:
                    piece = piece[: self.request_bytes]
                    self.request_bytes -= len(piece)
                server.sendall(piece)
                self.carried += len(piece)
                self.sent += len(piece)
                if self.request_bytes == 0:
                    break
        self._end(client, server)

    def _downstream(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while piece := server.recv(65536):
                if self.answers_lost:
                    self.answers_lost -= 1
                    break
                if self.answer_bytes is not None:
                    piece = piece[: self.answer_bytes]
                    self.answer_bytes -= len(piece)
                client.sendall(piece)
                self.carried += len(piece)
                self.received += len(piece)
                if self.answer_bytes == 0:
                    break
        self._end(client, server)

    def _end(self, *sides: socket.socket) -> None:
        for side in sides:
            self._open.discard(side)
            _drop(side)


def _drop(side: socket.socket) -> None:
    with contextlib.suppress(OSError):
        side.shutdown(socket.SHUT_RDWR)
    side.close()
