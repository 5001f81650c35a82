"""Editing: a layer with another definition of one path, or without its own.

The mappings on the way down are copied, and all else is shared.
"""

from __future__ import annotations

from veltrix._pure.layer import Builder, Layer, Node
from veltrix._pure.path import Segments, join
from veltrix._text import beside
from veltrix.errors import ConflictError, MissingKeyError, PathError
from veltrix.types import Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def settable(path: Segments) -> Segments:
    """Refuses a path into a list."""
    if any(isinstance(segment, int) for segment in path):
        raise PathError(join(path), None, "a list's item cannot be set alone; give the whole list")
    return path


def put(layer: Layer, path: Segments, value: Any) -> Layer:
    """The layer with another definition of one path."""
    node = Builder(Origin(layer.name, "set"), {}).build(value, path)
    return _with_root(layer, _put(layer._root, path, 0, node))


def remove(layer: Layer, path: Segments) -> Layer:
    """The layer without its definition of one path."""
    return _with_root(layer, _remove(layer._root, path, 0))


def _with_root(layer: Layer, root: Node) -> Layer:
    changed = object.__new__(Layer)
    changed._make(layer.name, root, layer._origin, layer._secret)
    return changed


def _put(node: Node, path: Segments, depth: int, new: Node) -> Node:
    if depth == len(path):
        return new
    if not node.is_mapping:
        raise ConflictError(join(path[:depth]), "mapping", new.origin, node.conflict_word, node.origin)
    name = str(path[depth])
    child = node.value.get(name) or Node({}, Origin(new.origin.layer, "set"))
    return Node({**node.value, name: _put(child, path, depth + 1, new)}, node.origin, node.operator)


def _remove(node: Node, path: Segments, depth: int) -> Node:
    name = str(path[depth])
    children = node.value if node.is_mapping else {}
    if name not in children:
        raise MissingKeyError(join(path), join(path[:depth]), name, beside(children))
    if depth + 1 == len(path):
        rest = {other: child for other, child in children.items() if other != name}
    else:
        rest = {**children, name: _remove(children[name], path, depth + 1)}
    return Node(rest, node.origin, node.operator)
