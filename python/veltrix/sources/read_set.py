"""The files of one load, all of one generation.

Two files of one directory that is swapped by a link (a mounted ConfigMap, `current -> releases/42`) have to
be read through the same target of that link. So the first file of a load with a link on its path brings in
all others of the load that have one: each link is looked at once, the files are read where the links lead,
and the links are looked at again. If one moved on meanwhile, or a file of the old target was gone already,
all of them are read again, a bounded number of times. Where a link never rests, the last files that were read
whole are good: they are of one generation.

A file with no link on its path is read by the same system calls as without a set. What an earlier pass has
read, and is in the same state, is not read again.
"""

from __future__ import annotations

import time
from contextvars import ContextVar
from weakref import ref

from veltrix.sources._system import POSIX
from veltrix.sources.links import Links
from veltrix.sources.reading import (
    ATTEMPTS,
    FILE_LIMIT,
    FIRST_PAUSE,
    SETTLE,
    LinkedError,
    TornError,
    UnreadableError,
    read_once,
    read_stable,
    unreadable,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from veltrix.sources.source import Fetched

    Read = dict[str, Fetched | UnreadableError]
    Known = Mapping[str, Fetched | None]

# An interrupt may keep it from being reset: what it refers to lives no longer than the load all the same.
_current: ContextVar[ref[ReadSet] | None] = ContextVar("read_set", default=None)


class one_read_set:  # noqa: N801  (a context manager; `contextlib` costs more than all that it reads)
    """Within, these files and directories of secrets are read as one set.

    They are absolute paths, with what an earlier pass has read of each.
    """

    def __init__(self, files: Known, directories: Known) -> None:
        self._members = ReadSet(files, directories)

    def __enter__(self) -> None:
        mixable = POSIX and self._members.can_mix()
        self._token = _current.set(ref(self._members) if mixable else None)

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)


def _members() -> ReadSet | None:
    held = _current.get()
    return None if held is None else held()


def read_file(path: str, previous: Fetched | None = None) -> Fetched:
    """The content of a file, at most 16 MiB, of the generation that is loaded; raises `UnreadableError`."""
    members = _members()
    return read_stable(path, previous=previous) if members is None else members.file(path)


def read_directory(path: str, previous: Fetched | None = None) -> Fetched:
    """The files of a secret directory, of the generation that the load reads; raises `UnreadableError`."""
    members = _members()
    if members is None or not members.holds(path):
        members = ReadSet({}, {path: previous})
    return members.directory(path)


class ReadSet:
    """The files and directories that one load reads, and the contents of those that links lead to."""

    def __init__(self, files: Known, directories: Known) -> None:
        self._files = {path: _present(known) for path, known in files.items()}
        self._directories = {path: _present(known) for path, known in directories.items()}
        self._read: Read | None = None

    def can_mix(self) -> bool:
        """Whether there is more than one thing to read."""
        return len(self._files) + len(self._directories) > 1

    def holds(self, directory: str) -> bool:
        """Whether the directory is one of the set."""
        return directory in self._directories

    def file(self, path: str) -> Fetched:
        """The content of a file; one that is not of the set is read by itself."""
        if self._read is None and path in self._files:
            try:
                return read_stable(path, previous=self._files[path], without_links=True)
            except UnreadableError as error:
                if not (error.missing or isinstance(error, LinkedError)):
                    raise
        found = self._all().get(path) if path in self._files else None
        if isinstance(found, UnreadableError):
            raise found
        return read_stable(path, previous=self._files.get(path)) if found is None else found

    def directory(self, path: str) -> Fetched:
        """What is in a directory of the set."""
        found = self._all()[path]
        if isinstance(found, UnreadableError):
            raise found
        return found

    def _all(self) -> Read:
        if self._read is None:
            self._read = self._read_all()
        return self._read

    def _read_all(self) -> Read:
        read: Read = {}
        whole: Read | None = None
        pause, settle = FIRST_PAUSE, SETTLE
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(pause)
                pause *= 2
            links = Links()
            read = self._read_through(links, settle)
            moved = links.moved()
            torn = _mark_torn(read, moved)
            if not torn:
                whole = read
            if not (torn or moved):
                break
            if moved:
                settle = 0  # whoever writes replaces whole directories, and may be faster than the pause
        return read if whole is None else whole

    def _read_through(self, links: Links, settle: float) -> Read:
        """Contents by path, of the directories and of the files that links lead to."""
        read: Read = {}
        for path, known in self._files.items():
            try:
                place = links.resolve(path)
                if place != path:
                    read[path] = read_once(place, limit=FILE_LIMIT, previous=known, settle=settle)[0]
            except OSError as error:
                read[path] = unreadable(error)
            except UnreadableError as error:
                read[path] = error.with_traceback(None)
        for path, known in self._directories.items():
            from veltrix.sources.mounted_secrets import read_generation  # most loads read no secrets

            try:
                read[path] = read_generation(path, links, known)
            except UnreadableError as error:
                read[path] = error.with_traceback(None)
        return read


def _present(known: Fetched | None) -> Fetched | None:
    """What an earlier pass has read, unless nothing was there."""
    return None if known is None or known.payload is None else known


def _mark_torn(read: Read, moved: bool) -> bool:
    """Whether anything was overtaken by a change; what is missing because its link moved on is so too."""
    torn = False
    for path, found in read.items():
        if moved and isinstance(found, UnreadableError) and found.missing:
            read[path] = found = TornError("moved away while it was read")
        torn = torn or isinstance(found, TornError)
    return torn
