"""Packs and results are kept as long as the decisions made on them: what was written once must be read for ever, and
the same folder must give the same bytes (its hash is what the county signed)."""

import json
from pathlib import Path

from schemas import codec
from schemas.policy.load import load_pack
from schemas.policy.model import Pack
from schemas.policy.result import Result

VECTORS = Path(__file__).parents[2] / "vectors"
GOOD = Path(__file__).parents[2] / "bad" / "packs" / "good"


def test_a_folder_gives_the_bytes_it_always_gave() -> None:
    pinned = json.loads((VECTORS / "pack.json").read_text("utf-8"))
    pack = load_pack(GOOD)
    assert codec.encode(pack.wire()).decode() == pinned["bytes"]
    assert pack.hash == pinned["hash"]


def test_a_pack_of_the_first_version_is_read() -> None:
    pinned = json.loads((VECTORS / "pack.json").read_text("utf-8"))
    assert Pack.from_wire(codec.decode(pinned["bytes"].encode())).hash == pinned["hash"]


def test_a_result_of_the_first_version_is_read_and_written_the_same() -> None:
    pinned = json.loads((VECTORS / "result.json").read_text("utf-8"))["bytes"].encode()
    result = Result.from_wire(codec.decode(pinned))
    assert codec.encode(result.wire()) == pinned
    assert result.programme("dibao") is not None
    assert result.programme("tekun") is None
