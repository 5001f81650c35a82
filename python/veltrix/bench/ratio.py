"""The ratio harness: workloads timed beside each other.

    round 1   dict ▇▇   native ▇▇▇   pure ▇▇▇▇▇▇        short samples, in random order,
    round 2   pure ▇▇▇▇▇▇   dict ▇▇   native ▇▇▇        of about 200 µs each
    …
              native / dict of each round ──► median

A machine that others use as well is slow for a while and fast for a while; what lies within one round sees
the same machine. The clock is the processor time of the process, all its threads: time that others ran in
does not count. The loop around a workload is timed the same way, with the work left out, and subtracted.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import repeat
from random import Random
from statistics import median, quantiles
from time import process_time_ns
from typing import Any

SAMPLE_NS = 200_000
MOST_SAMPLES = 400
MOST_TURNS = 1_000_000  # of the loop of one sample
FEWEST_SAMPLES = 5
_EMPTY_SHARE = 0.2  # how many of the rounds time the empty loop, too

Sampler = Callable[[int], int]


@dataclass(frozen=True)
class Workload:
    """Code to be timed: `body` runs once a turn of the loop, with `names` as its local variables.

    `empty` is the body without the work. `checked` runs before anything is timed and raises where the answers
    are wrong. One turn counts as `operations`.
    """

    body: str
    names: Mapping[str, Any]
    empty: str = "pass"
    operations: int = 1
    checked: Callable[[], None] = field(default=lambda: None)


@dataclass(frozen=True)
class Timing:
    """Nanoseconds an operation took in each round; None where the workload sat the round out."""

    samples: tuple[float | None, ...]

    @property
    def median(self) -> float:
        """Nanoseconds an operation takes."""
        return median(sample for sample in self.samples if sample is not None)


@dataclass(frozen=True)
class Spread:
    """The median of per-round ratios, and between which values half of them lie."""

    median: float
    low: float
    high: float


def ratio(case: Timing, anchor: Timing) -> Spread:
    """How many times as long the case takes, over the rounds that both took part in."""
    pairs = zip(case.samples, anchor.samples, strict=True)
    ratios = [
        mine / theirs for mine, theirs in pairs if mine is not None and theirs is not None and theirs > 0
    ]
    if len(ratios) < 2:
        raise ValueError("a ratio needs at least two rounds that both workloads took part in")
    low, middle, high = quantiles(ratios, n=4, method="inclusive")
    return Spread(middle, low, high)


def gain(slow: Timing, fast: Timing) -> float | None:
    """How many times as fast the second one is, by their medians where they share too few rounds."""
    try:
        return ratio(slow, fast).median
    except ValueError:
        return slow.median / fast.median if fast.median else None


def measure(
    workloads: Mapping[str, Workload],
    *,
    seconds: float = 0.5,
    fewest: int = FEWEST_SAMPLES,
    random: Random | None = None,
    clock: Callable[[], int] = process_time_ns,
    tick: Callable[[float], None] = lambda done: None,
) -> dict[str, Timing]:
    """Times workloads beside each other, each for about so many seconds and at least so many samples.

    `tick` is called after each round with the share of them that is done.
    """
    random = random or Random()
    for workload in workloads.values():
        workload.checked()
    runs = {name: _Run(workload, clock, seconds, fewest) for name, workload in workloads.items()}
    ranks = list(range(max(run.wanted for run in runs.values())))
    random.shuffle(ranks)
    collecting = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        for number, rank in enumerate(
            ranks
        ):  # so the rounds of a slow workload are rounds of the faster ones, too
            turn = [run for run in runs.values() if rank < run.wanted]
            random.shuffle(turn)
            for run in turn:
                run.sample(number, with_empty=random.random() < _EMPTY_SHARE)
            tick((number + 1) / len(ranks))
    finally:
        if collecting:
            gc.enable()
    return {name: run.timing(len(ranks)) for name, run in runs.items()}


def compiled(body: str, names: Mapping[str, Any], clock: Callable[[], int] = process_time_ns) -> Sampler:
    """A function that runs a body so many times and returns the nanoseconds that took."""
    lines = [
        f"def sample(_turns, *, {', '.join(f'{name}={name}' for name in ('_clock', '_repeat', *names))}):",
        "    _loop = _repeat(None, _turns)",
        "    _started = _clock()",
        "    for _ in _loop:",
        *(f"        {line}" for line in body.splitlines()),
        "    return _clock() - _started",
    ]
    scope = {**names, "_clock": clock, "_repeat": repeat}
    exec("\n".join(lines), scope)
    sampler: Sampler = scope["sample"]
    return sampler


class _Run:
    """One workload while it is measured."""

    def __init__(self, workload: Workload, clock: Callable[[], int], seconds: float, fewest: int) -> None:
        self._operations = workload.operations
        self._work = compiled(workload.body, workload.names, clock)
        self._empty = compiled(workload.empty, workload.names, clock)
        self._turns, took = _calibrated(self._work)
        affordable = int(seconds * 1e9 / max(took, 1))
        self.wanted = max(fewest, min(MOST_SAMPLES, affordable))
        self._taken: dict[int, float] = {}
        self._empties = [self._empty(self._turns) / self._turns]

    def sample(self, number: int, *, with_empty: bool) -> None:
        self._taken[number] = self._work(self._turns) / self._turns
        if with_empty:
            self._empties.append(self._empty(self._turns) / self._turns)

    def timing(self, rounds: int) -> Timing:
        # A loop takes no longer than the shortest sample that contains it, whatever slowed the empty one.
        overhead = min(median(self._empties), *self._taken.values())
        taken = (self._taken.get(number) for number in range(rounds))
        return Timing(
            tuple(None if turn is None else max(0.0, turn - overhead) / self._operations for turn in taken)
        )


def _calibrated(work: Sampler) -> tuple[int, int]:
    """How many turns make a sample, and the nanoseconds it takes."""
    turns, took = 1, work(1)
    while took < SAMPLE_NS / 2 and turns < MOST_TURNS:
        turns *= 2
        took = min(work(turns), work(turns))
    if turns > 1:
        turns = min(MOST_TURNS, max(1, round(turns * SAMPLE_NS / max(took, 1))))
        took = SAMPLE_NS
    return turns, took
