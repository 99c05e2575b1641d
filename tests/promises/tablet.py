"""A tablet of a script: a real vault and a real round of sync, in a process of its own.

Everything a person does is two steps, as it is on the screen: `show` what there is, then write having seen it. What was
seen is worked out by the product; the test, which was shown the same, says what it should have been.
"""

from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from app.sync.enrol import enrol
from app.sync.http import Http
from app.sync.session import Answer, Ask, Session
from app.vault.device_secret import FileSecret
from app.vault.drafts import Draft
from app.vault.keys import new_device_keys
from app.vault.open import Open
from app.vault.records import Record
from app.vault.vault import Vault
from app.vault.working import WorkingCopy
from schemas import codec, ids, merge
from schemas.change import Change
from schemas.codec import Value
from schemas.problems import Failed
from schemas.wire import BATCH_BYTES
from tests.promises.actor import live
from tests.promises.centre import clock

PIN = "274905"
QUICK = 2**4
"""scrypt's cost here: what it guards is tested in the vault's own tests."""


class Tablet:
    """What the test may ask of a tablet's process. `url` is where the tablet finds the server."""

    def __init__(self, folder: str, user: str, url: str, seed: str, days: int) -> None:
        self._ahead = timedelta(days=days)
        self._clock = clock(seed, lambda: self._ahead)
        self._user = user
        self._url = url
        self._vault = Vault(Path(folder), self._clock, FileSecret(Path(folder).with_name(f"{user}.secret")), cost=QUICK)
        self._open_vault: Open | None = None
        self._road: Http | None = None

    def days(self, ahead: int) -> None:
        self._ahead = timedelta(days=ahead)

    def enrol(self, code: str, forgotten: bool = False) -> str:
        """Lets the tablet in with a one-time code, for the first time or anew; its device id. `forgotten`: by a server
        that does not know the device any more."""
        keys = new_device_keys(self._clock)
        grant = enrol(self._url, code, keys.sign_public_hex, keys.box_public_hex, "平板")
        if forgotten:
            self._open.renew(grant, keys, forgotten=True)
        else:
            self._open_vault = self._vault.admit(grant, keys, PIN, None, self._url)
        self._hang_up()
        return grant.device

    def device(self) -> str:
        return self._open.device()

    def households(self) -> list[str]:
        """What the list on the screen shows."""
        return [s.household for s in self._open.summaries()]

    def records(self, household: str) -> list[tuple[str, str]]:
        """Ids and kinds of a household's records, itself first."""
        return [(r.id, r.kind) for r in self._open.household(household)]

    def show(self, record: str) -> Value:
        """A record as the screen has it, None for one that is not here."""
        held = self._open.record(record)
        return _plain(held) if held else None

    def new_id(self) -> str:
        return ids.record_id(self._clock.unix_ms(), self._clock.random(10))

    def edit(self, household: str, record: str, kind: str, sets: dict[str, Value]) -> list[Value]:
        """An ordinary edit, or the first change of a record: the changes made."""
        held = self._open.record(record)
        seen = merge.seeing(held.heads, sets) if held else frozenset()
        return self._write([Draft(household, record, kind, "", sets, seen)])

    def settle(self, record: str, slot: str, last: bool) -> list[Value]:
        """The conflict screen: all sides of a slot in front of them, one chosen."""
        held = self._held(record)
        sides = held.heads.live[slot]
        chosen = sides[(max if last else min)(sides)]
        return self._write(
            [Draft(held.household, record, held.kind, "", {slot: chosen}, merge.seeing_all(held.heads, [slot]))]
        )

    def delete(self, record: str) -> list[Value]:
        held = self._held(record)
        sets, seen = merge.delete(held.heads)
        return self._write([Draft(held.household, record, held.kind, "", sets, seen)])

    def restore(self, record: str) -> list[Value]:
        held = self._held(record)
        sets, seen = merge.restore(held.heads)
        return self._write([Draft(held.household, record, held.kind, "", sets, seen)])

    def link(self, a: str, b: str, same: bool) -> list[Value]:
        """Says that two records are one, or that they are not."""
        record = merge.link_id(a, b)
        held = self._open.record(record)
        sets = (merge.join if same else merge.part)(a, b)
        seen = merge.seeing(held.heads, sets) if held else frozenset()
        return self._write([Draft(self._held(min(a, b)).household, record, "link", "", sets, seen)])

    def link_of(self, a: str, b: str) -> Value:
        """What the screen shows of two records being one or not."""
        return self.show(merge.link_id(a, b))

    def works(self, rounds: int, areas: list[str]) -> list[Value]:
        """So many times registers, edits and moves households and syncs; what it wrote. Raises Failed when a round
        met a problem."""
        made: list[Value] = []
        for turn in range(rounds):
            there = self.households()
            root = self.new_id()
            made += self.edit(root, root, "household", {"area": areas[turn % len(areas)], "head": self._user})
            if there:
                known = there[turn % len(there)]
                made += self.edit(known, known, "household", {"phone": str(turn)})
                if turn % 3 == 0:
                    made += self.edit(known, known, "household", {"area": areas[turn % len(areas)]})
            for problem in self.sync()["problems"]:
                raise Failed(problem)
        return made

    def reads(self, rounds: int) -> None:
        """So many rounds that only ask. Raises Failed when one met a problem."""
        for _ in range(rounds):
            for problem in self.sync()["problems"]:
                raise Failed(problem)

    def visit(self, household: str, sets: dict[str, Value], photo: bytes) -> list[Value]:
        """A visit with a photo."""
        visit = self.new_id()
        self._open.save_working(WorkingCopy(visit, household, "", {}, started_at=self._clock.stamp()))
        taken = self._open.put_attachment(household, visit, "house", "image/jpeg", photo)
        draft = Draft(household, visit, "visit", "", {**sets, "evidence": [{"photo": taken}]})
        return [_wire(c) for c in self._open.write([draft], ends=visit)]

    def sync(self, batch: int = BATCH_BYTES) -> dict[str, Value]:
        """One round in batches of so many bytes; how it ended."""
        if self._road is None:
            self._road = Http(self._url, self._open.device(), self._open.sign, self._clock, timeouts=(5, 30))
        session = Session(self._open, self._clock, batch)
        while (asked := session.ask()) is not None:
            session.take(self._answer(asked))
        outcome = session.outcome()
        return {
            "safe": outcome.safe,
            "closed": outcome.shut_out,
            "waiting": outcome.waiting,
            "photos": outcome.photos_waiting,
            "problems": [p.code for p in outcome.problems],
        }

    def own(self) -> list[Value]:
        """The device's own changes by number, as it would send them."""
        return [_wire(c) for c in self._open.unsent(10**9, 1)]

    def waiting(self) -> list[Value]:
        return [_wire(c) for c in self._open.waiting()]

    def everything(self) -> dict[str, Value]:
        """Every record on the tablet."""
        out = {}
        for household in self.households():
            for held in self._open.household(household):
                out[held.id] = _plain(held)
        return out

    def cursors(self) -> dict[str, Value]:
        return {area: cursor.wire() for area, cursor in self._open.cursors().items()}

    def verify(self) -> list[str]:
        return [str(d) for d in self._open.verify()]

    def stop(self) -> None:
        """Ends in good order, as a tablet does only after a script."""
        self._hang_up()
        if self._open_vault is not None:
            self._open_vault.lock()
        self._vault.close()

    @property
    def _open(self) -> Open:
        if self._open_vault is None:
            self._open_vault = self._vault.unlock(self._user, PIN)
        return self._open_vault

    def _answer(self, asked: Ask) -> Answer | Failed:
        try:
            assert self._road is not None
            return self._road(asked)
        except Failed as refusal:
            return refusal

    def _held(self, record: str) -> Record:
        held = self._open.record(record)
        if held is None:
            raise Failed("not_found")
        return held

    def _write(self, drafts: list[Draft]) -> list[Value]:
        return [_wire(c) for c in self._open.write(drafts)]

    def _hang_up(self) -> None:
        if self._road is not None:
            self._road.close()
            self._road = None


def _wire(change: Change) -> Value:
    return {"id": change.id, **codec.canonical(change.wire())}


def _plain(held: Record) -> Value:
    return {
        "household": held.household,
        "area": held.area,
        "kind": held.kind,
        **codec.canonical(held.heads.wire()),
        "conflicts": sorted(held.heads.conflicts()),
    }


def tablet(line: Connection, mutant: str = "", **about: Any) -> None:
    live(line, Tablet, about, mutant)
