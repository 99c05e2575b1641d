"""What the screens ask of the rooms they may not see: the door (the vault with its people) and the sync runner.

`app/main` hands in the real ones. A protocol here says only what a screen calls.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from app.work.work import Work
from schemas.problems import Failed

SlotKind = Literal["pin", "pass"]


class SyncState(Protocol):
    """How the sync stands. `phase` is one of push, pull, library, chunks, done, or None at rest; `last_contact` a stamp
    or None; `problem` is what ended the last round; `safe` is only true right after a round that left nothing waiting.
    Counts are of changes, but `photos_waiting` of photos. `photos_paused`: the photos wait for a better signal.
    `resending`: the server was put back from a backup, and what it lost goes to it again. `skew`: by how many seconds
    this device's clock was ahead of the server's at the last answer, None before the first. `shut_out`: the county had
    this device's ways in destroyed, once everything finished had been handed over."""

    @property
    def running(self) -> bool: ...
    @property
    def offline(self) -> bool: ...
    @property
    def phase(self) -> str | None: ...
    @property
    def sent(self) -> int: ...
    @property
    def to_send(self) -> int: ...
    @property
    def received(self) -> int: ...
    @property
    def waiting(self) -> int: ...
    @property
    def held(self) -> int: ...
    @property
    def photos_waiting(self) -> int: ...
    @property
    def last_contact(self) -> str | None: ...
    @property
    def problem(self) -> Failed | None: ...
    @property
    def safe(self) -> bool: ...
    @property
    def photos_paused(self) -> bool: ...
    @property
    def resending(self) -> bool: ...
    @property
    def skew(self) -> int | None: ...
    @property
    def shut_out(self) -> bool: ...


class Runner(Protocol):
    """Sync in the background. No call blocks; `subscribe` calls back from any thread and returns what ends it.
    `send_photos` begins a round that sends photos however slow the signal is."""

    def state(self) -> SyncState: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def send_photos(self) -> None: ...
    def set_offline(self, offline: bool) -> None: ...
    def subscribe(self, callback: Callable[[SyncState], None]) -> Callable[[], None]: ...


@dataclass(frozen=True)
class Parcel:
    """A sealed file that lies in the app's own folder until it is delivered. `name` is to be suggested, `code` what
    people call it by. It holds so many changes and photos; `left` photos did not fit, `carried` are those that are in
    this file or were in earlier ones."""

    name: str
    code: str
    file: Path
    changes: int = 0
    photos: int = 0
    left: int = 0
    carried: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Loaded:
    """What an answer file brought: changes and photos of this device that the server now has, records received. How
    many changes and photos still wait here, how many changes are held. `more`: the server has more to give; `safe`:
    nothing of this device waits. `problem` is what the server said to what was handed in, if it refused. `shut_out`: it
    was the county's order that had this device's ways in destroyed."""

    changes: int
    photos: int
    received: int
    waiting: int
    held: int
    more: bool
    problem: Failed | None = None
    shut_out: bool = False

    @property
    def safe(self) -> bool:
        return not self.waiting and self.problem is None


class Bundles(Protocol):
    """Sync without a network. Every call blocks. `folder` is where files of the app's own lie meanwhile."""

    @property
    def folder(self) -> Path: ...
    def export(self, room: int | None, carried: frozenset[str]) -> Parcel:
        """Raises Failed: bundle_file. `room` is how many bytes of photos may go into it; `carried` are photos that
        earlier files hold."""
        ...

    def load(self, file: Path) -> Loaded:
        """Raises Failed: bundle_other, bundle_damaged, bundle_newer, bundle_too_big, bundle_file."""
        ...

    def carry(self, file: Path, called: str) -> Parcel:
        """Takes anybody's file to the server; the answer for them comes back. Raises Failed: server_down, and what the
        server says of the file."""
        ...


class Resident(Protocol):
    """Somebody who has a vault on this device. `kinds` are the ways in that still work."""

    @property
    def user(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def role(self) -> str: ...
    @property
    def kinds(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class Inside:
    """One person's open vault: their work and the sync that serves it. `close` ends the sync, then locks. `re_enrol`
    takes a new one-time code for this device and keeps everything in the vault; it blocks on the network and raises
    Failed: unknown_code, bad_grant, server_down …"""

    work: Work
    runner: Runner
    close: Callable[[], None]
    re_enrol: Callable[[str], None]
    bundles: Bundles


class Door(Protocol):
    """The way in. Every call blocks (key derivation takes up to a second, enrolment the network): off the loop."""

    @property
    def server_url(self) -> str: ...
    def residents(self) -> Sequence[Resident]: ...
    def unlock(self, user: str, secret: str, kind: SlotKind) -> Inside:
        """Raises Failed: wrong_pin, wait, pin_removed, device_secret_lost, wrong_passphrase."""
        ...

    def enrol(self, server_url: str, code: str, pin: str, passphrase: str) -> Inside:
        """Raises Failed: unknown_code, server_down, weak_pin, weak_passphrase …"""
        ...
