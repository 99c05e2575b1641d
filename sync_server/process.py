"""How a process that serves is set up: its collector of garbage, its heaps, and how its threads take turns. Called
once, when the application has been made."""

import ctypes
import gc
import sys
from contextlib import suppress

HEAPS = 2
_M_ARENA_MAX = -8
"""glibc's name for it in mallopt(3)."""
SWITCH = 0.0005
"""Seconds after which a thread must let another one have the interpreter that asks for it; Python's own are ten times
as many."""


def settle() -> None:
    """Leaves what has been made until now alone, lets all threads share a few heaps, and switches between them
    often."""
    # The collector would go through all of it again and again: a fifth of what a batch costs.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    # Who writes to SQLite gives the interpreter away with every row, and while they wait to have it back from a thread
    # that reads the next batch, everybody waits: a third of all visits a second.
    sys.setswitchinterval(SWITCH)
    # glibc gives each thread a heap, which keeps what was freed in it: with forty threads, 60 MB more after a flood.
    # Only glibc has this.
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, HEAPS)
