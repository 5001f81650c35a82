"""A line of the table: one operation, its figures and its target; how those of processes become one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any, Literal

from veltrix.bench.ratio import Spread, Timing, gain, ratio


@dataclass(frozen=True)
class Target:
    """What a figure has to reach."""

    kind: Literal["at most", "at least"]
    value: float

    def met_by(self, value: float) -> bool:
        return value <= self.value if self.kind == "at most" else value >= self.value

    def missed_by(self, value: float) -> float:
        """How many times as good the figure would have to be; at most 1 where the target is met."""
        better, worse = (value, self.value) if self.kind == "at most" else (self.value, value)
        return better / worse if worse else float(better > 0)


def at_most(value: float) -> Target:
    return Target("at most", value)


def at_least(value: float) -> Target:
    return Target("at least", value)


# Row 15's targets, for the lines of these rows whose operation starts so.
GAINS = {
    (1, "s[path]"): at_least(3),
    (2, "path in s: hit"): at_least(3),
    (2, "s.get"): at_least(3),
    (5, "overlay"): at_least(5),
    (6, "resolve"): at_least(10),
}


@dataclass(frozen=True)
class Figure:
    """A measured value, and between which values it was found."""

    value: float
    low: float
    high: float
    nanoseconds: float | None = None


@dataclass(frozen=True)
class Line:
    """One operation. `unit` is "×" for a ratio to the anchor, "× faster" for the inverse, or what is counted.

    `gain` says how many times as fast native is as pure; `missing` says why a subject has no figure;
    `judged` is whose figure has to reach the target.
    """

    row: int
    operation: str
    unit: str
    figures: dict[str, Figure]
    anchor: str = ""
    target: Target | None = None
    gain: float | None = None
    missing: dict[str, str] = field(default_factory=dict)
    judged: str = "native"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, line: dict[str, Any]) -> Line:
        figures = {name: Figure(**figure) for name, figure in line["figures"].items()}
        target = None if line["target"] is None else Target(**line["target"])
        return cls(**{**line, "figures": figures, "target": target})


def line_of_ratios(
    row: int,
    operation: str,
    timings: dict[str, Timing],
    *,
    anchor: str,
    target: Target | None = None,
    unit: Literal["×", "× faster"] = "×",
) -> Line:
    """The line of what was timed beside an anchor, which is one of the timings."""
    figures = {}
    for name, timing in timings.items():
        if name != anchor:
            measured = ratio(timing, timings[anchor]) if unit == "×" else ratio(timings[anchor], timing)
            figures[name] = _figure(measured, timing.median)
    nanoseconds = timings[anchor].median
    figures[anchor] = Figure(1.0, 1.0, 1.0, nanoseconds)
    return Line(row, operation, unit, figures, anchor, target, _gain(timings))


def line_of_times(
    row: int, operation: str, timings: dict[str, Timing], *, target: Target | None = None
) -> Line:
    """The line of what has a target in microseconds."""
    figures = {}
    for name, timing in timings.items():
        micros = sorted(sample / 1_000 for sample in timing.samples if sample is not None)
        low, high = micros[len(micros) // 4], micros[-1 - len(micros) // 4]
        figures[name] = Figure(timing.median / 1_000, low, high, timing.median)
    return Line(row, operation, "µs", figures, "", target, _gain(timings))


def combined(processes: Sequence[Line]) -> Line:
    """The line of several processes: the median of their figures, and how far the processes lie apart."""
    first = processes[0]
    figures = {}
    for name in first.figures:
        found = [line.figures[name] for line in processes if name in line.figures]
        values = [figure.value for figure in found]
        times = [figure.nanoseconds for figure in found if figure.nanoseconds is not None]
        one = len(found) == 1
        figures[name] = Figure(
            median(values),
            found[0].low if one else min(values),
            found[0].high if one else max(values),
            median(times) if times else None,
        )
    gains = [line.gain for line in processes if line.gain is not None]
    return Line(
        first.row,
        first.operation,
        first.unit,
        figures,
        first.anchor,
        first.target,
        median(gains) if gains else None,
        first.missing,
        first.judged,
    )


def gains(lines: Sequence[Line]) -> list[Line]:
    """Row 15: how many times as fast as pure native is, where that has a target."""
    found = []
    for (row, start), least in GAINS.items():
        of_row = [line for line in lines if line.row == row and line.operation.startswith(start)]
        by_operation = {line.operation: line.gain for line in of_row if line.gain is not None}
        for operation, times in by_operation.items():
            figure = {"native": Figure(times, times, times)}
            found.append(Line(15, operation, "× faster", figure, "pure", least))
    return found


def _figure(spread: Spread, nanoseconds: float) -> Figure:
    return Figure(spread.median, spread.low, spread.high, nanoseconds)


def _gain(timings: dict[str, Timing]) -> float | None:
    if not {"native", "pure"} <= timings.keys():
        return None
    return gain(timings["pure"], timings["native"])
