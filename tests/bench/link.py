"""A village's line in user space, for kernels without netem: two network namespaces joined by two TUN devices and a
process that carries packets between them, late, slowly, and not all of them.

Each way is a queue served at so many bits a second; what has waited too long in it is dropped, as a modem drops it;
then comes the way through the air, which takes half the round trip and loses packets by chance. The same `seed` loses
the same packets. Needs root, `ip` and /dev/net/tun.
"""

import argparse
import asyncio
import contextlib
import ctypes
import fcntl
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
MTU = 1400
LONGEST_QUEUE = 4.0
"""Seconds a packet may wait for its turn."""


@dataclass(frozen=True)
class Line:
    """`rate` in bits a second each way, `delay` in seconds each way, `loss` the share of packets lost each way."""

    rate: float
    delay: float
    loss: float
    seed: int = 1


@dataclass(frozen=True)
class End:
    """One end of the line: commands after `prefix` run there."""

    name: str
    device: str
    address: str

    @property
    def prefix(self) -> tuple[str, ...]:
        return ("ip", "netns", "exec", self.name)


def missing() -> str:
    """What this machine lacks for such a line; empty when nothing."""
    if os.geteuid() != 0:
        return "not root"
    if not shutil.which("ip"):
        return "no ip (iproute2)"
    if not Path("/dev/net/tun").exists():
        return "no /dev/net/tun"
    name = f"ruhu-try-{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True, check=False).returncode:
        return "no network namespaces"
    subprocess.run(["ip", "netns", "del", name], check=False)
    return ""


@contextmanager
def joined(line: Line) -> Iterator[tuple[End, End]]:
    """Both ends, as long as the block runs."""
    ends = tuple(End(f"ruhu-{side}-{os.getpid()}", f"ruhu{side}", f"10.99.7.{n}") for n, side in ((1, "a"), (2, "b")))
    for end in ends:
        _ip("netns", "add", end.name)
        _ip("-n", end.name, "link", "set", "lo", "up")
    carrying = subprocess.Popen(
        [sys.executable, "-m", __name__, *(f"{e.name}/{e.device}" for e in ends), *map(str, vars(line).values())],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert carrying.stdout is not None
        if not carrying.stdout.readline():
            raise SystemExit("the line could not be laid")
        for here, there in (ends, ends[::-1]):
            _ip("-n", here.name, "addr", "add", here.address, "peer", there.address, "dev", here.device)
            _ip("-n", here.name, "link", "set", here.device, "up", "mtu", str(MTU))
        yield ends[0], ends[1]
    finally:
        carrying.send_signal(signal.SIGTERM)
        carrying.wait(10)
        for end in ends:
            _ip("netns", "del", end.name)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def _tun(name: str, device: str) -> int:
    """A new TUN device in a namespace, as a file to read its packets from and write them to."""
    libc = ctypes.CDLL(None, use_errno=True)
    home, there = os.open("/proc/self/ns/net", os.O_RDONLY), os.open(f"/var/run/netns/{name}", os.O_RDONLY)
    if libc.setns(there, 0):
        raise OSError(ctypes.get_errno(), "setns")
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", device.encode(), IFF_TUN | IFF_NO_PI))
    libc.setns(home, 0)
    return tun


class Way:
    """One direction of the line."""

    def __init__(self, line: Line, source: int, sink: int, chance: random.Random) -> None:
        self._line, self._source, self._sink, self._chance = line, source, sink, chance
        self._loop = asyncio.get_running_loop()
        self._free = 0.0
        self._loop.add_reader(source, self._arrived)

    def _arrived(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                self._carry(os.read(self._source, 2 * MTU))

    def _carry(self, packet: bytes) -> None:
        now = self._loop.time()
        begins = max(now, self._free)
        if begins - now > LONGEST_QUEUE:
            return
        self._free = begins + len(packet) * 8 / self._line.rate
        if self._chance.random() >= self._line.loss:
            self._loop.call_at(self._free + self._line.delay, self._leave, packet)

    def _leave(self, packet: bytes) -> None:
        with contextlib.suppress(OSError):  # the other end is not up yet
            os.write(self._sink, packet)


async def _carry(ends: Sequence[str], line: Line) -> None:
    a, b = (_tun(*end.split("/")) for end in ends)
    chance = random.Random(line.seed)
    ways = [Way(line, a, b, chance), Way(line, b, a, chance)]
    print("up", flush=True)
    over = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, over.set)
    await over.wait()
    del ways


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("ends", nargs=2)
    parser.add_argument("numbers", nargs=4, type=float)
    options = parser.parse_args()
    rate, delay, loss, seed = options.numbers
    asyncio.run(_carry(options.ends, Line(rate, delay, loss, int(seed))))
