"""The paths that `secret=` marks, and those where no layer has anything: a misspelt one hides nothing."""

from __future__ import annotations

from itertools import takewhile

from veltrix._text import printable
from veltrix.errors import ConfigWarning, MissingKeyError
from veltrix.sources._kernel import format_path, parse_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from veltrix.sources._kernel import Path, Snapshot
    from veltrix.sources.source import SecretTuple

_NAMED = 5


class UnmatchedMark(ConfigWarning):
    """The paths that one `secret=` marks though no layer has anything there.

    `source` is the name of the source that was given them, None for the configuration itself.
    """

    def __init__(self, paths: tuple[str, ...], source: str | None = None) -> None:
        self.paths = paths
        self.source = source
        super().__init__(paths, source)

    def __str__(self) -> str:
        where = "" if self.source is None else f"{printable(self.source)}: "
        return f"{where}secret= names {listed(self.paths)}, where no layer has anything"


def listed(paths: tuple[str, ...]) -> str:
    """The first few of some paths, for a message."""
    more = ", …" if len(paths) > _NAMED else ""
    return ", ".join(printable(path) for path in paths[:_NAMED]) + more


class Marks:
    """The marks of one configuration; where a layer has something at a path, its mark is matched."""

    def __init__(self, given: Iterable[tuple[SecretTuple, str | None]]) -> None:
        """What each source, or the configuration itself, was given. A path into a list marks the list."""
        self._given = [(source, tuple(_names(parse_path(path)) for path in paths)) for paths, source in given]
        self.paths = {path for _, paths in self._given for path in paths}
        """All paths that are marked."""

    def at_or_above(self, removed: Iterable[str]) -> set[Path]:
        """The paths that are marked, and at which or below which one of these stood."""
        found: set[Path] = set()
        for text in removed:
            path = parse_path(text)
            found.update(self.paths.intersection(path[:length] for length in range(1, len(path) + 1)))
        return found

    def unmatched(self, pending: set[Path], stacks: Iterable[Snapshot]) -> Iterator[UnmatchedMark]:
        """A warning for each that marks one of these paths, where none of the stacks has anything."""
        for stack in stacks if pending else ():
            pending = {path for path in pending if not _stands_in(stack, path)}
            if not pending:
                return
        for source, paths in self._given:
            left = tuple(format_path(path) for path in dict.fromkeys(paths) if path in pending)
            if left:
                yield UnmatchedMark(left, source)


def _names(path: Path) -> Path:
    return tuple(takewhile(lambda segment: isinstance(segment, str), path))


def _stands_in(stack: Snapshot, path: Path) -> bool:
    """Whether any layer says something at the path itself, be it overridden or deleted."""
    try:
        explanation = stack.explain(path)
    except MissingKeyError:
        return False
    return any(definition.path == explanation.path for definition in explanation.definitions)
