"""A worker at work: a real sealed vault with the shipped questionnaire and packs, and one family to visit."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import pytest

from app.vault.open import Open
from app.work.work import Work
from schemas.codec import Value
from schemas.forms.compile import compile_form
from schemas.forms.model import Form
from schemas.policy.load import load_pack
from tests.app.vault import county
from tests.app.vault.county import OTHER, VILLAGE, County, Time, member, new_id, registered

LIBRARY = files("schemas.library")


@cache
def form() -> Form:
    return compile_form(LIBRARY.joinpath("forms", "means-visit.md").read_text("utf-8"), "means-visit")


@cache
def pack(name: str) -> Value:
    return load_pack(LIBRARY.joinpath("packs", name)).wire()


@dataclass
class Desk:
    """王芳's open vault and her work; 蓝's family of three is `household`, its members by relation code."""

    vault: Open
    work: Work
    time: Time
    county: County
    folder: Path
    household: str
    members: dict[str, str]

    def another(self, head: str, area: str = VILLAGE, **sets: Value) -> str:
        """One more household, with its head as the only member."""
        root = new_id()
        head_of = member(root, new_id(), name=head, relation="02", born="1950-01-01", present="yes")
        self.vault.write([registered(root, area, head=head, **sets), head_of])
        return root

    def unlocked_again(self) -> Work:
        """The same person after the app was closed and opened."""
        clock = self.time.clock()
        return Work(county.vault(self.folder, clock).unlock("wangfang", county.PIN), clock)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    time, paper = Time(), County()
    vault = county.admitted(tmp_path / "tablet", paper, time.clock(), areas=(VILLAGE, OTHER))
    for item, data in (
        paper.document(form().wire()),
        paper.document(pack("cn-2021"), "pack", "cn-2021"),
        paper.document(pack("zj-2003"), "pack", "zj-2003"),
    ):
        vault.put_document(item, data)
    root = new_id()
    people = {code: new_id() for code in ("02", "10", "20")}
    well = {"present": "yes", "health": "10", "serious_illness": "no"}
    adult = {**well, "labour": "full", "student": "no"}
    child = {**well, "labour": "none", "student": "compulsory"}
    vault.write(
        [
            registered(
                root,
                head="蓝水根",
                address="茶坑村2组7号",
                phone="19900000007",
                hukou="rural",
                status="registered",
                assigned_to="wangfang",
                planned_on="2026-03-01",
            ),
            member(root, people["02"], name="蓝水根", relation="02", sex="1", born="1970-05-06", **adult),
            member(root, people["10"], name="雷银花", relation="10", sex="2", born="1972-08-09", **adult),
            member(root, people["20"], name="蓝·小满", relation="20", sex="1", born="2012-02-29", **child),
        ]
    )
    yield Desk(vault, Work(vault, time.clock()), time, paper, tmp_path / "tablet", root, people)
    vault.lock()
