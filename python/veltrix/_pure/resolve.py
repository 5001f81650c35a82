"""The merge rule, as a fold.

A *run* is what counts of the definitions of one path, the highest first, down to the first barrier.
`combine` lays one run over another; it is associative, so that layers can be folded in any grouping.
`finish` turns a run into a value; only here conflicts are found and operators act.

    definitions that count        result
    none, or DELETE on top        absent
    null or replace(v) on top     that value
    all mappings                  their keys, each by this same rule
    all other values              the highest one, whole
    mappings and other values     ConflictError, or the higher kind if conflicts="replace"
    append or prepend on top      put onto what the lower definitions resolve to
"""

from __future__ import annotations

from itertools import chain, takewhile

from veltrix._pure.layer import Node
from veltrix._pure.path import Segments, join, needs_quotes
from veltrix.errors import ConflictError
from veltrix.types import Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    Run = tuple[Node, ...]

ABSENT = object()


def combine(upper: Run, lower: Run) -> Run:
    """One run over another; associative, and the empty run changes nothing."""
    return upper if upper and upper[-1].is_barrier else upper + lower


def fold(nodes: list[Node]) -> Run:
    """The run of definitions, the highest first: what `combine` makes of them all."""
    for at, node in enumerate(nodes, 1):
        if node.is_barrier:
            return tuple(nodes[:at])
    return tuple(nodes)


def finish(run: Run, path: Segments, conflicts: str) -> Any:
    """The value of a run: a leaf, a dict of values by name for a mapping, or ABSENT."""
    counted = counting(run, path, conflicts)
    if not counted:
        return ABSENT
    top = counted[0]
    if top.is_mapping:
        return _finish_mapping(counted, path, conflicts)
    if top.extends:
        return _joined(counted)
    return top.value


def counting(run: Run, path: Segments, conflicts: str) -> Run:
    """What makes the value: all the mappings, or the list extensions and their list, or one leaf."""
    if not run or run[0].operator == "delete":
        return ()
    top = run[0]
    if top.extends:
        extensions = tuple(takewhile(lambda node: node.extends, run))
        return extensions + _extended(extensions[-1], run[len(extensions) :], path, conflicts)
    is_mapping = top.is_mapping
    for at, node in enumerate(run):
        if node.is_mapping != is_mapping:
            if node.counts_lower and conflicts == "error":
                raise _conflict(path, top, node)
            run = run[:at]
            break
    return run if is_mapping else (top,)


def _extended(extension: Node, lower: Run, path: Segments, conflicts: str) -> Run:
    """What `append` or `prepend` puts its items onto: a list, or nothing."""
    counted = counting(lower, path, conflicts)
    if not counted or type(counted[0].value) is tuple:
        return counted
    if conflicts == "error":
        raise _conflict(path, extension, counted[0])
    return ()


def _conflict(path: Segments, upper: Node, lower: Node) -> ConflictError:
    """The error for two definitions that cannot stand together."""
    return ConflictError(join(path), upper.conflict_word, upper.origin, lower.conflict_word, lower.origin)


def _joined(counted: Run) -> tuple[Any, ...]:
    items: tuple[Any, ...] = ()
    for node in reversed(counted):
        items = node.value + items if node.operator == "prepend" else items + node.value
    return items


def _finish_mapping(counted: Run, path: Segments, conflicts: str) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in named(counted):
        value = finish(children(counted, name), (*path, name), conflicts)
        if value is not ABSENT:
            values[Name(name) if needs_quotes(name) else name] = value
    return values


def named(mappings: Run) -> Iterable[str]:
    """The names in some mappings, in the order of their first definition."""
    if len(mappings) == 1:
        return mappings[0].value  # type: ignore[no-any-return]
    return dict.fromkeys(chain.from_iterable([node.value for node in reversed(mappings)]))


def children(counted: Run, name: str) -> Run:
    """The run of one key, from the mappings that count."""
    return fold([node.value[name] for node in counted if name in node.value])
