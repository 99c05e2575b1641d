"""The sealing itself: both suites, what is detected, and bytes that must open for ever."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.vault import sealing, slots, stream
from app.vault.sealing import AES, SM, Damaged
from schemas import box, codec
from schemas.clock import Clock
from schemas.problems import Failed
from schemas.stream import SEGMENT

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "vault.json").read_text("utf-8"))
KEY = bytes(range(32))
RANDOM = Clock().random
SUITES = pytest.mark.parametrize("suite", [AES, SM])


def fixed(size: int) -> bytes:
    """Randomness for vectors: always the same."""
    return bytes(i % 256 for i in range(size))


@SUITES
@given(content=st.binary(max_size=300), about=st.binary(max_size=40))
def test_what_is_sealed_opens_under_its_key_for_its_row_only(suite: int, content: bytes, about: bytes) -> None:
    sealed = sealing.seal(suite, KEY, about, content, RANDOM)
    assert sealing.unseal(KEY, about, sealed) == content
    with pytest.raises(Damaged):
        sealing.unseal(KEY[::-1], about, sealed)
    with pytest.raises(Damaged):
        sealing.unseal(KEY, about + b"x", sealed)


@SUITES
@given(content=st.binary(max_size=100), at=st.integers(min_value=0), bit=st.integers(0, 7))
def test_any_flipped_bit_and_any_cut_is_noticed(suite: int, content: bytes, at: int, bit: int) -> None:
    sealed = sealing.seal(suite, KEY, b"row", content, RANDOM)
    at %= len(sealed)
    flipped = sealed[:at] + bytes([sealed[at] ^ 1 << bit]) + sealed[at + 1 :]
    for bad in (flipped, sealed[:at]):
        with pytest.raises(Damaged):
            sealing.unseal(KEY, b"row", bad)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(codec="utf-8")),
        lambda inner: st.lists(inner, max_size=3),
        max_leaves=10,
    )
)
def test_a_packed_value_comes_back_and_its_size_is_one_of_few(value: object) -> None:
    packed = sealing.pack(codec.encode(value), 256)
    assert len(packed) % 256 == 0
    assert sealing.unpack(packed) == codec.canonical(value)


@SUITES
@pytest.mark.parametrize("size", [0, 1, SEGMENT - 1, SEGMENT, SEGMENT + 1, 3 * SEGMENT])
def test_a_file_of_any_size_comes_back(tmp_path: Path, suite: int, size: int) -> None:
    data = RANDOM(size)
    stream.write(tmp_path / "f", KEY, b"id", data, suite=suite, random=RANDOM)
    assert stream.read(tmp_path / "f", KEY, b"id") == data
    assert [f.name for f in tmp_path.iterdir()] == ["f"]


@SUITES
def test_a_file_that_was_cut_swapped_grown_or_moved_gives_nothing(tmp_path: Path, suite: int) -> None:
    stream.write(tmp_path / "f", KEY, b"id", RANDOM(3 * SEGMENT + 100), suite=suite, random=RANDOM)
    good = (tmp_path / "f").read_bytes()
    head, step = 38, SEGMENT + (16 if suite == AES else 49)
    parts = [good[head + i * step : head + (i + 1) * step] for i in range(4)]
    bad = {
        "cut at a segment": good[: head + 2 * step],
        "cut inside": good[:-5],
        "swapped": good[:head] + parts[1] + parts[0] + parts[2] + parts[3],
        "grown": good + parts[0],
        "empty": b"",
        "only a head": good[:head],
        "bit": good[:5000] + bytes([good[5000] ^ 1]) + good[5001:],
        "other suite": good[:5] + bytes([3 - suite]) + good[6:],
    }
    for name, data in bad.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(Damaged):
            stream.read(tmp_path / name, KEY, b"id")
    for key, about in ((KEY[::-1], b"id"), (KEY, b"other")):
        with pytest.raises(Damaged):
            stream.read(tmp_path / "f", key, about)
    with pytest.raises(Damaged):
        stream.read(tmp_path / "missing", KEY, b"id")


def test_a_box_opens_with_its_key_for_its_purpose_only() -> None:
    mine, other = RANDOM(32), RANDOM(32)
    closed = box.close(box.public(mine), b"escrow", b"key", RANDOM)
    assert box.open_(mine, b"escrow", closed) == b"key"
    for private, about, sealed in (
        (other, b"escrow", closed),
        (mine, b"other", closed),
        (mine, b"escrow", closed[:-1]),
        (mine, b"escrow", b"\x02" + closed[1:]),
        (mine, b"escrow", b""),
    ):
        with pytest.raises(box.NotForUs):
            box.open_(private, about, sealed)


def test_a_cost_lowered_in_the_file_opens_nothing() -> None:
    slot = slots.make("pin", "u", "135790", KEY, vault=b"v" * 16, device=KEY, cost=2**4, suite=AES, random=RANDOM)
    cheaper = slots.Slot("pin", slot.head.replace(b'"n":16', b'"n":8'), slot.mark, slot.wrapped)
    assert slots.open_(slot, "135790", vault=b"v" * 16, device=KEY) == KEY
    with pytest.raises(slots.WrongSecret):
        slots.open_(cheaper, "135790", vault=b"v" * 16, device=KEY)


@pytest.mark.parametrize("head", [b"", b"[]", b"{}", b'{"n":"x"}'])
def test_a_damaged_slot_says_that_the_vault_is_damaged(head: bytes) -> None:
    with pytest.raises(Failed, match="vault_damaged"):
        slots.open_(slots.Slot("pass", head, b"", b""), "x", vault=b"", device=None)


def test_a_cost_measured_here_is_one_of_the_allowed() -> None:
    assert slots.calibrate(RANDOM) in slots.COSTS


def test_bytes_sealed_by_the_first_release_open_for_ever(tmp_path: Path) -> None:
    v = {name: bytes.fromhex(data) for name, data in VECTORS.items()}
    assert sealing.unseal(KEY, b"row", v["aes"]) == sealing.unseal(KEY, b"row", v["sm"]) == "低保".encode()
    assert sealing.seal(AES, KEY, b"row", "低保".encode(), fixed) == v["aes"]
    assert sealing.seal(SM, KEY, b"row", "低保".encode(), fixed) == v["sm"]
    assert sealing.subkey(KEY, "record") == v["subkey"]
    assert box.open_(KEY, b"about", v["box"]) == b"content"
    for name in ("file_aes", "file_sm"):
        (tmp_path / name).write_bytes(v[name])
        assert stream.read(tmp_path / name, KEY, b"id") == "照片".encode()
    slot = slots.Slot("pin", v["slot_head"], v["slot_mark"], v["slot_wrapped"])
    assert slots.open_(slot, "135790", vault=b"v" * 16, device=KEY) == KEY
