"""The name of a variable, or of a secret, to the path that it means.

    APP_SERVER__MAX_SIZE  ->  segments SERVER, MAX_SIZE  ->  server.max-size, if the layers beneath have it

A segment matches the keys that are the same once upper-cased and with `_` for every character that is
neither letter nor digit. The layers beneath are walked level by level, a level's keys folded once, so that
a variable costs its own length, not the size of the configuration. Where a name matches only down to some
mapping, the rest becomes new lower-case keys in it.
"""

from __future__ import annotations

from collections.abc import Mapping

from veltrix._limits import MAX_DEPTH
from veltrix.sources.kernel import format_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from veltrix.sources.kernel import Path, Snapshot


class UnmatchedError(Exception):
    """Why a name means no path."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class EmptySegmentError(UnmatchedError):
    """A name with nothing between two separators, or before the first or behind the last."""

    def __init__(self) -> None:
        super().__init__("has an empty segment")


def fold(text: str) -> str:
    """The form in which names and keys are compared."""
    if text.isascii() and text.isidentifier():
        return text.upper()
    return "".join(char if char.isalnum() else "_" for char in text.upper())


class Matcher:
    """Finds paths in one snapshot, or makes new ones where there is none."""

    def __init__(self, beneath: Snapshot | None) -> None:
        self._beneath: Mapping[str, Any] = {} if beneath is None else beneath
        self._folded: dict[Path, dict[str, list[str]]] = {}

    def match(self, segments: Sequence[str]) -> Path:
        """The path that the segments mean; raises `UnmatchedError`."""
        if len(segments) > MAX_DEPTH:
            raise UnmatchedError(f"deeper than {MAX_DEPTH} levels")
        folded = [fold(segment) for segment in segments]
        reached: list[dict[Path, Any]] = [{} for _ in range(len(segments) + 1)]
        reached[0][()] = self._beneath
        for start, nodes in enumerate(reached[:-1]):
            for path, node in nodes.items():
                if isinstance(node, Mapping):
                    self._descend(path, node, folded, start, reached)
                elif type(node) is tuple and (index := _index(segments[start], node)) is not None:
                    reached[start + 1][*path, index] = node[index]
        return self._choose(reached, segments)

    def _descend(
        self,
        path: Path,
        node: Mapping[str, Any],
        folded: list[str],
        start: int,
        reached: list[dict[Path, Any]],
    ) -> None:
        """A key may itself fold to a text with `__`, so one key may take several segments."""
        children = self._children(path, node)
        joined = ""
        for stop in range(start + 1, len(folded) + 1):
            joined = folded[start] if stop == start + 1 else f"{joined}__{folded[stop - 1]}"
            for key in children.get(joined, ()):
                reached[stop][*path, str(key)] = node[key]

    def _children(self, path: Path, node: Mapping[str, Any]) -> dict[str, list[str]]:
        children = self._folded.get(path)
        if children is None:
            children = self._folded[path] = {}
            for key in node:
                children.setdefault(fold(key), []).append(key)
        return children

    def _choose(self, reached: list[dict[Path, Any]], segments: Sequence[str]) -> Path:
        depth = max(stop for stop, nodes in enumerate(reached) if nodes)
        paths = reached[depth]
        if len(paths) > 1:
            names = ", ".join(format_path(path) for path in sorted(paths, key=format_path)[:5])
            raise UnmatchedError(f"means more than one path: {names}")
        [(path, node)] = paths.items()
        rest = segments[depth:]
        if not rest:
            return path
        if type(node) is tuple:
            raise UnmatchedError(_beyond(path, node))
        if "" in rest or (depth == 0 and rest[0].startswith("_")):
            raise EmptySegmentError
        return (*path, *(segment.lower() for segment in rest))


def _index(segment: str, items: tuple[Any, ...]) -> int | None:
    """The index that a segment writes, if there is such an item."""
    if not (segment.isascii() and segment.isdigit()) or len(segment) > 18:
        return None
    index = int(segment)
    return index if str(index) == segment and index < len(items) else None


def _beyond(path: Path, items: tuple[Any, ...]) -> str:
    where = format_path(path)
    if not items:
        return f"{where} is an empty list, which has no items to override"
    return f"{where} is a list, whose items are 0 to {len(items) - 1}"
