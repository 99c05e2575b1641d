"""The command `ruhu`: a table of subcommands, each loaded only when it is called.

The tablet's installation carries no server, so a command of the server's rooms that is not installed says what to
install instead of failing with a traceback.
"""

import importlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Command:
    """`module` has a function `main(arguments) -> exit code`; `extra` is what must be installed for it;
    `checkout` says that it is not part of the installation and runs from the source tree."""

    module: str
    help: str
    extra: str = ""
    checkout: bool = False


COMMANDS = {
    "demo": Command("sync_server.demo.command", "try it with a fictional county (--walk: a narrated check)", "server"),
    "app": Command("app.main", "the client in a window of its own"),
    "web": Command("app.web", "the client in the browser, for workstations and desks", "server"),
    "bundle": Command("app.bundle_command", "sync by sealed file, for a USB stick or a LAN: export, import, carry"),
    "serve": Command("sync_server.cli", "the server", "server"),
    "admin": Command("sync_server.admin", "for the steward: verify the case store, codes, people", "server"),
    "bench": Command("tests.bench.command", "measure against the targets (in a checkout)", "test", checkout=True),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one subcommand; its exit code comes back, 2 for a command that does not exist."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if not arguments or arguments[0] in ("-h", "--help"):
        print(usage())
        return 0 if arguments else 2
    name, rest = arguments[0], arguments[1:]
    if name not in COMMANDS:
        print(f"ruhu: there is no command {name!r}\n\n{usage()}", file=sys.stderr)
        return 2
    command = COMMANDS[name]
    if command.checkout:
        sys.path.insert(0, str(Path(__file__).parents[1]))
    try:
        run: Callable[[list[str]], int] = importlib.import_module(command.module).main
    except ModuleNotFoundError as missing:
        if not command.extra:
            raise
        remedy = f"python -m pip install 'ruhu[{command.extra}]'"
        print(f"ruhu {name}: {missing.name} is not installed. Install it with: {remedy}", file=sys.stderr)
        return 1
    return run(rest)


def usage() -> str:
    width = max(map(len, COMMANDS))
    return "usage: ruhu COMMAND …\n\n" + "\n".join(f"  {n:<{width}}  {c.help}" for n, c in COMMANDS.items())
