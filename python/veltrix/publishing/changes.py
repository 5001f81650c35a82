"""`async for change in config.changes()`: the newest change that was not seen yet."""

from __future__ import annotations

from collections import deque

from veltrix._weak import WeakMembers
from veltrix.publishing.callbacks import running_loop
from veltrix.publishing.change import Place
from veltrix.publishing.turns import outside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future
    from typing import Self

    from veltrix.publishing.change import AnyPath, Change, Touched


class Changes:
    """An async iterator of changes that holds only the newest: a slow reader skips, and never goes back."""

    __slots__ = ("__weakref__", "_is_over", "_is_wake_due", "_loop", "_newest", "_waiting", "place")
    __module__ = "veltrix"

    def __init__(self, loop: AbstractEventLoop, place: Place | None) -> None:
        self._loop = loop
        self.place = place
        self._newest: deque[Change] = deque(maxlen=1)
        self._waiting: list[Future[None]] = []
        self._is_over = False
        self._is_wake_due = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change:
        while not self._newest:
            if self._is_over:
                raise StopAsyncIteration
            waiting = self._loop.create_future()
            self._waiting.append(waiting)
            try:
                await waiting
            finally:
                self._waiting.remove(waiting)
        return self._newest.popleft()

    async def aclose(self) -> None:
        """Ends the iteration."""
        self._is_over = True
        self._newest = deque(maxlen=0)  # another thread may be about to put one
        self._wake()

    def put(self, change: Change) -> None:
        """One more change; in any thread."""
        if not self._is_over:
            self._newest.append(change)
            self._wake_soon()

    def end(self) -> None:
        """No change comes any more; in any thread."""
        self._is_over = True
        self._wake_soon()

    def _wake_soon(self) -> None:
        """Has the loop wake who waits, unless it is about to: a loop that stands still gathers nothing."""
        if self._is_wake_due:
            return
        self._is_wake_due = True
        try:
            outside(self._loop.call_soon_threadsafe, self._wake)
        except RuntimeError:
            return  # the loop is closed, and nobody can iterate on it
        except BaseException:
            self._is_wake_due = False
            raise

    def _wake(self) -> None:
        self._is_wake_due = False  # a change that comes from now on may be too late for this wake
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)


class Streams:
    """The iterators of one configuration that somebody still has."""

    def __init__(self) -> None:
        self._all: WeakMembers[Changes] = WeakMembers()
        self._are_over = False

    def open(self, path: AnyPath | None) -> Changes:
        """One more, from the next change on."""
        loop = running_loop()
        if loop is None:
            raise RuntimeError("changes() is called where a loop runs")
        made = Changes(loop, None if path is None else Place(path))
        self._all.add(made)
        if self._are_over:
            made.end()
        return made

    def deliver(self, touched: Touched) -> None:
        """Gives each the change that it is concerned by."""
        for one in self._all.listed():
            change = touched.at(one.place)
            if change is not None:
                one.put(change)

    def end(self) -> None:
        """Ends all of them, and those that are opened from now on."""
        self._are_over = True
        for one in self._all.listed():
            one.end()
