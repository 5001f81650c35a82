"""Events of the system, through watchfiles: the extra `watch`."""

from __future__ import annotations

import os
import sys
import time
from contextlib import suppress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from watchfiles._rust_notify import RustNotify

    from veltrix.watching.bell import Bell

LONGEST_SETTLE = 0.25
"""Seconds after the first event when it is time to look, whatever goes on happening."""
_GONE_SECONDS = 0.2
"""How long to wait, at most, for the thread of a watch that was closed."""


class UnavailableError(Exception):
    """Why there are no events; its text is for people."""


class LostError(Exception):
    """What gave events gives none any more: it has to be made anew, and something may have happened."""


class Events:
    """Events of some directories, and of nothing below them.

    Raises `FileNotFoundError` where one of them just went away, and `UnavailableError`.
    """

    def __init__(self, directories: Iterable[str], settle: float) -> None:
        if _is_cooperative():
            raise UnavailableError(
                "threads are greenlets here, and one that waits for events stops all others"
            )
        notify = rust_notify()
        self._settle = max(round(settle * 1000), 1)
        before = _threads()
        try:
            # Never with permissions ignored: paths that are missing and limits that are met would be, too.
            self._notify = notify(list(directories), False, False, 0, False, False)
        except FileNotFoundError:
            raise
        except Exception as error:
            raise UnavailableError(_reason(error)) from error
        self._threads = _threads() - before

    def wait(self, bell: Bell, seconds: float) -> set[str] | None:
        """The paths at which something happened, once it is over; None if the time is, or the bell rings.

        Raises `LostError`: once something happened to a name that is no UTF-8, watchfiles fails at each call.
        """
        milliseconds = max(round(seconds * 1000), 1)
        try:
            found = self._notify.watch(round(LONGEST_SETTLE * 1000), self._settle, milliseconds, bell)
        except Exception as error:
            if "decode" in str(error):
                raise LostError from error
            raise
        if isinstance(found, set):
            return {path for _, path in found}
        bell.clear()
        return None

    def close(self) -> None:
        """Ends the thread behind it, and waits until it is gone: a fork would find it."""
        self._notify.close()
        end = time.monotonic() + _GONE_SECONDS
        while self._threads & _threads() and time.monotonic() < end:
            time.sleep(0.0005)


def rust_notify() -> type[RustNotify]:
    """The class that gives events; raises `UnavailableError`. To import it takes a while, once."""
    try:
        from watchfiles._rust_notify import RustNotify
    except ImportError:
        raise UnavailableError("watchfiles is not installed (the extra `watch`)") from None
    return RustNotify


def _reason(error: Exception) -> str:
    text = str(error)
    if "MaxFilesWatch" in text or "os error 28" in text:
        return "no inotify watch is left (fs.inotify.max_user_watches)"
    if "os error 24" in text:
        return "no inotify instance is left (fs.inotify.max_user_instances), or no descriptor"
    if isinstance(error, PermissionError):
        return "a directory on the way may not be read"
    return f"watchfiles gives {type(error).__name__}"


def _is_cooperative() -> bool:
    """Whether gevent or eventlet has put greenlets into the place of threads."""
    gevent, eventlet = sys.modules.get("gevent.monkey"), sys.modules.get("eventlet.patcher")
    return (gevent is not None and bool(gevent.is_module_patched("threading"))) or (
        eventlet is not None and bool(eventlet.is_monkey_patched("thread"))
    )


def _threads() -> set[str]:
    """The threads of watchfiles in this process, where the system lists them."""
    found: set[str] = set()
    try:
        tasks = os.listdir("/proc/self/task")
    except OSError:
        return found
    for one in tasks:
        with suppress(OSError), open(f"/proc/self/task/{one}/comm", "rb") as name:  # it may end meanwhile
            if name.read().startswith(b"notify-rs"):
                found.add(one)
    return found
