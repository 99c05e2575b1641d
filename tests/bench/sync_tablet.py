"""Tablets that only push: what they send is written, signed and compressed beforehand, as the app would have sent it.

So what is measured is the server, and not how quick a tablet is on a processor that it would not share with the server.
Each tablet is a process with one kept connection.
"""

import gzip
import http.client
import multiprocessing
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from urllib.parse import urlsplit

from schemas import codec, signing, wire
from schemas.change import START, Change
from schemas.clock import Clock
from tests.bench.sync_host import Tablet
from tests.bench.sync_visits import Draft

LEVEL = 6
"""As `app.sync.http` compresses."""


@dataclass(frozen=True)
class Sending:
    """One request, ready to be sent. `first` and `last` are the numbers of its changes, `plain` its canonical bytes."""

    body: bytes
    headers: dict[str, str]
    first: int
    last: int
    plain: int


@dataclass
class Author:
    """What a tablet has written until now: the end of its chain, and who wrote last what of which record."""

    tablet: Tablet
    clock: Clock = field(default_factory=Clock)
    n: int = 0
    prev: str = START
    wrote: dict[tuple[str, str], str] = field(default_factory=dict)

    def changes(self, drafts: Iterable[Draft]) -> list[Change]:
        """The drafts as this device's next changes, each having seen what it replaces."""
        return [self._change(draft) for draft in drafts]

    def sendings(self, changes: Sequence[Change]) -> list[Sending]:
        """The changes in batches of the size the app sends."""
        out, batch, size = [], list[Change](), 0
        for change in changes:
            if batch and size + len(change.encoded) > wire.BATCH_BYTES:
                out.append(self._sending(batch))
                batch, size = [], 0
            batch.append(change)
            size += len(change.encoded)
        return [*out, self._sending(batch)] if batch else out

    def _change(self, draft: Draft) -> Change:
        slots = [(draft.record, slot) for slot in draft.sets]
        made = Change(
            household=draft.household,
            record=draft.record,
            kind=draft.kind,
            form="",
            sets=draft.sets,
            seen=frozenset(self.wrote[slot] for slot in slots if slot in self.wrote),
            author=self.tablet.grant.user,
            device=self.tablet.grant.device,
            n=self.n + 1,
            prev=self.prev,
            at=self.clock.stamp(),
            salt=self.clock.random(16).hex(),
        )
        self.n, self.prev = made.n, made.id
        self.wrote |= dict.fromkeys(slots, made.id)
        return made

    def _sending(self, batch: Sequence[Change]) -> Sending:
        key, device, at = self.tablet.keys.sign_private, self.tablet.grant.device, self.clock.stamp()
        signature = signing.sign(key, signing.PUSH, batch[-1].id.encode())
        plain = codec.encode(wire.Push(wire.PROTOCOL, device, at, tuple(batch), signature).wire())
        body = gzip.compress(plain, LEVEL, mtime=0)
        asked = signing.request("POST", "/sync/push", device, at, body)
        headers = {
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
            "Accept-Encoding": "gzip",
            "Ruhu-Device": device,
            "Ruhu-At": at,
            "Ruhu-Signature": signing.sign(key, signing.REQUEST, asked),
        }
        return Sending(body, headers, batch[0].n, batch[-1].n, len(plain))


def push_all(url: str, tablets: Sequence[Sequence[Sending]]) -> float:
    """Seconds until every tablet, all at once, has the receipt for the last of its batches; raises SystemExit when one
    of them was refused or anything in it was held."""
    fork = multiprocessing.get_context("fork")
    ready, told = fork.Barrier(len(tablets) + 1), fork.SimpleQueue()
    pushing = [fork.Process(target=_push, args=(url, mine, ready, told), daemon=True) for mine in tablets]
    for process in pushing:
        process.start()
    ready.wait()
    began = time.perf_counter()
    complaints = [told.get() for _ in pushing]
    seconds = time.perf_counter() - began
    for process in pushing:
        process.join()
    if any(complaints):
        raise SystemExit(f"a push was not simply taken: {next(filter(None, complaints))}")
    return seconds


class Refused(Exception):
    """The server did not simply take what it was sent."""


class Busy(Refused):
    """The server has no room at this moment: come again."""


class Line:
    """One kept connection to the server."""

    def __init__(self, url: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)

    def push(self, sending: Sending) -> wire.Receipt:
        """The receipt for all of it; raises Refused with the server's words, or with what became of the last change."""
        self._connection.request("POST", "/sync/push", sending.body, sending.headers)
        answer = self._connection.getresponse()
        data = answer.read()
        if answer.headers.get("Content-Encoding") == "gzip":
            data = gzip.decompress(data)
        if answer.status != 200:
            raise (Busy if answer.status == 503 else Refused)(data.decode())
        receipt = wire.Receipt.from_wire(codec.decode(data))
        if receipt.upto < sending.last or any(isinstance(v, wire.Held) for v in receipt.verdicts):
            raise Refused(f"not taken up to {sending.last}: {receipt.verdicts[-1]}")
        return receipt

    def close(self) -> None:
        self._connection.close()


def _push(url: str, mine: Sequence[Sending], ready: Barrier, told: "SimpleQueue[str]") -> None:
    line = Line(url)
    ready.wait()
    try:
        for sending in mine:
            line.push(sending)
        told.put("")
    except Exception as refused:
        told.put(repr(refused))
    finally:
        line.close()
