"""A thread that reads without rest, and notes its longest gap, and when it first read a value.

The clock is the one on the wall: a gap is time in which the reader could not run.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from time import perf_counter
from typing import Any

Read = Callable[[], Any]


class Reader(Thread):
    """Reads until it is stopped; without a value to look for, it is never served."""

    def __init__(self, read: Read, value: Any = object()) -> None:  # noqa: B008  equal to nothing
        super().__init__()
        self.stopped = False
        self.longest = 0.0
        self.served_at = 0.0
        self.has_served = Event()
        self._read = read
        self._value = value

    def run(self) -> None:
        read, value, before = self._read, self._value, perf_counter()
        while not self.stopped:
            found = read()
            now = perf_counter()
            if now - before > self.longest:
                self.longest = now - before
            before = now
            if found == value and not self.served_at:
                self.served_at = now
                self.has_served.set()
