"""Sync in the background: rounds when asked, patience after a failure, the truth to whoever looks."""

import threading
from collections.abc import Callable, Iterator

import pytest

from app.sync.runner import Runner
from app.sync.session import Answer, Ask
from app.sync.state import SyncState
from tests.app.sync.conftest import Centre, Tablet

Tablets = Callable[[str], Tablet]
SECONDS = 20


class Watcher:
    """Sees every state of a runner and can wait for one."""

    def __init__(self, runner: Runner) -> None:
        self.seen: list[SyncState] = []
        self._news = threading.Condition()
        self.leave = runner.subscribe(self._told)

    def _told(self, state: SyncState) -> None:
        with self._news:
            self.seen.append(state)
            self._news.notify_all()

    def wait(self, for_: Callable[[SyncState], bool]) -> SyncState:
        with self._news:
            assert self._news.wait_for(lambda: any(map(for_, self.seen)), SECONDS), self.seen[-3:]
            return next(s for s in self.seen if for_(s))

    def forget(self) -> None:
        with self._news:
            self.seen.clear()


def rested(state: SyncState) -> bool:
    return not state.running and state.last_contact is not None


@pytest.fixture
def runners() -> Iterator[list[Runner]]:
    made: list[Runner] = []
    yield made
    for runner in made:
        runner.stop()
        assert runner.join(SECONDS)


def running(tablet: Tablet, runners: list[Runner], every: float = 600) -> tuple[Runner, Watcher]:
    runner = Runner(tablet.open, tablet.road, clock=tablet.clock, every=every, chance=lambda: 0.0)
    runners.append(runner)
    return runner, Watcher(runner)


def test_a_round_runs_when_asked_and_tells_how_it_went(tablet: Tablets, runners: list[Runner]) -> None:
    a = tablet("lin")
    a.register()
    runner, watcher = running(a, runners)
    assert (runner.state().waiting, runner.state().safe) == (1, False)
    runner.start()
    end = watcher.wait(lambda s: s.safe)
    assert (end.sent, end.waiting, end.problem, end.running) == (1, 0, None, False)
    assert [s.phase for s in watcher.seen if s.phase] == sorted(
        [s.phase for s in watcher.seen if s.phase], key=["push", "pull", "library", "chunks", "done"].index
    )


def test_it_never_says_safe_while_something_waits(tablet: Tablets, runners: list[Runner]) -> None:
    a = tablet("lin")
    runner, watcher = running(a, runners)
    runner.start()
    watcher.wait(lambda s: s.safe)
    a.register()
    assert runner.state().waiting == 1
    assert not runner.state().safe


def test_offline_makes_no_request_and_coming_back_syncs(tablet: Tablets, runners: list[Runner]) -> None:
    a = tablet("lin")
    a.register()
    runner, watcher = running(a, runners)
    runner.set_offline(True)
    runner.start()
    a.line.carried = 0
    assert runner.state().offline
    runner.set_offline(False)
    assert watcher.wait(lambda s: s.safe).waiting == 0


def test_going_offline_in_the_middle_ends_the_round_between_two_requests(
    tablet: Tablets, runners: list[Runner]
) -> None:
    a = tablet("lin")
    for i in range(6):
        a.register("甲" * 30_000 + str(i))

    runner = Runner(a.open, lambda: Stopping(a, lambda: runner.set_offline(True)), clock=a.clock)
    runners.append(runner)
    watcher = Watcher(runner)
    runner.start()
    end = watcher.wait(lambda s: not s.running and s.sent > 0 and s.offline)
    assert 0 < end.waiting < 6
    assert end.problem is None


def test_after_a_failure_of_the_network_it_tries_again_by_itself(
    tablet: Tablets, runners: list[Runner], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.sync.pace.FIRST_WAIT", 0.02)
    a = tablet("lin")
    a.register()
    a.line.cut()
    runner, watcher = running(a, runners)
    runner.start()
    failed = watcher.wait(lambda s: s.problem is not None)
    assert failed.problem is not None
    assert (failed.problem.code, failed.waiting) == ("server_down", 1)
    a.line.mend()
    assert watcher.wait(lambda s: s.safe).waiting == 0


def test_a_refusal_that_only_a_person_can_mend_is_told_and_not_repeated(
    tablet: Tablets, runners: list[Runner], centre: Centre
) -> None:
    a = tablet("lin")
    centre.server.db.transaction(
        lambda tx: tx.connection.exec_driver_sql("update device set revoked_at = '2026-01-01T00:00:00.000Z'")
    )
    asked: list[Ask] = []
    runner = Runner(a.open, lambda: Counting(a, asked), clock=a.clock, every=600)
    runners.append(runner)
    watcher = Watcher(runner)
    runner.start()
    end = watcher.wait(lambda s: s.problem is not None)
    assert end.problem is not None
    assert end.problem.code == "revoked"
    assert len(asked) == 1


def test_a_locked_vault_ends_the_round_with_a_problem_not_a_crash(tablet: Tablets, runners: list[Runner]) -> None:
    a = tablet("lin")
    runner, watcher = running(a, runners)
    a.open.lock()
    runner.start()
    end = watcher.wait(lambda s: not s.running and s.problem is not None)
    assert end.problem is not None
    assert end.problem.code == "locked"


def test_a_vault_locked_in_the_middle_ends_the_round(tablet: Tablets, runners: list[Runner]) -> None:
    a = tablet("lin")
    a.register()
    runner = Runner(a.open, lambda: Stopping(a, a.open.lock), clock=a.clock)
    runners.append(runner)
    watcher = Watcher(runner)
    runner.start()
    end = watcher.wait(lambda s: not s.running and s.problem is not None)
    assert end.problem is not None
    assert (end.problem.code, end.safe) == ("locked", False)


def test_a_screen_that_fails_does_not_stop_the_sync(tablet: Tablets, runners: list[Runner]) -> None:
    a = tablet("lin")
    a.register()
    runner, watcher = running(a, runners)

    def fails(_: SyncState) -> None:
        raise RuntimeError

    runner.subscribe(fails)
    runner.start()
    assert watcher.wait(lambda s: s.safe).waiting == 0


def test_a_stopped_runner_starts_no_more(tablet: Tablets) -> None:
    a = tablet("lin")
    runner, _ = running(a, [])
    runner.start()
    runner.stop()
    assert runner.join(SECONDS)
    runner.start()
    assert not runner.state().running


def test_who_has_left_is_told_nothing(tablet: Tablets, runners: list[Runner]) -> None:
    a = tablet("lin")
    runner, watcher = running(a, runners)
    gone = Watcher(runner)
    gone.leave()
    runner.start()
    watcher.wait(rested)
    assert gone.seen == []


class Stopping:
    """The road, with something that happens after its first answer."""

    def __init__(self, tablet: Tablet, happens: Callable[[], None]) -> None:
        self._road = tablet.road()
        self._happens = happens
        self.rate = None

    def __call__(self, ask: Ask) -> Answer:
        answer = self._road(ask)
        self._happens()
        return answer

    def close(self) -> None:
        self._road.close()


class Counting(Stopping):
    """The road, noting what is asked."""

    def __init__(self, tablet: Tablet, asked: list[Ask]) -> None:
        super().__init__(tablet, lambda: None)
        self._asked = asked

    def __call__(self, ask: Ask) -> Answer:
        self._asked.append(ask)
        return super().__call__(ask)
