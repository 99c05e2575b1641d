"""The client of a place, served to browsers on this machine."""

from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from app.web import web_app
from sync_server.demo.serving import Serving, bind
from tests.app.ui.village import Place


@contextmanager
def served(place: Place) -> Iterator[str]:
    """The address of the client, until the end."""
    config = uvicorn.Config(web_app(place.door, place.url), log_level="warning", timeout_graceful_shutdown=1)
    with bind("127.0.0.1", 0) as socket:
        serving = Serving.start(uvicorn.Server(config), socket)
        try:
            yield serving.url
        finally:
            serving.stop()
