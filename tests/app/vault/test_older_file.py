"""A vault's file that the first release wrote, with its own definitions, opens in this one and syncs."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from app.vault import tables
from app.vault.open import Open
from schemas.change import START, Change, chain
from schemas.problems import Failed
from tests.app.vault.county import OTHER, PIN, VILLAGE, County, Known, edit, pull, sync, vault

FIRST = Path(__file__).parents[2] / "vectors" / "vault-schema-1.zip"


@pytest.fixture
def told(tmp_path: Path) -> dict[str, Any]:
    """Lays the old file out; what its writer said of it."""
    with zipfile.ZipFile(FIRST) as old:
        old.extractall(tmp_path)
    told: dict[str, Any] = json.loads((tmp_path / "feed.json").read_text())
    return told


@pytest.fixture
def mine(tmp_path: Path, told: dict[str, Any]) -> Open:
    return vault(tmp_path / "vault").unlock("wangfang", PIN)


@pytest.fixture
def county(told: dict[str, Any], mine: Open) -> County:
    """The county as it was, with the feed that the old file had heard a part of."""
    county = County(sign_private=bytes(range(32)), box_private=bytes(range(32, 64)))
    link = START
    for data in told["feed"]:
        change = Change.from_wire(data)
        link = chain(link, change.id)
        county.feeds.setdefault(VILLAGE, []).append((change, link))
    county.known[mine.device()] = Known(5, {5: "not_your_role"})
    return county


def test_it_opens_with_everything_that_was_in_it(mine: Open, told: dict[str, Any]) -> None:
    h, k = told["households"]
    with mine._store.reading() as sql:
        assert sql.exec_driver_sql("pragma user_version").scalar_one() == tables.SCHEMA
    assert mine.verify() == []
    assert {s.household: (s.head, s.phone, s.address) for s in mine.summaries()} == {
        h: ("周平", "2", "3组12号"),
        k: ("吴敏", "", ""),
    }
    assert (mine.waiting_count(), mine.photos_waiting()) == (1, 1)
    assert [(x.reason, x.household) for x in mine.held()] == [("not_your_role", k)]
    assert mine.attachment(told["photo"]) == b"photo" * 1000
    copy = mine.working(k)
    assert copy is not None
    assert (copy.visit, copy.answers) == (told["open_visit"], {"q": 2})
    assert mine.find_national_id("990101198001010017") == [told["member"]]
    assert mine.cursors()[VILLAGE].seq == 4
    assert len(mine.documents("form")) == 1


def test_it_goes_on_where_it_was(mine: Open, county: County, told: dict[str, Any]) -> None:
    sync(mine, county)
    assert mine.waiting_count() == 0
    assert mine.cursors()[VILLAGE].seq == len(county.feeds[VILLAGE])
    assert mine.verify() == []
    mine.write([edit(mine, told["households"][0], phone="3")])
    sync(mine, county)
    assert mine.verify() == []


def test_its_area_can_be_fetched_anew_as_a_snapshot(mine: Open, county: County, told: dict[str, Any]) -> None:
    before = mine.summaries()
    county.full = False
    mine.fetch_again(VILLAGE)
    pull(mine, county, 1)
    assert mine.summaries() == before
    assert mine.verify() == []
    assert mine.waiting_count() == 1


def test_the_names_of_its_villages_are_kept_from_now_on(tmp_path: Path, mine: Open, county: County) -> None:
    names = {a.code: a.name for a in mine.areas()}
    assert mine.area_names() == names
    mine.renew(county.grant(areas=(OTHER,)))
    mine.lock()
    again = vault(tmp_path / "vault").unlock("wangfang", PIN)
    assert again.area_names() == {**names, OTHER: "村201"}


def test_an_older_app_does_not_touch_a_newer_file(tmp_path: Path, mine: Open) -> None:
    with mine._store.writing() as sql:
        sql.exec_driver_sql(f"pragma user_version = {tables.SCHEMA + 1}")
    with pytest.raises(Failed, match="vault_newer"):
        vault(tmp_path / "vault")
