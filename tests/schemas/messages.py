"""One of each message as it may really look, and a few of the shapes each may take; `tests/vectors/wire.json` pins
their bytes."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from schemas import codec, merge, signing, wire
from schemas.change import START, Change, chain
from schemas.codec import Value
from schemas.merge import NOTHING, Heads
from schemas.message import Message
from tests.schemas.making import change, record

EAST, HILL = "990101001001", "990101100200"
KEY = bytes(range(32))
NOW = "2026-11-23T01:00:00.000Z"
DEVICE = record(7)
VECTORS = Path(__file__).parents[1] / "vectors" / "wire.json"

READ: dict[type[Message], Callable[[Value], Message]] = {
    kind: kind.from_wire
    for kind in (
        wire.Enrol, wire.Grant, wire.Push, wire.Receipt, wire.Pull, wire.Pages, wire.Witness, wire.Lacking,
    )
}  # fmt: skip
"""What travels by itself; all else is part of one of these."""


@dataclass(frozen=True)
class Golden:
    """A message under the name it has in the vectors, where its bytes stand."""

    why: str
    message: Message

    @property
    def pinned(self) -> bytes:
        return _pinned()[self.why]


def made(sets: dict[str, Value], seen: tuple[str, ...] = (), after: Change | None = None) -> Change:
    """The change of the device after another."""
    return change(
        sets, seen, device=DEVICE, n=after.n + 1 if after else 1, prev=after.id if after else START, author="wang"
    )


FIRST = made({"area": EAST, "head": "王𬇕", "reasons": ["illness"], "bank": {"name": "农商行"}})
EDIT = made({"phone": "1", "address": None}, (FIRST.id,), FIRST)
ERASED = made({"gone": "erased"}, (), EDIT).without_body()


def seal(area: str, seq: int, link: str) -> str:
    return signing.sign(KEY, signing.STANDING, wire.standing(area, seq, link))


def heads(*changes: Change) -> Heads:
    found = NOTHING
    for each in changes:
        found = merge.apply(found, each)
    return found


CHAIN = chain(chain(START, FIRST.id), EDIT.id)
PUSH = wire.Push(wire.PROTOCOL, DEVICE, NOW, (FIRST, EDIT), signing.sign(KEY, signing.PUSH, EDIT.id.encode()))
ITEM = wire.LibraryItem("ab" * 32, "form", "means-visit", signing.sign(KEY, signing.LIBRARY, b"ab" * 32))
PULL = wire.Pull(
    wire.PROTOCOL, DEVICE, NOW, {EAST: wire.Cursor(2, CHAIN), HILL: wire.Cursor()}, 2, codec.short_digest("grant"),
    wire.library_digest([ITEM]), 262_144,
)  # fmt: skip
_UNSIGNED = wire.Grant(
    DEVICE, "wang", "王小明", "visitor", "990101", "样例县", (wire.Area(EAST, "东门社区"), wire.Area(HILL, "山坪村")),
    NOW, "2027-11-23T01:00:00.000Z", "aa" * 32, "bb" * 32, "",
)  # fmt: skip
GRANT = replace(_UNSIGNED, signature=signing.sign(KEY, signing.GRANT, signing.value(_UNSIGNED.signed_part())))
PAGE = wire.Page(EAST, (wire.Echo(1, 1), wire.Entry(2, EDIT)), CHAIN, 9, seal(EAST, 2, CHAIN))
GONE = made({"gone": "yes"}, (FIRST.id, EDIT.id), EDIT)
BEHIND_ITS_BACK = replace(made({"phone": "2"}), device=record(8))
PART = wire.Snapshot(
    EAST,
    "",
    (
        wire.Head(record(1), record(1), "household", heads(FIRST, EDIT)),
        wire.Head(record(1), record(2), "member", heads(EDIT, GONE, BEHIND_ITS_BACK)),
    ),
    f"{record(1)}/{record(2)}",
    2,
    CHAIN,
    2,
    seal(EAST, 2, CHAIN),
)
WITNESS = wire.Witness(
    wire.PROTOCOL, DEVICE, EAST, START, (FIRST.id, EDIT.id), 2, seal(EAST, 2, CHAIN), (FIRST, EDIT.without_body())
)

GOLDEN = [
    Golden(why, message)
    for why, message in (
        ("enrol", wire.Enrol(wire.PROTOCOL, "7K2P4-XQ9MB", "平板一", "aa" * 32, "bb" * 32)),
        ("grant", GRANT),
        ("push: only the first change's number and link are sent", PUSH),
        ("push: from the middle of the chain", replace(PUSH, changes=(EDIT,))),
        ("push: an erased change is its digest", replace(PUSH, changes=(ERASED,))),
        (
            "receipt: verdicts by position",
            wire.Receipt(DEVICE, 1, 3, (wire.Taken(EAST, 1), wire.Known(EAST, 2), wire.Held("not_your_area"))),
        ),
        ("pull", PULL),
        ("pull: in the middle of a snapshot", replace(PULL, cursors={EAST: wire.Cursor(2, CHAIN, PART.after)})),
        ("pull: a device that has nothing", replace(PULL, cursors={}, mine=0, grant="", library="")),
        (
            "pull: photos that wait, and what was sent under a former enrolment",
            replace(PULL, photos=wire.photos_digest([record(7)]), earlier=(FIRST.id,)),
        ),
        ("pages: nothing new", wire.Pages(NOW, upto=2)),
        ("pages: entries and own changes as their numbers", wire.Pages(NOW, (PAGE,), upto=2, more=True)),
        (
            "pages: an erased change",
            wire.Pages(NOW, (wire.Page(EAST, (wire.Entry(3, ERASED),), CHAIN, 3, seal(EAST, 3, CHAIN)),)),
        ),
        ("pages: a part of a snapshot, a delete that was contested", wire.Pages(NOW, snapshots=(PART,), upto=2)),
        (
            "pages: the last part of a snapshot",
            wire.Pages(NOW, snapshots=(replace(PART, since=PART.after, heads=(), after=""),)),
        ),
        (
            "pages: all that may be told besides",
            wire.Pages(
                NOW, held=(wire.SetAside(4, "moved"),), dismissed=(5, 6), lost=(HILL,), library=(ITEM,), grant=GRANT
            ),
        ),
        ("pages: an empty library", wire.Pages(NOW, library=())),
        (
            "pages: photos that are not whole, and what became of former work",
            wire.Pages(
                NOW,
                photos=(record(7),),
                earlier=(
                    wire.Earlier(FIRST.id, wire.TAKEN),
                    wire.Earlier(EDIT.id, wire.HELD, "moved"),
                    wire.Earlier(GONE.id, wire.UNKNOWN),
                ),
            ),
        ),
        ("witness: what the server lacks", WITNESS),
        ("witness: asks what it lacks", replace(WITNESS, changes=())),
        ("lacking", wire.Lacking((FIRST.id,))),
        ("lacking: nothing", wire.Lacking(())),
    )
]


FREE = ("sets", "live", "saw", "cursors")
"""Objects whose names are data: slots, change ids, areas."""


def spoilt(golden: Golden) -> Iterator[tuple[str, Value]]:
    """The message's value with one thing wrong, each way it can be, and what is wrong."""
    for what, data in _spoilt(codec.decode(golden.pinned)):
        # The grant, the library, what deletes saw and what is spared may be missing.
        missing = {"grant: no value", "library: no value"} | {f"no {name}" for name in golden.message.SPARED}
        if what not in missing and not what.endswith("heads: no saw"):
            yield what, data


def _spoilt(data: Value, free: bool = False) -> Iterator[tuple[str, Value]]:
    if isinstance(data, dict):
        if not free:
            yield "a field more", {**data, "extra": 1}
            yield from ((f"no {name}", {k: v for k, v in data.items() if k != name}) for name in data)
        for name, value in data.items():
            if name in FREE or not free:
                yield from ((f"{name}: {what}", {**data, name: bad}) for what, bad in _spoilt(value, name in FREE))
        yield "no object", [] if data else 5
    elif isinstance(data, list):
        for i, value in enumerate(data):
            yield from ((f"{i}: {what}", [*data[:i], bad, *data[i + 1 :]]) for what, bad in _spoilt(value))
        yield "no list", {}
    elif not free and data is not None:
        yield "another type", {str: 5, int: "5", bool: 1}[type(data)]
        if type(data) is int:
            yield "below 0", -1
        yield "no value", None


@cache
def _pinned() -> dict[str, bytes]:
    return {each["why"]: each["bytes"].encode() for each in json.loads(VECTORS.read_text("utf-8"))["messages"]}
