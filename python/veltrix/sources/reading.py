"""Read a file whole, as one state of it: regular files only, within a limit, never half-written.

A file is opened without blocking (a FIFO without a writer would wait for ever), checked to be a regular
file through the descriptor (a check by name could look at another file), and read to its end whatever its
size claims (files in /proc claim 0). Its identity, size and times are compared before and after; when they
differ somebody wrote meanwhile, and the read is tried again a bounded number of times.

Times and size do not show all. The times are those of the kernel's last tick, and two writes within a tick
leave the same ones; the time of a write can be set back, and only the change time then shows it, which
a file that is replaced changes as well. A file that was written just now, or whose change time alone is
another, is therefore read twice and has to be the same.
"""

from __future__ import annotations

import errno
import os
import stat
import time

from veltrix._limits import DOCUMENT_LIMIT
from veltrix.sources._system import GONE, open_file, place_of
from veltrix.sources.source import Fetched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    from veltrix.sources._system import Directory

    Result = TypeVar("Result")

FILE_LIMIT = DOCUMENT_LIMIT
TICK = 50_000_000
"""Nanoseconds, several times the tick of any usual kernel (1 to 10 ms)."""
SETTLE = 0.005
"""Seconds between the two reads of such a file, in which whoever is in the middle of writing it goes on."""
ATTEMPTS = 6
FIRST_PAUSE = 0.005
_CHUNK = 1024 * 1024


class UnreadableError(Exception):
    """Why a file could not be read: `reason` for a message, `missing` when there is no such file."""

    def __init__(self, reason: str, *, missing: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.missing = missing


class TooLargeError(UnreadableError):
    """A file beyond the limit, of which nothing, or not all, was read."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"larger than the limit of {limit} bytes")


class TornError(UnreadableError):
    """What was read changed meanwhile: worth another try."""


class LinkedError(UnreadableError):
    """A link leads to the file, or the system does not say whether one does; nothing of it was read."""


def read_stable(
    path: str,
    *,
    limit: int = FILE_LIMIT,
    previous: Fetched | None = None,
    without_links: bool = False,
) -> Fetched:
    """The content of the regular file `path`, at most `limit` bytes, in one unchanged state of it.

    A file in the state that `previous` knows is not read again. `without_links` raises `LinkedError` for a
    file that is reached through a link.
    """
    return with_retries(
        lambda: read_once(path, limit=limit, previous=previous, settle=SETTLE, without_links=without_links)[0]
    )


def with_retries(attempt: Callable[[], Result]) -> Result:
    """Call `attempt` until it is not `TornError`, a bounded number of times, with growing pauses between."""
    pause = FIRST_PAUSE
    for _ in range(ATTEMPTS - 1):
        try:
            return attempt()
        except TornError:
            time.sleep(pause)
            pause *= 2
    return attempt()


def read_once(
    path: str,
    *,
    limit: int,
    previous: Fetched | None = None,
    directory: Directory | None = None,
    settle: float = 0,
    without_links: bool = False,
) -> tuple[Fetched, os.stat_result]:
    """One try: content and status, or `UnreadableError`, or `TornError` if the file changed under the read.

    The answer is `previous` for a file in that state, and has the very bytes of `previous` if they are equal.
    With `directory`, `path` is a name in it that may not be a link. `settle` are the seconds before a second
    read. `without_links` refuses a `path` with a link anywhere on it by `LinkedError`.
    """
    try:
        descriptor = open_file(path) if directory is None else directory.open_file(path)
    except OSError as error:
        raise unreadable(error) from error
    except ValueError as error:
        raise UnreadableError("the name holds a NUL character") from error
    try:
        if without_links and place_of(descriptor) != path:
            raise LinkedError("reached through a link")
        begin, same = time.time_ns(), True
        before = os.fstat(descriptor)
        if not stat.S_ISREG(before.st_mode):
            raise UnreadableError(f"not a regular file but {kind(before.st_mode)}")
        if before.st_size > limit:
            raise TooLargeError(limit)
        if previous is not None and previous.revision == _state(before):
            return previous, before
        content = _read_to_end(descriptor, limit)
        after = os.fstat(descriptor)
        if _is_fresh(before, begin) or after.st_ctime_ns != before.st_ctime_ns:
            if settle:
                time.sleep(settle)
            same = _holds(descriptor, content)
            after = os.fstat(descriptor)
    except OSError as error:
        raise unreadable(error) from error
    finally:
        os.close(descriptor)
    if len(content) > limit:
        raise TooLargeError(limit)
    if not same or fingerprint(before) != fingerprint(after):
        raise TornError("changed while it was read")
    if previous is not None and previous.payload == content:
        content = previous.payload
    # A write right after this read may leave the times as they are, and a size of 0 may be a claim.
    settled = not _is_fresh(after, begin) and len(content) == after.st_size
    return Fetched(_state(after) if settled else None, content), after


def fingerprint(status: os.stat_result) -> tuple[int, ...]:
    """What distinguishes two states of a file; without the change time, which a new name changes too."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)


def _state(status: os.stat_result) -> tuple[int, ...]:
    """What has to be unchanged for a file not to be read again."""
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def unreadable(error: OSError) -> UnreadableError:
    """The system's refusal in words; a link where none is allowed and a socket get their own."""
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return UnreadableError("no such file", missing=True)
    if error.errno == errno.ENXIO:
        return UnreadableError("not a regular file but a socket or a device")
    if error.errno == errno.EISDIR:
        return UnreadableError("not a regular file but a directory")
    if error.errno in GONE:
        return TornError("moved away while it was read")
    return UnreadableError((error.strerror or "cannot be read").lower())


def kind(mode: int) -> str:
    """What a file that is not a regular one is called."""
    for test, word in _KINDS:
        if test(mode):
            return word
    return "something else"


_KINDS: tuple[tuple[Callable[[int], bool], str], ...] = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISLNK, "a link"),
)


def _is_fresh(status: os.stat_result, begin: int) -> bool:
    """Whether a write since `begin` may have left the times as they are; so for any in the future too."""
    return begin - max(status.st_mtime_ns, status.st_ctime_ns) < TICK


def _holds(descriptor: int, content: bytes) -> bool:
    """Whether the file, read a second time, is the same; one that cannot be read twice counts as such."""
    position = 0
    try:
        os.lseek(descriptor, 0, os.SEEK_SET)
    except OSError as error:
        if error.errno == errno.ESPIPE:
            return True
        raise
    while part := os.read(descriptor, _CHUNK):
        if part != content[position : position + len(part)]:
            return False
        position += len(part)
    return position == len(content)


def _read_to_end(descriptor: int, limit: int) -> bytes:
    parts = []
    room = limit + 1
    while room > 0:
        part = os.read(descriptor, min(_CHUNK, room))
        if not part:
            break
        parts.append(part)
        room -= len(part)
    return b"".join(parts)
