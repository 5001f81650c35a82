"""What a benchmark is given: the ratio harness, and a place for the lines that it finds.

    @row(28)
    def test_a_first_scope(bench):
        bench.ratios("a first scope", {"native": first, "resolving anew": anew}, target=at_most(1))

The last workload is the anchor. `python -m benches` runs the benchmarks, each file or place in processes of
its own. A benchmark marked `once` is measured in the first of them only, and `bench.patient` says whether
this is the first: a million leaves take seconds to build, and so does the reference where it resolves much.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

import pytest

from benches.result import Figure, Line, Target, line_of_ratios, line_of_times
from veltrix.bench.ratio import Timing, Workload, measure

row = pytest.mark.row
once = pytest.mark.once


class Bench:
    """One benchmark: it times workloads beside each other, and keeps lines beside pytest-benchmark's own."""

    def __init__(self, benchmark: Any, node: Any) -> None:
        self.seconds: float = node.config.getoption("--seconds")
        self.patient: bool = node.config.getoption("--first")
        marked = node.get_closest_marker("row")
        self.row: int = marked.args[0] if marked else 0
        self.lines: list[Line] = benchmark.extra_info.setdefault("lines", [])
        self._benchmark = benchmark
        self._used = False

    def once(self, function: Callable[..., Any], *given: Any, **named: Any) -> Any:
        """What a function that measures gives; pytest-benchmark takes note of the first one."""
        if self._used:
            return function(*given, **named)
        self._used = True
        return self._benchmark.pedantic(function, given, named, rounds=1, iterations=1)

    def time(self, workloads: Mapping[str, Workload], share: float = 1) -> dict[str, Timing]:
        """Workloads timed beside each other, each for that share of the seconds that the run gives to one."""
        found: dict[str, Timing] = self.once(measure, workloads, seconds=self.seconds * share)
        return found

    def ratios(
        self,
        operation: str,
        workloads: Mapping[str, Workload],
        *,
        target: Target | None = None,
        unit: Literal["×", "× faster"] = "×",
        judged: str = "native",
        share: float = 1,
    ) -> dict[str, Timing]:
        """A line of ratios to the last workload."""
        timings = self.time(workloads, share)
        anchor = list(workloads)[-1]
        line = line_of_ratios(self.row, operation, timings, anchor=anchor, target=target, unit=unit)
        self.add(replace(line, judged=judged))
        return timings

    def times(
        self, operation: str, timings: dict[str, Timing], target: Target | None, judged: str = "native"
    ) -> None:
        """A line of microseconds, of whom the target is for."""
        timed = {judged: timings[judged]}
        self.add(replace(line_of_times(self.row, operation, timed, target=target), judged=judged))

    def counts(self, operation: str, unit: str, **fields: Any) -> None:
        """A line of what was counted; `fields` are those of the line, with numbers as figures."""
        figures = {
            name: value if isinstance(value, Figure) else Figure.exactly(value)
            for name, value in fields.pop("figures").items()
        }
        self.add(Line(fields.pop("row", self.row), operation, unit, figures, **fields))

    def add(self, *lines: Line) -> None:
        """Keeps lines."""
        self.lines.extend(lines)
