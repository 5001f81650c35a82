"""A model of layers that is slow and short: plain dicts, and the rule of merging as one recursion.

It shares no code with either implementation, so that a fault of the reference shows too.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from veltrix import DELETE
from veltrix.operators import Append, Prepend, Replace

ABSENT = object()
Stack = list[tuple[str, dict[str, Any]]]


class Conflict(Exception):  # noqa: N818  it is an outcome, named like the rule
    """A mapping and another value meet at a path."""


def resolved(stack: Stack, conflicts: str) -> dict[str, Any]:
    """The plain dict that a stack means, lowest layer first."""
    merged = merge([data for _, data in reversed(stack)], conflicts)
    return {} if merged is ABSENT else merged


def merge(definitions: list[Any], conflicts: str) -> Any:
    """The value of definitions of one path, the highest first."""
    if not definitions or definitions[0] is DELETE:
        return ABSENT
    top = definitions[0]
    if isinstance(top, (Append, Prepend)):
        return extended(top, merge(definitions[1:], conflicts), conflicts)
    counted = counting(definitions)
    values = [one.value if isinstance(one, Replace) else one for one in counted]
    mixed = [at for at, value in enumerate(values) if isinstance(value, dict) != isinstance(values[0], dict)]
    if mixed and conflicts == "error":
        raise Conflict
    if not isinstance(values[0], dict):
        return values[0]
    values = values[: mixed[0]] if mixed else values
    children = {}
    for name in {name: None for value in reversed(values) for name in value}:
        child = merge([value[name] for value in values if name in value], conflicts)
        if child is not ABSENT:
            children[name] = child
    return children


def counting(definitions: list[Any]) -> list[Any]:
    """The definitions down to the first barrier; null counts on top only, DELETE never."""
    counted: list[Any] = []
    for definition in definitions:
        if definition is DELETE or (definition is None and counted):
            break
        counted.append(definition)
        if definition is None or isinstance(definition, Replace):
            break
    return counted


def extended(top: Append | Prepend, below: Any, conflicts: str) -> list[Any]:
    """The list below with more items."""
    if below is not ABSENT and not isinstance(below, list):
        if conflicts == "error":
            raise Conflict
        below = ABSENT
    base = [] if below is ABSENT else below
    return [*base, *top.value] if isinstance(top, Append) else [*top.value, *base]


def put(data: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """The data of a layer with one more definition; `Conflict` where a value is in the way."""
    data = deepcopy(data)
    inner: Any = data
    for name in path[:-1]:
        inner = inner.setdefault(name, {})
        inner = inner.value if isinstance(inner, Replace) else inner
        if not isinstance(inner, dict):
            raise Conflict
    inner[path[-1]] = value
    return data


def taken(data: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    """The data of a layer without one definition; `KeyError` where it has none."""
    data = deepcopy(data)
    inner: Any = data
    for name in path[:-1]:
        inner = inner[name]
        inner = inner.value if isinstance(inner, Replace) else inner
        if not isinstance(inner, dict):
            raise KeyError(name)
    del inner[path[-1]]
    return data


def leaves(tree: dict[str, Any], path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """Every leaf by its path; an empty dict is a leaf."""
    flat: dict[tuple[str, ...], Any] = {}
    for name, value in tree.items():
        if isinstance(value, dict) and value:
            flat.update(leaves(value, (*path, name)))
        else:
            flat[*path, name] = value
    return flat
