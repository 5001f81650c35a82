"""Rows 25 and 26: what a value of an overlay costs, whatever it is and wherever it goes, one or many."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from benches.data import Tree, merge, put, resolving_to
from benches.result import Line, at_most, line_of_ratios
from benches.settings import Settings
from benches.subjects import kernels, snapshot_of
from veltrix.bench.ratio import Workload, measure

LEAVES = 10_000
COUNTS = (1, 2, 5, 8, 9, 12, 16, 32)
LARGE = (50, 500)
A_VALUE = at_most(2)
OF_A_PATH_COPY = at_most(0.5)
ANCHOR = "5 neighbours, a value"
PATH_COPY = "a path copy"


def lines(settings: Settings) -> Iterator[Line]:
    generated = resolving_to(LEAVES)
    snapshot = snapshot_of(kernels()["native"], generated)
    paths = leaves_of(generated.flat)
    lower = snapshot.overlay(neighbours(paths[-5:], str))
    anchor = Workload("s.overlay(d)", {"s": snapshot, "d": neighbours(paths[:5], str)}, operations=5)
    for shape, data in SHAPES.items():
        below = lower if shape == "over an overlay" else snapshot
        for count in COUNTS:
            given = data(paths, count)
            assert below.overlay(given).to_dict() == merge([below.to_dict(), given])
            workload = Workload("s.overlay(d)", {"s": below, "d": given}, operations=count)
            timings = measure({"native": workload, ANCHOR: anchor}, seconds=settings.seconds / 4)
            yield line_of_ratios(25, f"overlay of {count}, {shape}", timings, anchor=ANCHOR, target=A_VALUE)
    for count in LARGE:
        names = {"s": snapshot, "m": generated.merged, "d": neighbours(paths[:count], str), "copy": path_copy}
        workloads = {
            "native": Workload("s.overlay(d)", names),
            PATH_COPY: Workload("copy(m, d)", names),
        }
        timings = measure(workloads, seconds=settings.seconds)
        yield line_of_ratios(
            26, f"overlay of {count} values", timings, anchor=PATH_COPY, target=OF_A_PATH_COPY
        )


def path_copy(tree: Tree, upper: Tree) -> Tree:
    """The tree with other values, copied along the way to them: what careful people do for a request."""
    copy = tree.copy()
    for name, value in upper.items():
        below = copy.get(name)
        copy[name] = path_copy(below, value) if isinstance(value, dict) and below is not None else value
    return copy


def leaves_of(flat: Tree) -> list[str]:
    """The paths of all leaves that are no lists, in order."""
    return [path for path, value in flat.items() if not isinstance(value, tuple)]


def neighbours(paths: list[str], value: Callable[[int], Any]) -> Tree:
    """Other values for these paths."""
    data: Tree = {}
    for number, path in enumerate(paths):
        put(data, tuple(path.split(".")), value(number))
    return data


def beside(paths: list[str], count: int) -> list[str]:
    """New paths in the mappings of the first ones."""
    return [f"{paths[number].rpartition('.')[0]}.added_{number}" for number in range(count)]


SHAPES: dict[str, Callable[[list[str], int], Tree]] = {
    "existing": lambda paths, count: neighbours(paths[:count], str),
    "new": lambda paths, count: neighbours(beside(paths, count), str),
    "lists": lambda paths, count: neighbours(paths[:count], lambda number: ["a", number, "c"]),
    "mappings": lambda paths, count: neighbours(beside(paths, count), lambda number: {"x": number}),
    "over an overlay": lambda paths, count: neighbours(paths[:count], str),
}
