"""`ruhu admin`: the steward's commands at the server: set up a county, let people in, publish, verify.

Each command is one transaction with its audit row. Passwords are asked for at the terminal or read from a pipe, never
taken as an argument, where every user of the machine could see them.
"""

import argparse
import csv
import getpass
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from schemas import ids
from schemas.bundle import return_name
from schemas.clock import Clock
from schemas.policy.place import PackRefused
from schemas.problems import Failed
from sync_server import bundle, county, devices, erasure, library, people, verify
from sync_server.county import Village
from sync_server.db import Tx
from sync_server.may import ROLES
from sync_server.people import Person
from sync_server.server import Server
from sync_server.settings import settings

_PLACES = "codes of county (6 digits), towns (9) or villages (12)"


def main(argv: Sequence[str]) -> int:
    """Run one command; the exit code is 1 when it was refused or `verify` found something wrong."""
    options = _parser().parse_args(argv)
    try:
        server = Server.open(settings(options.data, options.database), Clock())
    except Failed as failed:
        return _refused(failed.say("en"))
    try:
        run: Callable[[Server, argparse.Namespace], int] = options.run
        return run(server, options)
    except Failed as failed:
        return _refused(failed.say("en"))
    except PackRefused as refused:
        return _refused(str(refused).replace("; ", "\n"))
    except OSError as error:
        return _refused(f"{error.filename}: {error.strerror}")
    finally:
        server.close()


def _refused(why: str) -> int:
    print(why, file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="ruhu admin", description="For the county's steward.")
    parser.add_argument("--data", help="data folder (RUHU_DATA)")
    parser.add_argument("--database", help="database URL (RUHU_DATABASE_URL)")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[Server, argparse.Namespace], int], words: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=words, description=words)
        sub.set_defaults(run=run)
        return sub

    found = command("init", _init, "set up a county with its villages")
    found.add_argument("code", help="the county's six digits")
    found.add_argument("name")
    found.add_argument("villages", type=Path, help="CSV with the columns code, name, town_name")
    person = command("person", _person, "add somebody; asks for a desk password (empty for none)")
    person.add_argument("user")
    person.add_argument("name")
    person.add_argument("role", choices=sorted(ROLES))
    person.add_argument("scope", nargs="+", help=_PLACES)
    scope = command("scope", _scope, "say anew where somebody works: there and nowhere else")
    scope.add_argument("user")
    scope.add_argument("scope", nargs="+", help=_PLACES)
    password = command("password", _set_password, "set somebody's desk password anew; asks for it")
    password.add_argument("user")
    deactivate = command("deactivate", _deactivate, "end somebody's access for good, at the desk and on their devices")
    deactivate.add_argument("user")
    deactivate.add_argument("--yes", action="store_true", help="do not ask first")
    code = command("code", _code, "make a one-time code that enrols a device for somebody")
    code.add_argument("user")
    form = command("form", _form, "publish a questionnaire (XLSForm)")
    form.add_argument("file", type=Path)
    form.add_argument("--name", default="means-visit")
    pack = command("pack", _pack, "publish a policy pack")
    pack.add_argument("folder", type=Path)
    erase = command("erase", _erase, "destroy what is held of one household, as the law may order")
    erase.add_argument("household", help="its id, or its short code")
    erase.add_argument("--reason", required=True, help="title and number of the order; nothing personal")
    erase.add_argument("--yes", action="store_true", help="do not ask first")
    carried = command("bundle", _bundle, "take a sealed file that somebody carried here, and write the answer to it")
    carried.add_argument("file", type=Path)
    carried.add_argument("--out", type=Path, required=True, help="the answer file, or a folder for a name of its own")
    command("verify", _verify, "re-derive what is derived, check every chain, and say what is wrong where")
    return parser


def _init(server: Server, options: argparse.Namespace) -> int:
    with options.villages.open(encoding="utf-8-sig", newline="") as file:
        villages = [Village(r["code"], r["name"], r["town_name"]) for r in csv.DictReader(file)]

    def work(tx: Tx) -> None:
        county.found(tx, options.code, options.name)
        county.add_villages(tx, options.code, villages)

    server.db.transaction(work)
    print(f"{options.code}: {len(villages)} villages")
    return 0


def _person(server: Server, options: argparse.Namespace) -> int:
    password = _password()
    server.db.transaction(
        lambda tx: people.add(tx, _county(tx), options.user, options.name, options.role, options.scope, password)
    )
    print(f"added {options.user}")
    return 0


def _scope(server: Server, options: argparse.Namespace) -> int:
    def work(tx: Tx) -> list[Village]:
        person = people.set_scope(tx, _county(tx), options.user, options.scope)
        return county.areas(tx, person.county, person.scope)

    villages = server.db.transaction(work)
    print(f"villages of {options.user}: {len(villages)}")
    print(
        "Tablets learn of it when they next sync. What was not sent from a village taken away is held for a supervisor."
    )
    return 0


def _set_password(server: Server, options: argparse.Namespace) -> int:
    password = _password() or ""
    server.db.transaction(lambda tx: people.set_password(tx, _county(tx), options.user, password))
    print(f"set the password of {options.user}, who has to log in again")
    return 0


def _deactivate(server: Server, options: argparse.Namespace) -> int:
    user = options.user

    def look(tx: Tx) -> tuple[Person, int]:
        used = [d for d in devices.all_of(tx, _county(tx)) if d.user == user and d.revoked_at is None]
        return people.get(tx, _county(tx), user), len(used)

    person, used = server.db.snapshot(look)
    print(f"{user}, {person.role}; devices in use: {used}")
    if not options.yes and not _confirmed(user):
        print("nothing was changed")
        return 1
    out = server.db.transaction(lambda tx: devices.end_access(tx, _county(tx), user))
    print(f"ended the access of {user}; devices put out: {out}")
    print("A device hands over at its next sync what was not sent, which is held for a supervisor, and locks for good.")
    return 0


def _code(server: Server, options: argparse.Namespace) -> int:
    print(server.db.transaction(lambda tx: devices.new_code(tx, _county(tx), options.user)))
    return 0


def _form(server: Server, options: argparse.Namespace) -> int:
    item = server.db.transaction(
        lambda tx: library.publish_form(tx, _county(tx), options.file.read_bytes(), options.name)
    )
    print(f"{item.name} {item.hash[:12]}")
    return 0


def _pack(server: Server, options: argparse.Namespace) -> int:
    item = server.db.transaction(lambda tx: library.publish_pack(tx, _county(tx), options.folder))
    print(f"{item.name} {item.hash[:12]}")
    return 0


def _erase(server: Server, options: argparse.Namespace) -> int:
    def look(tx: Tx) -> erasure.Standing:
        code = _county(tx)
        return erasure.standing(tx, code, erasure.find(tx, code, options.household))

    there = server.db.snapshot(look)
    code = ids.short_code(there.household)
    print(f"{code} in {there.area}: {there.changes} changes, {there.records} records, {there.photos} photos")
    for other in there.joined:
        print(f"also registered as {ids.short_code(other)}, which is erased by itself")
    if not options.yes and not _confirmed(code):
        print("nothing was erased")
        return 1
    done = server.db.transaction(lambda tx: erasure.erase(tx, _county(tx), there.household, options.reason))
    erasure.wipe(server.db.engine)
    print(f"erased: {done.changes} changes, {done.records} records, {done.chunks} pieces of photos")
    print("Tablets drop it when they next sync. Not reached: papers, tablets that never sync again, and backups and")
    print("archived logs of the database made before now. A change that comes late is held: then run this again.")
    return 0


def _bundle(server: Server, options: argparse.Namespace) -> int:
    answer = options.out / return_name(options.file.name) if options.out.is_dir() else options.out
    taken = bundle.answer_file(server, options.file, answer)
    print(f"{taken.code}: {taken.changes} changes ({taken.held} held), {taken.pieces} pieces of photos")
    if taken.refused:
        print(f"the device is told: {Failed(taken.refused).say('en')}")
    print(f"Give this answer back to whoever made the file, to load it on the same device: {answer}")
    return 0


def _confirmed(code: str) -> bool:
    print(f"This cannot be undone. Type {code} to go on: ", end="", flush=True)
    return sys.stdin.readline().strip().upper() == code.upper()


def _verify(server: Server, options: argparse.Namespace) -> int:
    findings = server.db.snapshot(verify.everything)
    for line in findings.lines():
        print(line)
    return 0 if findings.clean else 1


def _county(tx: Tx) -> str:
    """The county of this server; a server of several says which by its first."""
    known = county.counties(tx)
    if not known:
        raise Failed("not_found")
    return known[0].code


def _password() -> str | None:
    typed = getpass.getpass("password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    return typed or None
