"""A point of a curve: what one operation takes at one place of an axis; how points are kept as JSON."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benches.result import Line

RESULTS = Path(__file__).resolve().parents[2] / ".cache" / "bench-scaling.json"

# Axes and what is measured along each, in the order of the page.
READ, PATCH, OVERLAY, RESOLVE, MEMORY = "read", "patch", "overlay", "resolve", "memory"
DIFF_ONE, DIFF_MANY = "diff of 1", "diff of 100"
MEMORY_READ = "memory, all read"
OPERATIONS = (READ, PATCH, OVERLAY, DIFF_ONE, DIFF_MANY, RESOLVE, MEMORY, MEMORY_READ)
LEAVES, LAYERS, CHANGES, THREADS, REAL = "leaves", "layers", "changes", "threads", "real"
PARTS = (LEAVES, LAYERS, CHANGES, THREADS, REAL)


@dataclass(frozen=True)
class Point:
    """One operation at one place: so many leaves, layers, changes or threads, or a configuration's name."""

    axis: str
    at: int | str
    line: Line

    def as_json(self) -> dict[str, Any]:
        return {"axis": self.axis, "at": self.at, "line": self.line.as_json()}

    @classmethod
    def from_json(cls, point: dict[str, Any]) -> Point:
        return cls(point["axis"], point["at"], Line.from_json(point["line"]))


@dataclass(frozen=True)
class Shape:
    """What a configuration that packages ship looks like; `widest` is the mapping with the most names."""

    name: str
    about: str
    format: str
    files: int
    bytes: int
    leaves: int
    depth: int
    widest: int


@dataclass(frozen=True)
class Found:
    """Everything that a run found."""

    conditions: str
    points: list[Point]
    shapes: list[Shape]

    def along(self, axis: str, operation: str) -> dict[int | str, Line]:
        """One operation's lines by their places."""
        return {
            point.at: point.line
            for point in self.points
            if point.axis == axis and point.line.operation == operation
        }

    def over(self, before: Found) -> Found:
        """With the curves and shapes of an earlier run that this one does not have."""
        mine = {(point.axis, point.line.operation) for point in self.points}
        points = [point for point in before.points if (point.axis, point.line.operation) not in mine]
        return Found(self.conditions, points + self.points, self.shapes or before.shapes)

    def write(self, path: Path) -> None:
        kept = {
            "conditions": self.conditions,
            "points": [point.as_json() for point in self.points],
            "shapes": [asdict(shape) for shape in self.shapes],
        }
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(kept, indent=1, ensure_ascii=False), "utf-8")

    @classmethod
    def read(cls, path: Path = RESULTS) -> Found:
        """The figures of the last run; exits with a hint where there are none."""
        try:
            kept = json.loads(path.read_text("utf-8"))
        except FileNotFoundError:
            sys.exit(f"no figures in {path}; `make bench-scaling` takes them")
        return cls(
            kept["conditions"],
            [Point.from_json(point) for point in kept["points"]],
            [Shape(**shape) for shape in kept["shapes"]],
        )


def nanoseconds(line: Line) -> dict[str, float]:
    """What an operation took, by subject, where it was timed."""
    found = {name: figure.nanoseconds for name, figure in line.figures.items()}
    return {name: time for name, time in found.items() if time is not None}


def values(line: Line) -> dict[str, float]:
    """What was counted, by subject."""
    return {name: figure.value for name, figure in line.figures.items()}
