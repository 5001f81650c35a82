"""Rows 8 and 9: one key of a middle layer changes, and what a diff then costs."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from random import Random
from statistics import median, quantiles
from time import perf_counter_ns
from typing import Any

from benches.data import MIDDLE, Generated, flatten, resolving_to
from benches.result import Figure, Line, at_most, line_of_times
from benches.settings import Settings
from benches.subjects import kernels, snapshot_of
from veltrix.bench.bodies import numbered, unrolled
from veltrix.bench.ratio import Timing, Workload, measure

SIZES = {"100k": 100_000, "1M": 1_000_000}
PURE_SIZE = "100k"  # resolving more takes the reference too long
MEDIANS = {"100k": at_most(3), "1M": at_most(4)}
LATEST = at_most(60)
GROWTH = at_most(1.5)
CHANGES = 4_000
PURE_CHANGES = 400
CLOCK_READINGS = 2_000
# Changes, pairs of snapshots in turn, target. A hundred changes are a hundred paths already; with many pairs
# of them the values lie in no near cache, as at a reload. A difference makes its dicts when looked at; the
# targets are for both.
DIFFS = (
    (1, 16, "", at_most(1)),
    (1, 16, "its dicts", at_most(1)),
    (100, 1, "", at_most(20)),
    (100, 1, "its dicts", at_most(20)),
    (100, 16, "", None),
    (100, 16, "its dicts", None),
)


def lines(settings: Settings) -> Iterator[Line]:
    sizes = SIZES if settings.patient else dict([next(iter(SIZES.items()))])
    generated = {size: resolving_to(leaves) for size, leaves in sizes.items()}
    starts = {
        (name, size): snapshot_of(kernel, data)
        for name, kernel in kernels().items()
        for size, data in generated.items()
        if name == "native" or (size == PURE_SIZE and settings.patient)
    }
    yield from _changes(starts, generated)
    yield from _diffs(starts, generated, settings)


def _changes(starts: dict[tuple[str, str], Any], generated: dict[str, Generated]) -> Iterator[Line]:
    live = {key: _Live(snapshot, generated[key[1]]) for key, snapshot in starts.items()}
    native = [(key, one) for key, one in live.items() if key[0] == "native"]
    random = Random()
    gc.collect()
    gc.disable()
    for _ in range(CHANGES):
        random.shuffle(native)
        for _, one in native:
            one.change()
    for (name, _), one in live.items():
        if name == "pure":
            for _ in range(PURE_CHANGES):
                one.change()
    gc.enable()
    overhead = _clock_overhead()
    taken = {
        key: Timing(tuple(max(0.0, sample - overhead) for sample in one.taken)) for key, one in live.items()
    }
    for size in generated:
        timings = {name: timing for (name, of), timing in taken.items() if of == size}
        yield line_of_times(8, f"set in a middle layer, {size} leaves: median", timings, target=MEDIANS[size])
        yield _latest(f"set in a middle layer, {size} leaves: p99", timings)
    yield from _growth(8, "set, 1M leaves", taken)


class _Live:
    """A configuration in which one key after another changes, each change timed."""

    def __init__(self, snapshot: Any, generated: Generated) -> None:
        paths = list(flatten(generated.layers[MIDDLE]))
        self.snapshot = snapshot
        self.taken: list[int] = []
        self._random = Random(8)
        self._paths = self._random.sample(paths, min(CHANGES, len(paths)))
        self._check()

    def change(self) -> None:
        number = len(self.taken)
        path = self._paths[number % len(self._paths)]
        value = 1_000_000 + number
        snapshot = self.snapshot
        self.snapshot = None
        started = perf_counter_ns()
        snapshot = snapshot.set(path, value, layer=MIDDLE)
        self.taken.append(perf_counter_ns() - started)
        self.snapshot = snapshot

    def _check(self) -> None:
        """A middle layer's change shows where no upper layer defines the path, and nowhere else."""
        for path in self._paths[: 2 if len(self._paths) > 100 else 1]:
            before = self.snapshot.explain(path).definitions[0].origin.layer
            after = self.snapshot.set(path, "changed", layer=MIDDLE)
            assert after[path] == ("changed" if before == MIDDLE else self.snapshot[path])


def _latest(operation: str, timings: dict[str, Timing]) -> Line:
    figures = {}
    for name, timing in timings.items():
        micros = [sample / 1_000 for sample in timing.samples if sample is not None]
        latest = quantiles(micros, n=100, method="inclusive")[-1]
        figures[name] = Figure(latest, latest, latest, latest * 1_000)
    return Line(8, operation, "µs", figures, target=LATEST)


def _growth(row: int, operation: str, taken: dict[tuple[str, str], Timing]) -> Iterator[Line]:
    sizes = [timing.median for (name, _), timing in taken.items() if name == "native"]
    if len(sizes) == 2:
        growth = sizes[1] / sizes[0]
        yield Line(row, operation, "×", {"native": Figure(growth, growth, growth)}, "100k leaves", GROWTH)


def _diffs(
    starts: dict[tuple[str, str], Any], generated: dict[str, Generated], settings: Settings
) -> Iterator[Line]:
    for changes, pairs, looked_at, target in DIFFS:
        text = f"diff of {changes} change{'s' * (changes > 1)}{' and ' * bool(looked_at)}{looked_at}"
        if changes > 1 < pairs:
            text += f" ({pairs} pairs in turn)"
        taken = {}
        # The reference compares what is not shared, and makes its dicts at once: one figure of it says all.
        measured = dict.fromkeys(name for name, _ in starts)
        for implementation in measured if (changes, looked_at) == (1, "") else ["native"]:
            # Each alone: without an anchor, the reference would only wash the caches before every sample.
            workloads = {
                size: _diff(
                    name, start, generated[size], changes, pairs if name == "native" else 1, looked_at
                )
                for (name, size), start in starts.items()
                if name == implementation
            }
            timings = measure(workloads, seconds=settings.seconds)
            taken.update({(implementation, size): timing for size, timing in timings.items()})
        for size in generated:
            found = {name: timing for (name, of), timing in taken.items() if of == size}
            yield line_of_times(9, f"{text}, {size} leaves", found, target=target)
        if target is not None:
            yield from _growth(9, f"{text}, 1M leaves", taken)


def _diff(name: str, start: Any, generated: Generated, changes: int, pairs: int, looked_at: str) -> Workload:
    diff = kernels()[name].diff
    news = [_changed(diff, start, generated, changes, seed) for seed in range(pairs)]
    call = "diff(o, n{0}).changed" if looked_at else "diff(o, n{0})"
    return Workload(
        unrolled(call, pairs), {"diff": diff, "o": start, **numbered("n", news)}, operations=pairs
    )


def _changed(diff: Any, start: Any, generated: Generated, changes: int, seed: int) -> Any:
    paths = Random(seed).sample([*flatten(generated.layers["environment"])], changes)
    snapshot = start
    for number, path in enumerate(paths):
        snapshot = snapshot.set(path, 2_000_000 + number)
    difference = diff(start, snapshot)
    expected = {path: (start[path], 2_000_000 + number) for number, path in enumerate(paths)}
    assert difference.changed == expected
    assert not difference.added
    assert not difference.removed
    return snapshot


def _clock_overhead() -> float:
    readings = []
    for _ in range(CLOCK_READINGS):
        started = perf_counter_ns()
        readings.append(perf_counter_ns() - started)
    return median(readings)
