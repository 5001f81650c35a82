"""A snapshot as the command line shows it: nodes in order, each with its origin, secrets already gone."""

from __future__ import annotations

from collections.abc import Mapping

from veltrix.types import REDACTED

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from veltrix import Snapshot
    from veltrix.types import Origin

    Path = tuple[str | int, ...]


class Redacted(str):
    """Stands for the value of a secret."""

    __slots__ = ()


HIDDEN = Redacted(REDACTED)


class ShownNode:
    """A leaf, or a mapping with something in it, whose `value` is then None."""

    __slots__ = ("is_mapping", "origin", "path", "value")

    def __init__(self, path: Path, is_mapping: bool, value: Any, origin: Origin | None) -> None:
        self.path = path
        self.is_mapping = is_mapping
        self.value = value
        self.origin = origin


def nodes(snapshot: Snapshot, path: Path = ()) -> Iterator[ShownNode]:
    """What stands below a path, each mapping before what is in it."""
    node = snapshot[path] if path else snapshot
    for name, value in node.items():
        below = (*path, str(name))
        if isinstance(value, Mapping) and value:
            yield ShownNode(below, True, None, None)
            yield from nodes(snapshot, below)
        else:
            yield leaf(snapshot, below, value)


def leaf(snapshot: Snapshot, path: Path, value: Any) -> ShownNode:
    """The node of a value that is shown as a whole."""
    explanation = snapshot.explain(path)
    return ShownNode(path, False, HIDDEN if explanation.secret else value, explanation.origin)


def data(snapshot: Snapshot, path: Path = ()) -> Any:
    """Plain data of what stands at a path, secrets redacted."""
    value = snapshot[path] if path else snapshot
    if path and not (isinstance(value, Mapping) and value and _is_inner(path)):
        return plain_data(leaf(snapshot, path, value).value)
    return {str(name): data(snapshot, (*path, str(name))) for name in value}


def plain_data(value: Any) -> Any:
    """Dicts and lists in the place of what is read-only."""
    if isinstance(value, Mapping):
        return {str(key): plain_data(item) for key, item in value.items()}
    if type(value) is tuple:
        return [plain_data(item) for item in value]
    return str(value) if type(value) is Redacted else value


def _is_inner(path: Path) -> bool:
    """Whether a mapping there is made of definitions of its own; in a list it is a part of the list's."""
    return all(isinstance(segment, str) for segment in path)
