"""The roles a nursery knows; importing them makes it warm, and going through a small script makes it hot."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from sync_server.main import create_app
from sync_server.settings import Settings
from tests.promises.centre import UPPER, Centre, centre, prepared
from tests.promises.tablet import Tablet, tablet

ROLES: dict[str, Callable[..., Any]] = {"server": centre, "tablet": tablet}


def rehearsal(server: str, url: str, tablet: str, user: str) -> None:
    """A small script in this process, on folders and a database that nobody else uses."""
    house = Centre(server, url, "rehearsal", 0)
    hand = Tablet(tablet, user, f"http://127.0.0.1:{house.port()}", "rehearsal", 0)
    root = hand.new_id()
    hand.edit(root, root, "household", {"area": UPPER, "head": "一"})
    hand.edit(root, root, "household", {"head": "二"})
    hand.visit(root, {"status": "done"}, b"photo")
    for _ in range(2):
        assert hand.sync()["safe"]
        hand.everything()
    house.write(root, root, "household", {"phone": "1"}, [])
    assert hand.sync()["safe"]
    house.heads()
    house.verify()
    hand.verify()
    hand.stop()
    house.stop()
    app = create_app(Settings(Path(server), url))
    app.state.server.close()
    prepared[:] = [app]


class Compiled(dict[Any, Any]):
    """Compiled statements by kind of dialect in the place of the one engine's. What is kept depends on the statement
    and the dialect only; working it out anew in each process would be half of a script."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(self._plain(key), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        super().__setitem__(self._plain(key), compiled)

    @staticmethod
    def _plain(key: Any) -> Any:
        dialect, *rest = key
        return (dialect.name, *rest)


def statements_are_compiled_once() -> None:
    """Lets every engine of this process and of its children keep compiled statements in one place."""
    connect, shared = Engine.connect, Compiled()

    def connected(self: Engine) -> Connection:
        self.update_execution_options(compiled_cache=shared)
        return connect(self)

    setattr(Engine, "connect", connected)  # noqa: B010
