"""docs/scaling.md: every operation along its axes, with a plain dict beside it, and real data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from benches import charts as drawing
from benches.charts import Curve, Panel
from benches.numbers import NO_FIGURE, duration, number
from benches.report import markdown
from benches.result import Line
from benches.scaling.names import (
    AGAIN,
    BARE,
    CHANGES,
    DICT,
    DIFF_MANY,
    DIFF_ONE,
    FIRST,
    IN_PLACE,
    LAYERS,
    LEAVES,
    MEMORY,
    MEMORY_READ,
    OVERLAY,
    PARSE,
    PATCH,
    PROXY,
    PUBLISHES,
    READ,
    READS,
    REAL,
    RESOLVE,
    SHAPE,
    STILL,
    THREADS,
)


class About(NamedTuple):
    """What an operation consists of, and what the curve of a plain dict stands for."""

    does: str
    dict_does: str


ABOUT = {
    READ: About("a leaf out of all, in random order", "dict: d[k]"),
    PATCH: About("one leaf of the middle layer set", "dict: copied, one value assigned"),
    OVERLAY: About("five leaves, then forty reads, then dropped", "dict: copied, five values assigned"),
    DIFF_ONE: About("paths and both values", "dict: compared leaf by leaf"),
    DIFF_MANY: About("paths and both values", "dict: compared leaf by leaf"),
    RESOLVE: About("layers to a snapshot, a leaf of the result", "dict: a plain merge, a leaf"),
    MEMORY: About("beside layers or dicts as loaded", "dict: merged and flattened"),
    MEMORY_READ: About("with every value as an object", "dict: merged and flattened"),
}
TITLES = {
    LEAVES: "From a thousand leaves to a million, seven layers",
    LAYERS: "From one layer to twelve, 10,000 leaves",
    CHANGES: "Reads of a live configuration",
    THREADS: "Reads a second of all threads together, 100,000 leaves",
}
STYLES = {
    "native": "native",
    FIRST: "native",
    AGAIN: "native",
    "pure": "pure",
    DICT: "dict",
    PROXY: "proxy",
    BARE: "bare",
    IN_PLACE: "proxy",
}
# Of the table of real data: the operation and the heading.
OF_REAL = {
    PARSE: "files to layers, × the usual parser",
    RESOLVE: "layers to a snapshot, × a plain merge",
    READ: "read a leaf, × `mp[k]`",
    PATCH: "override a leaf in the top layer, × copying a dict",
    MEMORY: "memory a leaf, of a flat dict",
    MEMORY_READ: "all read, of a flat dict",
}
Along = dict[int | str, Line]


def text(lines: Sequence[Line]) -> str:
    """The tables of all axes that have figures."""
    tables = {
        "By leaves": _by_operation(lines, LEAVES),
        "By layers": _by_operation(lines, LAYERS),
        "By changes": _by_changes(along(lines, CHANGES, READ)),
        "By threads": _by_threads(along(lines, THREADS, READS), along(lines, THREADS, PUBLISHES)),
        "Real data": _real(lines),
    }
    return "\n\n".join(f"### {title}\n\n{table}" for title, table in tables.items() if table)


def charts(lines: Sequence[Line]) -> dict[str, Any]:
    """The charts that have figures, by their names."""
    found = {
        LEAVES: ("leaves", _of_operations(lines, LEAVES)),
        LAYERS: ("layers", _of_operations(lines, LAYERS)),
        CHANGES: ("leaves set before", _of_changes(along(lines, CHANGES, READ))),
        THREADS: ("threads that read", _of_threads(along(lines, THREADS, READS))),
    }
    return {
        f"scaling-{axis}": drawing.panels(TITLES[axis], below, panels)
        for axis, (below, panels) in found.items()
        if panels
    }


def along(lines: Sequence[Line], axis: str, operation: str) -> Along:
    """One operation's lines by their places."""
    found = {line.at: line for line in lines if (line.axis, line.operation) == (axis, operation)}
    return found if axis == REAL else dict(sorted(found.items()))


def _by_operation(lines: Sequence[Line], axis: str) -> str:
    found = {operation: along(lines, axis, operation) for operation in ABOUT}
    places = sorted({int(place) for points in found.values() for place in points})
    rows = [
        [operation, *(_cell(points.get(place), "<br>") for place in places)]
        for operation, points in found.items()
        if points
    ]
    return markdown([axis, *(f"{place:,}" for place in places)], rows) if rows else ""


def _by_changes(points: Along) -> str:
    rows = [
        [f"{place:,}", *(f"{_own(line, name)}, {_ratio(line, name)}" for name in (FIRST, AGAIN))]
        for place, line in points.items()
    ]
    return markdown(["leaves set before", f"{FIRST}, × a dict", f"{AGAIN}, × a dict"], rows) if rows else ""


def _by_threads(reads: Along, publishes: Along) -> str:
    rows = []
    for place, line in reads.items():
        for name in (one for one in ("native", "pure", DICT, IN_PLACE) if one in line.figures):
            still = line.figures.get(name + STILL)
            quiet = NO_FIGURE if still is None else f"{number(still.value)} million"
            changes = number(publishes[place].figures[name].value)
            rows.append([f"{place}", name, f"{number(line.figures[name].value)} million", quiet, changes])
    head = ["readers", "", "reads a second", "when nothing changes", "changes a second"]
    return markdown(head, rows, names=2) if rows else ""


def _real(lines: Sequence[Line]) -> str:
    shapes = along(lines, REAL, SHAPE)
    rows, shaped = [], []
    for place, line in shapes.items():
        files, size, *others = (figure.value for figure in line.figures.values())
        counts = [f"{count:,.0f}" for count in others]
        text_size = f"{number(size / 2**20)} MiB"
        shaped.append([str(place), *line.notes[SHAPE], f"{files:,.0f}", text_size, *counts])
        row = [str(place)]
        for operation in OF_REAL:
            found = along(lines, REAL, operation).get(place)
            parser = f" {found.anchor}" if operation == PARSE and found else ""
            row.append(_cell(found, ", ") + parser)
        rows.append(row)
    if not shapes:
        return ""
    head = ["", "what it is", "format", "files, each a layer", "text", "leaves", "levels", "widest mapping"]
    return f"{markdown(head, shaped, names=3)}\n\n{markdown(['', *OF_REAL.values()], rows)}"


def _of_operations(lines: Sequence[Line], axis: str) -> list[Panel]:
    found = []
    for operation, about in ABOUT.items():
        points = along(lines, axis, operation)
        if points:
            counted = operation in (MEMORY, MEMORY_READ)
            curves = _curves(points)
            places = [float(place) for place in points] if axis == LAYERS else ()
            unit = "B" if counted else "time"
            found.append(Panel(operation, about, curves, unit, places, _highest(curves) if counted else 0.0))
    return found


def _of_changes(points: Along) -> list[Panel]:
    about = ("of forty that are read in turn, after so many changes", "dict: d[k]")
    return [Panel(READ, about, _curves(points))] if points else []


def _of_threads(points: Along) -> list[Panel]:
    curves = _curves(points)
    places = [float(place) for place in points]
    found = []
    for about, still in (("while a writer publishes", False), ("while nothing changes", True)):
        of_it = [
            Curve(curve.name.removesuffix(STILL), curve.style, curve.points)
            for curve in curves
            if curve.name.endswith(STILL) == still
        ]
        if of_it:
            found.append(Panel("Million reads a second", [about], of_it, "", places, _highest(curves)))
    return found


def _highest(curves: Sequence[Curve]) -> float:
    """How far an axis has to reach for all of these."""
    return max(value for curve in curves for _, value in curve.points) * 1.1


def _curves(points: Along) -> list[Curve]:
    """A curve for each subject, native first, as the legend has them."""
    names = dict.fromkeys(name for line in points.values() for name in line.figures)
    order = [name for name in STYLES if name in names] + [name for name in names if name not in STYLES]
    return [
        Curve(
            name,
            STYLES[name.removesuffix(STILL)],
            [(float(at), _value(line, name)) for at, line in points.items() if name in line.figures],
            dashed=name == AGAIN,
        )
        for name in order
    ]


def _value(line: Line, name: str) -> float:
    """Nanoseconds of what was timed, or what was counted."""
    figure = line.figures[name]
    return figure.value if figure.nanoseconds is None else figure.nanoseconds


def _own(line: Line, name: str = "native") -> str:
    return f"{number(line.figures[name].value)} B" if line.unit == "B" else duration(_value(line, name))


def _ratio(line: Line, name: str = "native") -> str:
    """The ratio to the line's anchor, as it was measured, or of what was counted."""
    value = line.figures[name].value
    return f"{number(value / line.figures[DICT].value if line.unit == 'B' else value)} ×"


def _cell(line: Line | None, between: str) -> str:
    """What native takes, and how that compares."""
    if line is None:
        return NO_FIGURE
    if line.axis == REAL and line.unit == "B":
        return f"{number(line.figures['native'].value)} of {number(line.figures[DICT].value)} B"
    return f"{_own(line)}{between}{_ratio(line)}"
