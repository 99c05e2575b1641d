"""`ruhu demo`: a county to try, on one machine: server, web client, accounts, and a tablet that is enrolled already.

Everything lies in one folder and stays there for the next start (`folder`). Ports that are taken are stepped over and
said. Ctrl-C stops the web client first and the server last, so that nothing that was being written is cut.
"""

import argparse
import logging
import os
import signal
import sys
import time
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import FrameType

import uvicorn

from app.door import Door
from app.vault.device_secret import FileSecret
from app.vault.vault import Vault
from app.web import web_app
from schemas.clock import Clock
from schemas.problems import Failed
from sync_server import audit, county
from sync_server.demo import tablet
from sync_server.demo.county import COUNTY, account
from sync_server.demo.folder import Folder, claimed
from sync_server.demo.seed import seed
from sync_server.demo.serving import Serving, bind
from sync_server.demo.words import FOUNDING, stopped, welcome
from sync_server.main import create_app, listener
from sync_server.server import Server
from sync_server.settings import settings

HOST = "127.0.0.1"
PORT = 8600
"""The web client's; the server takes the next one that is free."""


def _say(text: str) -> None:
    with suppress(BrokenPipeError):  # nobody reads any more, which is no reason to stop
        print(text, flush=True)


def main(argv: Sequence[str]) -> int:
    """Runs the demo until Ctrl-C, or the walk to its end. The exit code is 1 when it could not start."""
    options, rest = _options(argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a console that cannot show Chinese shows question marks, and goes on
            stream.reconfigure(errors="replace")
    if options.walk:
        from sync_server.demo import walk

        return walk.main(rest)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    folder = Path(options.data or "ruhu-data")
    try:
        with _interruptible(), claimed(folder) as mine:
            if options.reset:
                mine.clear()
            with running(mine, options.port) as url:
                if not options.no_browser and _has_screen():
                    webbrowser.open(url)
                while True:
                    time.sleep(0.5)  # Windows hears no Ctrl-C in a longer wait
    except KeyboardInterrupt:
        _say(stopped(folder.absolute()))
    except Failed as failed:
        print(f"{failed.say('zh')}\n{failed.say('en')}", file=sys.stderr)
        return 1
    return 0


@contextmanager
def running(folder: Folder, port: int, tell: Callable[[str], None] = _say) -> Iterator[str]:
    """The demo, running in this process; the address of its web client."""
    clock = Clock()
    with ExitStack() as stack:
        app = create_app(settings(folder.path), clock)
        server: Server = app.state.server
        stack.callback(server.close)
        mark = _prepare_server(server, tell)
        web_socket = stack.enter_context(bind(HOST, port))
        server_socket = stack.enter_context(bind(HOST, web_socket.getsockname()[1] + 1))
        serving = Serving.start(listener(app, HOST, 0), server_socket)
        stack.callback(serving.stop)
        secret = FileSecret(folder.secret(mark))
        vault = Vault(folder.vault(mark), clock, secret)
        stack.callback(vault.close)
        tablet.prepare(vault, server, serving.url, map(account, tablet.RESIDENTS), clock, tell)
        door = Door(folder.vault(mark), serving.url, moved_to=serving.url, secret=secret, clock=clock)
        web = Serving.start(_web(web_app(door, serving.url, clock)), web_socket)
        stack.callback(web.stop)
        tell(welcome(web, serving, port, folder.path))
        yield web.url


def _prepare_server(server: Server, tell: Callable[[str], None]) -> str:
    """Fills a fresh server; a mark of the database comes back, another one for each that was ever filled."""
    here = [c.code for c in server.db.snapshot(county.counties)]
    if not here:
        tell(FOUNDING)
        seed(server.db)
    elif here != [COUNTY]:
        raise Failed("county_taken")
    return server.db.snapshot(lambda tx: audit.read(tx, COUNTY, limit=1)[0].chain[:8])


def _web(app: object) -> uvicorn.Server:
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]  # Flet's application has no type
        host=HOST,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Ctrl-C or a polite kill ends what runs inside by a KeyboardInterrupt, once: the way out is not interrupted."""
    numbers = (signal.SIGINT, signal.SIGTERM)

    def heard(_: int, __: FrameType | None) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, heard) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _has_screen() -> bool:
    """Whether a browser would open where somebody sees it, and not in the terminal."""
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _options(argv: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """The options, and what is left over for the walk."""
    parser = argparse.ArgumentParser(prog="ruhu demo", description="Try Ruhu with a fictional county.")
    parser.add_argument("--data", metavar="DIR", help="the folder to keep everything in (ruhu-data)")
    parser.add_argument("--reset", action="store_true", help="start over: remove what the demo keeps in the folder")
    parser.add_argument("--port", type=int, default=PORT, metavar="N", help=f"of the web client ({PORT})")
    parser.add_argument("--no-browser", action="store_true", help="do not open a browser")
    parser.add_argument(
        "--walk", action="store_true", help="the same job without a screen, as a narrated check (--walk --help)"
    )
    walk = "--walk" in argv
    options, rest = parser.parse_known_args([a for a in argv if not (walk and a in ("-h", "--help"))])
    if rest and not walk:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    return options, rest + (["--help"] if walk and {"-h", "--help"} & set(argv) else [])
