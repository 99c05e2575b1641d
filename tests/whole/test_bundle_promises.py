"""The promises of bundles, whatever is done with the files: saved, carried and loaded in any order, twice, late, by the
wrong person, with rounds over a network in between and a server that is put back from a backup.

At every moment: what a tablet does not say is waiting, the server has had. In the end, once everybody has carried
everything there and back, the server has every change that was ever made and both tablets show the same.
"""

import io
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from sqlalchemy import select

from app.sync import bundle as carried
from app.sync.round import sync_once
from app.sync.session import Answer, Ask, Chunk, Document, Fetch, Missing
from app.vault.device_secret import FileSecret
from app.vault.drafts import Draft
from app.vault.keys import new_device_keys
from app.vault.open import Open
from app.vault.vault import Vault
from schemas import ids, merge, wire
from schemas.clock import Clock
from schemas.merge import Heads
from schemas.problems import Failed
from sync_server import bundle, chunks, county, devices, intake, library, people, pull, verify, witness
from sync_server import tables as t
from sync_server.db import Tx
from sync_server.server import Server
from sync_server.settings import Settings
from tests.whole.stick import COUNTY, PIN, QUICK, UPPER

WHO = ("lin", "lan")
SLOTS = ("phone", "address", "head")
TABLETS = st.sampled_from(WHO)
NUMBERS = st.integers(0, 50)


def opened(folder: Path) -> Server:
    return Server.open(Settings(folder, f"sqlite+pysqlite:///{folder / 'server.db'}"))


def vault(folder: Path) -> Vault:
    return Vault(folder, Clock(), FileSecret(folder.with_suffix(".secret")), cost=QUICK)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county, and two people's tablets that were let in, as they stand on the first morning."""
    folder = tmp_path_factory.mktemp("template")
    server = opened(folder / "server")

    def found(tx: Tx) -> None:
        county.found(tx, COUNTY, "样例县")
        county.add_villages(tx, COUNTY, [county.Village(UPPER, "上清溪村", "清溪镇")])
        for user in WHO:
            people.add(tx, COUNTY, user, f"测试{user}", "visitor", [UPPER])

    server.db.transaction(found)
    for user in WHO:
        let_in(server, folder, user)
    server.close()
    return folder


def let_in(server: Server, folder: Path, user: str) -> None:
    keys = new_device_keys(Clock())
    code = server.db.transaction(lambda tx: devices.new_code(tx, COUNTY, user))
    asked = wire.Enrol(wire.PROTOCOL, code, "平板", keys.sign_public_hex, keys.box_public_hex)
    grant = server.db.transaction(lambda tx: devices.enrol(tx, asked))
    vault(folder / user).admit(grant, keys, PIN, None, "http://nowhere.invalid").lock()


@dataclass(frozen=True)
class File:
    """A file on somebody's table: whose, and what is in it."""

    owner: str
    data: bytes


class Sticks(RuleBasedStateMachine):
    """One server, two tablets, and a table full of sticks."""

    template: Path

    @initialize()
    def morning(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ruhu-sticks-"))
        shutil.copytree(self.template, self.folder, dirs_exist_ok=True)
        self.server = opened(self.folder / "server")
        self.vaults = {user: vault(self.folder / user) for user in WHO}
        self.tablets: dict[str, Open] = {user: v.unlock(user, PIN) for user, v in self.vaults.items()}
        self.clock = Clock()
        self.ups: list[File] = []
        self.answers: list[File] = []
        self.made: set[str] = set()
        self.unaware: set[str] = set()
        self.witnessing = False
        self.backup: Path | None = None

    # -- what is written

    @rule(user=TABLETS)
    def register(self, user: str) -> None:
        root = ids.record_id(self.clock.unix_ms(), self.clock.random(10))
        self._write(user, Draft(root, root, "household", "", {"area": UPPER, "head": "王"}))

    @rule(user=TABLETS, which=NUMBERS, slot=st.sampled_from(SLOTS), value=st.integers(0, 3))
    def edit(self, user: str, which: int, slot: str, value: int) -> None:
        tablet = self.tablets[user]
        homes = [s.household for s in tablet.summaries()]
        held = tablet.record(homes[which % len(homes)]) if homes else None
        if held is not None:
            sets = {slot: str(value)}
            self._write(user, Draft(held.id, held.id, "household", "", sets, merge.seeing(held.heads, sets)))

    def _write(self, user: str, draft: Draft) -> None:
        self.made |= {c.id for c in self.tablets[user].write([draft])}

    # -- what is done with files

    @rule(user=TABLETS)
    def save(self, user: str) -> None:
        out = io.BytesIO()
        carried.export(self.tablets[user], out, self.clock)
        self.ups.append(File(user, out.getvalue()))

    @precondition(lambda self: self.ups)
    @rule(which=NUMBERS)
    def carry(self, which: int) -> None:
        file = self.ups[which % len(self.ups)]
        out = io.BytesIO()
        bundle.answer(self.server, io.BytesIO(file.data), out)
        self.answers.append(File(file.owner, out.getvalue()))

    @precondition(lambda self: self.answers)
    @rule(which=NUMBERS)
    def load(self, which: int) -> None:
        file = self.answers[which % len(self.answers)]
        self._load(file)
        self._said_is_so(file.owner)

    @precondition(lambda self: self.answers)
    @rule(which=NUMBERS)
    def load_for_the_wrong_person(self, which: int) -> None:
        file = self.answers[which % len(self.answers)]
        wrong = next(user for user in WHO if user != file.owner)
        before = self._shown(wrong)
        with pytest.raises(Failed, match="bundle_other"):
            carried.load(self.tablets[wrong], io.BytesIO(file.data))
        assert self._shown(wrong) == before

    @precondition(lambda self: self.answers)
    @rule(which=NUMBERS, at=st.integers(0, 10**9), bit=st.integers(0, 7))
    def load_what_was_changed_on_the_way(self, which: int, at: int, bit: int) -> None:
        file = self.answers[which % len(self.answers)]
        bad = bytearray(file.data)
        bad[at % len(bad)] ^= 1 << bit
        before = self._shown(file.owner)
        with pytest.raises(Failed):
            carried.load(self.tablets[file.owner], io.BytesIO(bytes(bad)))
        assert self._shown(file.owner) == before

    def _load(self, file: File) -> carried.Loaded:
        return carried.load(self.tablets[file.owner], io.BytesIO(file.data))

    # -- what else happens

    @rule(user=TABLETS)
    def reach_the_network(self, user: str) -> None:
        sync_once(self.tablets[user], lambda ask: self._road(user, ask), clock=self.clock)
        self.unaware.discard(user)
        self._said_is_so(user)

    @rule()
    def back_the_server_up(self) -> None:
        self.server.close()
        self.backup = self.folder / "backup"
        shutil.rmtree(self.backup, ignore_errors=True)
        shutil.copytree(self.folder / "server", self.backup)
        self.server = opened(self.folder / "server")

    @precondition(lambda self: self.backup)
    @rule()
    def put_the_server_back(self) -> None:
        assert self.backup is not None
        self.server.close()
        shutil.rmtree(self.folder / "server")
        shutil.copytree(self.backup, self.folder / "server")
        self.server = opened(self.folder / "server")
        self.unaware = set(WHO)
        self.witnessing = True

    def _road(self, user: str, ask: Ask) -> Answer:
        """The server's answer, without a socket between."""
        db = self.server.db
        device = db.snapshot(lambda tx: devices.find(tx, self.tablets[user].device()))
        match ask:
            case wire.Push():
                return db.transaction(lambda tx: intake.push(tx, device, ask))
            case wire.Pull():
                return pull.serve(db, device, ask).message
            case wire.Witness():
                return db.transaction(lambda tx: witness.tell(tx, device, ask))
            case Document(item):
                return db.snapshot(lambda tx: library.data(tx, COUNTY, item.hash))
            case Missing(names):
                return frozenset(db.snapshot(lambda tx: chunks.missing(tx, COUNTY, names)))
            case Chunk() | Fetch():
                raise AssertionError("there are no photos here")

    # -- what must hold

    def _said_is_so(self, user: str) -> None:
        """What does not wait is at the server, until that is put back and the tablet has not spoken to it since."""
        if user not in self.unaware:
            waiting = {c.id for c in self.tablets[user].waiting()}
            assert self._ids_made_by(user) - waiting <= self._at_the_server()

    def _ids_made_by(self, user: str) -> set[str]:
        tablet = self.tablets[user]
        own = tablet.device()
        found = {s.household for s in tablet.summaries()}
        return {c.id for home in found for c in tablet.changes(home) if c.device == own}

    def _at_the_server(self) -> set[str]:
        return set(self.server.db.snapshot(lambda tx: tx.execute(select(t.change.c.id)).scalars().all()))

    def _shown(self, user: str) -> dict[str, Heads]:
        tablet = self.tablets[user]
        shown: dict[str, Heads] = {}
        for summary in tablet.summaries():
            held = tablet.record(summary.household)
            assert held is not None
            shown[summary.household] = held.heads
        return shown

    def teardown(self) -> None:
        if not hasattr(self, "server"):
            return
        try:
            self._everybody_carries_everything()
        finally:
            for user in WHO:
                self.tablets[user].lock()
                self.vaults[user].close()
            self.server.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _everybody_carries_everything(self) -> None:
        if self.witnessing:  # a feed that was forgotten is borne witness to over a network
            for user in WHO * 2:
                self.reach_the_network(user)
        for user in WHO * 3:
            self.save(user)
            self.carry(len(self.ups) - 1)
            found = self._load(self.answers[-1])
            assert not found.problems
            assert self.tablets[user].waiting_count() == 0
        assert self.made <= self._at_the_server()
        lin, lan = (self._shown(user) for user in WHO)
        assert lin == lan
        assert self.server.db.snapshot(verify.everything).clean
        for file in self.answers:  # and every old answer once more, in the order it came
            self._load(file)
            assert self._shown(file.owner) == lin
            assert self.tablets[file.owner].waiting_count() == 0


def test_whatever_is_done_with_the_files_nothing_is_lost_and_nothing_is_said_that_is_not_so(template: Path) -> None:
    machine = type("Sticks", (Sticks,), {"template": template})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
