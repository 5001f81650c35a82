"""One case on one kernel: layer by layer and step by step, what can be observed of it."""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from types import ModuleType
from typing import Any

from tests.differential.binding import bound, typed_key
from tests.differential.generate import MOST_SNAPSHOTS, Case, LayerSpec, Path, Ref
from tests.differential.mappings import collections, steps
from tests.differential.observe import Outcome, observe
from tests.differential.overrides import allowed
from tests.differential.pickles import dump, load
from veltrix import Dimension, FrozenMapping, implementations
from veltrix.operators import DELETE, Operator

_DERIVED = ("value", None)
MISSING = object()
Outcomes = tuple[Outcome, ...]
EXPLAINED = 6


class Run:
    """A case on one kernel."""

    def __init__(self, kernel: ModuleType, case: Case) -> None:
        self.kernel = kernel
        self.case = case
        self.layers: list[Any] = []
        self.snapshots: list[Any] = []
        self.made: Any = None
        self.seen: list[tuple[Any, Outcomes]] = []
        self.held: list[Any] = []
        self.late: list[Any] = []

    def observations(self) -> Iterator[tuple[str, Outcomes]]:
        """Each operation with its outcomes; after one that made a snapshot the whole of that."""
        for spec in self.case.layers:
            yield "layer", (self.build(spec),)
        yield "resolve", self.derive(lambda: self.resolved(self.case.conflicts))
        if not self.snapshots:
            # The script goes on with what a stack in conflict means without conflicts.
            yield "resolve", self.derive(lambda: self.resolved("replace"))
        yield from self.fresh()
        for step in self.case.steps:
            if self.snapshots or step.operation in ("parse_path", "format_path"):
                yield step.operation, OPERATIONS[step.operation](self, *step.arguments)
                yield from self.fresh()
        for snapshot in self.late:
            yield "late", self.look(snapshot)
        for held in self.held:
            is_difference = type(held).__name__ == "Difference"
            yield "held", (("value", held),) if is_difference else portrait(held, self.case.universe)

    def fresh(self) -> Iterator[tuple[str, Outcomes]]:
        """The whole of what the last operation derived."""
        if self.made is not None:
            made, self.made = self.made, None
            if self.case.late:
                self.late.append(made)
            else:
                yield "snapshot", self.look(made)

    def look(self, snapshot: Any) -> Outcomes:
        """The portrait of a snapshot, which is kept to be compared with later ones."""
        self.seen.append((snapshot, portrait(snapshot, self.case.universe, len(self.seen))))
        return self.seen[-1][1]

    def build(self, spec: LayerSpec) -> Outcome:
        """Makes a layer and keeps it."""
        return observe(lambda: self.keep_layer(self.kernel.Layer(spec.name, spec.data, **spec.options)))

    def keep_layer(self, layer: Any) -> Any:
        self.layers.append(layer)
        return layer

    def resolved(self, conflicts: Any) -> Any:
        again = [self.layers[at % len(self.layers)] for at in self.case.repeated if self.layers]
        return self.kernel.resolve(
            self.layers + again,
            conflicts=conflicts,
            dimensions=self.dimensions(self.case.dimensions) if self.layers else (),
            generation=self.case.generation if conflicts == self.case.conflicts else 1,
            **self.case.bounds,
        )

    def dimensions(self, declared: Any) -> list[Dimension]:
        """Dimensions with tables of layers; a number is that of a layer of the case."""
        layer = lambda one: self.given(Ref("layer", one) if isinstance(one, int) else one)  # noqa: E731
        return [
            Dimension(name, {choice: layer(one) for choice, one in table}, strict=strict, many=many)
            for name, table, strict, many in declared
        ]

    def derive(self, make: Callable[[], Any]) -> Outcomes:
        """Derives a snapshot and keeps it; it is looked at by itself, so that an outcome here is no value."""
        outcome = observe(make)
        if outcome[0] == "error":
            return (outcome,)
        self.made = outcome[1]
        self.snapshots.append(self.made)
        if len(self.snapshots) > MOST_SNAPSHOTS:
            del self.snapshots[1]
        return (_DERIVED,)

    def hold(self, make: Callable[[], Any]) -> Outcomes:
        """Makes what nobody looks at before the script is over."""
        outcome = observe(make)
        if outcome[0] == "error":
            return (outcome,)
        self.held.append(outcome[1])
        return (_DERIVED,)

    def snapshot(self, number: int) -> Any:
        return self.snapshots[number % len(self.snapshots)]

    def reader(self, target: tuple[int, Path | None]) -> Any:
        """The snapshot, or the view that stands at the path."""
        number, path = target
        snapshot = self.snapshot(number)
        if path is None:
            return snapshot
        found = snapshot.get(path)
        return found if type(found).__name__ == "View" else snapshot

    def given(self, argument: Any) -> Any:
        """An argument with what it refers to."""
        if isinstance(argument, LayerSpec):
            return self.kernel.Layer(argument.name, argument.data, **argument.options)
        if not isinstance(argument, Ref):
            return argument
        if argument.kind == "layer":
            return self.layers[argument.number % len(self.layers)] if self.layers else None
        snapshot = self.snapshot(argument.number)
        if argument.kind == "layer of a snapshot":
            layers = snapshot.__reduce__()[1][1]
            return layers[argument.number % len(layers)] if layers else None
        if argument.kind == "other values":
            return _revalued(snapshot.to_dict(), count())
        if argument.kind == "few values":
            return self.few_values(argument.number)
        return snapshot.to_dict() if argument.kind == "copy" else snapshot

    def few_values(self, number: int) -> dict[str, Any]:
        """Another value for up to six neighbouring leaves of a snapshot; the newest may lack them."""
        leaves = list(map(self.kernel.parse_path, self.snapshot(number).flatten()))
        first, data = number // 7 % max(len(leaves), 1), {}
        for path in leaves[first : first + 1 + number % 6]:
            inner = data
            for name in path[:-1]:
                inner = inner.setdefault(name, {})
            inner[path[-1]] = number
        return data


def _revalued(data: dict[str, Any], numbers: Iterator[int]) -> dict[str, Any]:
    """The same paths with numbers as their values: an overlay as most are."""
    return {
        name: _revalued(item, numbers) if type(item) is dict else next(numbers)
        for name, item in data.items()
        if item != {}
    }


def portrait(reader: Any, universe: list[str | Path], turn: int = 0) -> Outcomes:
    """Everything that can be read from a snapshot or a view; `turn` chooses the paths to explain.

    Explaining is expensive. It alone may fail: an error of the others ends the comparison.
    """
    get, explain = reader.get, reader.explain
    first = turn % max(len(universe), 1)
    some = universe[first : first + 1 + len(universe) // EXPLAINED]
    reads = (
        [get(path, MISSING) for path in universe],
        reader.layer_names,
        [dimension.name for dimension in reader.dimensions],
        reader.generation,
        len(reader),
        list(reader),
        list(reversed(reader)),
        reader.flatten(),
        reader.to_dict(),
        reader.digest,
    )
    return (("value", reads), *[observe(explain, path) for path in some])


def _call(run: Run, target: Any, method: str, *arguments: Any) -> Outcomes:
    return (observe(getattr(run.reader(target), method), *arguments),)


def _overlay(run: Run, number: int, data: Any, name: Any) -> Outcomes:
    more = () if name is None else (name,)
    return run.derive(lambda: run.snapshot(number).overlay(run.given(data), *more))


def _override(run: Run, number: int, values: Any, spec: Any, name: Any) -> Outcomes:
    more = {} if name is None else {"name": name}
    return run.derive(lambda: run.snapshot(number).override(values, allowed=allowed(spec), **more))


def _set(run: Run, number: int, path: Any, value: Any, layer: Any) -> Outcomes:
    return run.derive(lambda: run.snapshot(number).set(path, value, layer=layer))


def _delete(run: Run, number: int, path: Any, layer: Any) -> Outcomes:
    return run.derive(lambda: run.snapshot(number).delete(path, layer=layer))


def _with_layers(
    run: Run, number: int, layers: list[Any], without: Any, tables: Any, generation: Any
) -> Outcomes:
    def change() -> Any:
        is_declared = isinstance(tables, list) and all(type(one) is tuple for one in tables)
        return run.snapshot(number).with_layers(
            *map(run.given, layers),
            without=without,
            dimensions=run.dimensions(tables) if is_declared else tables,
            generation=generation,
        )

    return run.derive(change)


def _scope(run: Run, number: int, choices: Any, more: dict[str, Any]) -> Outcomes:
    """A scope, whether it is the same object when it is asked for again, and what is counted."""
    snapshot = run.snapshot(number)
    outcomes = run.derive(lambda: snapshot.scope(choices, **more))
    made = run.made
    again = observe(lambda: snapshot.scope(choices, **more) is made)
    return (*outcomes, again, observe(lambda: tuple(snapshot.scope_cache_info())))


def _scope_again(
    run: Run, number: int, choices: tuple[Any, ...], operation: str, change: tuple[Any, ...]
) -> Outcomes:
    """Scopes of a snapshot, the same of what is published over it, and its own again."""
    before, seen = run.snapshot(number), []

    def scopes(snapshot: Any) -> None:
        for given, more in choices:
            outcome = observe(lambda given, more: snapshot.scope(given, **more), given, more)
            seen.append(portrait(outcome[1], run.case.universe) if outcome[0] == "value" else (outcome,))
        seen.append((("value", tuple(snapshot.scope_cache_info())),))

    scopes(before)
    outcomes = OPERATIONS[operation](run, number, *change)
    if run.made is not None:
        scopes(run.made)
        scopes(before)
    return (*outcomes, *[outcome for one in seen for outcome in one])


def _diff(run: Run, old: Any, new: Any) -> Outcomes:
    return (observe(run.kernel.diff, run.given(old), run.given(new)),)


def _hold_diff(run: Run, number: int, old: Any) -> Outcomes:
    return run.hold(lambda: run.kernel.diff(run.given(old), run.snapshot(number)))


def _hold_view(run: Run, number: int, path: Path) -> Outcomes:
    return run.hold(lambda: run.reader((number, path)))


def _equals(run: Run, target: Any, other: Any) -> Outcomes:
    reader, other = run.reader(target), run.given(other)
    return tuple(
        observe(call)
        for call in (
            lambda: reader == other,
            lambda: other == reader,
            lambda: reader != other,
            lambda: hash(reader),
        )
    )


def _display(run: Run, target: Any) -> Outcomes:
    reader = run.reader(target)
    return (
        observe(repr, reader),
        observe(str, reader),
        observe(format, reader),
        observe(format, reader, "x"),
    )


def _reads(run: Run, number: int) -> Outcomes:
    """All paths of the case, in every way that the caches answer."""
    snapshot = run.snapshot(number)
    return (
        (
            "value",
            [(path in snapshot, snapshot.get(path, MISSING)) for path in run.case.universe],
        ),
    )


def _surface(run: Run, target: Any) -> Outcomes:
    reader = run.reader(target)
    outcomes = [
        observe(call)
        for call in (
            lambda: reader.no_such_attribute,
            lambda: reader.__setitem__("a", 1),
            lambda: copy.copy(reader) is reader,
            lambda: copy.deepcopy(reader) is reader,
            lambda: reader < reader,
            lambda: reader + reader,
            lambda: reader | {},
            lambda: {} | reader,
            lambda: reader[1:2],
            lambda: int(reader),
            lambda: reader(),
            lambda: type(reader)(),
            lambda: isinstance(reader, Mapping),
            lambda: setattr(reader, "name", 1),
            lambda: setattr(reader, "layers", 1),
            lambda: delattr(reader, "layers"),
        )
    ]
    # CPython counts the arguments of functions and of methods made in C in different words.
    outcomes += [
        observe(call)[:2]
        for call in (
            lambda: reader.keys(1),
            lambda: reader.get(),
            lambda: reader.explain("a", "b"),
            lambda: reader.flatten(deep=True),
        )
    ]
    return tuple(outcomes)


def _pickle(run: Run, target: Any, protocol: int) -> Outcomes:
    """A pickle by this kernel loads into both and is the same there; so are the layers that it is made of."""
    reader = run.reader(target)
    data = dump(reader, protocol)
    loaded = tuple(
        outcome
        for kernel in implementations().values()
        for outcome in portrait(load(data, kernel), run.case.universe)
    )
    return (*loaded, *map(_whole_layer, reader.layers))


def _pickle_layer(run: Run, number: int) -> Outcomes:
    if not run.layers:
        return ()
    return (_whole_layer(run.layers[number % len(run.layers)]),)


def _whole_layer(layer: Any) -> Outcome:
    """All that a layer holds, as its pickle has it."""
    _, origin, data, origins, secret = layer.__reduce__()[1]
    paths = secret if isinstance(secret, bool) else sorted(set(secret))
    return ("value", (layer.name, origin, _thawed(data), origins, paths))


def _thawed(value: Any) -> Any:
    """The data of a layer with plain dicts inside of lists: a pickle may hold either."""
    kind = type(value)
    if kind is dict or kind is FrozenMapping:
        return {name: _thawed(item) for name, item in value.items()}
    if kind is tuple or kind is list:
        return kind(map(_thawed, value))
    if isinstance(value, Operator) and value is not DELETE:
        return (kind.__name__, _thawed(value.value))
    return value


OPERATIONS: dict[str, Callable[..., Outcomes]] = {
    "getitem": lambda run, target, path: (observe(operator.getitem, run.reader(target), path),),
    "get": lambda run, target, path: _call(run, target, "get", path),
    "get_default": lambda run, target, path, default: _call(run, target, "get", path, default),
    "contains": lambda run, target, path: (observe(operator.contains, run.reader(target), path),),
    "explain": lambda run, target, path: _call(run, target, "explain", path),
    "key": lambda run, target, path: _call(run, target, "key", path),
    "bind": lambda run, target, number, path: bound(run.reader(target), number, path),
    "typed_key": lambda run, target, *arguments: typed_key(run.reader(target), *arguments),
    "equals": _equals,
    "display": _display,
    "collections": lambda run, target: collections(run.reader(target)),
    "portrait": lambda run, target: portrait(run.reader(target), run.case.universe),
    "reads": _reads,
    "steps": lambda run, target, path, cut: steps(run.reader(target), path, cut),
    "surface": _surface,
    "parse_path": lambda run, path: (observe(run.kernel.parse_path, path),),
    "format_path": lambda run, path: (observe(run.kernel.format_path, path),),
    "overlay": _overlay,
    "override": _override,
    "set": _set,
    "delete": _delete,
    "with_layers": _with_layers,
    "diff": _diff,
    "hold_diff": _hold_diff,
    "hold_view": _hold_view,
    "scope": _scope,
    "scope_again": _scope_again,
    "pickle": _pickle,
    "pickle_layer": _pickle_layer,
}
