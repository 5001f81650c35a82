"""`python -m benches.scaling.page`: what `make bench-scaling` found into docs/scaling.md, and its charts."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benches.charts import CHARTS, save
from benches.peers.page import replaced
from benches.peers.table import duration, number
from benches.result import Line
from benches.scaling import charts
from benches.scaling.operations import AGAIN, DICT, FIRST
from benches.scaling.points import (
    CHANGES,
    LAYERS,
    LEAVES,
    MEMORY,
    MEMORY_READ,
    OPERATIONS,
    PATCH,
    READ,
    REAL,
    RESOLVE,
    THREADS,
    Found,
    Shape,
    nanoseconds,
    values,
)
from benches.scaling.readers import IN_PLACE, PUBLISHES, READS, STILL
from benches.scaling.real import PARSE
from benches.scaling.titles import TITLES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "scaling.md"
MARKS = ("<!-- figures: python -m benches.scaling.page -->", "<!-- end of the figures -->")
NO_FIGURE = "–"


def main() -> int:
    found = Found.read()
    PAGE.write_text(replaced(PAGE.read_text("utf-8"), figures(found), MARKS), "utf-8")
    save(charts.drawn(found), CHARTS)
    return 0


def figures(found: Found) -> str:
    """The conditions of a run and its tables."""
    parts = [f"{found.conditions}."]
    for axis, title in ((LEAVES, "By leaves"), (LAYERS, "By layers")):
        if any(point.axis == axis for point in found.points):
            parts.extend([f"### {title}", along(found, axis)])
    if found.along(CHANGES, READ):
        parts.extend(["### By changes", after_changes(found)])
    if found.along(THREADS, READS):
        parts.extend(["### By threads", by_threads(found)])
    if found.shapes:
        parts.extend(["### Real data", shapes(found.shapes), real(found)])
    return "\n\n".join(parts)


def summary(found: Found) -> str:
    """For a terminal: the first and the last point of each curve of the native implementation."""
    lines = []
    for axis in (LEAVES, LAYERS):
        for operation in OPERATIONS:
            points = found.along(axis, operation)
            if points:
                low, high = next(iter(points)), next(reversed(points))
                grown = f"{_native(points[low])} to {_native(points[high])}"
                lines.append(f"{TITLES[operation].text}, {low:,} to {high:,} {axis}: {grown}")
    return "\n".join(lines)


def along(found: Found, axis: str) -> str:
    """What the native implementation takes at every place of an axis, and how that compares with a dict."""
    lines = {operation: found.along(axis, operation) for operation in OPERATIONS}
    places = sorted({int(place) for points in lines.values() for place in points})
    rows = [
        [
            TITLES[operation].text,
            *(
                _cell(points.get(place), lambda line: f"{_native(line)}<br>{_ratio(line)}")
                for place in places
            ),
        ]
        for operation, points in lines.items()
        if points
    ]
    return markdown([axis, *(f"{place:,}" for place in places)], rows)


def after_changes(found: Found) -> str:
    """Reads of a live configuration by how much of it was changed."""
    rows = [
        [f"{place:,}", *(f"{_shown(line)[name]}, {_ratio(line, name)}" for name in (FIRST, AGAIN))]
        for place, line in found.along(CHANGES, READ).items()
    ]
    return markdown(["leaves set before", f"{FIRST}, × a dict", f"{AGAIN}, × a dict"], rows)


def by_threads(found: Found) -> str:
    """Reads a second of all threads, beside what they are when nothing changes, and published changes."""
    rows = []
    publishes = found.along(THREADS, PUBLISHES)
    for place, line in found.along(THREADS, READS).items():
        reads, published = values(line), values(publishes[place])
        for name in ("native", "pure", DICT, IN_PLACE):
            if name in reads:
                still = reads.get(name + STILL)
                rows.append(
                    [
                        f"{place}",
                        name,
                        f"{number(reads[name])} million",
                        NO_FIGURE if still is None else f"{number(still)} million",
                        number(published[name]),
                    ]
                )
    return markdown(
        ["readers", "", "reads a second", "when nothing changes", "changes a second"], rows, names=2
    )


def shapes(found: Sequence[Shape]) -> str:
    """What the configurations look like."""
    rows = [
        [
            shape.name,
            shape.about,
            shape.format.upper(),
            f"{shape.files:,}",
            f"{number(shape.bytes / 2**20)} MiB",
            f"{shape.leaves:,}",
            f"{shape.depth}",
            f"{shape.widest:,}",
        ]
        for shape in found
    ]
    head = ["", "what it is", "format", "files, each a layer", "text", "leaves", "levels", "widest mapping"]
    return markdown(head, rows, names=3)


def real(found: Found) -> str:
    """What the operations take on each configuration."""
    rows = []
    for shape in found.shapes:
        lines = {
            operation: found.along(REAL, operation).get(shape.name)
            for operation in (PARSE, RESOLVE, READ, PATCH, MEMORY, MEMORY_READ)
        }
        parse = lines[PARSE]
        rows.append(
            [
                shape.name,
                _cell(parse, lambda line: f"{_time(line)}, {_ratio(line)} {line.anchor}"),
                _cell(lines[RESOLVE], lambda line: f"{_time(line)}, {_ratio(line)}"),
                _cell(lines[READ], lambda line: f"{_time(line)}, {_ratio(line)}"),
                _cell(lines[PATCH], lambda line: f"{_time(line)}, {_ratio(line)}"),
                _cell(lines[MEMORY], _bytes),
                _cell(lines[MEMORY_READ], _bytes),
            ]
        )
    head = [
        "",
        "files to layers, × the usual parser",
        "layers to a snapshot, × a plain merge",
        "read a leaf, × `mp[k]`",
        "override a leaf in the top layer, × copying a dict",
        "memory a leaf, of a flat dict",
        "all read, of a flat dict",
    ]
    return markdown(head, rows)


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]], names: int = 1) -> str:
    """A table whose first columns are names and whose others are figures."""
    rule = "|".join(["---"] * names + ["--:"] * (len(head) - names))
    lines = [f"| {' | '.join(head)} |", f"|{rule}|", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines)


def _shown(line: Line) -> Mapping[str, str]:
    """Every subject's figure as text: a time, or what is counted."""
    if line.unit == "B":
        return {name: f"{number(value)} B" for name, value in values(line).items()}
    return {name: duration(time) for name, time in nanoseconds(line).items()}


def _ratio(line: Line, name: str = "native") -> str:
    """The ratio to the line's anchor, as it was measured, or of what was counted."""
    found = values(line)
    return f"{number(found[name] / found[DICT] if line.unit == 'B' else found[name])} ×"


def _time(line: Line) -> str:
    return duration(nanoseconds(line)["native"])


def _bytes(line: Line) -> str:
    found = values(line)
    return f"{number(found['native'])} of {number(found[DICT])} B"


def _native(line: Line) -> str:
    return _shown(line)["native"]


def _cell(line: Line | None, text: Callable[[Line], str]) -> str:
    return NO_FIGURE if line is None else text(line)


if __name__ == "__main__":
    sys.exit(main())
