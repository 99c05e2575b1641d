"""The walk's server, which comes and goes as the network does, always on the same port."""

from sync_server.demo.serving import Serving, bind
from sync_server.main import create_app, listener
from sync_server.server import Server
from sync_server.settings import Settings

HOST = "127.0.0.1"


class Host:
    """The server on one port for the whole walk, started and stopped as the network comes and goes."""

    def __init__(self, chosen: Settings) -> None:
        self.settings = chosen
        self.port = 0
        self.server: Server | None = None
        self._serving: Serving | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def start(self) -> Server:
        app = create_app(self.settings)
        sock = bind(HOST, self.port)
        self._serving = Serving.start(listener(app, HOST, self.port), sock)
        self.port = self._serving.port
        server: Server = app.state.server
        self.server = server
        return server

    def stop(self) -> None:
        if self._serving is not None:
            self._serving.stop()
            self._serving = None
