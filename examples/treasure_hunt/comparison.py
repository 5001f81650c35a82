"""Times the same work on both kernels, sample beside sample, and takes the median of the ratios."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Iterator
from time import perf_counter
from types import ModuleType
from typing import Any, NamedTuple

PATCHED, PATH = "season winter", "scoring.multipliers.night"  # a layer in the middle of the stack
SAMPLES = 21
SHORTEST_SAMPLE = 0.004  # seconds; shorter samples measure the clock


class Timing(NamedTuple):
    """One operation on all implementations, in seconds for each call; `ratio` is pure to native."""

    operation: str
    pure: float
    native: float | None
    ratio: float | None


Work = Callable[[], object]


def operations(kernel: ModuleType, layers: list[Any], paths: list[str]) -> dict[str, tuple[int, Work]]:
    """What is timed on one kernel: by name, how many steps a call makes and the call."""
    snapshot = kernel.resolve(layers)
    request = {
        "clues": {"hint": {"cost_growth": 1.0}},
        "localisation": {"fallback": "ja"},
        "chat": {"enabled": False},
    }
    points = iter(range(1_000_000_000))

    def look_up() -> None:
        for path in paths:
            snapshot[path]

    return {
        f"lookup of a path ({len(paths)} rotating)": (len(paths), look_up),
        f"resolve {len(layers)} layers": (1, lambda: kernel.resolve(layers)),
        "overlay of 3 values": (1, lambda: snapshot.overlay(request)),
        f"patch one value of {PATCHED!r}": (1, lambda: snapshot.set(PATH, next(points), layer=PATCHED)),
    }


def compare(kernels: dict[str, dict[str, tuple[int, Work]]]) -> Iterator[Timing]:
    """Time each operation on each kernel.

    The kernels take turns in random order, so that a busy machine troubles both alike.
    """
    chance = random.Random(7)
    for operation in next(iter(kernels.values())):
        repeats = {name: calls_for(table[operation][1]) for name, table in kernels.items()}
        samples: dict[str, list[float]] = {name: [] for name in kernels}
        for _ in range(SAMPLES):
            for name in chance.sample(list(kernels), len(kernels)):
                steps, work = kernels[name][operation]
                samples[name].append(sample(work, repeats[name]) / steps)
        medians = {name: statistics.median(times) for name, times in samples.items()}
        ratio = None
        if "native" in samples:
            ratio = statistics.median(
                pure / native for pure, native in zip(samples["pure"], samples["native"], strict=True)
            )
        yield Timing(operation, medians["pure"], medians.get("native"), ratio)


def calls_for(work: Work) -> int:
    """How many calls fill a sample."""
    calls = 1
    while (spent := sample(work, calls) * calls) < SHORTEST_SAMPLE:
        calls *= 2 if spent else 16
    return calls


def sample(work: Work, calls: int) -> float:
    """Seconds for each call."""
    started = perf_counter()
    for _ in range(calls):
        work()
    return (perf_counter() - started) / calls
