"""The arithmetic of the ratio harness, on a clock that the test turns."""

from __future__ import annotations

import gc
import itertools
from random import Random

import pytest

from veltrix.bench import ratio as harness
from veltrix.bench.bodies import equal_copies
from veltrix.bench.ratio import Timing, Workload, compiled, gain, measure, ratio


class Clock:
    """Nanoseconds that pass when work is done, and an extra one for each reading."""

    def __init__(self):
        self.now = 0
        self.slowness = 1.0

    def __call__(self):
        self.now += 1
        return self.now

    def work(self, nanoseconds):
        self.now += round(nanoseconds * self.slowness)


def timed(workloads, clock, **options):
    return measure(workloads, random=Random(1), clock=clock, **options)


def test_a_ratio_is_the_median_of_the_rounds_that_both_took_part_in():
    spread = ratio(Timing((10.0, None, 30.0, 80.0)), Timing((10.0, 1.0, 10.0, 10.0)))
    assert spread.median == 3.0
    assert 1.0 < spread.low < 3.0 < spread.high < 8.0


def test_a_ratio_needs_rounds_in_common():
    with pytest.raises(
        ValueError, match="a ratio needs at least two rounds that both workloads took part in"
    ):
        ratio(Timing((1.0, None, 1.0)), Timing((None, 1.0, None)))


def test_a_gain_is_that_of_the_medians_where_rounds_in_common_are_missing():
    assert gain(Timing((40.0, 60.0)), Timing((10.0, 20.0))) == 3.5
    assert gain(Timing((40.0, None, 60.0)), Timing((None, 10.0, None))) == 5.0
    assert gain(Timing((40.0, 60.0)), Timing((0.0, 0.0))) is None


def test_a_slow_while_leaves_the_ratio_alone():
    clock = Clock()
    rounds = iter(range(10**9))

    def work(nanoseconds):
        clock.slowness = 10.0 if next(rounds) // 5_000 % 2 else 1.0
        clock.work(nanoseconds)

    workloads = {
        "case": Workload("work(3_000)", {"work": work}),
        "anchor": Workload("work(1_000)", {"work": work}),
    }
    timings = timed(workloads, clock)
    assert ratio(timings["case"], timings["anchor"]).median == pytest.approx(3.0, rel=0.01)


def test_the_loop_is_subtracted_and_operations_are_counted():
    clock = Clock()
    workload = Workload("work(5_000)", {"work": clock.work}, "work(1_000)", operations=4)
    assert timed({"case": workload}, clock)["case"].median == pytest.approx(1_000, rel=0.01)


def test_a_loop_that_was_slow_while_it_was_empty_leaves_something_of_the_others():
    clock, rounds = Clock(), itertools.count()
    names = {"work": clock.work, "longer": lambda: clock.work(1_000 + next(rounds))}
    timing = timed({"case": Workload("longer()", names, "work(9_000)")}, clock)["case"]
    assert sum(sample > 0 for sample in timing.samples) == len(timing.samples) - 1


def test_rounds_of_a_slow_workload_are_rounds_of_the_faster_ones():
    clock = Clock()
    workloads = {
        name: Workload(f"work({nanoseconds})", {"work": clock.work})
        for name, nanoseconds in {"fast": 1_000, "slow": 90_000_000, "slower": 190_000_000}.items()
    }
    timings = timed(workloads, clock, seconds=1.0)
    taken = {
        name: {number for number, sample in enumerate(timing.samples) if sample is not None}
        for name, timing in timings.items()
    }
    assert [len(taken[name]) for name in workloads] == [harness.MOST_SAMPLES, 11, 5]
    assert taken["slower"] < taken["slow"] < taken["fast"]


def test_fewer_samples_are_enough_where_that_is_said():
    clock, seen = Clock(), []
    workload = Workload("work(10**9)", {"work": clock.work})
    timing = timed({"case": workload}, clock, seconds=0.1, fewest=2, tick=seen.append)["case"]
    assert len(timing.samples) == 2
    assert seen == [0.5, 1.0]


def test_copies_are_equal_and_not_identical():
    keys = ["server.port", "größe", "ab"]
    copies = equal_copies(keys)
    assert copies == keys
    assert not any(copy is key for copy, key in zip(copies, keys, strict=True))


def test_a_wrong_answer_is_found_before_anything_is_timed():
    def checked():
        raise AssertionError("17 is no 18")

    with pytest.raises(AssertionError, match="17 is no 18"):
        timed({"case": Workload("work()", {"work": pytest.fail}, checked=checked)}, Clock())


def test_garbage_is_not_collected_within_samples():
    clock, seen = Clock(), []
    names = {"note": lambda: seen.append(gc.isenabled()), "work": clock.work}
    timed({"case": Workload("note()\nwork(10**9)", names)}, clock)
    assert gc.isenabled()
    assert (
        seen == [True] + [False] * harness.FEWEST_SAMPLES
    )  # the first turn only finds out how long it takes


def test_a_body_runs_once_a_turn_with_its_names_as_locals():
    seen = []
    sampler = compiled("seen.append(value)\nseen.append(-value)", {"seen": seen, "value": 3})
    assert sampler(2) >= 0
    assert seen == [3, -3, 3, -3]
