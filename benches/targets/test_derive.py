"""Rows 8 and 9: one key of a middle layer changes, and what a diff then costs."""

from __future__ import annotations

import gc
from functools import cache
from random import Random
from statistics import median, quantiles
from time import perf_counter_ns

import pytest

from benches.data import MIDDLE, flatten
from benches.harness import row
from benches.result import Figure, at_most, line_of_times
from benches.subjects import changed, kernels, resolved
from veltrix.bench.bodies import numbered, unrolled
from veltrix.bench.ratio import Timing, Workload

SIZES = {"100k": 100_000, "1M": 1_000_000}
MEDIANS = {"100k": at_most(3), "1M": at_most(4)}
CHANGES, PURE_CHANGES = 4_000, 400
CLOCK_READINGS = 2_000
# Changes, pairs of snapshots in turn, target. A hundred changes are a hundred paths already; with many pairs
# of them the values lie in no near cache, as at a reload. A difference makes its dicts when looked at; the
# targets are for both.
DIFFS = (
    (1, 16, "", 1),
    (1, 16, "its dicts", 1),
    (100, 1, "", 20),
    (100, 1, "its dicts", 20),
    (100, 16, "", None),
    (100, 16, "its dicts", None),
)


@cache
def starts(patient):
    """Generated data and a snapshot by the implementation and the size."""
    sizes = SIZES if patient else {"100k": SIZES["100k"]}
    return {
        (name, size): (generated, snapshot)
        for size, leaves in sizes.items()
        for generated, snapshots in [resolved(leaves, pure=patient and size == "100k")]
        for name, snapshot in snapshots.items()
    }


@row(8)
def test_set(bench):
    live = {key: Live(snapshot, generated) for key, (generated, snapshot) in starts(bench.patient).items()}
    taken = bench.once(changed_in_turn, live)
    for size in dict.fromkeys(size for _, size in taken):
        timings = {name: timing for (name, of), timing in taken.items() if of == size}
        operation = f"set in a middle layer, {size} leaves"
        bench.add(line_of_times(8, f"{operation}: median", timings, target=MEDIANS[size]))
        latest = {name: p99(timing) for name, timing in timings.items()}
        bench.counts(f"{operation}: p99", "µs", figures=latest, target=at_most(60))
    grown(bench, "set, 1M leaves", taken)


def changed_in_turn(live):
    """The timings of changes, those of native in random order, without what reading the clock takes."""
    native = [one for (name, _), one in live.items() if name == "native"]
    random = Random()
    gc.collect()
    gc.disable()
    for _ in range(CHANGES):
        random.shuffle(native)
        for one in native:
            one.change()
    for (name, _), one in live.items():
        for _ in range(PURE_CHANGES if name == "pure" else 0):
            one.change()
    gc.enable()
    readings = [-perf_counter_ns() + perf_counter_ns() for _ in range(CLOCK_READINGS)]
    overhead = median(readings)
    return {key: Timing(tuple(max(0.0, one - overhead) for one in of.taken)) for key, of in live.items()}


class Live:
    """A configuration in which one key after another changes, each change timed."""

    def __init__(self, snapshot, generated):
        paths = list(flatten(generated.layers[MIDDLE]))
        self.snapshot = snapshot
        self.taken = []
        self._paths = Random(8).sample(paths, min(CHANGES, len(paths)))
        # A middle layer's change shows where no upper layer defines the path, and nowhere else.
        for path in self._paths[:2]:
            before = snapshot.explain(path).definitions[0].origin.layer
            after = snapshot.set(path, "changed", layer=MIDDLE)
            assert after[path] == ("changed" if before == MIDDLE else snapshot[path])

    def change(self):
        number = len(self.taken)
        path = self._paths[number % len(self._paths)]
        value = 1_000_000 + number
        snapshot = self.snapshot
        self.snapshot = None
        started = perf_counter_ns()
        snapshot = snapshot.set(path, value, layer=MIDDLE)
        self.taken.append(perf_counter_ns() - started)
        self.snapshot = snapshot


def p99(timing):
    latest = quantiles([sample / 1_000 for sample in timing.samples], n=100, method="inclusive")[-1]
    return Figure(latest, latest, latest, latest * 1_000)


def grown(bench, operation, taken):
    """How many times as long as with a tenth of the leaves."""
    sizes = [timing.median for (name, _), timing in taken.items() if name == "native"]
    if len(sizes) == 2:
        figures = {"native": sizes[1] / sizes[0]}
        bench.counts(operation, "×", figures=figures, anchor="100k leaves", target=at_most(1.5))


@row(9)
@pytest.mark.parametrize(("changes", "pairs", "looked_at", "most"), DIFFS)
def test_diff(bench, changes, pairs, looked_at, most):
    text = f"diff of {changes} change{'s' * (changes > 1)}{' and ' * bool(looked_at)}{looked_at}"
    if changes > 1 < pairs:
        text += f" ({pairs} pairs in turn)"
    # The reference compares what is not shared, and makes its dicts at once: one figure of it says all. Each
    # implementation alone: without an anchor, the reference would only wash the caches before every sample.
    taken = {}
    for implementation in ("native", "pure") if (changes, looked_at) == (1, "") else ("native",):
        of_it = {
            (name, size): different(name, snapshot, generated, changes, pairs, looked_at)
            for (name, size), (generated, snapshot) in starts(bench.patient).items()
            if name == implementation
        }
        taken |= bench.time(of_it) if of_it else {}
    for size in dict.fromkeys(size for _, size in taken):
        timings = {name: timing for (name, of), timing in taken.items() if of == size}
        bench.add(line_of_times(9, f"{text}, {size} leaves", timings, target=most and at_most(most)))
    if most:
        grown(bench, f"{text}, 1M leaves", taken)


def different(name, start, generated, changes, pairs, looked_at):
    diff = kernels()[name].diff
    pairs = pairs if name == "native" else 1
    paths = [*flatten(generated.layers["environment"])]
    news = [changed(diff, start, paths, changes, seed) for seed in range(pairs)]
    body = unrolled("diff(o, n{0}).changed" if looked_at else "diff(o, n{0})", pairs)
    return Workload(body, {"diff": diff, "o": start, **numbered("n", news)}, operations=pairs)
