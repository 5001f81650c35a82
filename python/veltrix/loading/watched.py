"""What a source says that it reads: a source of a program's own may say it in forms that nobody expects."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from veltrix.sources.source import Source


def watched_paths(source: Source) -> list[str]:
    """The absolute paths that a source reads, as texts; raises TypeError for what is no sequence of paths.

    A text alone would be taken apart into its characters, and one of them is the root of all.
    """
    given: Iterable[object] = source.watch_paths()
    if isinstance(given, (str, bytes, os.PathLike)):
        raise _error(source, f"a sequence of paths, not one {type(given).__name__}")
    try:
        paths = [os.fspath(path) for path in given]  # type: ignore[call-overload]
    except TypeError:
        raise _error(source, "a sequence of paths") from None
    if not all(isinstance(path, str) for path in paths):
        raise _error(source, "paths as str, not bytes")
    return paths


def _error(source: Source, expected: str) -> TypeError:
    return TypeError(f"watch_paths of source {source.name!r} gives {expected}")
