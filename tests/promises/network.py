"""The hostile network between the tablets and the server: a real proxy over sockets, with a hand on every letter.

A request is a letter, its answer another. `Fault` says what happens to one of them: cut after so many bytes either way,
lost, delivered twice, kept and delivered later (by itself, among others, in another order), answered with an older
answer of the same door. What it may not do is invent: an answer that a tablet gets was given by this server to this
tablet. It carries letters only while the test waits for an actor, in the test's own thread, so a script happens in the
same order every time.
"""

import contextlib
import selectors
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection

PATIENCE = 40.0
"""Seconds in which somebody must say something; nothing in a script takes a tenth of it."""


@dataclass(frozen=True)
class Fault:
    """What goes wrong with the request number `at` (from 0) of a round. `amount`: bytes that still pass, or the
    statement of the database at which a process dies."""

    what: str
    at: int = 0
    amount: int = 0

    def __repr__(self) -> str:
        return f"Fault({self.what!r}, at={self.at}, amount={self.amount})"


@dataclass
class Network:
    """`dooms` tells the server at which statement it dies. `kept` are the letters that are still on the way."""

    dooms: Callable[[int], None]
    port: int | None = None
    fault: Fault | None = None
    carried: int = 0
    kept: list[bytes] = field(default_factory=list)
    answers: dict[tuple[str, str], list[bytes]] = field(default_factory=dict)
    _doors: dict[str, socket.socket] = field(default_factory=dict)
    _open: dict[socket.socket, tuple[str, socket.socket | None]] = field(default_factory=dict)
    _ready: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def url(self, who: str) -> str:
        """Where this tablet finds the server."""
        if who not in self._doors:
            door = socket.create_server(("127.0.0.1", 0))
            self._doors[who] = door
            self._ready.register(door, selectors.EVENT_READ, who)
        return f"http://127.0.0.1:{self._doors[who].getsockname()[1]}"

    def begin(self, fault: Fault | None) -> None:
        """A new round, in which this goes wrong."""
        self.fault, self.carried = fault, 0

    def server_is(self, port: int | None, forgets: bool = False) -> None:
        """Another server process, or none: every line to the old one is dead. One that `forgets` was put back from a
        backup; an answer from before cannot be on the way any more."""
        self.port = port
        for client in list(self._open):
            self._drop(client)
        if forgets:
            self.answers.clear()

    def carry(self, until: Connection) -> None:
        """Carries letters until the actor at the other end of `until` answers or dies."""
        self._ready.register(until, selectors.EVENT_READ, None)
        try:
            while True:
                events = self._ready.select(PATIENCE)
                assert events, "everybody waits and nobody says anything"
                for key, _ in events:
                    if key.fileobj is until:
                        return
                    self._attend(key)
        finally:
            self._ready.unregister(until)

    def deliver(self, which: list[int]) -> int:
        """Late letters arrive at the server, these of them in this order; how many did."""
        letters = [self.kept[i] for i in which]
        self.kept = [letter for i, letter in enumerate(self.kept) if i not in which]
        arrived = 0
        for letter in letters:
            with contextlib.suppress(OSError), self._to_server() as server:
                server.sendall(letter)
                arrived += _letter(server) is not None
        return arrived

    def close(self) -> None:
        for client in list(self._open):
            self._drop(client)
        for door in self._doors.values():
            door.close()
        self._ready.close()

    def _attend(self, key: selectors.SelectorKey) -> None:
        source = key.fileobj
        assert isinstance(source, socket.socket)
        if source in self._doors.values():
            client, _ = source.accept()
            if self.port is None or (self.fault is not None and self.fault.what == "nobody answers"):
                client.close()
                return
            client.settimeout(PATIENCE)
            self._open[client] = (key.data, None)
            self._ready.register(client, selectors.EVENT_READ, key.data)
        elif source in self._open:
            self._exchange(source)

    def _exchange(self, client: socket.socket) -> None:
        """Carries one request and its answer, or whatever becomes of them."""
        try:
            letter = _letter(client)
            if letter is None:
                self._drop(client)
                return
            hit, self.carried = self._hit(), self.carried + 1
            answer = self._asked(client, letter, hit)
            if answer is None:
                self._drop(client)
            elif hit is not None and hit.what == "answer cut":
                client.sendall(answer[: hit.amount])
                self._drop(client)
            else:
                client.sendall(answer)
                if b"connection: close" in answer.split(b"\r\n\r\n", 1)[0].lower():
                    self._drop(client)
        except (ConnectionError, BrokenPipeError):
            self._drop(client)

    def _asked(self, client: socket.socket, letter: bytes, hit: Fault | None) -> bytes | None:
        """What the tablet hears on its letter; None when the line dies."""
        who, server = self._open[client]
        if server is None:
            server = self._to_server()
            self._open[client] = (who, server)
        match hit.what if hit else "":
            case "cut on the way" if hit is not None and hit.amount < len(letter):
                server.sendall(letter[: hit.amount])
                return None
            case "late":
                self.kept.append(letter)
                return None
            case "late copy":
                self.kept.append(letter)
            case "twice":
                server.sendall(letter)
                _letter(server)
            case "server dies" if hit is not None:
                self.dooms(hit.amount)
        server.sendall(letter)
        answer = _letter(server)
        if answer is None:
            return None
        old = self.answers.setdefault((who, _door(letter)), [])
        old.append(answer)
        if hit is not None and hit.what == "old answer":
            return old[hit.amount % len(old)]
        return answer

    def _hit(self) -> Fault | None:
        return self.fault if self.fault is not None and self.fault.at == self.carried else None

    def _to_server(self) -> socket.socket:
        if self.port is None:
            raise ConnectionRefusedError
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE)

    def _drop(self, client: socket.socket) -> None:
        _, server = self._open.pop(client)
        self._ready.unregister(client)
        client.close()
        if server is not None:
            server.close()


def _letter(source: socket.socket) -> bytes | None:
    """A whole message of HTTP/1.1 with its body; None when the line ended before it did. A silence of `PATIENCE`
    seconds is a hang and ends the test."""
    data = b""
    while (end := data.find(b"\r\n\r\n")) < 0:
        piece = source.recv(65536)
        if not piece:
            return None
        data += piece
    length = 0
    for line in data[:end].split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        assert name.lower() != b"transfer-encoding", "a body without a length"
        if name.lower() == b"content-length":
            length = int(value)
    while len(data) < end + 4 + length:
        piece = source.recv(262144)
        if not piece:
            return None
        data += piece
    return data


def _door(letter: bytes) -> str:
    return letter.split(b"\r\n", 1)[0].decode().rsplit(" ", 1)[0]
