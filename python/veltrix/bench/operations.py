"""What is timed on a configuration: the same code for each implementation, after a look at its answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, cycle, islice
from operator import getitem
from random import Random
from typing import Any, NamedTuple

import veltrix
from veltrix.bench.agreement import agreed, of_each
from veltrix.bench.bodies import equal_copies, numbered, unrolled
from veltrix.bench.ratio import Workload
from veltrix.bench.stacks import Stack
from veltrix.sources._kernel import format_path, parse_path

KEYS = 64  # that reads and changes rotate through
OVERRIDES = 5
OVERLAY_READS = 40
PAIRS = 8  # of snapshots, that differences rotate through

_DEFAULT = object()


@dataclass(frozen=True)
class Operation:
    """What is done, and its code by the name of the implementation."""

    name: str
    workloads: Mapping[str, Workload]


@dataclass(frozen=True)
class Comparable:
    """A configuration that the implementations hold alike, and what can be timed on it."""

    layers: int
    leaves: int
    operations: tuple[Operation, ...]


class _Change(NamedTuple):
    """One value of the layer that it comes from."""

    path: str
    value: str
    layer: str

    def of(self, snapshot: Any) -> Any:
        return snapshot.set(self.path, self.value, layer=self.layer)


def comparable(stacks: Mapping[str, Stack]) -> Comparable:
    """What can be timed on a configuration; raises `DisagreementError` where an answer differs.

    Without leaves there is nothing to be looked up, and without one that holds a scalar nothing is changed.
    """
    snapshots = of_each("resolve", stacks, Stack.resolved)
    leaves = agreed("resolve", {name: snapshot.flatten() for name, snapshot in snapshots.items()})
    operations = [_resolve(stacks)]
    if any(stack.documents for stack in stacks.values()):
        operations.insert(0, _parse(stacks))
    if leaves:
        operations += [_lookup(snapshots, leaves), _miss(snapshots, leaves)]
    scalars = [path for path, value in leaves.items() if _is_scalar(value)]
    if scalars:
        changes = _changes(snapshots, _sample(scalars))
        operations += [
            _overlay(snapshots, leaves, _sample(scalars, OVERRIDES)),
            _set(snapshots, changes),
            _diff(snapshots, changes[:PAIRS]),
        ]
    first = next(iter(stacks.values()))
    return Comparable(len(first.names), len(leaves), tuple(operations))


def _parse(stacks: Mapping[str, Stack]) -> Operation:
    count = len(next(iter(stacks.values())).documents)
    workloads = {name: Workload("parsed()", {"parsed": stack.parsed}) for name, stack in stacks.items()}
    return Operation(f"parse {_counted(count, 'file')}", workloads)


def _resolve(stacks: Mapping[str, Stack]) -> Operation:
    workloads = {name: Workload("resolved()", {"resolved": stack.resolved}) for name, stack in stacks.items()}
    return Operation(f"resolve {_counted(len(next(iter(stacks.values())).names), 'layer')}", workloads)


def _lookup(snapshots: Mapping[str, Any], leaves: Mapping[str, Any]) -> Operation:
    paths = _sample(leaves)
    _check_reads("lookup", snapshots, paths)  # with other str objects than those that are timed
    workloads = {name: _reads(snapshot, "s[k{0}]", paths) for name, snapshot in snapshots.items()}
    return Operation(f"look up a leaf ({len(paths)} in turn)", workloads)


def _miss(snapshots: Mapping[str, Any], leaves: Mapping[str, Any]) -> Operation:
    paths = [_absent(path, snapshots) for path in _sample(leaves)]
    _check_reads("get", snapshots, paths, lambda snapshot, path: snapshot.get(path, _DEFAULT))
    workloads = {name: _reads(snapshot, "s.get(k{0}, d)", paths) for name, snapshot in snapshots.items()}
    return Operation(f"get with a default, absent ({len(paths)} in turn)", workloads)


def _overlay(snapshots: Mapping[str, Any], leaves: Mapping[str, Any], overridden: list[str]) -> Operation:
    data: dict[str, Any] = {}
    for number, path in enumerate(overridden):
        _put(data, parse_path(path), f"override {number}")
    own = OVERLAY_READS // OVERRIDES
    others = [path for path in _sample(leaves) if path not in overridden] or overridden
    paths = [*islice(cycle(overridden), own), *islice(cycle(others), OVERLAY_READS - own)]
    Random(6).shuffle(paths)
    overlays = of_each("overlay", snapshots, lambda snapshot: snapshot.overlay(data))
    _check_reads("overlay", overlays, paths)
    keys = numbered("k", equal_copies(paths))
    body = f"o = s.overlay(d)\n{unrolled('o[k{0}]', len(paths))}\ndel o"
    workloads = {
        name: Workload(body, {"s": snapshot, "d": data, **keys}) for name, snapshot in snapshots.items()
    }
    return Operation(f"overlay {_counted(len(overridden), 'value')}, read {len(paths)}", workloads)


def _set(snapshots: Mapping[str, Any], changes: list[_Change]) -> Operation:
    turn = "p, v, l = next(changes)"
    workloads = {
        name: Workload(f"{turn}\ns.set(p, v, layer=l)", {"s": snapshot, "changes": cycle(changes)}, turn)
        for name, snapshot in snapshots.items()
    }
    return Operation("set one value", workloads)


def _diff(snapshots: Mapping[str, Any], changes: list[_Change]) -> Operation:
    changed = of_each("set", snapshots, lambda snapshot: [change.of(snapshot) for change in changes])
    workloads = {}
    differences = {}
    for name, snapshot in snapshots.items():
        diff = veltrix.implementations()[name].diff
        found = (diff(snapshot, new) for new in changed[name])
        differences[name] = dict(chain.from_iterable(map(_listed, found)))
        names = {"diff": diff, "s": snapshot, **numbered("n", changed[name])}
        body = unrolled("diff(s, n{0}).changed", len(changes))
        workloads[name] = Workload(body, names, operations=len(changes))
    agreed("diff", differences)
    return Operation("diff of one value", workloads)


def _reads(snapshot: Any, read: str, paths: list[str]) -> Workload:
    names = {"s": snapshot, "d": _DEFAULT, **numbered("k", equal_copies(paths))}
    return Workload(unrolled(read, len(paths)), names, unrolled("k{0}", len(paths)), len(paths))


def _check_reads(
    what: str,
    snapshots: Mapping[str, Any],
    paths: list[str],
    read: Callable[[Any, str], Any] = getitem,
) -> None:
    agreed(what, of_each(what, snapshots, lambda snapshot: {path: read(snapshot, path) for path in paths}))


def _changes(snapshots: Mapping[str, Any], paths: list[str]) -> list[_Change]:
    """A new value for each path, to be set where its value comes from."""
    layers = of_each(
        "explain", snapshots, lambda snapshot: {path: snapshot.explain(path).origin.layer for path in paths}
    )
    return [
        _Change(path, f"changed {number}", layer)
        for number, (path, layer) in enumerate(agreed("explain", layers).items())
    ]


def _absent(path: str, snapshots: Mapping[str, Any]) -> str:
    """A path that leads nowhere, beside another one: a misspelt last segment."""
    *above, last = parse_path(path)
    while any(path in snapshot for snapshot in snapshots.values()):
        last = f"{last}x"
        path = format_path((*above, last))
    return path


def _listed(difference: Any) -> Iterable[tuple[str, Any]]:
    return chain(difference.added.items(), difference.removed.items(), difference.changed.items())


def _sample(paths: Iterable[str], count: int = KEYS) -> list[str]:
    """Some of the paths, the same ones each time."""
    paths = list(paths)
    return Random(3).sample(paths, min(count, len(paths)))


def _is_scalar(value: Any) -> bool:
    """Whether any scalar may stand in its place: a null may hide a mapping."""
    return value is not None and not isinstance(value, (Mapping, tuple))


def _put(data: dict[str, Any], path: tuple[str | int, ...], value: Any) -> None:
    *above, last = path
    for segment in above:
        data = data.setdefault(str(segment), {})
    data[str(last)] = value


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
