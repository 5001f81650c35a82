"""The links that paths lead through, each looked at once.

    config/app.toml -> ..data/app.toml      what a program opens
    config/..data   -> ..2026_11_22         swapped as a whole when the files change
    config/..2026_11_22/app.toml

Paths that are resolved with the same `Links` meet the same target at each link, whatever happens to it
between the one and the other.
"""

from __future__ import annotations

import errno
import os

from veltrix.sources._system import POSIX

DATA = "..data"
_MOST = 40
_NO_LINK = ""


class Links:
    """What each link held when a path first led to it."""

    def __init__(self) -> None:
        self._seen: dict[str, str | None] = {}

    def target(self, path: str) -> str | None:
        """What the link at `path` holds; None if none is there."""
        return self._held(path) or None

    def resolve(self, path: str) -> str:
        """The absolute `path` without links on it; raises `OSError` for links that lead in a circle.

        What is absent stays as it is, but for a name beside `..data`: Kubernetes makes the links of a new
        generation after it has swapped that link, so such a name is looked for in the generation.
        """
        if not POSIX:
            return path
        place, links = "/", 0
        names = path.split("/")[::-1]
        while names:
            name = names.pop()
            if name in ("", "."):
                continue
            if name == "..":
                place = os.path.dirname(place)
                continue
            here = os.path.join(place, name)
            if place == "/proc":  # its links are no paths
                return os.path.join(here, *reversed(names))
            target = self._held(here)
            if target is None and name != DATA and self.target(os.path.join(place, DATA)):
                target = f"{DATA}/{name}"
            if not target:
                place = here
                continue
            links += 1
            if links > _MOST:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
            if target.startswith("/"):
                place = "/"
            names += target.split("/")[::-1]
        return place

    def moved(self) -> bool:
        """Whether any of the links is another one now, or came to be."""
        return any(held != _NO_LINK and _look(path) != held for path, held in self._seen.items())

    def swapped(self) -> list[str]:
        """The links met that lead to something beside them, as those do that are swapped as a whole."""
        return [path for path, held in self._seen.items() if held and _is_beside(path, held)]

    def _held(self, path: str) -> str | None:
        if path not in self._seen:
            self._seen[path] = _look(path)
        return self._seen[path]


def _is_beside(path: str, target: str) -> bool:
    return os.path.dirname(path) != "/" and not target.startswith("/") and ".." not in target.split("/")


def _look(path: str) -> str | None:
    """What the link holds; `_NO_LINK` for anything else, None where nothing is."""
    if not POSIX:
        return _NO_LINK
    try:
        return os.readlink(path)
    except OSError as error:
        return None if error.errno == errno.ENOENT else _NO_LINK
    except ValueError:  # a NUL character, which opening it reports
        return _NO_LINK
