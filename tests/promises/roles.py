"""The roles a nursery knows; importing them makes it warm, and going through a small script makes it hot."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from sync_server.main import create_app
from sync_server.settings import Settings
from tests.promises.centre import LOWER, UPPER, Centre, centre, doors, prepared
from tests.promises.tablet import Tablet, tablet

ROLES: dict[str, Callable[..., Any]] = {"server": centre, "tablet": tablet}


def rehearsal(folder: str, url: str) -> None:
    """A script in this process, in which everything happens that makes the product work something out for the first
    time; on a county that nobody else uses."""
    here = Path(folder)
    house = Centre(str(here / "server"), url, "rehearsal", 0)

    def hand(user: str) -> Tablet:
        made = Tablet(str(here / "tablets" / user), user, f"http://127.0.0.1:{house.port()}", f"rehearsal {user}", 0)
        made.device()
        return made

    one, other, third = hand("lin"), hand("lan"), hand("mei")
    root, far = one.households()[0], one.households()[-1]
    _acts(house, one, other, root, far)
    for who in (third, one, other, third):
        assert who.sync(300)["safe"]
    house.days(400)
    one.edit(root, root, "household", {"phone": "7"})
    one.sync()
    one.waiting()
    one.enrol(house.code("lin"))
    one.sync()
    house.settle(True)
    for change, _ in house.held():
        house.dismiss(change)
    one.sync()
    other.enrol(house.code("lan"))
    house.revoke(other.device())
    other.edit(root, root, "household", {"phone": "8"})
    assert other.sync()["closed"]
    for who in (one, third):
        who.own()
        who.everything()
        who.cursors()
        who.verify()
        who.stop()
    house.heads()
    house.verify()
    house.stop()
    doors.pop().close()
    app = create_app(Settings(here / "server", url))
    app.state.server.close()
    prepared[:] = [app]


def _acts(house: Centre, one: Tablet, other: Tablet, root: str, far: str) -> None:
    """What people do, once each."""
    for who in (one, other):
        who.edit(root, root, "household", {"phone": who.device()})
        who.sync()
    one.sync()
    one.settle(root, "phone", True)
    one.link_of(root, far)
    one.link(root, far, True)
    one.visit(root, {"status": "done"}, b"photo")
    one.delete(root)
    one.sync()
    other.edit(root, root, "household", {"address": "1"})
    other.edit(root, other.new_id(), "member", {"name": "1", "national_id": "1"})
    for area in (LOWER, UPPER):
        other.edit(root, root, "household", {"area": area})
    other.sync()
    one.sync()
    one.restore(root)
    one.edit(far, far, "household", {"area": UPPER})
    one.sync()
    other.sync()
    one.edit(far, far, "household", {"area": LOWER})
    one.sync()
    other.sync()
    house.write(far, far, "household", {"phone": "1"}, [])
    house.settle(False)
    for change, _ in house.held():
        house.release(change)


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
