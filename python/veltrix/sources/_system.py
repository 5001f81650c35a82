"""What differs between systems, in one place: the names that `os` lacks, and what to do without them.

On a POSIX system an open directory is a descriptor, and what is in it is reached through that, wherever its
path leads meanwhile. Elsewhere (Windows) a directory is its path, links in it are refused, and the bits of a
mode say nothing of who may read a file.
"""

from __future__ import annotations

import errno
import os
import stat


def _flag(name: str) -> int:
    return int(getattr(os, name, 0))


POSIX = hasattr(os, "O_NOFOLLOW") and hasattr(os, "O_DIRECTORY") and os.open in os.supports_dir_fd

# Waits for no writer, is inherited by no child, becomes no terminal of ours, and gives bytes as they are.
READ = (
    os.O_RDONLY
    | _flag("O_NONBLOCK")
    | _flag("O_CLOEXEC")
    | _flag("O_NOINHERIT")
    | _flag("O_NOCTTY")
    | _flag("O_BINARY")
)
_NO_LINK = _flag("O_NOFOLLOW")
_DIRECTORY = os.O_RDONLY | _flag("O_DIRECTORY") | _flag("O_CLOEXEC")

UPPER_CASE_VARIABLES = os.name == "nt"
"""Whether the environment knows no lower case: `os.environ` has all names in upper case then."""

GONE = frozenset({errno.ENOENT, getattr(errno, "ESTALE", errno.ENOENT)})
"""A file that was there a moment ago is not any more."""


def open_file(path: str) -> int:
    """A descriptor of what is to be read; raises `OSError`."""
    try:
        return os.open(path, READ)
    except PermissionError as error:
        if not POSIX and os.path.isdir(path):  # where a directory cannot be opened at all
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR)) from error
        raise


def place_of(descriptor: int) -> str | None:
    """The path of an open file without any link on it; None where the system does not say."""
    try:
        return os.readlink(f"/proc/self/fd/{descriptor}")
    except OSError:
        return None


class Directory:
    """An open directory. Every method raises `OSError`; a name is one of the directory, and never a path."""

    def __init__(self, path: str, within: Directory | None = None) -> None:
        """Open the directory at `path`; with `within`, the one of that name in it, which may be no link."""
        self._path = path
        self._descriptor = -1
        if not POSIX:
            if not stat.S_ISDIR(os.stat(path).st_mode):
                raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        elif within is None:
            self._descriptor = os.open(path, _DIRECTORY)
        else:
            self._descriptor = os.open(path, _DIRECTORY | _NO_LINK, dir_fd=within._descriptor)

    def close(self) -> None:
        """Give the descriptor back."""
        if POSIX:
            os.close(self._descriptor)

    def names(self) -> list[str]:
        """What is in it, in no order."""
        return os.listdir(self._descriptor if POSIX else self._path)

    def mode(self, name: str) -> int:
        """The mode of what has that name, a link's own if it is one."""
        if POSIX:
            return os.stat(name, dir_fd=self._descriptor, follow_symlinks=False).st_mode
        return os.lstat(os.path.join(self._path, name)).st_mode

    def target(self, name: str) -> str:
        """What the link of that name holds."""
        return os.readlink(name, dir_fd=self._descriptor)

    def open_file(self, name: str) -> int:
        """A descriptor of the file of that name, which may be no link."""
        if POSIX:
            return os.open(name, READ | _NO_LINK, dir_fd=self._descriptor)
        return open_file(os.path.join(self._path, name))

    def is_open_to_everyone(self) -> bool:
        """Whether every user of the machine can enter it, as far as its mode says."""
        return POSIX and bool(os.fstat(self._descriptor).st_mode & stat.S_IXOTH)
