"""A real web server in this process on a free port, and a device's signed requests to it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests
from fastapi import FastAPI

from schemas import signing
from schemas.clock import stamp
from sync_server.main import listener
from tests.sync_server.place import Tablet


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The address at which an application is served meanwhile."""
    # The socket listens before the server runs, so that nobody has to wait for it to be ready.
    door = socket.create_server(("127.0.0.1", 0))
    web = listener(app, "127.0.0.1", 0)
    thread = threading.Thread(target=web.run, kwargs={"sockets": [door]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
    finally:
        web.should_exit = True
        thread.join()
        door.close()


@dataclass(frozen=True)
class Wire:
    """What a device sends by hand, so that a test can spoil any part of it."""

    url: str
    tablet: Tablet

    def send(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        signed: bytes | None = None,
    ) -> requests.Response:
        """The answer to a request; `signed` is a body signed in place of the one sent."""
        at = stamp(self.tablet.place.server.clock.now())
        text = signing.request(method, path, self.tablet.id, at, body if signed is None else signed)
        proof = {
            "Ruhu-Device": self.tablet.id,
            "Ruhu-At": at,
            "Ruhu-Signature": signing.sign(self.tablet.sign_private, signing.REQUEST, text),
        }
        return requests.request(method, self.url + path, data=body, headers={**proof, **(headers or {})}, timeout=30)
