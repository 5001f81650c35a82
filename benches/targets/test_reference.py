"""Row 43: what deriving costs the reference on the treasure hunt, beside a copy of the dicts on the way."""

from __future__ import annotations

import pytest

import veltrix
from benches.data import flatten, path_copy, put
from benches.harness import row
from benches.result import at_most
from tests.examples.hunt import stack
from veltrix import Dimension
from veltrix.bench.ratio import Workload

CHANGES = {
    "3 keys of a small section": ("chat", [0, 1, 2]),
    "3 keys of the largest": ("hunts", [5, 400, 800]),
    "3 keys of three": ("", [300, 900, 1_500]),
    "a new key": ("chat", []),
    "a list": ("", []),
}


@pytest.fixture(scope="module")
def bare():
    """The treasure hunt in dimensions, and a choice in each."""
    pure = veltrix.implementations()["pure"]
    named = dict(zip(dict(stack.FILES), stack.parse_layers(pure), strict=True))
    dimensions = [Dimension(name.split()[0], {"x": layer}) for name, layer in named.items() if " " in name]
    layers = [layer for name, layer in named.items() if " " not in name]
    return pure.resolve(layers, dimensions=dimensions), {dimension.name: "x" for dimension in dimensions}


@row(43)
@pytest.mark.parametrize("scoped", [False, True])
@pytest.mark.parametrize("change", CHANGES)
def test_overlay(bench, bare, change, scoped):
    snapshot, choices = bare
    snapshot = snapshot.scope(**choices) if scoped else snapshot
    tree, data = snapshot.to_dict(), given(snapshot, *CHANGES[change])
    assert snapshot.overlay(data).to_dict() == path_copy(tree, data)
    workloads = {
        "pure": Workload("s.overlay(d)", {"s": snapshot, "d": data}),
        "a path copy": Workload("copy(t, d)", {"copy": path_copy, "t": tree, "d": data}),
    }
    operation = f"overlay of {change}{f' in {len(choices)} dimensions' if scoped else ''}"
    timings = bench.ratios(operation, workloads, target=at_most(30), judged="pure")
    bench.times(operation, timings, at_most(100), judged="pure")


@row(43)
def test_first_scope(bench, bare):
    snapshot, choices = bare
    names = {"s": snapshot, "c": choices}
    timings = bench.time({"pure": Workload("s.overlay({}).scope(**c)", names)})  # which has no scopes yet
    bench.times(f"first scope of {len(choices)} dimensions", timings, at_most(3_000), judged="pure")


def given(snapshot, section, numbers):
    """What an overlay gives."""
    flat = flatten(snapshot.to_dict())
    paths = [path for path in flat if path.startswith(section) and type(flat[path]) is not tuple]
    data = {}
    for number in numbers:
        put(data, tuple(paths[number].split(".")), "changed")
    if not numbers:
        path = f"{section}.new" if section else next(path for path in flat if type(flat[path]) is tuple)
        put(data, tuple(path.split(".")), "new" if section else [1, 2, 3])
    return data
