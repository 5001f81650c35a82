"""The thread that watches: it looks, waits and looks again, survives what goes wrong, and ends in time."""

from __future__ import annotations

import math
import os
import threading
import time
from contextlib import suppress
from contextvars import Context
from functools import cache
from threading import Thread

from veltrix._weak import WeakMembers
from veltrix.watching.bell import Bell
from veltrix.watching.events import LONGEST_SETTLE, UnavailableError, rust_notify
from veltrix.watching.eyes import Eyes
from veltrix.watching.state import STOPPED, Watching

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

STOP_SECONDS = 1.0
"""How long to wait, at most, for a thread that is to end."""
CONTENT_SECONDS = 60.0
"""How often files are read though their state is the same."""
BUSY_SECONDS = 0.05
"""When to try again while a pass of somebody else runs: who waits for that could not be parked."""
FIRST_PAUSE = 0.1
LONGEST_PAUSE = 30.0
"""Seconds until a thread that met a defect goes on; twice as many each time."""


class Watcher:
    """One configuration that is watched.

    `look(anew)` and `reload()` run a pass, and say whether they could. `paths` gives what the sources read.
    """

    def __init__(
        self,
        paths: Callable[[], Sequence[str]],
        look: Callable[[bool], bool],
        reload: Callable[[], bool],
        report: Callable[[BaseException], None],
        *,
        poll: float,
        settle: float,
        rearm: bool,
    ) -> None:
        if not 0 < poll < math.inf:
            raise ValueError("poll is a number of seconds above 0")
        if not 0 <= settle <= LONGEST_SETTLE:
            raise ValueError(f"settle is a number of seconds from 0 to {LONGEST_SETTLE}")
        self._paths = paths
        self._look = look
        self._reload = reload
        self._report = report
        self._poll = poll
        self._settle = settle
        self._rearm = rearm
        self._bell = Bell()
        self._thread: Thread | None = None
        self._is_requested = False
        self._pause = FIRST_PAUSE
        self.is_over = False
        """Whether it was stopped."""
        self.watching = STOPPED

    def start(self) -> None:
        """Begins to watch; returns when it does, or after a second."""
        with suppress(UnavailableError):
            rust_notify()  # here, as a fork would wait for a thread that imports
        _register()
        _alive.add(self)
        begun = threading.Event()
        try:
            self._begin(begun)
        except BaseException:
            self.is_over = True
            raise
        begun.wait(STOP_SECONDS)

    def stop(self) -> None:
        """Ends the thread, and waits for it, a second at most."""
        self.is_over = True
        park([self], STOP_SECONDS)
        self.watching = STOPPED

    def request(self) -> bool:
        """Has the thread run a pass that somebody asked for; False where there is no thread to do it."""
        if self.is_over or self._thread is None:
            return False
        self._is_requested = True
        self._bell.ring()
        return True

    def end(self) -> Thread | None:
        """Has the thread end; gives it, if it is one to wait for."""
        thread = self._thread
        if thread is threading.current_thread():
            if self.is_over:
                self._bell.end()
            return None
        self._bell.end()
        return thread

    def after_fork(self, *, is_child: bool = False) -> None:
        """Goes on, with another thread in the place of the one that was parked."""
        if self.is_over:
            return
        if is_child:
            self._is_requested = False
            if not self._rearm:
                self.is_over = True
                self._bell.end()
                self.watching = Watching("stopped", "forked")
                return
        if self._thread is threading.current_thread():  # it forks itself, and goes on
            return
        try:
            self._begin(None)
        except RuntimeError as error:
            self._thread = None
            self.watching = Watching("dead", "no thread can be started")
            self._report(error)

    def _begin(self, begun: threading.Event | None) -> None:
        bell = Bell()
        # A context of its own: what the caller pins, or is inside of, is not this thread's.
        thread = Thread(
            target=Context().run, args=(self._run, bell, begun), name="veltrix-watch", daemon=True
        )
        self._bell.end()
        thread.start()
        self._bell, self._thread = bell, thread

    def _run(self, bell: Bell, begun: threading.Event | None) -> None:
        while not bell.is_over:
            try:
                self._watch(bell, begun)
            except BaseException as error:  # noqa: BLE001  (whatever it is, files change after it too)
                pause, self._pause = self._pause, min(2 * self._pause, LONGEST_PAUSE)
                self.watching = Watching("dead", f"{type(error).__name__}; it starts again")
                with suppress(Exception):
                    self._report(error)
                del error
                bell.wait(pause)

    def _watch(self, bell: Bell, begun: threading.Event | None) -> None:
        """Looks until the bell is over."""
        eyes = Eyes(self._paths, self._settle)
        try:
            self._watch_with(eyes, bell, begun)
        finally:
            eyes.close()

    def _watch_with(self, eyes: Eyes, bell: Bell, begun: threading.Event | None) -> None:
        checked = time.monotonic()
        while True:
            eyes.renew()
            if not bell.is_over:
                self.watching = eyes.watching
            if begun is not None:
                begun.set()
            anew = time.monotonic() - checked >= CONTENT_SECONDS
            has_passed = self._reloaded() and self._look(anew)
            if has_passed:
                self._pause = FIRST_PAUSE
                if anew:
                    checked = time.monotonic()
            if bell.is_over:
                return
            eyes.wait(bell, self._poll if has_passed else BUSY_SECONDS)
            if bell.is_over and not self._is_requested:
                return

    def _reloaded(self) -> bool:
        """Whether no pass is due any more that somebody asked for."""
        if self._is_requested:
            self._is_requested = False  # what is asked for from now on may be too late for this pass
            self._is_requested = not self._reload()
        return not self._is_requested


def park(watchers: Iterable[Watcher], seconds: float) -> None:
    """Has their threads end, and waits for all of them together, for so many seconds at most."""
    end = time.monotonic() + seconds
    threads = [thread for thread in [one.end() for one in watchers] if thread is not None]
    for thread in threads:
        thread.join(max(end - time.monotonic(), 0))
    for thread in threads:
        # A thread that was joined may be there for a moment still, and a fork would warn of it.
        while _is_there(thread.native_id) and time.monotonic() < end:
            time.sleep(0.0005)


def _is_there(native_id: int | None) -> bool:
    return native_id is not None and os.path.exists(f"/proc/self/task/{native_id}")


_alive: WeakMembers[Watcher] = WeakMembers()


@cache
def _register() -> None:
    """Has the end of the interpreter end all threads, before those that Python waits for are waited for."""
    register = getattr(threading, "_register_atexit", None)
    if register is None:
        import atexit

        register = atexit.register
    with suppress(RuntimeError):  # it ends already
        register(_at_exit)


def _at_exit() -> None:
    for one in _alive.listed():
        one.is_over = True
    park(_alive.listed(), STOP_SECONDS)
    for one in _alive.listed():
        one.watching = STOPPED
