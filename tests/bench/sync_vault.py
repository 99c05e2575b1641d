"""A tablet as the app is one: a real vault, and rounds over a line whose bytes are counted."""

import contextlib
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from app.sync.http import Http
from app.sync.round import sync_once
from app.sync.session import Outcome
from app.vault.device_secret import FileSecret
from app.vault.drafts import Draft
from app.vault.open import Open
from app.vault.vault import Vault
from schemas import quick
from schemas.clock import Clock
from tests.bench import sync_visits
from tests.bench.sync_host import Tablet

PIN = "274905"
QUICK = 1024
"""The cost of a try at the PIN, which is not what is measured here."""


def opened(folder: Path, tablet: Tablet, url: str) -> Open:
    """The open vault of a tablet that was let in. From now on JSON is read and written here as it is on a tablet, where
    msgspec is not installed."""
    quick.read, quick.write = quick.nothing, quick.written
    vault = Vault(folder / "vault", Clock(), FileSecret(folder / "secret"), cost=QUICK)
    return vault.admit(tablet.grant, tablet.keys, PIN, None, url)


@dataclass
class Road:
    """One kept connection of an open vault to the server."""

    vault: Open
    url: str
    _http: Http = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._http = Http(self.url, self.vault.device(), self.vault.sign)

    def round(self) -> Outcome:
        """One whole round; raises SystemExit when not everything is safe after it."""
        outcome = sync_once(self.vault, self._http, clock=Clock())
        if not outcome.safe:
            raise SystemExit(f"the round was not whole: {[p.code for p in outcome.problems]}")
        return outcome

    def close(self) -> None:
        self._http.close()


def drafts(written: Sequence[sync_visits.Draft], vault: Open | None = None) -> list[Draft]:
    """What the bench made up, as the app writes it; with a vault, each edit has seen what the vault shows."""
    out = []
    for d in written:
        record = vault.record(d.record) if vault else None
        live = record.heads.live if record else {}
        seen = frozenset(cid for slot in d.sets for cid in live.get(slot, {}))
        out.append(Draft(d.household, d.record, d.kind, "", d.sets, seen))
    return out


@dataclass
class Counted:
    """A relay before the server: how many requests came, and how many bytes went each way, headers and all."""

    to: str
    requests: int = 0
    up: int = 0
    down: int = 0
    _door: socket.socket = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._door = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._door.getsockname()[1]}"

    def reset(self) -> None:
        self.requests = self.up = self.down = 0

    def close(self) -> None:
        self._door.close()

    def _accept(self) -> None:
        parts = urlsplit(self.to)
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._door.accept()
                server = socket.create_connection((parts.hostname or "", parts.port or 0))
                threading.Thread(target=self._carry, args=(client, server, True), daemon=True).start()
                threading.Thread(target=self._carry, args=(server, client, False), daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket, up: bool) -> None:
        with contextlib.suppress(OSError):
            while piece := source.recv(65536):
                if up:
                    self.requests += piece.count(b" HTTP/1.1\r\n")
                    self.up += len(piece)
                else:
                    self.down += len(piece)
                sink.sendall(piece)
        for side in (source, sink):
            with contextlib.suppress(OSError):
                side.shutdown(socket.SHUT_RDWR)
