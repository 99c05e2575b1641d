"""`ruhu demo --walk`: the main job without a screen, told step by step and checked.

Real parts only: a real server on a real port, two sealed vaults, HTTP between them, a process that is really killed.
It ends non-zero at the first thing that is not as it must be. Names are never printed, only codes and figures.
"""

import argparse
import logging
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

from app.review.answers import VisitPage
from app.review.client import Review
from app.review.disputes import Conflict
from app.sync.enrol import enrol
from app.sync.session import Outcome
from app.vault.keys import new_device_keys
from app.vault.open import Open
from app.vault.vault import Vault
from app.work.visit import Finished, Repeat, questions
from app.work.work import Work
from schemas import ids, records
from schemas.clock import Clock
from schemas.policy.result import Programme, Result
from schemas.policy.words import say as in_words
from schemas.problems import Failed
from sync_server import tables, verify
from sync_server.db import Tx
from sync_server.demo import doorstep, doorway, tablet
from sync_server.demo.county import COUNTY, COUNTY_NAME, TOWNS, VILLAGES, account
from sync_server.demo.host import Host
from sync_server.demo.narrate import Narrator, NotAsItMust
from sync_server.demo.seed import is_fresh, seed
from sync_server.server import Server
from sync_server.settings import Settings, settings

MEETING_PLACE = "990101100200"
"""上清溪村, which both visitors look after."""


def main(argv: Sequence[str]) -> int:
    """Walk in a folder of its own, or on the database of a URL, which must be empty; 0 when all was as it must be."""
    parser = argparse.ArgumentParser(prog="ruhu demo --walk", description="The main job as a narrated check.")
    parser.add_argument("--database", help="an empty database, e.g. postgresql://user@host/name (default: SQLite)")
    options = parser.parse_args(argv)
    logging.getLogger("ruhu").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="ruhu-walk-") as folder:
        try:
            walk(Path(folder), settings(Path(folder) / "server", options.database, env={}))
        except NotAsItMust as failed:
            print(f"\nNOT as it must be: {failed}", file=sys.stderr)
            return 1
        except Failed as failed:
            print(f"\nstopped: {failed.say('en')} ({failed.code})", file=sys.stderr)
            return 1
    return 0


def walk(folder: Path, chosen: Settings, tell: Callable[[str], None] = print) -> None:
    """The whole walk. Raises NotAsItMust at the first check that fails."""
    with_server = Host(chosen)
    try:
        _Walk(folder, with_server, Narrator(tell)).go()
    finally:
        with_server.stop()


@dataclass
class _Tablet:
    """One visitor's tablet: its folder, the file that stands in for a key store, and their open vault."""

    name: str
    user: str
    folder: Path
    vault: Vault
    open: Open
    clock: Clock

    @property
    def secret(self) -> Path:
        return self.folder.with_suffix(".secret")

    @property
    def work(self) -> Work:
        return Work(self.open, self.clock)

    def sync(self, url: str) -> Outcome:
        return tablet.sync(self.open, url, self.clock)


class _Walk:
    """The steps, in order. Each says what it does, does it on the real parts, and checks what must hold."""

    def __init__(self, folder: Path, host: Host, narrator: Narrator) -> None:
        self.folder = folder
        self.host = host
        self.tell = narrator
        self.clock = Clock()

    def go(self) -> None:
        server = self.open_the_county()
        self.a = self.enrol(server, "A", "visitor")
        self.b = self.enrol(server, "B", "visitor2")
        self.first_pull()
        self.network_off()
        self.visit_on_a()
        self.edit_on_b()
        self.network_on()
        page = self.one_conflict()
        self.settle_it(page)
        self.approve()
        self.both_show_it()
        self.kill_the_third_visit()
        self.verify_everything()
        self.tell.end()

    def open_the_county(self) -> Server:
        self.tell.step(f"Open {COUNTY_NAME}: {len(TOWNS)} townships, {len(VILLAGES)} villages, on {self._database()}")
        server = self.host.start()
        self.tell.must(server.db.snapshot(is_fresh), "the database is empty")
        filled = seed(server.db)
        self.tell.note(f"{filled.households} households, {filled.members} members, {filled.visits} earlier visits")
        self.tell.must(filled.households >= 250, "some 300 households are registered")
        return server

    def enrol(self, server: Server, name: str, user: str) -> _Tablet:
        self.tell.step(f"Enrol tablet {name} with a one-time code")
        self.tell.refused("unknown_code", lambda: _stranger(self.host.url, self.clock), "a wrong code")
        folder = self.folder / f"tablet-{name}"
        vault = tablet.open_vault(folder, folder.with_suffix(".secret"), self.clock)
        opened = tablet.admit(vault, server, self.host.url, account(user), clock=self.clock, name=f"tablet {name}")
        self.tell.must(len(opened.areas()) == 2, f"the grant covers {len(opened.areas())} villages and no other")
        opened.lock()
        self.tell.refused("wrong_pin", lambda: vault.unlock(user, "000000"), "a wrong PIN")
        return _Tablet(name, user, folder, vault, vault.unlock(user, account(user).pin), self.clock)

    def first_pull(self) -> None:
        self.tell.step("Both tablets pull their villages")
        for t in (self.a, self.b):
            outcome = t.sync(self.host.url)
            self.tell.must(not outcome.problems and outcome.whole, f"{t.name}: every area's chain equals the server's")
            self.tell.note(f"{t.name}: {outcome.received} changes, {outcome.documents} forms and packs, sealed")
        found = self.a.work.households(area=MEETING_PLACE)
        self.tell.must(found.total > 0, f"A lists {found.total} households of the village both look after")
        shared = {line.household for line in self.b.work.households(area=MEETING_PLACE).lines}
        self.household = next(
            line.household
            for line in found.lines
            if line.household in shared and line.phone and not line.conflicts and line.members >= 2
        )
        self.others = [line.household for line in found.lines if line.household != self.household]

    def network_off(self) -> None:
        self.tell.step("Network off")
        self.host.stop()
        outcome = self.a.sync(self.host.url)
        said = outcome.problems[0] if outcome.problems else Failed("unknown")
        self.tell.must(said.code == "server_down", f"a sync says so: {said.say('en')}")

    def visit_on_a(self) -> None:
        self.tell.step(f"Tablet A visits household {ids.short_code(self.household)}, offline")
        visit = self.a.work.visit(self.household)
        self.tell.refused("unfinished", visit.finish, "finishing an empty visit")
        for kind in ("business", "property", "transfer"):
            visit.answer(f"income/has_{kind}", "no")
        visit.answer("income/has_wage", "yes")
        for repeat in (i for i in visit.items("income", "zh") if isinstance(i, Repeat)):
            for instance in repeat.instances:
                visit.remove(repeat.path, instance.id)
        doorstep.income(visit, "wage", "casual", "9600")
        scripted = {"basic/phone": "19900002001", "assets/has_assets": "no", "expenses/has_expenses": "no"}
        answers = doorstep.answer_all(visit, {"basic/outcome": "done", **scripted})
        self.tell.note(f"{answers} answers, each saved as it was given")
        again = self.a.vault.unlock("visitor", account("visitor").pin)
        copy = again.working(self.household)
        self.tell.must(copy is not None and copy.visit == visit.id, "the open visit is in the vault after a new unlock")
        again.lock()
        self.finished = visit.finish()
        self.show(self.finished)
        self.tell.must(self.a.work.waiting() >= 3, f"{self.a.work.waiting()} changes wait on A, sealed")

    def show(self, finished: Finished) -> None:
        result = finished.result
        self.tell.must(result is not None, "the pack in force proposes a result")
        for programme in result.programmes if result else ():
            amount = in_words(programme.amount, "fen", "en") if programme.amount is not None else "–"
            title = programme.title["zh"]
            self.tell.note(f"{title}: {programme.verdict}, {amount} a {programme.unit}; {programme.because['en']}")
            for line in programme.lines:
                self.tell.note(f"   {line.label['en']}: {line.text['en']}  [{line.cited('en')}]")
        decided = _dibao(result)
        self.tell.must(decided.verdict in ("eligible", "not"), f"低保 is decided on the spot: {decided.verdict}")
        self.tell.must(all(line.citation for line in decided.lines), "every figure has its citation")

    def edit_on_b(self) -> None:
        self.tell.step("Tablet B, also offline, finds nobody home there and notes another phone number")
        visit = self.b.work.visit(self.household)
        doorstep.answer_all(visit, {"basic/outcome": "absent", "basic/phone": "19900002002"})
        visit.finish()
        self.tell.must(self.b.work.waiting() == 2, "2 changes wait on B: the household's number and the visit")
        self.sent = {change.id for t in (self.a, self.b) for change in t.open.waiting()}

    def network_on(self) -> None:
        self.tell.step("Network on; both push")
        port = self.host.port
        self.host.start()
        self.tell.must(self.host.port == port, f"the server answers on port {port} again")
        for t in (self.a, self.b):
            outcome = t.sync(self.host.url)
            self.tell.must(outcome.sent > 0 and not outcome.problems, f"{t.name}: {outcome.sent} changes sent")
            self.tell.must(t.work.waiting() == 0, f"{t.name}: nothing waits, and the screen may say so")
        self.a.sync(self.host.url)

    def one_conflict(self) -> VisitPage:
        self.tell.step("The server shows one conflict and has lost nothing")
        self.desk = Review(self.host.url)
        self.tell.refused("wrong_login", lambda: self.desk.login("supervisor", "not it"), "a wrong password")
        self.desk.login("supervisor", account("supervisor").password)
        row = next(r for r in self.desk.queue(limit=100).visits if r.visit == self.finished.visit)
        self.tell.must(row.status == "done", "A's visit stands in the supervisor's queue")
        page = self.desk.visit(self.finished.visit)
        self.tell.must(len(page.conflicts) == 1, f"conflicts: {len(page.conflicts)}")
        self.tell.must(self._slot(page) == "household.phone", f"it is {self._slot(page)}, with both sides kept")
        self.tell.must(len(page.conflicts[0].sides) == 2, "both values are shown with who, when and on which device")
        server = self.host.server
        kept = server.db.snapshot(self._in_the_feed) if server else 0
        self.tell.must(kept == len(self.sent), f"all {len(self.sent)} changes of both tablets are in the feed")
        shown = self.b.work.household(self.household)
        self.tell.must(shown.conflicts == 1, "the tablet shows the same conflict, both numbers on screen")
        return page

    def settle_it(self, page: VisitPage) -> None:
        self.tell.step("The supervisor settles it, and only then may decide")
        early = partial(self.desk.approve, page.visit, self._assessment(page), "符合条件")
        self.tell.refused("provisional", early, "approving before")
        conflict: Conflict = page.conflicts[0]
        mine = next(side for side in conflict.sides if side.user == "visitor")
        self.desk.settle(conflict.record, conflict.slot, mine.change, conflict.seen, "入户当面核实")
        self.tell.must(
            not self.desk.visit(page.visit).conflicts, "no conflict is left; both writes stay in the history"
        )

    def approve(self) -> None:
        self.tell.step("The supervisor approves")
        page = self.desk.visit(self.finished.visit)
        self.tell.must(not page.stale and page.may.approve, "the result is neither stale nor provisional")
        page = self.desk.approve(page.visit, self._assessment(page), "经审核，按测算结果确认")
        decision = next(case.decision for case in page.cases if case.programme == "dibao")
        proposed = _dibao(self.finished.result)
        self.tell.must(decision["amount"] == proposed.amount, "the decision is the proposed amount, to the fen")
        self.decision = decision

    def both_show_it(self) -> None:
        self.tell.step("Both tablets pull and show it")
        for t in (self.a, self.b):
            outcome = t.sync(self.host.url)
            self.tell.must(outcome.safe, f"{t.name}: {outcome.received} new, chain equal, nothing waiting")
            page = t.work.household(self.household)
            case = next((c for c in page.cases if c.programme == "dibao"), None)
            shown = case is not None and (case.verdict, case.amount) == (
                self.decision["verdict"],
                self.decision["amount"],
            )
            self.tell.must(shown, f"{t.name}: shows 低保 {records.label('verdict', self.decision['verdict'])}")
            self.tell.must(page.conflicts == 0 and page.line.phone == "19900002001", f"{t.name}: one phone number")

    def kill_the_third_visit(self) -> None:
        self.tell.step("kill -9 in the middle of a third visit")
        household = self.others[0]
        child = subprocess.Popen(  # noqa: S603 - our own module, in our own interpreter
            [sys.executable, "-m", doorway.__name__, self.a.folder, self.a.secret, self.a.user, household],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        if child.stdin is None or child.stdout is None:
            raise NotAsItMust("the child has no pipes")
        child.stdin.write(account(self.a.user).pin + "\n")
        child.stdin.flush()
        visit = child.stdout.readline().split()[-1]
        wanted = random.randint(5, 40)
        acknowledged = 0
        while acknowledged < wanted:
            acknowledged = int(child.stdout.readline())
        child.kill()  # SIGKILL: no clean-up of any kind
        rest = child.stdout.read().split()
        acknowledged = max(acknowledged, *(int(n) for n in rest), acknowledged)
        child.wait()
        self.tell.must(child.returncode != 0, f"killed after {acknowledged} saved answers")
        self.a.open.lock()
        self.a.open = self.a.vault.unlock(self.a.user, account(self.a.user).pin)
        again = self.a.work.visit(household)
        self.tell.must(again.id == visit, "the same visit opens again")
        remarks = next(q for q in questions(again.items("remarks", "zh")))
        kept = int(str(remarks.value).split()[1])
        # The answer that was being saved when the signal came may or may not be there; no earlier one may be missing.
        self.tell.must(acknowledged <= kept <= acknowledged + 1, f"answer {kept} is there: nothing was lost")

    def verify_everything(self) -> None:
        self.tell.step("Verify: heads from changes, every chain, the audit; on the server and on the tablets")
        server = self.host.server
        if server is None:
            raise NotAsItMust("the server is gone")
        findings = server.db.snapshot(verify.everything)
        for line in findings.lines():
            self.tell.note(line)
        self.tell.must(findings.clean, "the server's store is what was sent")
        for t in (self.a, self.b):
            self.tell.must(not t.open.verify(), f"tablet {t.name}: every row opens and fits")

    def _in_the_feed(self, tx: Tx) -> int:
        e = tables.entry.c
        mine = e.county == COUNTY, e.change.in_(self.sent)
        return int(tx.execute(select(func.count()).select_from(tables.entry).where(*mine)).scalar_one())

    def _assessment(self, page: VisitPage) -> str | None:
        return page.assessment.id if page.assessment else None

    @staticmethod
    def _slot(page: VisitPage) -> str:
        return ", ".join(f"{c.kind}.{c.slot}" for c in page.conflicts)

    def _database(self) -> str:
        return "PostgreSQL" if self.host.settings.database_url.startswith("postgresql") else "SQLite"


def _dibao(result: Result | None) -> Programme:
    programme = result.programme("dibao") if result else None
    if programme is None:
        raise NotAsItMust("the result says nothing of 低保")
    return programme


def _stranger(url: str, clock: Clock) -> None:
    keys = new_device_keys(clock)
    enrol(url, "00000-00000", keys.sign_public_hex, keys.box_public_hex, "a stranger")
