"""Why a path has its value: the way that `finish` takes, for one path, with everything it passes by."""

from __future__ import annotations

from veltrix._pure.layer import Node, marks_secret, names
from veltrix._pure.path import Segments, join
from veltrix._pure.resolve import children, counting, fold
from veltrix.types import REDACTED, Definition, Explanation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from veltrix._pure.layer import Layer
    from veltrix._pure.resolve import Run


def explain(
    layers: tuple[Layer, ...], conflicts: str, path: Segments, read: Callable[[Segments], Any]
) -> Explanation:
    """All definitions of a path, the highest first, and what became of each; `read` gives its value.

    The definitions of a list explain a path into it. What nobody defines raises MissingKeyError.
    """
    owner = names(path)
    found = [definition_in(layer._root, owner) for layer in reversed(layers)]
    listed = [definition for definition in found if definition is not None]
    counted = _counted(layers, conflicts, owner)
    present = bool(counted) or not listed
    value = read(path) if present else None
    winners = counted or (listed[0][1],)
    secret = is_secret(layers, owner)
    return Explanation(
        path=join(path),
        present=present,
        value=REDACTED if present and secret else value,
        origin=winners[0].origin,
        secret=secret,
        definitions=tuple(
            _definition(at, node, role, secret)
            for (at, node), role in zip(listed, _roles(listed, winners), strict=True)
        ),
    )


def is_secret(layers: tuple[Layer, ...], path: Segments) -> bool:
    """Whether any layer marks what stands at a path as secret."""
    return any(marks_secret(layer, path) for layer in layers)


def definition_in(root: Node, path: Segments) -> tuple[Segments, Node] | None:
    """What a layer says about a path: there, or where a value or a `replace` above it leaves no room."""
    node, above = root, None
    for depth, name in enumerate(path):
        if not node.is_mapping:
            return path[:depth], node
        if node.operator == "replace":
            above = path[:depth], node
        if name not in node.value:
            return above
        node = node.value[name]
    return path, node


def _counted(layers: tuple[Layer, ...], conflicts: str, path: Segments) -> Run:
    """The definitions that make the value of a path; none where it is absent."""
    run = fold([layer._root for layer in reversed(layers)])
    for depth, name in enumerate(path):
        mappings = counting(run, path[:depth], conflicts)
        if not mappings or not mappings[0].is_mapping:
            return ()
        run = children(mappings, str(name))
    return counting(run, path, conflicts)


def _roles(listed: list[tuple[Segments, Node]], counted: Run) -> list[str]:
    """What became of each; nodes are distinguished by order, as one layer may stand in a stack twice."""
    pending, roles = list(counted), []
    for _, node in listed:
        if pending and node is pending[0]:
            roles.append("wins" if len(pending) == len(counted) else "merges")
            pending.pop(0)
        else:
            roles.append("overridden")
    return roles


def _definition(path: Segments, node: Node, role: str, secret: bool) -> Definition:
    return Definition(
        path=join(path),
        operator=node.operator,
        type=node.type,
        value=_shown(node, secret),
        origin=node.origin,
        role=role,
    )


def _shown(node: Node, secret: bool) -> Any:
    if node.is_mapping or node.operator == "delete":
        return None
    return REDACTED if secret else node.value
