"""Which curves the charts of the scaling page show."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from benches.result import Line
from benches.scaling.drawing import Curve, Panel, chart
from benches.scaling.operations import AGAIN, BARE, DICT, FIRST, PROXY
from benches.scaling.points import (
    CHANGES,
    LAYERS,
    LEAVES,
    MEMORY,
    MEMORY_READ,
    OPERATIONS,
    READ,
    THREADS,
    Found,
    nanoseconds,
    values,
)
from benches.scaling.readers import IN_PLACE, READS, STILL
from benches.scaling.titles import TITLES

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
DASHED = {AGAIN}


def drawn(found: Found) -> dict[str, str]:
    """The charts as SVG documents by their names; those without figures are left out."""
    charts = {
        "scaling-leaves": (
            "From a thousand leaves to a million, seven layers",
            "leaves",
            [_panel(found, LEAVES, operation) for operation in OPERATIONS if found.along(LEAVES, operation)],
        ),
        "scaling-layers": (
            "From one layer to twelve, 10,000 leaves",
            "layers",
            [_panel(found, LAYERS, operation) for operation in OPERATIONS if found.along(LAYERS, operation)],
        ),
        "scaling-changes": (
            "Reads of a live configuration",
            "leaves set before",
            _changes(found),
        ),
        "scaling-threads": (
            "Reads a second of all threads together, 100,000 leaves",
            "threads that read",
            _threads(found),
        ),
    }
    return {
        name: chart(title, below, panels, columns=min(2, len(panels)))
        for name, (title, below, panels) in charts.items()
        if panels
    }


def _panel(found: Found, axis: str, operation: str) -> Panel:
    points = found.along(axis, operation)
    counted = operation in (MEMORY, MEMORY_READ)
    curves = _curves(points, values if counted else nanoseconds)
    title = TITLES[operation]
    return Panel(
        title.text,
        (title.about, title.dict_does),
        curves,
        unit="B" if counted else "time",
        places=[float(place) for place in points] if axis == LAYERS else (),
        top=_highest(curves) if counted else 0.0,
    )


def _changes(found: Found) -> list[Panel]:
    points = found.along(CHANGES, READ)
    about = ("of forty that are read in turn, after so many changes", "dict: d[k]")
    return [Panel("Read", about, _curves(points, nanoseconds))] if points else []


def _threads(found: Found) -> list[Panel]:
    points = found.along(THREADS, READS)
    if not points:
        return []
    curves = _curves(points, values)
    changing = [curve for curve in curves if not curve.name.endswith(STILL)]
    still = [curve for curve in curves if curve.name.endswith(STILL)]
    still = [Curve(curve.name.removesuffix(STILL), curve.style, curve.points) for curve in still]
    return [
        Panel(
            "Million reads a second",
            (about,),
            of_it,
            unit="",
            places=[float(place) for place in points],
            top=_highest(curves),
        )
        for about, of_it in (("while a writer publishes", changing), ("while nothing changes", still))
        if of_it
    ]


def _highest(curves: list[Curve]) -> float:
    """How far an axis has to reach for all of these."""
    return max(value for curve in curves for _, value in curve.points) * 1.1


def _curves(points: Mapping[int | str, Line], figures: Callable[[Line], dict[str, float]]) -> list[Curve]:
    """A curve for each subject, native first, as the legend has them."""
    found = {place: figures(line) for place, line in points.items()}
    names = dict.fromkeys(name for of_place in found.values() for name in of_place)
    order = [name for name in STYLES if name in names] + [name for name in names if name not in STYLES]
    return [
        Curve(
            name,
            STYLES[name.removesuffix(STILL)],
            [(float(place), of_place[name]) for place, of_place in found.items() if of_place.get(name)],
            dashed=name in DASHED,
        )
        for name in order
    ]
