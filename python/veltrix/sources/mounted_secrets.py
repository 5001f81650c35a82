"""The files of a secret directory, all of one generation.

    secrets/
      ..data -> ..2026_11_22        swapped as a whole when the secrets change
      ..2026_11_22/password
      password -> ..data/password   what people see

Kubernetes lays a mounted secret out so. `..data` is resolved once, to an open directory, and every file is
read through that directory; a swap meanwhile cannot mix two generations. A plain directory of files is read
in the same way, without the link. No link may leave the directory. Whoever asks looks at the link again
afterwards (`read_set`).
"""

from __future__ import annotations

import errno
import os
import stat

from veltrix._limits import DOCUMENT_LIMIT, VALUE_LIMIT
from veltrix.sources._system import GONE, POSIX, Directory
from veltrix.sources.links import DATA
from veltrix.sources.reading import (
    TooLargeError,
    TornError,
    UnreadableError,
    kind,
    read_once,
    unreadable,
)
from veltrix.sources.source import Fetched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

    from veltrix.sources.links import Links

SECRET_LIMIT = VALUE_LIMIT
TOTAL_LIMIT = DOCUMENT_LIMIT
COUNT_LIMIT = 10_000
_LINKS = 8
_BACK_UPS = ("~", ".bak", ".orig", ".rej", ".tmp", ".swp", ".swo", ".swn")


class Generation:
    """What one read of the directory found."""

    def __init__(self) -> None:
        self.contents: dict[str, bytes] = {}
        self.revisions: dict[str, Hashable] = {}
        """The state in which each file was read."""
        self.problems: dict[str, str] = {}
        self.directories: list[str] = []
        self.exposed: list[str] = []
        """Files that everyone may read."""

    def __len__(self) -> int:
        return len(self.contents)

    def says_as(self, other: Generation) -> bool:
        """Whether another read found the same, in whatever state the files were."""
        return (
            self.contents == other.contents
            and self.problems == other.problems
            and self.directories == other.directories
            and self.exposed == other.exposed
        )


def read_generation(path: str, links: Links, previous: Fetched | None = None) -> Fetched:
    """One read of the directory, in the generation that `links` lead to: a `Generation`.

    A file in the state that `previous` knows is not read again; where nothing else was found either, the
    payload is the one of `previous`. Raises `UnreadableError`, and `TornError` where the generation, or a
    file of it, went away meanwhile.
    """
    try:
        place = links.resolve(path)
        root = Directory(place)
    except OSError as error:
        if error.errno == errno.ENOTDIR:
            raise UnreadableError("not a directory", missing=not os.path.exists(path)) from error
        if error.errno == errno.ENOENT:
            raise UnreadableError("no such directory", missing=True) from error
        raise unreadable(error) from error
    except ValueError as error:
        raise UnreadableError("the name holds a NUL character") from error
    try:
        link = links.target(os.path.join(place, DATA))
        data = None if link is None else _open_data(root, link)
        try:
            generation = _MountReader(root, data, previous).read()
        finally:
            if data is not None:
                data.close()
    except OSError as error:
        raise unreadable(error) from error
    finally:
        root.close()
    if previous is not None and generation.says_as(previous.payload):
        return Fetched(tuple(generation.revisions.items()), previous.payload)
    return Fetched(tuple(generation.revisions.items()), generation)


def _open_data(root: Directory, link: str) -> Directory:
    if "/" in link or link in (".", ".."):
        raise UnreadableError(f"{DATA} is a link that leaves the directory")
    try:
        return Directory(link, within=root)
    except OSError as error:
        if error.errno in GONE:
            raise TornError(f"{DATA} points to nothing") from error
        if error.errno in (errno.ENOTDIR, errno.ELOOP):
            raise UnreadableError(f"{DATA} does not point to a directory") from error
        raise


class _FullError(UnreadableError):
    """The directory holds more than is read: what follows is left unread."""


class _MountReader:
    """Reads what stands in an open directory, and in the one that its `..data` points to."""

    def __init__(self, root: Directory, data: Directory | None, previous: Fetched | None) -> None:
        self.known = _known(previous)
        self.root = root
        self.data = data
        self.everyone_enters = root.is_open_to_everyone()
        self.generation = Generation()
        self.room = TOTAL_LIMIT

    def read(self) -> Generation:
        for name, directory in self._entries():
            try:
                self._read_entry(name, directory)
            except TornError as error:
                raise TornError(f"{name} {error.reason}") from error
            except UnreadableError as error:
                self.generation.problems[name] = error.reason
                if isinstance(error, _FullError):
                    break
        return self.generation

    def _entries(self) -> Iterator[tuple[str, Directory]]:
        """Name and directory of everything to be read: those of `..data` first, each name once."""
        places: dict[str, Directory] = {}
        for directory in (self.data, self.root):
            if directory is not None:
                for name in sorted(directory.names()):
                    if not _is_hidden(name):
                        places.setdefault(name, directory)
        if len(places) > COUNT_LIMIT:
            raise UnreadableError(f"more than {COUNT_LIMIT} files")
        return iter(places.items())

    def _read_entry(self, name: str, directory: Directory) -> None:
        place, links = name, 0
        mode = _mode(place, directory)
        while stat.S_ISLNK(mode):
            links += 1
            if links > _LINKS:
                raise UnreadableError("a chain of too many links")
            directory, place = self._follow(directory, place)
            mode = _mode(place, directory)
        if stat.S_ISDIR(mode):
            self.generation.directories.append(name)
            return
        if not stat.S_ISREG(mode):
            raise UnreadableError(f"not a regular file but {kind(mode)}")
        self._keep(name, place, directory)

    def _follow(self, directory: Directory, place: str) -> tuple[Directory, str]:
        """The directory and the name that a link leads to: in this directory, or right in `..data`."""
        if not POSIX:
            raise UnreadableError("a link, which is followed on POSIX systems only")
        target = directory.target(place)
        inner, _, last = target.removeprefix("./").rpartition("/")
        if target.startswith("/") or last in ("", ".", "..") or ".." in inner.split("/"):
            raise UnreadableError("a link that leaves the directory")
        if not inner:
            return directory, last
        if inner == DATA and directory == self.root and self.data is not None:
            return self.data, last
        raise UnreadableError("a link into another directory")

    def _keep(self, name: str, place: str, directory: Directory) -> None:
        limit = min(SECRET_LIMIT, self.room)
        try:
            fetched, status = read_once(
                place, limit=limit, directory=directory, previous=self.known.get(name)
            )
        except TooLargeError as error:
            if limit < SECRET_LIMIT:
                raise _FullError(f"beyond {TOTAL_LIMIT} bytes in the whole directory") from error
            raise
        except UnreadableError as error:
            if error.missing:
                raise TornError("went away while it was read") from error
            raise
        self.room -= len(fetched.payload)
        self.generation.contents[name] = fetched.payload
        self.generation.revisions[name] = fetched.revision
        if self.everyone_enters and status.st_mode & stat.S_IROTH:
            self.generation.exposed.append(name)


def _known(previous: Fetched | None) -> dict[str, Fetched]:
    """The files that an earlier read found, by name."""
    if previous is None:
        return {}
    contents = previous.payload.contents
    return {name: Fetched(revision, contents[name], previous.at) for name, revision in previous.revision}


def _mode(place: str, directory: Directory) -> int:
    try:
        return directory.mode(place)
    except OSError as error:
        if error.errno in GONE:
            raise TornError("points to nothing, or went away while it was read") from error
        raise unreadable(error) from error


def _is_hidden(name: str) -> bool:
    """Whether it is for the system or an editor: hidden, a back-up, a swap file."""
    return name.startswith((".", "#")) or name.endswith(_BACK_UPS)
