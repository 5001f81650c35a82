"""`async for change in config.changes()`: the newest change that was not seen yet."""

from __future__ import annotations

from contextlib import suppress
from weakref import WeakSet

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

    __slots__ = ("__weakref__", "_is_over", "_newest", "_waiting", "loop", "place")
    __module__ = "veltrix"

    def __init__(self, loop: AbstractEventLoop, place: Place | None) -> None:
        self.loop = loop
        self.place = place
        self._newest: Change | None = None
        self._waiting: list[Future[None]] = []
        self._is_over = False

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Change:
        while self._newest is None:
            if self._is_over:
                raise StopAsyncIteration
            waiting = self.loop.create_future()
            self._waiting.append(waiting)
            try:
                await waiting
            finally:
                self._waiting.remove(waiting)
        change, self._newest = self._newest, None
        return change

    async def aclose(self) -> None:
        """Ends the iteration."""
        self.end()

    def put(self, change: Change) -> None:
        """One more change; on the loop."""
        self._newest = change
        self._wake()

    def end(self) -> None:
        """No change comes any more; on the loop."""
        self._is_over = True
        self._wake()

    def _wake(self) -> None:
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)


class Streams:
    """The iterators of one configuration that somebody still has."""

    def __init__(self) -> None:
        self._all: WeakSet[Changes] = WeakSet()

    def open(self, path: AnyPath | None) -> Changes:
        """One more, from the next change on."""
        loop = running_loop()
        if loop is None:
            raise RuntimeError("changes() is called where a loop runs")
        made = Changes(loop, None if path is None else Place(path))
        self._all.add(made)
        return made

    def deliver(self, touched: Touched) -> None:
        """Gives each the change that it is concerned by."""
        for one in list(self._all):
            change = touched.at(one.place)
            if change is not None:
                self._call(one.loop, one.put, change)

    def end(self) -> None:
        """Ends all of them."""
        for one in list(self._all):
            self._call(one.loop, one.end)

    @staticmethod
    def _call(loop: AbstractEventLoop, call: object, *arguments: object) -> None:
        with suppress(RuntimeError):  # the loop is closed, and nobody can iterate on it
            outside(loop.call_soon_threadsafe, call, *arguments)
