"""Loading a pack's folder: each mistake is named with its file and place, and nothing else is complained about.

Each file in `tests/bad/packs` is one file of the good pack beside it with one mistake; its first lines say which file
and what the complaint must be. The mistakes that make others impossible to check (a missing name) may bring more
complaints; the expected one must come first.
"""

import shutil
from pathlib import Path

import pytest

from schemas.policy.cases import load_cases
from schemas.policy.load import PackFilesRefused, fen, load_pack
from schemas.policy.model import Pack
from schemas.policy.place import PackRefused

BAD = Path(__file__).parents[2] / "bad" / "packs"
GOOD = BAD / "good"


def complaints(folder: Path) -> list[str]:
    with pytest.raises(PackFilesRefused) as refused:
        load_pack(folder)
    return [f"{place}: {what}" for place, what in refused.value.complaints]


@pytest.mark.parametrize("mistake", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_each_mistake_is_named_with_its_file_and_place(mistake: Path, tmp_path: Path) -> None:
    first, second, *_ = mistake.read_text("utf-8").splitlines()
    shutil.copytree(GOOD, tmp_path / "pack")
    shutil.copy(mistake, tmp_path / "pack" / first.removeprefix("# in: "))
    assert complaints(tmp_path / "pack")[0] == second.removeprefix("# complaint: ")


def test_the_good_pack_beside_them_is_good() -> None:
    assert load_pack(GOOD).name == "small"
    assert load_pack(str(GOOD)).hash == load_pack(GOOD).hash


def test_all_mistakes_are_said_at_once(tmp_path: Path) -> None:
    shutil.copytree(GOOD, tmp_path / "pack")
    for name in ("no_title", "money_in_words", "mark_of_an_unknown_fact", "unknown_name"):
        mistake = BAD / f"{name}.yaml"
        file = mistake.read_text("utf-8").splitlines()[0].removeprefix("# in: ")
        shutil.copy(mistake, tmp_path / "pack" / file)
    files = {said.split(":")[0] for said in complaints(tmp_path / "pack")}
    assert files == {"pack.yaml", "parameters.yaml", "members.yaml", "programmes/dibao.yaml"}


def test_a_missing_file_is_missed(tmp_path: Path) -> None:
    shutil.copytree(GOOD, tmp_path / "pack")
    (tmp_path / "pack" / "members.yaml").unlink()
    assert complaints(tmp_path / "pack")[0] == "pack.yaml: members: is missing"


def test_an_empty_folder_misses_everything(tmp_path: Path) -> None:
    assert "pack.yaml: programmes: is missing" in complaints(tmp_path)


def test_a_file_that_is_not_text_is_said_to_be_none(tmp_path: Path) -> None:
    shutil.copytree(GOOD, tmp_path / "pack")
    (tmp_path / "pack" / "members.yaml").write_bytes("成员".encode("gbk"))
    assert complaints(tmp_path / "pack")[0] == "members.yaml: is not UTF-8 text"


def test_parameters_may_lie_in_several_files_but_stand_in_one(tmp_path: Path) -> None:
    shutil.copytree(GOOD, tmp_path / "pack")
    (tmp_path / "pack" / "parameters").mkdir()
    shutil.move(tmp_path / "pack" / "parameters.yaml", tmp_path / "pack" / "parameters" / "all.yaml")
    assert load_pack(tmp_path / "pack").hash == load_pack(GOOD).hash
    shutil.copy(GOOD / "parameters.yaml", tmp_path / "pack" / "parameters.yaml")
    assert "parameters/all.yaml: cap: stands in another file too" in complaints(tmp_path / "pack")


def test_codes_stay_what_was_written_and_fractions_never_become_floats() -> None:
    pack = load_pack(GOOD)
    assert pack.wire()["parameters"]["cap"]["values"][0]["value"] == "0.10"
    assert pack.wire()["parameters"]["standard"]["values"][1]["value"] == 95050


@pytest.mark.parametrize(("yuan", "expected"), [(917, 91700), ("917.5", 91750), ("0.01", 1), ("0", 0)])
def test_yuan_become_fen_exactly(yuan: int | str, expected: int) -> None:
    assert fen(yuan) == expected


@pytest.mark.parametrize("yuan", ["", "9,17", "0.001", "-1", "NaN", "Infinity", "1e400"])
def test_what_is_not_yuan_is_refused(yuan: str) -> None:
    with pytest.raises(ValueError, match="must be yuan"):
        fen(yuan)


@pytest.mark.parametrize("wire", [None, [], "x", 3, {}, {"v": 1}, {"v": 1.5}, {"v": 1, "members": 3, "programmes": []}])
def test_what_is_no_pack_at_all_is_refused_and_breaks_nothing(wire: object) -> None:
    with pytest.raises(PackRefused) as refused:
        Pack.from_wire(wire)
    assert refused.value.complaints


def test_a_case_that_cannot_be_read_is_named_too(tmp_path: Path) -> None:
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "some.yaml").write_text("cases:\n  - {name: a, area: x, expects: {}}\n", "utf-8")
    with pytest.raises(PackFilesRefused) as refused:
        load_cases(tmp_path)
    assert refused.value.complaints == (
        ("cases/some.yaml: cases[a].expects", "unknown field"),
        ("cases/some.yaml: cases[a].expect", "is missing"),
    )
