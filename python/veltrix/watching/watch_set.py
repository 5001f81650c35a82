"""Which directories decide what a path leads to.

    config/app.toml -> ..data/app.toml      `config` decides, and
    config/..data   -> ..2026_11_22         once more; then
    config/..2026_11_22/app.toml            `config` and `config/..2026_11_22`, of the last two names

A file that is watched itself is lost when another one is renamed into its place. So what is watched is the
directory that holds a component of the path, if that component is a link, is missing, or is one of the last
two. A change further up is found by the timer, as another directory stands at a path of the set then.
"""

from __future__ import annotations

import errno
import os

from veltrix.sources._system import POSIX
from veltrix.sources.links import DATA

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from veltrix.watching.file_systems import Mounts

_MOST_LINKS = 40
_MOST_ENTRIES = 1000
"""So many links of one directory are followed; what others lead to is found by the timer."""


class WatchSet:
    """The directories to watch for some absolute paths, and the names in them that matter."""

    def __init__(self, paths: Iterable[str], mounts: Mounts) -> None:
        self._mounts = mounts
        self._names: set[str] = set()
        self._whole: set[str] = set()
        """Directories of which everything matters."""
        self.polled: dict[str, str] = {}
        """The places where not every change has an event, and the type of their file system."""
        self.mounted: list[str] = []
        """The files that are mounted by themselves: one renamed over them outside is never seen."""
        found: set[str] = set()
        for path in paths:
            found |= self._of_path(path)
        identified = ((path, _identity(path)) for path in found)
        self.directories = frozenset((path, known) for path, known in identified if known is not None)
        """Each with what distinguishes it from another one at the same path."""
        self._watched = {_as_told(path) for path, _ in self.directories}

    def concerns(self, touched: Iterable[str]) -> bool:
        """Whether any of these paths, at which something happened, matters."""
        return self.moved(touched) or any(
            path in self._names or os.path.dirname(path) in self._whole for path in touched
        )

    def moved(self, touched: Iterable[str]) -> bool:
        """Whether something happened to a directory itself: one in its place may have the same number."""
        return not self._watched.isdisjoint(touched)

    def _of_path(self, path: str) -> set[str]:
        found: set[str] = set()
        place = self._resolved(path, found)
        file_system = self._mounts.unreliable(place)
        if file_system is not None:
            self.polled[place] = file_system
            return set()
        if os.path.isdir(place):
            self._whole.add(_as_told(place))
            found.add(place)
            for entry in _links_in(place):
                inner = self._resolved(entry, found)
                if os.path.isdir(inner):
                    self._whole.add(_as_told(inner))
                    found.add(inner)
        elif self._mounts.is_mount(place):
            self.mounted.append(place)
        return found

    def _resolved(self, path: str, found: set[str]) -> str:
        """Where the path leads; the directories that decide it are added to `found`."""
        place, links = os.path.abspath(os.sep), 0
        if not POSIX:
            place, names = os.path.dirname(path), [os.path.basename(path)]
        else:
            names = path.split("/")[::-1]
        while names:
            name = names.pop()
            if name in ("", "."):
                continue
            if name == "..":
                place = os.path.dirname(place)
                continue
            here = os.path.join(place, name)
            self._names.add(_as_told(here))
            try:
                target = os.readlink(here)
            except OSError as error:
                if error.errno == errno.EINVAL:  # it is there, and no link
                    place = here
                    continue
                self._names.add(_as_told(os.path.join(place, DATA)))  # through which it may come to be
                found.add(_existing(place))
                return os.path.join(here, *reversed(names))
            links += 1
            if links > _MOST_LINKS:
                break
            found.add(place)
            if target.startswith("/"):
                place = "/"
            names += target.split("/")[::-1]
        above = os.path.dirname(place)
        found.update((above, os.path.dirname(above)))
        return place


def _existing(place: str) -> str:
    """The nearest directory that there is: events of a file in its place come from the one above."""
    while not os.path.isdir(place) and os.path.dirname(place) != place:
        place = os.path.dirname(place)
    return place


def _links_in(place: str) -> list[str]:
    try:
        with os.scandir(place) as entries:
            return [entry.path for entry in entries if entry.is_symlink()][:_MOST_ENTRIES]
    except OSError:  # it just went away, or nobody may list it
        return []


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _as_told(path: str) -> str:
    """The path in the characters in which an event can name it: UTF-8 alone."""
    return os.fsencode(path).decode("utf-8", "replace")
