"""`ruhu bundle`: sync without a network at the terminal, in both languages.

The PIN is asked for at the terminal or read from a pipe, never taken as an argument, where every user of the machine
could see it.
"""

import argparse
import getpass
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from app import bundles
from app.ui.words import carried
from app.ui.words.catalogue import LANGUAGES, say
from app.vault.device_secret import FileSecret
from app.vault.open import Open
from app.vault.slots import PASS, PIN
from app.vault.vault import Vault
from schemas.bundle import return_name
from schemas.clock import Clock
from schemas.problems import Failed


def main(argv: Sequence[str]) -> int:
    """Run one command; the exit code is 1 when it was refused, 2 when an answer tells of a refusal."""
    options = _parser().parse_args(list(argv))
    try:
        run: Callable[[argparse.Namespace], int] = options.run
        return run(options)
    except Failed as failed:
        return _refused(failed)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ruhu bundle", description="Sync by sealed file, for a USB stick or a LAN.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], words: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=words, description=words)
        sub.set_defaults(run=run)
        return sub

    def of_vault(sub: argparse.ArgumentParser) -> None:
        sub.add_argument("--vault", type=Path, required=True, help="folder of the sealed vault (…/vault)")
        sub.add_argument("--user", help="whose; may be left out when only one person is in it")
        sub.add_argument("--passphrase", action="store_true", help="unlock with the passphrase instead of the PIN")

    out = command("export", _export, "save what the server does not have yet to a sealed file")
    of_vault(out)
    out.add_argument("--out", type=Path, required=True, help="the file, or a folder (the stick) for a name of its own")
    back = command("import", _import, "load the answer file into the vault")
    back.add_argument("file", type=Path)
    of_vault(back)
    on = command("carry", _carry, "hand in somebody's sealed file and bring the answer back; neither can be read")
    on.add_argument("file", type=Path)
    on.add_argument("--server", required=True, help="address of the county's server")
    on.add_argument("--out", type=Path, required=True, help="the answer file, or a folder for a name of its own")
    return parser


def _export(options: argparse.Namespace) -> int:
    opened, clock = _opened(options)
    try:
        parcel = bundles.export(opened, options.out, clock)
    finally:
        opened.lock()
    for lang in LANGUAGES:
        _say(carried.saved(lang, parcel))
    _say(str(parcel.file))
    return 0


def _import(options: argparse.Namespace) -> int:
    opened, _ = _opened(options)
    try:
        found = bundles.load(opened, options.file)
    finally:
        opened.lock()
    for lang in LANGUAGES:
        _say(carried.loaded(lang, found))
    return 0 if found.problem is None else 2


def _carry(options: argparse.Namespace) -> int:
    answer = options.out / return_name(options.file.name) if options.out.is_dir() else options.out
    bundles.carry(options.server, options.file, answer)
    for lang in LANGUAGES:
        _say(say(lang, "bundle.carried"))
    _say(str(answer))
    return 0


def _opened(options: argparse.Namespace) -> tuple[Open, Clock]:
    """The person's vault, open. Raises Failed: `vault_missing`, and as `Vault.unlock` does."""
    folder: Path = options.vault
    if not (folder / "vault.db").is_file():
        raise Failed("vault_missing")
    clock = Clock()
    vault = Vault(folder, clock, FileSecret(folder.with_name(folder.name + "-secret")))
    people = [p.user for p in vault.people()]
    if options.user is None and len(people) != 1:
        raise Failed("user_needed")
    kind = PASS if options.passphrase else PIN
    return vault.unlock(options.user or people[0], _secret(kind), kind), clock


def _secret(kind: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return getpass.getpass(" ".join(say(lang, f"bundle.{kind}") for lang in LANGUAGES))


def _refused(failed: Failed) -> int:
    for lang in LANGUAGES:
        sys.stderr.write(failed.say(lang) + "\n")
    return 1


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
