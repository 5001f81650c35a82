"""What sources say that they read, and which of them change together for it.

Those do that read in one directory, or through one link that is swapped.
"""

from __future__ import annotations

import os

from veltrix.sources.links import Links
from veltrix.sources.source import Local

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from veltrix.sources.source import Source


def read_sets(sources: Sequence[Source]) -> list[set[int]]:
    """The positions of the sources of each set; what reads no local path is in none."""
    leaders = list(range(len(sources)))  # from each position to another of its set, at last to one leader
    readers: dict[str, int] = {}

    def leader(at: int) -> int:
        while leaders[at] != at:
            leaders[at] = at = leaders[leaders[at]]
        return at

    reading = set()
    for at, source in enumerate(sources):
        for place in _places(source):
            leaders[leader(at)] = leader(readers.setdefault(place, at))
            reading.add(at)
    sets: dict[int, set[int]] = {}
    for at in reading:
        sets.setdefault(leader(at), set()).add(at)
    return list(sets.values())


def _places(source: Source) -> Iterator[str]:
    """The directories that a source reads in, as given and without links, and the links that are swapped."""
    for path in watched_paths(source):
        # What each kind of ours reads is known while nothing is there, too.
        is_directory = source.is_directory if isinstance(source, Local) else os.path.isdir(path)
        yield path if is_directory else os.path.dirname(path)
        links = Links()
        try:
            place = links.resolve(path)
        except (OSError, ValueError):
            continue
        yield place if is_directory else os.path.dirname(place)
        yield from (link for link in links.swapped())


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
