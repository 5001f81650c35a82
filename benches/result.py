"""What every command finds, in one format: lines of figures, each with the conditions of its run.

{"conditions": [{"python": "3.11.7", "load": [0.1, 0.4], …}],
 "lines": [{"row": 1, "operation": "s[path]", "unit": "×", "figures": {"native": {"value": 0.6, …}, …},
            "anchor": "mp[k]", "target": {"kind": "at most", "value": 0.8}, "conditions": 0}, …]}
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Literal

import veltrix
from veltrix.bench.ratio import Spread, Timing, gain, ratio

ROOT = Path(__file__).resolve().parents[1]


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

    @classmethod
    def exactly(cls, value: float) -> Figure:
        """What was counted."""
        return cls(value, value, value)

    @classmethod
    def of(cls, values: Sequence[float]) -> Figure:
        """The median of several, half of which lie between its bounds."""
        low, middle, high = quantiles(values, n=4, method="inclusive")
        return cls(middle, low, high)


@dataclass(frozen=True)
class Conditions:
    """Of what the figures are: the interpreter, the build, the machine and who else used it."""

    taken: str = ""
    command: str = ""
    python: str = ""
    veltrix: str = ""
    profile: str = ""
    machine: str = ""
    load: tuple[float, float] = (0.0, 0.0)
    libraries: tuple[tuple[str, str], ...] = ()

    @classmethod
    def here(cls, command: str, libraries: Iterable[str] = ()) -> Conditions:
        """Those of this process; `command` is what measures, `libraries` are what takes part."""
        described = subprocess.run(
            ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
        )
        # Only a build with assertions can be made to panic.
        checked = hasattr(veltrix.implementations().get("native"), "_provoke_defect")
        return cls(
            time.strftime("%Y-%m-%d %H:%M", time.gmtime()),
            command,
            platform.python_version(),
            f"{veltrix.__version__} ({described.stdout.strip() or 'no commit'})",
            "with assertions" if checked else "release",
            _machine(),
            (_load(), _load()),
            tuple((name, found) for name in libraries if (found := _version(name))),
        )

    def until_now(self) -> Conditions:
        """With the load of the machine at the end of the run."""
        return replace(self, load=(min(self.load[0], _load()), max(self.load[1], _load())))

    def __str__(self) -> str:
        checked = "" if self.profile == "release" else ", **with assertions: no release build**"
        libraries = "".join(f", {name} {of}" for name, of in self.libraries)
        low, high = self.load
        return (
            f"veltrix {self.veltrix}{checked}, CPython {self.python}{libraries}; {self.machine}, "
            f"load {low:.1f} to {high:.1f}, {self.taken} UTC"
        )


@dataclass(frozen=True)
class Line:
    """One operation. `unit` is "×" for a ratio to the anchor, "× faster" for the inverse, or what is counted.

    `gain` says how many times as fast native is as pure; `missing` says why a subject has no figure, and
    `notes` what a reader of its figure should know; `judged` is whose figure has to reach the target. What is
    measured along an axis is a line at each place: `at` is so many leaves, or a configuration's name.
    """

    row: int
    operation: str
    unit: str = ""
    figures: dict[str, Figure] = field(default_factory=dict)
    anchor: str = ""
    target: Target | None = None
    gain: float | None = None
    missing: dict[str, str] = field(default_factory=dict)
    judged: str = "native"
    notes: dict[str, list[str]] = field(default_factory=dict)
    axis: str = ""
    at: int | str = ""
    conditions: Conditions = Conditions()

    @property
    def key(self) -> tuple[int, str, str, str, str, int | str]:
        """What is measured, and beside what."""
        return self.row, self.operation, self.unit, self.anchor, self.axis, self.at

    def as_json(self) -> dict[str, Any]:
        left_out = (None, "", {}, "native")
        found = {one.name: getattr(self, one.name) for one in fields(self) if one.name != "conditions"}
        line = {name: value for name, value in found.items() if value not in left_out}
        line["figures"] = {name: asdict(figure) for name, figure in self.figures.items()}
        return line | ({"target": asdict(self.target)} if self.target else {})

    @classmethod
    def from_json(cls, line: dict[str, Any]) -> Line:
        figures = {name: Figure(**figure) for name, figure in line.get("figures", {}).items()}
        target = Target(**line["target"]) if "target" in line else None
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
    figures[anchor] = Figure(1.0, 1.0, 1.0, timings[anchor].median)
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


def combined(lines: Iterable[Line]) -> list[Line]:
    """One line for those of several processes: medians, how far these lie apart, every subject's figure."""
    processes: dict[Any, list[Line]] = {}
    for line in lines:
        processes.setdefault(line.key, []).append(line)
    return [_one_of(found) for found in processes.values()]


def gains(lines: Sequence[Line]) -> list[Line]:
    """Row 15: how many times as fast as pure native is, where that has a target."""
    found = []
    for (row, start), least in GAINS.items():
        of_row = [line for line in lines if line.row == row and line.operation.startswith(start)]
        by_operation = {line.operation: line.gain for line in of_row if line.gain is not None}
        for operation, times in by_operation.items():
            found.append(Line(15, operation, "× faster", {"native": Figure.exactly(times)}, "pure", least))
    return found


def read(path: Path) -> list[Line]:
    """The lines of a file; exits with a hint where there is none."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        sys.exit(f"no figures in {path}; docs/benchmarks.md says which command takes them")
    known = [
        Conditions(**{**one, "load": tuple(one["load"]), "libraries": tuple(map(tuple, one["libraries"]))})
        for one in found["conditions"]
    ]
    return [Line.from_json({**line, "conditions": known[line["conditions"]]}) for line in found["lines"]]


def write(path: Path, lines: Sequence[Line], *, over: bool = False) -> list[Line]:
    """Keeps lines, all or `over` those of before, which they then replace; gives what is kept."""
    mine = {line.key for line in lines}
    before = [line for line in read(path) if line.key not in mine] if over and path.exists() else []
    kept = [*before, *lines]
    known = list(dict.fromkeys(line.conditions for line in kept))
    stored = {
        "conditions": [asdict(one) for one in known],
        "lines": [{**line.as_json(), "conditions": known.index(line.conditions)} for line in kept],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(stored, indent=1, ensure_ascii=False), "utf-8")
    return kept


def _one_of(processes: Sequence[Line]) -> Line:
    first = processes[0]
    figures = {}
    for name in dict.fromkeys(name for line in processes for name in line.figures):
        found = [line.figures[name] for line in processes if name in line.figures]
        values = [figure.value for figure in found]
        times = [figure.nanoseconds for figure in found if figure.nanoseconds is not None]
        one = len(found) == 1
        low, high = (found[0].low, found[0].high) if one else (min(values), max(values))
        figures[name] = Figure(median(values), low, high, median(times) if times else None)
    gains = [line.gain for line in processes if line.gain is not None]
    notes = {name: of for line in processes for name, of in line.notes.items()}
    missing = {name: why for line in processes for name, why in line.missing.items() if name not in figures}
    return replace(
        first, figures=figures, gain=median(gains) if gains else None, missing=missing, notes=notes
    )


def _figure(spread: Spread, nanoseconds: float) -> Figure:
    return Figure(spread.median, spread.low, spread.high, nanoseconds)


def _gain(timings: dict[str, Timing]) -> float | None:
    if not {"native", "pure"} <= timings.keys():
        return None
    return gain(timings["pure"], timings["native"])


def _machine() -> str:
    try:
        described = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        described = []
    models = [line.partition(":")[2].strip() for line in described if line.startswith("model name")]
    return f"{os.cpu_count()} × {models[0] if models else platform.machine()}"


def _load() -> float:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
