"""The promises of DESIGN §5, over real servers on both databases, real vaults and a hostile network.

`RUHU_SCRIPTS` is how many scripts run in all, half of them on each database; `RUHU_SEED` makes them others. They are
cut into shards so that the workers of a test run share them, and each shard draws scripts of another length.
"""

import os

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.promises.machine import Village
from tests.promises.place import Template

SCRIPTS = int(os.environ.get("RUHU_SCRIPTS", "2000"))
SEED = int(os.environ.get("RUHU_SEED", "1"))
STEPS = (5, 6, 8, 8, 10, 12, 14, 20)
"""How many acts the scripts of each shard have."""
EACH = -(-SCRIPTS // (2 * len(STEPS)))


def runs(template: Template, shard: int, scripts: int = EACH) -> None:
    """So many scripts, every one to its end."""

    class Here(Village):
        pass

    Here.template, Here.finished = template, 0
    run_state_machine_as_test(
        seed(SEED * 1000 + shard)(Here),
        settings=settings(
            max_examples=scripts,
            stateful_step_count=STEPS[shard % len(STEPS)],
            deadline=None,
            database=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert Here.finished >= scripts, "every script was played to its end"


@pytest.mark.parametrize("shard", range(len(STEPS)))
def test_the_promises_hold_on_sqlite(on_sqlite: Template, shard: int) -> None:
    runs(on_sqlite, shard)


@pytest.mark.postgres
@pytest.mark.parametrize("shard", range(len(STEPS)))
def test_the_promises_hold_on_postgresql(on_postgres: Template, shard: int) -> None:
    runs(on_postgres, 100 + shard)


def test_two_thousand_scripts_run_unless_fewer_were_asked_for() -> None:
    assert EACH * 2 * len(STEPS) >= SCRIPTS
    assert SCRIPTS >= 2000 or "RUHU_SCRIPTS" in os.environ
