"""Rows 36 and 46: what a reading thread sees of a reload.

    reader   r r r r r r ───────── r r r r r r          the longest gap between two of its reads
    writer                parse, replace, diff          while a file is read again, beside parsing it alone

Here the clock is the one on the wall: a gap is time in which the reader could not run.
"""

from __future__ import annotations

import json
from itertools import cycle
from random import Random
from time import sleep

import pytest

from benches.files import PART, WHOLE, files_of
from benches.harness import once, row
from benches.reader import Reader
from benches.result import Figure, at_most
from benches.subjects import kernels

LEAVES = 100_000
ROUNDS = 41
PAUSE = 0.01  # seconds in which the reader runs alone, before a file is read and after it
MOST = at_most(1.5)


@once
@row(36)
@pytest.mark.parametrize("name", [PART, WHOLE])
def test_reload(bench, name):
    configuration = Configuration(name)
    works = {
        "nothing else runs": lambda: None,
        "parsing alone": configuration.parse,
        "a reload": configuration.reload,
    }
    found = bench.once(longest, configuration, works)
    leaves = len(configuration.paths)
    operation = f"longest gap between reads, while {leaves:,} of 100k leaves are read again"
    compared(bench, operation, found, "a reload", "parsing alone")


@once
@row(46)
def test_renewal(bench):
    """Snapshots whose table of names is worn out, each of which is derived from once."""
    configuration, kernel = Configuration(PART), kernels()["native"]
    layers = files_of(LEAVES).layers(kernel)
    worn = [kernel.resolve(layers) for _ in range(ROUNDS)]
    path = configuration.paths[0]
    for number in range(8):
        worn[0].overlay({f"worn {number} {name}": 0 for name in range(60_000)})
    works = {
        "resolving alone": lambda: kernel.resolve(layers),
        "the derivation that renews them": lambda: worn.pop().set(path, "set"),
    }
    found = bench.once(longest, configuration, works)
    operation = "longest gap between reads, while names are renewed"
    compared(bench, operation, found, "the derivation that renews them", "resolving alone")


class Configuration:
    """A configuration of files, one of which is read again and again."""

    def __init__(self, name):
        self._kernel, files = kernels()["native"], files_of(LEAVES)
        self.current = self._kernel.resolve(files.layers(self._kernel))
        self.paths = files.paths[name]
        self._name = name
        texts = [json.dumps(files.edited(name, number)).encode() for number in range(8)]
        self._next_text = cycle(texts).__next__

    def parse(self):
        return self._kernel.Layer.parse(self._name, self._next_text(), "json")

    def reload(self):
        old = self.current
        self.current = old.with_layers(self.parse())
        assert self._kernel.diff(old, self.current)


def longest(configuration, works):
    """The milliseconds of the longest gap in each round of each work."""
    found = {work: [] for work in works}
    next_path, random = cycle(configuration.paths[:256]).__next__, Random()
    reader = Reader(lambda: configuration.current[next_path()])
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


def compared(bench, operation, found, judged, anchor):
    figures = {work: Figure.of(gaps) for work, gaps in found.items()}
    beside = {"native": figures[judged].value / figures[anchor].value, anchor: 1.0}
    bench.counts(operation, "×", figures=beside, anchor=anchor, target=MOST)
    for work, figure in figures.items():
        bench.counts(f"{operation}: {work}", "ms", figures={"native": figure})
