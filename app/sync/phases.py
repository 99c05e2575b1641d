"""The phases of a round and what each refusal does to it, as tables (`session` tells the theory)."""

from collections.abc import Mapping
from enum import StrEnum


class Phase(StrEnum):
    PUSH = "push"
    PULL = "pull"
    WITNESS = "witness"
    LIBRARY = "library"
    CHUNKS = "chunks"
    FETCH = "fetch"
    DONE = "done"


ORDER: Mapping[Phase, Phase] = {
    Phase.PUSH: Phase.PULL,
    Phase.PULL: Phase.WITNESS,
    Phase.WITNESS: Phase.LIBRARY,
    Phase.LIBRARY: Phase.CHUNKS,
    Phase.CHUNKS: Phase.FETCH,
    Phase.FETCH: Phase.DONE,
}
"""Own changes go first: if the signal lasts only a minute, that minute saves the day's work."""

AGAIN: Mapping[Phase, Phase] = {Phase.WITNESS: Phase.PUSH}
"""Where a round goes on instead, when the server turned out to have lost something."""

TURNS = 2
ASKS = 20_000


class Move(StrEnum):
    """What a refusal does to the round."""

    HALVE = "halve"
    RESEND = "resend"
    SKIP = "skip"
    GIVE_UP = "give up"
    PHOTOS = "photos"
    END = "end"


REFUSED: Mapping[tuple[Phase, str], Move] = {
    (Phase.PUSH, "too_big"): Move.HALVE,
    (Phase.PUSH, "gap"): Move.RESEND,
    (Phase.PULL, "revoked"): Move.PHOTOS,
    (Phase.PULL, "expired"): Move.PHOTOS,
    (Phase.WITNESS, "too_big"): Move.GIVE_UP,
    (Phase.WITNESS, "not_your_area"): Move.GIVE_UP,
    (Phase.WITNESS, "chain_broken"): Move.GIVE_UP,
    (Phase.WITNESS, "malformed"): Move.GIVE_UP,
    (Phase.LIBRARY, "not_found"): Move.SKIP,
    (Phase.LIBRARY, "bad_signature"): Move.SKIP,
    (Phase.CHUNKS, "bad_chunk"): Move.SKIP,
    (Phase.CHUNKS, "too_big"): Move.SKIP,
    (Phase.CHUNKS, "not_found"): Move.SKIP,
    (Phase.FETCH, "bad_chunk"): Move.SKIP,
    (Phase.FETCH, "not_found"): Move.SKIP,
    (Phase.FETCH, "forbidden"): Move.SKIP,
}
"""SKIP goes on with the next document or chunk and tells the problem at the end. GIVE_UP takes the area as the server
has it now. PHOTOS goes on with the photos this device has yet to send and nothing else. All else ends the round."""
