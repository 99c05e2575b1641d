"""What is really in the server's database and in a vault's file, read with plain SQL and none of the product's code."""

import base64
import hashlib
import json
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from tests.promises.model import Written


@dataclass(frozen=True)
class Books:
    """`changes` by id; `feeds` by area in order; `ends`: number and chain each area names as its last; `open` and
    `rested` are held; `chunks` are whole."""

    changes: dict[str, Written]
    feeds: dict[str, list[tuple[int, str, str]]]
    ends: dict[str, tuple[int, str]]
    open: dict[str, str]
    rested: set[str]
    chunks: set[str]

    @property
    def taken(self) -> set[str]:
        return {change for feed in self.feeds.values() for _, change, _ in feed}


def read(ask: Callable[[str], list[tuple[Any, ...]]]) -> Books:
    """The books of a server, whose database answers with what was there at one moment."""
    changes = {id_: _written(id_, bytes(data)) for id_, data in ask("select id, data from change")}
    feeds: dict[str, list[tuple[int, str, str]]] = {}
    for area, *entry in ask("select area, seq, change, chain from entry order by area, seq"):
        feeds.setdefault(area, []).append((entry[0], entry[1], entry[2]))
    ends = {row[0]: (row[1], row[2]) for row in ask("select code, seq, chain from area")}
    open_, rested = {}, set()
    for change, reason, released, dismissed in ask("select change, reason, released_at, dismissed_at from held"):
        if dismissed is not None:
            rested.add(change)
        elif released is None:
            open_[change] = reason
    chunks = {row[0] for row in ask("select sha256 from chunk")}
    return Books(changes, feeds, ends, open_, rested, chunks)


@lru_cache(10_000)
def _written(id_: str, data: bytes) -> Written:
    return Written.of({"id": id_, **json.loads(data)})


def chain(feed: list[tuple[int, str, str]]) -> str:
    """What the chain is after these entries, which are numbered 1, 2, 3 …"""
    link = ""
    for number, (seq, change, stored) in enumerate(feed, 1):
        assert seq == number, "a feed has no gap"
        text = json.dumps([link, change], separators=(",", ":")).encode()
        link = base64.b32encode(hashlib.sha256(text).digest())[:32].decode().lower()
        assert stored == link, "each entry names the chain so far"
    return link


@dataclass(frozen=True)
class Vault:
    """What lies open in a vault's file. `kept`: all changes it has. `own`: the device's own and where each stands.
    `entries`: the feeds as they came down, without a hole, and `ends` where they ended. `photos`: those it holds, and
    whether it takes them for safe. `visited`: households with an open visit. `former`: what it sent under a former
    enrolment and does not know the end of."""

    kept: set[str]
    own: dict[str, str]
    entries: set[str]
    photos: dict[str, bool]
    ends: dict[str, tuple[int, str]]
    visited: set[str]
    former: set[str]

    @property
    def claimed(self) -> set[str]:
        """The own changes that the vault believes the server has."""
        return {change for change, state in self.own.items() if state != "unsent"}

    @property
    def brings(self) -> set[str]:
        """What it can bring to a server that lost it: its own, by number or name, and what it saw of the feeds."""
        return set(self.own) | self.entries | self.former


def vault(folder: Path) -> Vault:
    connection = sqlite3.connect(folder / "vault.db")
    try:
        ask = connection.execute
        return Vault(
            {row[0] for row in ask("select id from change")},
            dict(ask("select id, state from change where n is not null").fetchall()),
            {row[0] for row in ask("select id from entry")},
            {row[0]: row[1] == "safe" for row in ask("select id, state from attachment where state <> 'kept'")},
            {row[0]: (row[1], row[2]) for row in ask("select area, seq, chain from cursor where seq > 0")},
            {row[0] for row in ask("select household from working")},
            {row[0] for row in ask("select id from change where n is null and state in ('sent', 'held')")},
        )
    finally:
        connection.close()
