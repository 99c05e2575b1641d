"""The county's way into a vault whose person has lost every other: asked for by the tablet, answered by the county.

The tablet hands over the boxes it made for the county when the person was admitted, and a public key to answer to. The
county opens each with its private key and closes it again to that key. What was never sent is then readable again on
that tablet, and on no other; the county itself reads no record. Who at the county must agree is the county's affair.

Evolution rule: both messages carry `v`; a reader refuses a version it does not know.
"""

from collections.abc import Callable, Mapping

from schemas import box, codec
from schemas.codec import Value
from schemas.problems import Failed

VERSION = 1


def about(vault: str, user: str, area: str, gen: int) -> bytes:
    """What a box for the county is bound to; `vault` is the vault's id in hex."""
    return codec.encode(["escrow", vault, user, area, gen])


def request(vault: str, user: str, reader: str, boxes: Mapping[tuple[str, int], bytes]) -> Value:
    """What the tablet hands to the county; `reader` is the public key in hex that the answer is closed to."""
    listed = [{"area": area, "gen": gen, "box": sealed.hex()} for (area, gen), sealed in sorted(boxes.items())]
    return {"v": VERSION, "vault": vault, "user": user, "reader": reader, "boxes": listed}


def answer(asked: Value, county: bytes, random: Callable[[int], bytes]) -> Value:
    """The county's answer, made with its raw private key. Check first that `reader` is the key of a device that was
    enrolled for this user. Raises Failed `bad_escrow` for a request that is malformed or not closed to this county."""
    try:
        _check(asked)
        vault, user, reader = asked["vault"], asked["user"], bytes.fromhex(asked["reader"])
        boxes = []
        for item in asked["boxes"]:
            area, gen = item["area"], item["gen"]
            key = box.open_(county, about(vault, user, area, gen), bytes.fromhex(item["box"]))
            closed = box.close(reader, _answered(vault, user, area, gen), key, random)
            boxes.append({"area": area, "gen": gen, "box": closed.hex()})
    except (box.NotForUs, KeyError, TypeError, ValueError):
        raise Failed("bad_escrow") from None
    return {"v": VERSION, "vault": vault, "user": user, "boxes": boxes}


def keys(answered: Value, reader: bytes, vault: str, user: str) -> dict[tuple[str, int], bytes]:
    """The compartments' keys by area and generation, out of an answer closed to this raw private key. Raises Failed
    `bad_escrow` when it is for another vault, person or key."""
    try:
        _check(answered)
        return {
            (item["area"], item["gen"]): box.open_(
                reader, _answered(vault, user, item["area"], item["gen"]), bytes.fromhex(item["box"])
            )
            for item in answered["boxes"]
        }
    except (box.NotForUs, KeyError, TypeError, ValueError):
        raise Failed("bad_escrow") from None


def _answered(vault: str, user: str, area: str, gen: int) -> bytes:
    return codec.encode(["escrow answer", vault, user, area, gen])


def _check(message: Value) -> None:
    if message["v"] != VERSION:
        raise ValueError("unknown version")
