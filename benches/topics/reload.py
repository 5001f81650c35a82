"""Rows 36, 37 and 46: what a reading thread sees of a reload, and what five thousand of them leave behind.

    reader   r r r r r r ───────── r r r r r r          the longest gap between two of its reads
    writer                parse, replace, diff          while a file is read again, beside parsing it alone

Here the clock is the one on the wall: a gap is time in which the reader could not run.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import cycle
from random import Random
from statistics import quantiles
from threading import Thread
from time import perf_counter, sleep
from typing import Any

from benches.files import PART, WHOLE, files_of
from benches.reloads import CURVE, FIRST
from benches.result import Figure, Line, Target, at_most
from benches.settings import Settings
from benches.subjects import kernels

LEAVES = 100_000
ROUNDS = 41
PAUSE = 0.01  # seconds in which the reader runs alone, before a file is read and after it
NOTHING, PARSING, RELOAD = "nothing else runs", "parsing alone", "a reload"
RESOLVING, RENEWAL = "resolving alone", "the derivation that renews them"
GAP, GROWTH = at_most(1.5), at_most(1.1)
MEBIBYTE = 1 << 20


def lines(_: Settings) -> Iterator[Line]:
    for name in (PART, WHOLE):
        yield from _gaps(name)
    yield from _renewals()
    for what, arguments in (("of a file", []), ("of data with an opaque object", ["opaque"])):
        yield from _memory(what, arguments)


class _Configuration:
    """A configuration of files, one of which is read again and again."""

    def __init__(self, name: str) -> None:
        self._kernel = kernels()["native"]
        files = files_of(LEAVES)
        self.current = self._kernel.resolve(files.layers(self._kernel))
        self.paths = files.paths[name]
        self._name = name
        texts = [json.dumps(files.edited(name, number)).encode() for number in range(8)]
        self._next_text = cycle(texts).__next__

    def parse(self) -> Any:
        return self._kernel.Layer.parse(self._name, self._next_text(), "json")

    def reload(self) -> None:
        old = self.current
        self.current = old.with_layers(self.parse())
        assert self._kernel.diff(old, self.current)


class _Reader(Thread):
    """Reads what is current until it is stopped, and notes the longest time between two reads."""

    def __init__(self, configuration: _Configuration) -> None:
        super().__init__()
        self.longest = 0.0
        self.stopped = False
        self._configuration = configuration

    def run(self) -> None:
        configuration, next_path = self._configuration, cycle(self._configuration.paths[:256]).__next__
        before = perf_counter()
        while not self.stopped:
            configuration.current[next_path()]
            now = perf_counter()
            self.longest = max(self.longest, now - before)
            before = now


def _gaps(name: str) -> Iterator[Line]:
    configuration = _Configuration(name)
    works: dict[str, Callable[[], Any]] = {
        NOTHING: lambda: None,
        PARSING: configuration.parse,
        RELOAD: configuration.reload,
    }
    operation = f"longest gap between reads, while {len(configuration.paths):,} of 100k leaves are read again"
    yield from _compared(36, operation, _longest(configuration, works), RELOAD, PARSING, GAP)


def _renewals() -> Iterator[Line]:
    """Snapshots whose table of names is worn out, each of which is derived from once."""
    configuration, kernel = _Configuration(PART), kernels()["native"]
    layers = files_of(LEAVES).layers(kernel)
    worn = [kernel.resolve(layers) for _ in range(ROUNDS)]
    path = configuration.paths[0]
    for number in range(8):
        worn[0].overlay({f"worn {number} {name}": 0 for name in range(60_000)})
    works = {
        RESOLVING: lambda: kernel.resolve(layers),
        RENEWAL: lambda: worn.pop().set(path, "set"),
    }
    found = _longest(configuration, works)
    operation = "longest gap between reads, while names are renewed"
    yield from _compared(46, operation, found, RENEWAL, RESOLVING, GAP)


def _longest(configuration: _Configuration, works: dict[str, Callable[[], Any]]) -> dict[str, list[float]]:
    """The milliseconds of the longest gap in each round of each work."""
    found: dict[str, list[float]] = {work: [] for work in works}
    reader, random = _Reader(configuration), Random()
    reader.start()
    try:
        for _ in range(ROUNDS):
            for work in random.sample(list(works), len(works)):
                sleep(PAUSE)
                reader.longest = 0.0
                works[work]()
                sleep(PAUSE)
                found[work].append(reader.longest * 1_000)
    finally:
        reader.stopped = True
        reader.join()
    return found


def _compared(
    row: int, operation: str, found: dict[str, list[float]], judged: str, anchor: str, target: Target
) -> Iterator[Line]:
    figures = {work: _figure(gaps) for work, gaps in found.items()}
    times = figures[judged].value / figures[anchor].value
    beside = {"native": Figure(times, times, times), anchor: Figure(1.0, 1.0, 1.0)}
    yield Line(row, operation, "×", beside, anchor, target)
    for work, figure in figures.items():
        yield Line(row, f"{operation}: {work}", "ms", {"native": figure})


def _figure(found: list[float]) -> Figure:
    low, median, high = quantiles(found, n=4, method="inclusive")
    return Figure(median, low, high)


def _memory(what: str, arguments: list[str]) -> Iterator[Line]:
    command = [sys.executable, "-m", "benches.reloads", *arguments]
    ran = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found = {int(count): size for count, size in json.loads(ran.stdout).items()}
    growth = found[CURVE[-1]] / found[FIRST]
    anchor = f"after {FIRST}"
    beside = {"native": Figure(growth, growth, growth), anchor: Figure(1.0, 1.0, 1.0)}
    yield Line(37, f"memory after {CURVE[-1]:,} reloads {what}", "×", beside, anchor, GROWTH)
    for count, size in found.items():
        mebibytes = size / MEBIBYTE
        figure = Figure(mebibytes, mebibytes, mebibytes)
        yield Line(37, f"memory after {count:,} reloads {what}", "MiB", {"native": figure})
