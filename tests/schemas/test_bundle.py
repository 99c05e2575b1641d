"""A bundle comes back as it was made, to its reader and nobody else, or not at all; and a carrier sees a size."""

import hashlib
import io
import json
import secrets
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import box, bundle, codec, signing, stream, wire
from schemas.bundle import Reader, Sealed
from schemas.bundle_parts import Document, Have, Opening, Part, Piece, Refused
from schemas.codec import Value
from schemas.problems import Failed
from tests.schemas.making import record
from tests.schemas.messages import DEVICE, NOW, PAGE, PULL, PUSH

VECTORS = Path(__file__).parents[1] / "vectors" / "bundle.json"
SIGN, BOX, OTHER = bytes(range(32)), bytes(range(32, 64)), bytes(range(64, 96))
MAKER = Ed25519PrivateKey.from_private_bytes(SIGN).public_key().public_bytes_raw().hex()
STRANGER = Ed25519PrivateKey.from_private_bytes(OTHER).public_key().public_bytes_raw().hex()
READER = Reader.of(BOX)
UP = Opening("up", record(9), DEVICE, READER.key, NOW)
RETURN = replace(UP, kind="return", maker="990101", at="2026-11-24T01:00:00.000Z", asked=NOW)
RECEIPT = wire.Receipt(DEVICE, 1, 2, (wire.Known(PAGE.area, 1), wire.Held("moved")))
UPS: list[Part] = [PUSH, Piece(b"a photo"), Have(("ab" * 32,)), PULL]
RETURNS: list[Part] = [
    RECEIPT,
    Refused("push", "gap", {"expected": 3}),
    Have(("cd" * 32,)),
    wire.Pages(NOW, (PAGE,), upto=2),
    Document(b'{"form":1}'),
]
HEAD = 6 + 81


def sign(purpose: bytes, message: bytes) -> str:
    return signing.sign(SIGN, purpose, message)


def made(parts: Sequence[Part] = (PUSH, PULL), opening: Opening = UP) -> bytes:
    out = io.BytesIO()
    bundle.write(out, opening, parts, sign, secrets.token_bytes)
    return out.getvalue()


def loaded(data: bytes, kind: str = "up", maker: str = MAKER, readers: Sequence[Reader] = (READER,)) -> list[Part]:
    return list(Sealed.open(io.BytesIO(data), readers).believed(kind, maker))


def refused(data: bytes, kind: str = "up", maker: str = MAKER, readers: Sequence[Reader] = (READER,)) -> str:
    """Why nothing of it was believed."""
    with pytest.raises(Failed) as why:
        Sealed.open(io.BytesIO(data), readers).believed(kind, maker)
    return why.value.code


def by_hand(frames: bytes, *, signed: bytes | None = None, reader: str = READER.key) -> bytes:
    """A bundle of any content at all, sealed as the format says and signed over it."""
    digest = hashlib.sha256(b"RuhuB\x01" + (frames if signed is None else signed)).digest()
    content = frames + frame(0, sign(signing.BUNDLE, digest).encode())
    key = secrets.token_bytes(32)
    head = b"RuhuB\x01" + box.close(bytes.fromhex(reader), b"bundle", key, secrets.token_bytes)
    return head + sealed(key, content + bytes(bundle.padded(len(content)) - len(content)))


def frame(tag: int, body: bytes) -> bytes:
    return bytes([tag]) + len(body).to_bytes(4, "big") + body


def packed(value: Value) -> bytes:
    return zlib.compress(codec.encode(value))


def sealed(key: bytes, content: bytes) -> bytes:
    size, out = 65536, b""
    count = max(1, -(-len(content) // size))
    for i in range(count):
        nonce = i.to_bytes(11, "big") + bytes([i == count - 1])
        out += AESGCM(key).encrypt(nonce, content[i * size : (i + 1) * size], None)
    return out


@pytest.mark.parametrize(("opening", "parts"), [(UP, UPS), (RETURN, RETURNS), (UP, [])], ids=["up", "return", "empty"])
def test_what_was_put_in_comes_out_in_order_for_its_reader(opening: Opening, parts: list[Part]) -> None:
    data = made(parts, opening)
    assert loaded(data, opening.kind) == parts
    assert Sealed.open(io.BytesIO(data), [Reader.of(OTHER), READER]).opening == opening


@settings(max_examples=20)
@given(st.lists(st.binary(max_size=200_000), max_size=6))
def test_pieces_of_any_size_come_back(pieces: list[bytes]) -> None:
    parts = [Piece(p) for p in pieces]
    assert loaded(made(parts)) == parts


def test_bytes_written_by_the_first_release_are_read_for_ever() -> None:
    pinned = json.loads(VECTORS.read_text("utf-8"))
    for kind, parts in (("up", UPS), ("return", RETURNS)):
        v = pinned[kind]
        content = bytes.fromhex(v["content"])
        assert bundle.padded(len(content)) == v["size"]
        data = bytes.fromhex(v["head"]) + sealed(bytes.fromhex(v["key"]), content + bytes(v["size"] - len(content)))
        assert hashlib.sha256(data).hexdigest() == v["sha256"]
        assert loaded(data, kind) == parts


def test_the_name_of_a_file_is_a_code_a_day_and_a_kind() -> None:
    assert bundle.name(UP) == f"ruhu-{UP.code}-20261123-up.ruhu"
    assert bundle.name(RETURN) == f"ruhu-{UP.code}-20261124-return.ruhu"
    assert bundle.return_name(bundle.name(UP)) == f"ruhu-{UP.code}-20261123-return.ruhu"
    assert bundle.return_name("anything") == "anything-return.ruhu"


# -- what is not believed


GOOD = made(UPS)


@settings(max_examples=150)
@given(at=st.integers(0, len(GOOD) - 1) | st.integers(0, HEAD), bit=st.integers(0, 7))
def test_a_bit_flipped_anywhere_and_nothing_is_believed(at: int, bit: int) -> None:
    bad = GOOD[:at] + bytes([GOOD[at] ^ 1 << bit]) + GOOD[at + 1 :]
    assert refused(bad) in ("bundle_other", "bundle_newer", "bundle_damaged")


@settings(max_examples=60)
@given(at=st.integers(0, len(GOOD) - 1) | st.sampled_from([0, 5, HEAD, HEAD + 65552, HEAD + 2 * 65552]))
def test_cut_anywhere_nothing_is_believed(at: int) -> None:
    assert refused(GOOD[:at]) in ("bundle_other", "bundle_newer", "bundle_damaged")


def test_grown_swapped_or_put_together_from_two_nothing_is_believed() -> None:
    step = stream.SEGMENT + 16
    parts = [GOOD[at : at + step] for at in range(HEAD, len(GOOD), step)]
    assert len(parts) == 4
    other = made(UPS)
    for bad in (
        GOOD + b"\0",
        GOOD + parts[-1],
        GOOD[:HEAD] + parts[1] + parts[0] + parts[2] + parts[3],
        GOOD[:HEAD] + other[HEAD:],
        GOOD[: HEAD + step] + other[HEAD + step :],
    ):
        assert refused(bad) == "bundle_damaged"


def test_for_somebody_else_no_bundle_at_all_or_of_tomorrow_it_says_so() -> None:
    assert refused(GOOD, readers=[Reader.of(OTHER)]) == "bundle_other"
    assert refused(GOOD, readers=[]) == "bundle_other"
    assert refused(b"") == refused(b"PK\x03\x04" + bytes(500)) == "bundle_other"
    assert refused(GOOD[:5] + b"\x02" + GOOD[6:]) == "bundle_newer"


def test_signed_by_somebody_else_or_not_at_all_it_is_not_believed() -> None:
    assert refused(GOOD, maker=STRANGER) == "bundle_damaged"
    frames = frame(1, packed(UP.wire())) + frame(2, packed(PUSH.wire()))
    assert loaded(by_hand(frames)) == [PUSH]
    assert refused(by_hand(frames, signed=b"something else")) == "bundle_damaged"


def test_a_reader_cannot_close_it_anew_to_somebody_else() -> None:
    """The words and the signature are the maker's, the box is not: who opens it was not meant."""
    frames = frame(1, packed(UP.wire())) + frame(2, packed(PUSH.wire()))
    forwarded = by_hand(frames, reader=Reader.of(OTHER).key)
    assert refused(forwarded, readers=[Reader.of(OTHER)]) == "bundle_damaged"


def test_one_kind_never_passes_for_the_other() -> None:
    assert refused(GOOD, kind="return") == "bundle_damaged"
    opening = frame(1, packed(UP.wire()))
    for foreign in (frame(6, packed(RECEIPT.wire())), opening, frame(10, packed({}))):
        with pytest.raises(Failed, match="bundle_damaged"):
            loaded(by_hand(opening + foreign))


@pytest.mark.parametrize(
    "opening",
    [
        b"",
        frame(2, packed(PUSH.wire())),
        frame(1, b"no zlib"),
        frame(1, packed([])),
        frame(1, packed({**UP.wire(), "kind": "sideways"})),
        frame(1, packed({**UP.wire(), "id": "../../etc"})),
        frame(1, packed({**UP.wire(), "more": 1})),
        b"\x01\xff\xff\xff\xff",
        frame(1, packed(UP.wire())) + b"\x02\xff\xff\xff\xff" + bytes(100),
        frame(1, packed(UP.wire())) + b"\x02\x00",
    ],
    ids=range(10),
)
def test_a_maker_who_writes_nonsense_is_not_believed(opening: bytes) -> None:
    assert refused(by_hand(opening)) == "bundle_damaged"


def test_a_small_part_that_unpacks_to_a_big_one_fills_no_memory() -> None:
    bomb = zlib.compress(bytes(200 * 2**20), 9)
    for tag in (2, 4, 5):
        with pytest.raises(Failed, match="bundle_damaged"):
            loaded(by_hand(frame(1, packed(UP.wire())) + frame(tag, bomb)))
    assert refused(by_hand(frame(1, bomb))) == "bundle_damaged"


def test_what_changes_on_the_stick_between_check_and_reading_is_noticed() -> None:
    """Somebody who knows the file's key puts another, well sealed segment in the place of one that was checked."""
    first, second = Piece(b"1" * 300_000), Piece(b"2" * 300_000)
    frames = frame(1, packed(UP.wire())) + frame(3, first.data)
    key = secrets.token_bytes(32)
    head = b"RuhuB\x01" + box.close(bytes.fromhex(READER.key), b"bundle", key, secrets.token_bytes)

    def whole(content: bytes) -> bytes:
        end = frame(0, sign(signing.BUNDLE, hashlib.sha256(b"RuhuB\x01" + content).digest()).encode())
        return head + sealed(key, content + end)

    file = io.BytesIO(whole(frames))
    parts = Sealed.open(file, [READER]).believed("up", MAKER)
    file.seek(0)
    file.write(whole(frame(1, packed(UP.wire())) + frame(3, second.data)))
    with pytest.raises(Failed, match="bundle_damaged"):
        list(parts)


def test_a_file_too_big_to_take_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "LIMIT", len(GOOD) - 1)
    assert refused(GOOD) == "bundle_too_big"


# -- what a carrier sees


def test_a_carrier_reads_nothing_and_nearly_equal_contents_have_equal_sizes() -> None:
    empty = made([])
    assert len(empty) == len(GOOD) == len(made([PUSH] * 40))
    for told in (DEVICE, "990101", READER.key, MAKER, "农商行", "protocol", NOW):
        assert told.encode() not in GOOD[6:]
    assert bytes.fromhex(READER.key) not in GOOD
    assert bytes.fromhex(MAKER) not in GOOD
    assert GOOD[:6] == empty[:6]
    blocks = [GOOD[i : i + 16] for i in range(HEAD, len(GOOD) - 16, 16)]
    assert len(set(blocks)) == len(blocks)  # the zeros at the end look like all the rest


@given(st.integers(0, 2**32))
def test_sizes_are_few_and_cost_at_most_an_eighth(size: int) -> None:
    filled = bundle.padded(size)
    assert filled >= size
    assert filled == bundle.SMALLEST or filled <= size + size // 8 + 1
    assert bundle.padded(filled) == filled
    assert bundle.padded(size + 1) >= filled
    octave = 2 ** (size.bit_length() - 1) if size else 1
    assert len({bundle.padded(octave + octave * i // 64) for i in range(64)}) <= 9
