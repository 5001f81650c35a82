"""A snapshot or a view as a mapping: read in steps, and through the views of its keys, values and items."""

from __future__ import annotations

import copy
import operator
from collections import abc
from collections.abc import Callable, Mapping
from typing import Any

from tests.differential.generate import Path
from tests.differential.observe import Outcome, observe
from veltrix import types

Outcomes = tuple[Outcome, ...]


def steps(reader: Any, path: Path, cut: int) -> Outcomes:
    """A path read name by name, and in two parts, both twice: what was read before is remembered."""
    cut %= len(path) + 1
    parts = [part for part in (path[:cut], path[cut:]) if part]
    names = [name if type(name) is int else (name,) for name in path]

    def read(steps: list[Any], one: Callable[[Any, Any], Any] = operator.getitem) -> Any:
        found = reader
        for step in steps:
            found = one(found, step)
        return found

    def got(found: Any, step: Any) -> Any:
        return found.get(step) if isinstance(found, Mapping) else found

    def size() -> Any:
        found = read(parts[:1])
        return (len(found), bool(found)) if isinstance(found, Mapping) else found

    calls = (
        lambda: read(names),
        lambda: read(parts),
        lambda: read(names, got),
        lambda: names[0] in reader,
        lambda: path in reader,
        size,
    )
    return tuple(observe(call) for _ in range(2) for call in calls)


def _named(**named: Any) -> list[tuple[str, Any]]:
    return list(named.items())


def collections(reader: Any) -> Outcomes:
    """What iterating gives, and what the views of `collections.abc` do."""
    names = ["a", "b", "db"]
    return tuple(
        observe(call)
        for call in (
            lambda: list(reader.keys()),
            lambda: list(reader.values()),
            lambda: list(reader.items()),
            lambda: list(reversed(reader.keys())),
            lambda: list(reversed(reader.values())),
            lambda: list(reversed(reader.items())),
            lambda: sorted(reader.keys() & names),
            lambda: sorted(map(str, reader.keys() | names)),
            lambda: sorted(map(str, names ^ reader.keys())),
            lambda: (len(reader.keys() - names), reader.keys() == {*reader}, reader.keys() <= {"a"}),
            lambda: reader.keys().isdisjoint(names),
            lambda: (reader.items() == reader.items(), reader.values() == reader.values()),
            lambda: sorted(map(str, reader.items() & reader.items())),
            lambda: [name in reader.keys() for name in names],  # noqa: SIM118
            lambda: None in reader.keys(),  # noqa: SIM118
            lambda: [len(view) for view in (reader.keys(), reader.values(), reader.items())],
            lambda: [isinstance(reader.keys(), kind) for kind in (abc.KeysView, types.KeysView, abc.Set)],
            lambda: (next(iter(reader), None), next(iter(reader.items()), None)),
            lambda: [*map(repr, (reader.keys(), reader.values(), reader.items()))],
            lambda: list(copy.copy(reader.items())),
            lambda: hash(reader.keys()),
            lambda: setattr(reader.values(), "other", 1),
            lambda: (None, 1) in reader.items(),
            lambda: 1 in reader.values(),
            lambda: dict(reader),
            lambda: {**reader},
            lambda: _named(**reader),
            lambda: bool(reader),
        )
    )
