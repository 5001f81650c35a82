"""The operations along the axes, as workloads on one generated configuration, each answer checked before.

Beside both implementations stands what a program does with a plain dict that readers hold and nobody may
change below them: it copies the dict, and compares two dicts leaf by leaf.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count, cycle
from random import Random
from types import MappingProxyType
from typing import Any

from benches.data import Generated, flatten, merge
from benches.result import Line, line_of_ratios
from benches.scaling.names import AGAIN, BARE, DICT, FIRST, PROXY
from benches.subjects import (
    Request,
    changed,
    changes_of,
    check_reads,
    kernels,
    same,
    snapshot_of,
    some_keys,
    stacked,
    walking,
)
from veltrix.bench.bodies import equal_copies, numbered, unrolled
from veltrix.bench.ratio import Timing, Workload

PATCHED = 4_000  # leaves that are set in turn
PAIRS = 16  # of snapshots that are compared in turn, so that not all of it lies in the nearest cache
Workloads = dict[str, Workload]
Snapshots = dict[str, Any]


@dataclass
class Live:
    """What readers see at the moment."""

    current: Any


def line(operation: str, timings: dict[str, Timing], anchor: str) -> Line:
    """What was found, under row 16 of the targets: what has to stay flat."""
    return line_of_ratios(16, operation, timings, anchor=anchor)


def reads(snapshots: Snapshots, generated: Generated) -> Workloads:
    """`s[path]` of every leaf, all touched before, in random order."""
    flat = generated.flat
    return walking({**snapshots, DICT: flat, PROXY: MappingProxyType(flat)}, list(flat))


def patches(snapshots: Snapshots, generated: Generated) -> Workloads:
    """One leaf of the middle layer set, the new configuration published, the old one dropped."""
    layer = middle(generated)
    of_layer = list(flatten(generated.layers[layer]))
    paths = Random(8).sample(of_layer, min(PATCHED, len(of_layer)))
    for snapshot in snapshots.values():
        _check_patch(snapshot, paths[0], layer)
    return patching({**snapshots, DICT: generated.flat}, paths, layer)


def patching(mappings: Snapshots, paths: list[str], layer: str | None = None) -> Workloads:
    """One path after the other set on what is current, which the next one takes; a dict is copied."""
    setting = "live.current = live.current.set(next(paths), next(values), layer=layer)"
    copying = "live.current = {**live.current, next(paths): next(values)}"
    return {
        name: Workload(
            copying if name == DICT else setting,
            {"live": Live(current), "paths": cycle(paths), "values": count(1_000_000), "layer": layer},
            "live.current = live.current\nnext(paths)\nnext(values)",
        )
        for name, current in mappings.items()
    }


def overlays(snapshots: Snapshots, generated: Generated) -> Workloads:
    """A request's five overrides on top, forty reads, dropped."""
    flat = generated.flat
    request = Request.within_a_section(flat)
    expected = request.flat(flat)
    for snapshot in snapshots.values():
        check_reads(snapshot.overlay(request.data), {key: expected[key] for key in request.keys})
        check_reads(snapshot, {key: flat[key] for key in request.keys})
    own = {key: expected[key] for key in request.overridden}
    reading = unrolled("o[k{0}]", len(request.keys))
    keys = numbered("k", request.keys)
    return {
        **{
            name: Workload(f"o = s.overlay(d)\n{reading}\ndel o", {"s": snapshot, "d": request.data, **keys})
            for name, snapshot in snapshots.items()
        },
        DICT: Workload(f"o = {{**s, **d}}\n{reading}\ndel o", {"s": flat, "d": own, **keys}),
        BARE: Workload(reading, {"o": expected, **keys}),
    }


def diffs(changes: int, snapshots: Snapshots, generated: Generated) -> Workloads:
    """What was changed between two configurations, as a list of paths with both values."""
    flat = generated.flat
    tops = list(flatten(generated.layers[list(generated.layers)[-1]]))
    workloads = {}
    for name, old in snapshots.items():
        pairs = PAIRS if name == "native" else 1
        diff = kernels()[name].diff
        news = [changed(diff, old, tops, changes, seed) for seed in range(pairs)]
        body = unrolled("[*diff(o, n{0}).changed.items()]", pairs)
        workloads[name] = Workload(body, {"diff": diff, "o": old, **numbered("n", news)}, operations=pairs)
    new = {**flat, **changes_of(tops, changes, seed=0)}
    comparing = "[(path, (o[path], value)) for path, value in n.items() if o[path] is not value]"
    workloads[DICT] = Workload(comparing, {"o": flat, "n": new})
    return workloads


def reads_after(generated: Generated, changes: int) -> Workloads:
    """Reads of a live configuration in which so many leaves were set, one after the other."""
    flat = generated.flat
    keys = some_keys(flat, 40)
    paths = Random(8).sample(list(flat), changes + 1)
    current = snapshot_of(kernels()["native"], generated)
    check_reads(current, flat)
    expected = dict(flat)
    for number, path in enumerate(paths[:changes]):
        current = current.set(path, number)
        expected[path] = number
    check_reads(current, expected)
    names = {**numbered("k", equal_copies(keys)), "path": paths[changes]}
    reading = unrolled("o[k{0}]", len(keys))
    setting = "o = s.set(path, 1)"
    return {
        AGAIN: Workload(reading, {"o": current, **names}, operations=len(keys)),
        FIRST: Workload(
            f"{setting}\n{reading}\ndel o", {"s": current, **names}, f"{setting}\ndel o", len(keys)
        ),
        DICT: Workload(reading, {"o": expected, **names}, operations=len(keys)),
    }


def resolves(snapshots: Snapshots, generated: Generated) -> Workloads:
    """Layers to a snapshot; what a leaf of the result takes."""
    leaves = len(generated.flat)
    trees = list(generated.layers.values())
    workloads = {DICT: Workload("merge(trees)", {"merge": merge, "trees": trees}, operations=leaves)}
    for name in snapshots:
        kernel = kernels()[name]
        workloads[name] = Workload(
            "resolve(layers)",
            {"resolve": kernel.resolve, "layers": stacked(kernel, generated)},
            operations=leaves,
        )
    return workloads


def middle(generated: Generated) -> str:
    """The name of the layer in the middle, which is the only one of one."""
    names = list(generated.texts)
    return names[len(names) // 2]


def _check_patch(snapshot: Any, path: str, layer: str) -> None:
    """A middle layer's change shows where no upper layer defines the path."""
    winner = snapshot.explain(path).definitions[0].origin.layer
    expected = "changed" if winner == layer else snapshot[path]
    assert same(snapshot.set(path, "changed", layer=layer)[path], expected), path
