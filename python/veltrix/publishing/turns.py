"""One pass at a time, and one pass for all who asked before it began."""

from __future__ import annotations

import threading
from contextvars import ContextVar
from threading import get_ident
from time import monotonic

from veltrix.errors import ConfigError, ConfigWarning
from veltrix.publishing.pinning import unpinned
from veltrix.sources.source import without_frames

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from veltrix.publishing.change import Change

    Work = Callable[[], tuple[Change | None, BaseException | None]]
    """A pass: what it published, and an interrupt that came too late to stop it."""

# These have no frames; others keep theirs, with nothing in them, and a `ConfigError` its cause.
LACKS = (ConfigWarning, MemoryError, RecursionError)

_LONGEST_WAIT = 1.0
"""An interrupt at the end of a pass may keep it from waking others: they look again after so many seconds."""


class Turn:
    """A thread that runs a pass, and whoever it calls, in whatever thread, as long as the pass runs."""

    __slots__ = ("is_running", "owner", "thread")

    def __init__(self, owner: object) -> None:
        self.owner = owner
        self.thread = get_ident()
        self.is_running = True


_inside: ContextVar[tuple[Turn, ...]] = ContextVar("veltrix.inside", default=())


class _Flight:
    """A pass that callers wait for, and what came of it."""

    __slots__ = ("_change", "_error", "_interrupt", "is_over")

    def __init__(self) -> None:
        self.is_over = False
        self._change: Change | None = None
        self._error: Exception | None = None
        self._interrupt: BaseException | None = None

    def fly(self, work: Work) -> None:
        """Runs the pass; what is no `Exception` leaves it for the next one to run."""
        try:
            self._change, self._interrupt = without_frames(work, (), LACKS)
        except Exception as error:  # noqa: BLE001  (every caller that the pass covers gets it)
            self._error = error
        self.is_over = True

    def outcome(self, *, is_mine: bool) -> Change | None:
        """What the pass gave, or raised; its error is copied for those who did not run it."""
        error = self._error
        if is_mine and self._interrupt is not None:
            raise self._interrupt
        if error is None:
            return self._change
        if not isinstance(error, ConfigError):
            raise error
        raised = error if is_mine else _copied(error)
        raise raised.with_traceback(None)  # no frame of the pass is to lead to what it read


class Turns:
    """The turns of one configuration."""

    def __init__(self) -> None:
        self._turn: Turn | None = None
        self.renew()

    def renew(self) -> None:
        """Nobody runs or waits: so it is in a child process, whatever other threads were doing."""
        # Re-entrant, as the handler of a signal may come while it is held.
        self._changed = threading.Condition(threading.RLock())
        if self._turn is not None:
            self._turn.is_running = False  # in its context, too, if a callback forked
        self._turn = None
        self._next = _Flight()

    @property
    def running(self) -> Turn | None:
        """The pass that runs."""
        turn = self._turn
        return turn if turn is not None and turn.is_running else None

    def is_inside(self) -> bool:
        """Whether this call comes from inside a pass: in its thread, or in its context."""
        turn = self.running
        if turn is not None and turn.thread == get_ident():
            return True
        return any(one.owner is self and one.is_running for one in _inside.get())

    def run(self, work: Work, *, timeout: float | None = None, is_shared: bool = True) -> Change | None:
        """What a pass gives that begins after this call: run here, or by another caller.

        A pass that is not shared is run here in any case. `timeout` is how many seconds to wait for others.
        """
        flight = self._next if is_shared else _Flight()
        turn = Turn(self)
        try:
            if not self._taken(turn, flight, timeout):
                return flight.outcome(is_mine=False)
            token = _inside.set((*_inside.get(), turn))
            try:
                # What it calls reads what is published, and keeps it longer than a request pins it.
                unpinned(flight.fly, work)
            finally:
                _inside.reset(token)
            return flight.outcome(is_mine=True)
        finally:
            turn.is_running = False  # before anything that an interrupt could come in the way of
            self._give_back(turn)

    def wait(self) -> None:
        """Returns when no pass runs."""
        with self._changed:
            while self.running is not None:
                self._changed.wait(_LONGEST_WAIT)

    def _taken(self, turn: Turn, flight: _Flight, timeout: float | None) -> bool:
        """Whether it is the turn of this caller; else somebody has run the pass."""
        end = None if timeout is None else monotonic() + timeout
        with self._changed:
            while not flight.is_over:
                if self.running is None:
                    self._turn = turn
                    if self._next is flight:
                        self._next = _Flight()
                    return True
                left = None if end is None else end - monotonic()
                if left is not None and left <= 0:
                    raise TimeoutError(f"another pass took more than {timeout} seconds")
                self._changed.wait(_LONGEST_WAIT if left is None else min(left, _LONGEST_WAIT))
        return False

    def _give_back(self, turn: Turn) -> None:
        with self._changed:
            if self._turn is turn:
                self._turn = None
                self._changed.notify_all()


def outside(call: Callable[..., object], *arguments: object) -> None:
    """Calls what is no part of a pass, though a pass does it: nothing that it begins counts as inside."""
    token = _inside.set(())
    try:
        call(*arguments)
    finally:
        _inside.reset(token)


def _copied(error: ConfigError) -> ConfigError:
    from copy import copy  # most passes meet no error

    again = copy(error)
    again.__cause__ = error.__cause__
    return again
