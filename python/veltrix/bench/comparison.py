"""Operations timed on both implementations, beside each other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from veltrix.bench.operations import Operation
from veltrix.bench.ratio import gain, measure

# An operation of the reference may take seconds: it is then measured this often and no more.
FEWEST_SAMPLES = 3
SECONDS = 0.25


@dataclass(frozen=True)
class Row:
    """One operation: nanoseconds it takes with each implementation, and how many times as fast native is."""

    operation: str
    pure: float
    native: float
    gain: float | None


def compare(operation: Operation, tick: Callable[[float], None] = lambda done: None) -> Row:
    """Times one operation; `tick` is called with the share of that that is done."""
    timings = measure(operation.workloads, seconds=SECONDS, fewest=FEWEST_SAMPLES, tick=tick)
    pure, native = timings["pure"], timings["native"]
    return Row(operation.name, pure.median, native.median, gain(pure, native))
