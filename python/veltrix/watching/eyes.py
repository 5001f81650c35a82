"""How a thread waits until it is to look again: for events where they can be had, and for the timer."""

from __future__ import annotations

import logging
import os
import sys
import time

from veltrix._text import printable
from veltrix.watching.events import Events, LostError, UnavailableError
from veltrix.watching.file_systems import Mounts
from veltrix.watching.state import Watching
from veltrix.watching.watch_set import WatchSet

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from veltrix.watching.bell import Bell

AGAIN_SECONDS = 60.0
"""When to try again where events could not be had."""
_TRIES = 4
"""How often directories may change while a watch of them is made."""
_SOON_SECONDS = 0.05
"""When to go on where they did so each time."""


class Eyes:
    """What one thread watches with. `paths` gives the absolute paths, which may be others each time."""

    def __init__(self, paths: Callable[[], Sequence[str]], settle: float) -> None:
        self._paths = paths
        self._settle = settle
        self._mounts = Mounts()
        self._mounts_at = time.monotonic()
        self._found = WatchSet((), self._mounts)
        self._events: Events | None = None
        self._made_for: object = None
        self._made_in = os.getpid()
        self._is_settled = False
        """Whether the directories were the same before and after a watch of them was made."""
        self._again = 0.0
        self._refusal: str | None = None
        self._warned: set[str] = set()

    @property
    def watching(self) -> Watching:
        """The mode, and the reason for it."""
        reasons = [] if self._refusal is None else [self._refusal]
        reasons += [f"{printable(place)} is on {kind}" for place, kind in sorted(self._found.polled.items())]
        return Watching("polling" if self._events is None else "events", "; ".join(reasons) or None)

    def renew(self) -> None:
        """Watches the directories that decide now; to be called before each look.

        What changed before a watch is made is seen by the look, what changes after it is an event. What
        changes between finding the directories and watching them is found by going round again.
        """
        self._is_settled = False
        for _ in range(_TRIES):
            self._find()
            has_failed = self._refusal is not None and time.monotonic() >= self._again
            if self._made_for == self._found.directories and not has_failed:
                self._is_settled = True
                return
            self._make()

    def _find(self) -> None:
        paths = self._paths()
        found = WatchSet(paths, self._mounts)
        if found.directories != self._made_for or time.monotonic() >= self._mounts_at + AGAIN_SECONDS:
            self._mounts, self._mounts_at = Mounts(), time.monotonic()
            found = WatchSet(paths, self._mounts)
        self._found = found
        for place in found.mounted:
            self._warn(place)

    def wait(self, bell: Bell, seconds: float) -> None:
        """Returns when it is time to look: after an event that matters, so many seconds, or a ring."""
        if self._made_in != os.getpid():  # the look forked: what tells of events is in the parent
            self._made_for = None
            return
        if not self._is_settled:
            seconds = min(seconds, _SOON_SECONDS)
        if self._events is None:
            bell.wait(seconds)
            return
        end = time.monotonic() + seconds
        touched: set[str] | None = set()
        try:
            while touched is not None and not self._matters(touched):
                touched = self._events.wait(bell, end - time.monotonic())
        except LostError:
            self._made_for = None
            bell.wait(self._settle)
            return
        if touched is not None and self._found.moved(touched):
            self._made_for = None

    def close(self) -> None:
        """Ends what it watches with."""
        if self._events is not None:
            events, self._events = self._events, None
            events.close()

    def _make(self) -> None:
        self.close()
        self._refusal, self._made_for = None, self._found.directories
        self._made_in, self._again = os.getpid(), time.monotonic() + AGAIN_SECONDS
        if not self._found.directories:
            return
        try:
            self._events = Events([path for path, _ in self._found.directories], self._settle)
        except FileNotFoundError:
            self._made_for, self._refusal = None, "directories are just being replaced"
        except UnavailableError as error:
            self._refusal = str(error)

    def _matters(self, touched: set[str]) -> bool:
        # Elsewhere events may name places in another way.
        return self._found.concerns(touched) if sys.platform == "linux" else bool(touched)

    def _warn(self, place: str) -> None:
        if place not in self._warned:
            self._warned.add(place)
            text = "%s is mounted by itself: a file that is renamed over it outside cannot be seen"
            logging.getLogger("veltrix").warning(text, printable(place))
