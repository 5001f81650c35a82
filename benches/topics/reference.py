"""Row 43: what deriving costs the reference on the treasure hunt, beside a copy of the dicts on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import veltrix
from benches.data import Tree, flatten, put
from benches.result import Line, at_most, line_of_ratios, line_of_times
from benches.settings import Settings
from tests.examples.hunt import stack
from veltrix import Dimension
from veltrix.bench.ratio import Workload, measure

ANCHOR = "a path copy"
TIMES, OVERLAY, SCOPE = at_most(30), at_most(100), at_most(3_000)  # the last two in µs
CHANGES = {
    "3 keys of a small section": ("chat", [0, 1, 2]),
    "3 keys of the largest": ("hunts", [5, 400, 800]),
    "3 keys of three": ("", [300, 900, 1_500]),
    "a new key": ("chat", []),
    "a list": ("", []),
}


def lines(settings: Settings) -> Iterator[Line]:
    pure = veltrix.implementations()["pure"]
    named = dict(zip(dict(stack.FILES), stack.parse_layers(pure), strict=True))
    dimensions = [Dimension(name.split()[0], {"x": layer}) for name, layer in named.items() if " " in name]
    choices = {dimension.name: "x" for dimension in dimensions}
    bare = pure.resolve([layer for name, layer in named.items() if " " not in name], dimensions=dimensions)
    scoped = bare.scope(**choices)
    for place, snapshot in (("", bare), (f" in {len(choices)} dimensions", scoped)):
        tree = snapshot.to_dict()
        for change in CHANGES:
            data, operation = _data(snapshot, change), f"overlay of {change}{place}"
            assert snapshot.overlay(data).to_dict() == path_copy(tree, data)
            timings = measure(
                {
                    "pure": Workload("s.overlay(d)", {"s": snapshot, "d": data}),
                    ANCHOR: Workload("copy(t, d)", {"copy": path_copy, "t": tree, "d": data}),
                },
                seconds=settings.seconds,
            )
            for line in (
                line_of_ratios(43, operation, timings, anchor=ANCHOR, target=TIMES),
                line_of_times(43, operation, {"pure": timings["pure"]}, target=OVERLAY),
            ):
                yield replace(line, judged="pure")
    first = Workload(
        "s.overlay({}).scope(**c)", {"s": bare, "c": choices}
    )  # a snapshot that has no scopes yet
    timings = measure({"pure": first}, seconds=settings.seconds)
    line = line_of_times(43, f"first scope of {len(choices)} dimensions", timings, target=SCOPE)
    yield replace(line, judged="pure")


def path_copy(tree: Tree, data: Tree) -> Tree:
    """A tree with other values, that shares all dicts that hold none of them."""
    copy = dict(tree)
    for name, value in data.items():
        lower = copy.get(name)
        copy[name] = path_copy(lower, value) if type(value) is dict and type(lower) is dict else value
    return copy


def _data(snapshot: Any, change: str) -> Tree:
    """What an overlay gives."""
    section, numbers = CHANGES[change]
    flat = flatten(snapshot.to_dict())
    paths = [path for path in flat if path.startswith(section) and type(flat[path]) is not tuple]
    data: Tree = {}
    for number in numbers:
        put(data, tuple(paths[number].split(".")), "changed")
    if not numbers:
        path = f"{section}.new" if section else next(path for path in flat if type(flat[path]) is tuple)
        put(data, tuple(path.split(".")), "new" if section else [1, 2, 3])
    return data
