"""The name of a variable, or of a secret, to the path that it means.

    APP_SERVER__MAX_SIZE  ->  segments SERVER, MAX_SIZE  ->  server.max-size, if the lower layers have it

A segment matches the keys that are the same once upper-cased and with `_` for every character that is
neither letter nor digit. A key may fold to a text that begins or ends with `_`, or holds `__` itself, so
each place where a separator can be read is tried: `C___V` is `c#.v` or `c._v`, whichever there is. The
lower layers are walked level by level, a level's keys folded once, so that a variable costs its own
length, not the size of the configuration. Where a name matches only down to some mapping, the rest becomes
new lower-case keys in it.
"""

from __future__ import annotations

from collections.abc import Mapping

from veltrix._limits import MAX_DEPTH
from veltrix._text import printable
from veltrix.errors import LimitError, SourceError
from veltrix.sources._kernel import format_path
from veltrix.sources.declared import declared_keys, is_declared

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from veltrix.errors import ConfigError
    from veltrix.sources._kernel import Path, Snapshot
    from veltrix.types import Origin

SEPARATOR = "__"
_INDEX_DIGITS = 18


class UnmatchedError(Exception):
    """Why a name means no path."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def about(self, label: str, origin: Origin) -> ConfigError:
        """The problem with what the label names, and where that stands."""
        return SourceError(self.reason, label, origin=origin)


class TooDeepError(UnmatchedError):
    """A name of more segments than a path may have."""

    def __init__(self) -> None:
        super().__init__(f"deeper than {MAX_DEPTH} levels")

    def about(self, label: str, origin: Origin) -> ConfigError:
        """As everywhere, what is beyond a limit is a `LimitError`."""
        if origin.file is None:
            return LimitError(f"{printable(label)}: {self.reason}")
        variable = "" if origin.variable is None else f"variable {printable(origin.variable)}: "
        return LimitError(f"{variable}{self.reason}", origin.file, origin.line, origin.column)


class EmptySegmentError(UnmatchedError):
    """A name with nothing between two separators, or before the first or after the last."""

    def __init__(self) -> None:
        super().__init__("has an empty segment")


def fold(text: str) -> str:
    """The form in which names and keys are compared."""
    if text.isascii() and text.isidentifier():
        return text.upper()
    return "".join(char if char.isalnum() else "_" for char in text.upper())


class Matcher:
    """Finds paths in one snapshot, or makes new ones where there is none.

    `__` stands between the segments of a name; with `dots`, `.` does so too.
    """

    def __init__(self, lower: Snapshot | None, *, dots: bool = False) -> None:
        self._lower: Mapping[str, Any] = {} if lower is None else lower
        self._folded: dict[Path, _Keys] = {}
        self._dots = dots
        self._joints = "._" if dots else "_"

    def match(self, name: str) -> Path:
        """The path that the name means; raises `UnmatchedError`."""
        if len(self._segments(name)) > MAX_DEPTH:
            raise TooDeepError
        whole = len(name) + 1  # one more than where a last, empty segment begins
        cuts = self._cuts(name)
        cuts.append((len(name), whole))
        reached: dict[int, dict[Path, Any]] = {0: {(): self._lower}}
        for start in (0, *sorted({begin for _, begin in cuts[:-1]})):
            following = [cut for cut in cuts if cut[0] >= start]
            for path, node in reached.get(start, {}).items():
                for begin, segment, child in self._steps(path, node, name, start, following):
                    reached.setdefault(begin, {})[*path, segment] = child
        if whole in reached:
            return _only([(path, node, whole) for path, node in reached[whole].items()])[0]
        return self._extended(reached, name)

    def is_known(self, path: Path) -> bool:
        """Whether the lower layers have this path, or a schema declares it."""
        lower: Any = self._lower
        return not path or path in lower or is_declared(path)

    def keys_at(self, path: Path) -> Iterable[str]:
        """The keys that there are at a path, and those that are declared."""
        lower: Any = self._lower
        node = lower.get(path) if path else lower
        return dict.fromkeys((*(map(str, node) if isinstance(node, Mapping) else ()), *declared_keys(path)))

    def _segments(self, name: str) -> list[str]:
        """The name cut at each separator that the one before leaves whole."""
        return name.replace(SEPARATOR, ".").split(".") if self._dots else name.split(SEPARATOR)

    def _cuts(self, name: str) -> list[tuple[int, int]]:
        """Where a separator can be read, those that overlap too: where it begins and ends."""
        cuts = _found(SEPARATOR, name)
        return sorted(cuts + _found(".", name)) if self._dots else cuts

    def _steps(
        self, path: Path, node: Any, name: str, start: int, cuts: list[tuple[int, int]]
    ) -> Iterator[tuple[int, str | int, Any]]:
        """What the name may mean from `start` on: where it goes on after that, the segment, the child."""
        if isinstance(node, Mapping):
            keys = self._keys(path, node)
            for end, begin in cuts:
                if end - start > keys.longest:
                    return
                folded = fold(SEPARATOR.join(self._segments(name[start:end])))
                for key in keys.folded.get(folded, ()):
                    # What is only declared may have anything in it.
                    yield begin, str(key), node.get(key, {})
        elif type(node) is tuple:
            for end, begin in cuts:
                if end - start > _INDEX_DIGITS:
                    return
                index = _index(name[start:end], node)
                if index is not None:
                    yield begin, index, node[index]

    def _keys(self, path: Path, node: Mapping[str, Any]) -> _Keys:
        keys = self._folded.get(path)
        if keys is None:
            keys = self._folded[path] = _Keys(dict.fromkeys((*node, *declared_keys(path))))
        return keys

    def _extended(self, reached: dict[int, dict[Path, Any]], name: str) -> Path:
        """The path for a name of which only a beginning is there: the longest, whose rest becomes new keys.

        Beginnings that end within one run of separators are equally long.
        """
        left = {
            start: len(name[start:].lstrip(self._joints)) if start else len(name) + 1 for start in reached
        }
        least = min(left.values())
        longest = [start for start in reached if left[start] == least]
        path, node, start = _only([(*found, start) for start in longest for found in reached[start].items()])
        rest = self._segments(name[start:])
        if type(node) is tuple:
            raise UnmatchedError(_beyond(path, node))
        if "" in rest or (start == 0 and rest[0].startswith("_")):
            raise EmptySegmentError
        return (*path, *(segment.lower() for segment in rest))


def _found(separator: str, name: str) -> list[tuple[int, int]]:
    places = []
    at = name.find(separator)
    while at >= 0:
        places.append((at, at + len(separator)))
        at = name.find(separator, at + 1)
    return places


class _Keys:
    """The keys of a mapping by the form in which they are compared."""

    __slots__ = ("folded", "longest")

    def __init__(self, node: Mapping[str, Any]) -> None:
        self.folded: dict[str, list[str]] = {}
        for key in node:
            self.folded.setdefault(fold(key), []).append(key)
        self.longest = max(map(len, self.folded), default=-1)
        """In characters; no text is longer than what it folds to."""


def _only(found: list[tuple[Path, Any, int]]) -> tuple[Path, Any, int]:
    if len(found) > 1:
        names = ", ".join(sorted(format_path(path) for path, _, _ in found)[:5])
        raise UnmatchedError(f"means more than one path: {names}")
    return found[0]


def _index(segment: str, items: tuple[Any, ...]) -> int | None:
    """The index that a segment writes, if there is such an item."""
    if not (segment.isascii() and segment.isdigit()) or len(segment) > _INDEX_DIGITS:
        return None
    index = int(segment)
    return index if str(index) == segment and index < len(items) else None


def _beyond(path: Path, items: tuple[Any, ...]) -> str:
    where = format_path(path)
    if not items:
        return f"{where} is an empty list, which has no items to override"
    return f"{where} is a list, whose items are 0 to {len(items) - 1}"
