"""The steps of a run: what is measured at one place of an axis, in a process of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benches.memory import FLAT
from benches.scaling.operations import PURE_READS
from benches.scaling.points import CHANGES, LAYERS, LEAVES, REAL, THREADS
from benches.scaling.real import ABOUT
from benches.subjects import kernels
from tests.real.shipped import LARGE_STACKS

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
COUNTS = (1, 2, 3, 5, 7, 9, 12)  # of layers
LEAVES_OF_LAYERS = 10_000  # that these resolve to, and of which some are changed;
LEAVES_OF_THREADS = 100_000  # that threads read
TURNS = (1, 4, 16, 64, 256, 1_024, 4_096)  # that many leaves were set
READERS = (1, 2, 4)


@dataclass(frozen=True)
class Step:
    """One place of an axis. With subjects, their memory is measured, and without any, times are."""

    axis: str
    at: int | str
    seconds: float
    weighed: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = f"{self.at:,} {self.axis}" if isinstance(self.at, int) else f"real, {self.at}"
        return f"{place}: memory" if self.weighed else place


def steps_of(parts: Sequence[str], largest: int, seconds: float) -> list[Step]:
    """The steps of these parts; generated configurations have at most so many leaves."""
    steps = []
    for part in parts:
        for at in places(part, largest):
            steps.append(Step(part, at, seconds))
            if part not in (CHANGES, THREADS):
                steps.append(Step(part, at, seconds, weighed(part, at)))
    return steps


def places(part: str, largest: int) -> Sequence[int | str]:
    """Where an axis has points."""
    return {
        LEAVES: tuple(size for size in SIZES if size <= largest),
        LAYERS: COUNTS,
        CHANGES: TURNS,
        THREADS: READERS,
        REAL: tuple(ABOUT),
    }[part]


def weighed(part: str, at: int | str) -> tuple[str, ...]:
    """Whose memory is measured at a place."""
    large = at in LARGE_STACKS if part == REAL else part == LEAVES and int(at) > PURE_READS
    return (*(name for name in kernels() if name == "native" or not large), FLAT)
