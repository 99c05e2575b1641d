"""The way in: the vault on this device, enrolment over the network, and the sync that serves an open vault.

This is where vault, work and sync meet; screens see only `app.ui.seams.Door`. Several windows of one host may open the
same person's vault; each has its own runner, and `_turns` lets them sync one at a time, so that two rounds never send
or receive the same thing at once.
"""

import logging
import threading
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from app.bundles import Bundles
from app.sync.enrol import enrol
from app.sync.http import Http
from app.sync.round import sync_once
from app.sync.runner import Runner
from app.ui.seams import Inside, SlotKind
from app.vault.device_secret import DeviceSecret, FileSecret
from app.vault.keys import DeviceKeys, new_device_keys
from app.vault.open import Open
from app.vault.vault import Person, Vault
from app.work.work import Work
from schemas.clock import Clock
from schemas.problems import Failed

log = logging.getLogger("ruhu.door")


class Door:
    """The vault in `folder`, kept with the device's secret. `server_url` is where a new device enrols; an enrolled one
    asks where it enrolled, unless its host knows that the server has `moved_to` another address. `parcels` is where
    sealed files lie on their way."""

    def __init__(
        self,
        folder: Path,
        server_url: str = "",
        *,
        moved_to: str = "",
        secret: DeviceSecret | None = None,
        clock: Clock | None = None,
        device_name: str = "Ruhu",
        cost: int | None = None,
    ) -> None:
        self._clock = clock or Clock()
        self._device_name = device_name
        self.server_url = server_url
        self._moved_to = moved_to
        # Apart from the vault's own folder, so that a copy of one is no copy of both.
        secret = secret or FileSecret(folder.with_name(folder.name + "-secret"))
        self.parcels = folder / "parcels"
        self._vault = Vault(folder, self._clock, secret, cost=cost)
        self._asked: dict[str, DeviceKeys] = {}
        self._turns: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def residents(self) -> Sequence[Person]:
        return self._vault.people()

    def unlock(self, user: str, secret: str, kind: SlotKind = "pin") -> Inside:
        return self._inside(self._vault.unlock(user, secret, kind))

    def enrol(self, server_url: str, code: str, pin: str, passphrase: str) -> Inside:
        self._vault.check_secrets(pin, passphrase or None)
        # A code answers the same keys again, so that one spent on a wrong PIN or a lost answer is not lost.
        keys = self._asked.setdefault(code.strip(), new_device_keys(self._clock))
        grant = enrol(server_url, code, keys.sign_public_hex, keys.box_public_hex, self._device_name)
        opened = self._vault.admit(grant, keys, pin, passphrase or None, server_url)
        del self._asked[code.strip()]
        return self._inside(opened)

    def _re_enrol(self, opened: Open, code: str) -> None:
        """A new device at the server for a vault that stays: what was not sent is issued anew under it.

        The old device asks once more before: it alone is told what the server lost of its work. However that round
        ends the code is what counts, unless it was the order to destroy what is here: that raises Failed("revoked").
        """
        road = self._road(opened)
        try:
            outcome = sync_once(opened, road, clock=self._clock)
        finally:
            road.close()
        if outcome.shut_out:
            raise Failed("revoked")
        # A server that does not know the device has forgotten what it once gave receipts for.
        forgotten = any(problem.code == "unknown_device" for problem in outcome.problems)
        keys = self._asked.setdefault(code.strip(), new_device_keys(self._clock))
        address = self._moved_to or opened.server_url
        grant = enrol(address, code, keys.sign_public_hex, keys.box_public_hex, self._device_name)
        opened.renew(grant, keys, forgotten=forgotten)
        del self._asked[code.strip()]

    def _inside(self, opened: Open) -> Inside:
        turn = self._turns[opened.user]
        runner = Runner(opened, lambda: self._road(opened), clock=self._clock, turn=turn)

        def close() -> None:
            runner.stop()
            opened.lock()

        def re_enrol(code: str) -> None:
            with turn:
                self._re_enrol(opened, code)
            runner.hang_up()
            runner.start()

        by_file = Bundles(opened, self.parcels, self._clock, lambda: self._moved_to or opened.server_url)
        return Inside(Work(opened, self._clock), runner, close, re_enrol, by_file)

    def _road(self, opened: Open) -> Http:
        return Http(self._moved_to or opened.server_url, opened.device(), opened.sign, self._clock)
