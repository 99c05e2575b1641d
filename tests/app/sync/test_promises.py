"""The promises of sync (DESIGN §5), over a real server, real vaults and a hostile network.

Two tablets write what they like while lines die, receipts get lost, clocks are wrong by years, processes are restarted
and a tablet is put back from an old backup. When the network holds at last, everybody has the same, heads are what the
changes say, and every word that was written and not thrown away with a disk is there.
"""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from app.sync.enrol import enrol
from app.sync.http import Http
from app.sync.runner import sync_once
from app.sync.session import Outcome
from app.vault.device_secret import FileSecret
from app.vault.drafts import Draft
from app.vault.keys import new_device_keys
from app.vault.open import Open
from app.vault.records import Record
from app.vault.vault import Vault
from schemas import codec, ids, merge
from schemas.change import Change
from schemas.clock import Clock
from schemas.codec import Value
from sync_server import cases, county, devices, heads, people, verify
from sync_server import tables as t
from sync_server.db import Tx
from sync_server.demo.serving import Serving, bind
from sync_server.main import create_app, listener
from sync_server.server import Server
from sync_server.settings import Settings
from tests.app.sync.conftest import COUNTY, LOWER, PIN, QUICK, UPPER
from tests.app.sync.line import Line

SLOTS = ("phone", "address", "head")
WHO = ("lin", "lan")
TABLETS = st.sampled_from(WHO)
FAULTS = st.one_of(
    st.none(),
    st.tuples(st.just("dies"), st.integers(1, 3000)),
    st.tuples(st.just("loses"), st.integers(1, 2)),
    st.tuples(st.just("halts"), st.integers(1, 3)),
    st.tuples(st.just("down"), st.just(0)),
)


class Centre:
    """The server of one run, on its own copy of the county."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.start()

    def start(self) -> None:
        app = create_app(Settings(self.folder, f"sqlite+pysqlite:///{self.folder / 'server.db'}"))
        self.server: Server = app.state.server
        self.serving = Serving.start(listener(app, "127.0.0.1", 0), bind("127.0.0.1", 0))

    def stop(self) -> None:
        self.serving.stop()
        self.server.close()


class Hand:
    """A visitor with a tablet."""

    def __init__(self, user: str, folder: Path, centre: Centre) -> None:
        self.user = user
        self.folder = folder
        self.ahead = timedelta(0)
        self.clock = Clock(now=lambda: datetime.now(UTC) + self.ahead)
        self.line = Line(centre.serving.port)
        self.vault = self._vault()

    def unlock(self) -> None:
        self.vault = self._vault()
        self.open: Open = self.vault.unlock(self.user, PIN)

    def enrol(self, centre: Centre) -> None:
        """Lets the tablet in, for the first time or anew."""
        code = centre.server.db.transaction(lambda tx: devices.new_code(tx, COUNTY, self.user))
        keys = new_device_keys(self.clock)
        grant = enrol(centre.serving.url, code, keys.sign_public_hex, keys.box_public_hex, "平板")
        self.open = self.vault.admit(grant, keys, PIN, None, self.line.url)

    def sync(self, fault: tuple[str, int] | None = None) -> Outcome:
        kind, amount = fault or ("", 0)
        self.line.mend()
        if kind == "down":
            self.line.cut()
        if kind == "dies":
            self.line.request_bytes = amount
        if kind == "loses":
            self.line.answers_lost = amount
        asks = itertools.count(1)
        road = Http(self.line.url, self.open.device(), self.open.sign, self.clock, timeouts=(2, 5))
        try:
            return sync_once(self.open, road, clock=self.clock, halted=lambda: kind == "halts" and next(asks) > amount)
        finally:
            road.close()
            self.line.mend()

    def close(self) -> None:
        self.open.lock()
        self.vault.close()

    def _vault(self) -> Vault:
        return Vault(self.folder, self.clock, FileSecret(self.folder.with_suffix(".secret")), cost=QUICK)


@pytest.fixture(scope="module")
def enrolled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county and two enrolled tablets, on disk and at rest, to be copied for each run."""
    folder: Path = tmp_path_factory.mktemp("enrolled")
    centre = Centre(folder / "server")

    def found(tx: Tx) -> None:
        county.found(tx, COUNTY, "样例县")
        villages = [county.Village(UPPER, "上清溪村", "清溪镇"), county.Village(LOWER, "下清溪村", "清溪镇")]
        county.add_villages(tx, COUNTY, villages)
        people.add(tx, COUNTY, "lin", "林晓云", "visitor", [UPPER, LOWER])
        people.add(tx, COUNTY, "lan", "蓝春生", "visitor", [UPPER])
        people.add(tx, COUNTY, "shen", "沈国梁", "supervisor", [COUNTY])

    centre.server.db.transaction(found)
    for user in WHO:
        hand = Hand(user, folder / user, centre)
        hand.enrol(centre)
        hand.line.close()
        hand.close()
    centre.stop()
    return folder


class Village(RuleBasedStateMachine):
    """What two visitors, a supervisor and bad luck can do."""

    enrolled: Path

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ruhu-promises-"))
        shutil.copytree(self.enrolled, self.folder, dirs_exist_ok=True)
        self.centre = Centre(self.folder / "server")
        self.hands = {user: Hand(user, self.folder / user, self.centre) for user in WHO}
        for hand in self.hands.values():
            hand.unlock()
        self.numbers = itertools.count()
        self.households: dict[str, str] = {}
        self.written: dict[str, str] = {}  # word → who wrote it
        self.backups: dict[str, set[str]] = {}  # who → the words that were on the tablet then

    @rule(who=TABLETS, lower=st.booleans())
    def registers(self, who: str, lower: bool) -> None:
        hand = self.hands[who]
        root = ids.record_id(hand.clock.unix_ms(), hand.clock.random(10))
        area = LOWER if lower and who == "lin" else UPPER
        self.households[root] = area
        self._write(who, root, {"area": area, "head": self._word(who)}, frozenset())

    @precondition(lambda self: self.households)
    @rule(who=TABLETS, which=st.integers(0, 5), slots=st.sets(st.sampled_from(SLOTS), min_size=1))
    def edits(self, who: str, which: int, slots: set[str]) -> None:
        held = self._some(who, which)
        if held is not None:
            sets = {slot: self._word(who) for slot in sorted(slots)}
            self._write(who, held.id, sets, merge.seeing(held.heads, sets))

    @precondition(lambda self: self.households)
    @rule(who=TABLETS, which=st.integers(0, 5))
    def removes(self, who: str, which: int) -> None:
        held = self._some(who, which)
        if held is not None:
            self._write(who, held.id, {"gone": "yes"}, merge.seeing_all(held.heads, held.heads.live))

    @rule(who=TABLETS, fault=FAULTS)
    def syncs(self, who: str, fault: tuple[str, int] | None) -> None:
        hand = self.hands[who]
        before = {s.household for s in hand.open.summaries()}
        outcome = hand.sync(fault)
        if [p.code for p in outcome.problems] == ["fork"]:
            hand.enrol(self.centre)
        elif fault is None:
            assert outcome.safe, [p.code for p in outcome.problems]
        assert before <= {s.household for s in hand.open.summaries()}

    @rule(who=TABLETS, days=st.integers(-4000, 4000))
    def clock_goes_wrong(self, who: str, days: int) -> None:
        self.hands[who].ahead = timedelta(days=days)

    @rule(who=TABLETS)
    def tablet_restarts(self, who: str) -> None:
        self.hands[who].close()
        self.hands[who].unlock()

    @rule()
    def server_restarts(self) -> None:
        self.centre.stop()
        self.centre.start()
        for hand in self.hands.values():
            hand.line.to = self.centre.serving.port

    @rule(who=TABLETS)
    def is_backed_up(self, who: str) -> None:
        hand = self.hands[who]
        hand.close()
        shutil.rmtree(self._backup(who), ignore_errors=True)
        shutil.copytree(hand.folder, self._backup(who))
        hand.unlock()
        self.backups[who] = {word for word, author in self.written.items() if author == who}

    @precondition(lambda self: self.backups)
    @rule(who=TABLETS)
    def is_put_back_from_the_backup(self, who: str) -> None:
        if who not in self.backups:
            return
        hand = self.hands[who]
        hand.close()
        shutil.rmtree(hand.folder)
        shutil.copytree(self._backup(who), hand.folder)
        hand.unlock()
        lost = {word for word, author in self.written.items() if author == who} - self.backups[who]
        for word in lost:  # what had been sent is safe all the same; what had not went with the disk
            del self.written[word]

    @rule()
    def supervisor_settles(self) -> None:
        def settle(tx: Tx) -> None:
            shen = people.get(tx, COUNTY, "shen")
            for head in heads.load(tx, COUNTY, self.households).values():
                for slot, sides in head.heads.conflicts().items():
                    if slot != "gone":
                        cases.settle(tx, shen, head.record, slot, min(sides), list(sides), "看过两边")

        self.centre.server.db.transaction(settle)

    def teardown(self) -> None:
        if not hasattr(self, "centre"):
            return
        try:
            for who in (*WHO, *WHO, *WHO):
                self.syncs(who, None)
            self._everyone_has_the_same()
        finally:
            for hand in self.hands.values():
                hand.line.close()
                hand.close()
            self.centre.stop()
            shutil.rmtree(self.folder)

    def _everyone_has_the_same(self) -> None:
        changes, rows = self.centre.server.db.snapshot(lambda tx: (list(_all(tx)), heads.load(tx, COUNTY, _ids(tx))))
        for record, head in rows.items():
            said = merge.live([c for c in changes if c.record == record])
            assert _plain(head.heads.live) == _plain(said), "heads are what the changes say"
            for user, hand in self.hands.items():
                held = hand.open.record(record)
                if user == "lan" and head.area == LOWER:
                    assert held is None, "a village outside the scope never came"
                else:
                    assert held is not None
                    assert _plain(held.heads.live) == _plain(said), "everybody has the same"
        there = {str(v) for c in changes for v in c.sets.values()}
        assert set(self.written) <= there, "nothing written was lost"
        assert self.centre.server.db.snapshot(verify.everything).clean
        for hand in self.hands.values():
            assert hand.open.verify() == []
            assert hand.open.waiting_count() == 0

    def _some(self, who: str, which: int) -> Record | None:
        known = sorted(s.household for s in self.hands[who].open.summaries())
        return self.hands[who].open.record(known[which % len(known)]) if known else None

    def _write(self, who: str, record: str, sets: dict[str, Value], seen: frozenset[str]) -> None:
        self.hands[who].open.write([Draft(record, record, "household", "", sets, seen)])

    def _word(self, who: str) -> str:
        word = f"词{next(self.numbers)}"
        self.written[word] = who
        return word

    def _backup(self, who: str) -> Path:
        return self.folder / f"{who}.backup"


def _all(tx: Tx) -> Iterator[Change]:
    for data in tx.execute(t.change.select().with_only_columns(t.change.c.data)).scalars():
        yield Change.from_wire(codec.decode(data))


def _ids(tx: Tx) -> list[str]:
    return list(tx.execute(t.head.select().with_only_columns(t.head.c.record)).scalars())


def _plain(live: object) -> object:
    return codec.canonical(live)


def test_the_promises_hold(enrolled: Path) -> None:
    class Here(Village):
        pass

    Here.enrolled = enrolled
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
