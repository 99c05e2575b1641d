"""Which pack applies."""

from datetime import date
from typing import Any

import pytest

from schemas.policy.choose import choose
from schemas.policy.model import Pack
from schemas.problems import Failed
from tests.schemas.policy.making import NAMES, VILLAGE, changed, pack

BOTH = [pack(name) for name in NAMES]


def renamed(**fields: Any) -> Pack:
    return changed("cn-2021", lambda content: content.update(fields))


def test_the_day_of_the_visit_chooses_the_era() -> None:
    assert choose(BOTH, VILLAGE, date(2003, 9, 11), "rural").name == "zj-2003"
    assert choose(BOTH, VILLAGE, date(2018, 12, 31), "rural").name == "zj-2003"
    assert choose(BOTH, VILLAGE, date(2021, 7, 1), "urban").name == "cn-2021"
    assert choose(reversed(BOTH), VILLAGE, date(2026, 11, 23), None).name == "cn-2021"


def test_a_gap_between_packs_is_refused_and_named() -> None:
    with pytest.raises(Failed) as failed:
        choose(BOTH, VILLAGE, date(2020, 1, 1), "rural")
    assert failed.value.code == "pack_missing"
    assert failed.value.figures == {"on": "2020-01-01", "until": "2018-12-31", "since": "2021-07-01"}


def test_the_nearest_region_goes_before_the_latest_beginning() -> None:
    county = renamed(name="county", regions=["990101"])
    later = renamed(name="later", **{"from": "2025-01-01"})
    assert choose([*BOTH, county, later], VILLAGE, date(2026, 1, 1)).name == "county"
    assert choose([*BOTH, county, later], "331021100200", date(2026, 1, 1)).name == "later"


def test_of_two_versions_the_newest_applies() -> None:
    newer = renamed(version=2)
    assert choose([newer, *BOTH], VILLAGE, date(2026, 1, 1)).hash == newer.hash


def test_a_pack_for_one_group_does_not_decide_for_the_other() -> None:
    urban = renamed(name="urban", groups=["urban"], regions=["990101"])
    assert choose([*BOTH, urban], VILLAGE, date(2026, 1, 1), "rural").name == "cn-2021"
    assert choose([*BOTH, urban], VILLAGE, date(2026, 1, 1), "urban").name == "urban"
