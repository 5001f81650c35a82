"""Calling what a program gave: plain functions here, coroutine functions on their loop."""

from __future__ import annotations

import sys
from collections import deque
from contextlib import suppress

from veltrix.publishing.turns import outside

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Task
    from collections.abc import Callable
    from typing import Any


class LoopClosedError(RuntimeError):
    """The loop of a subscriber is closed: it can be called no more."""


def is_async(call: object) -> bool:
    """Whether it is a coroutine function, or an object that is called as one."""
    from inspect import iscoroutinefunction

    return iscoroutinefunction(call) or iscoroutinefunction(getattr(type(call), "__call__", None))  # noqa: B004


def name_of(thing: object) -> str:
    """What a message calls a function or an object; its own text could hold a value."""
    thing = getattr(thing, "func", thing)  # of a partial
    named = thing if hasattr(thing, "__qualname__") else type(thing)
    return str(getattr(named, "__qualname__", "a callable"))


def call_plainly(call: Callable[[Any], object], argument: object) -> None:
    """Calls a plain function; one that returns a coroutine has done nothing yet, and is refused."""
    result = call(argument)
    if hasattr(result, "__await__"):
        if hasattr(result, "close"):
            result.close()
        raise TypeError(f"{name_of(call)} gave a coroutine; a function that awaits is an `async def`")


def running_loop() -> AbstractEventLoop | None:
    """The loop that runs in this thread."""
    if "asyncio" not in sys.modules:
        return None
    import asyncio

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def call_on(loop: AbstractEventLoop, call: Callable[[Any], Any], argument: object, seconds: float) -> None:
    """Awaits a coroutine function on its loop; after so many seconds, a `TimeoutError`, it is cancelled."""
    import asyncio

    if loop.is_closed():
        raise LoopClosedError
    future = asyncio.run_coroutine_threadsafe(call(argument), loop)
    try:
        future.result(seconds)
    except TimeoutError:
        if future.done():
            raise
        future.cancel()
        raise TimeoutError(f"no answer within {seconds:g} seconds") from None
    except BaseException:
        future.cancel()
        raise


class Mailbox:
    """Calls of coroutine functions that nobody waits for: one after the other, on one loop.

    Of the calls that wait and may be skipped, only the newest is kept: a slow subscriber holds no history.
    """

    def __init__(self, loop: AbstractEventLoop, report: Callable[[BaseException], None]) -> None:
        self._loop = loop
        self._report = report
        self._waiting: deque[tuple[Callable[[Any], Any], object, bool]] = deque()
        self._task: Task[None] | None = None
        self._is_wake_due = False

    def put(self, call: Callable[[Any], Any], argument: object, *, can_skip: bool = False) -> None:
        """Has it called soon; from the thread of a pass, of which one runs at a time."""
        if self._loop.is_closed():
            raise LoopClosedError
        self._waiting.append((call, argument, can_skip))
        # The loop takes from the left meanwhile: what is the last but one can only be gone.
        with suppress(IndexError):
            if can_skip and self._waiting[-2][2]:
                del self._waiting[-2]
        if not self._is_wake_due:  # a loop that stands still gathers nothing
            self._is_wake_due = True
            try:
                outside(self._loop.call_soon_threadsafe, self._wake)
            except BaseException:
                self._is_wake_due = False
                raise

    def _wake(self) -> None:
        self._is_wake_due = False  # what is put from now on may be too late for this wake
        if self._task is None and self._waiting:
            self._task = self._loop.create_task(self._run())

    async def _run(self) -> None:
        from asyncio import CancelledError, current_task

        try:
            while self._waiting:
                call, argument, _ = self._waiting.popleft()
                try:
                    await call(argument)
                except CancelledError as error:
                    task = current_task()
                    if task is None or task.cancelling():
                        raise  # of this task; otherwise it is of something that the subscriber awaits
                    self._report(error)
                except Exception as error:  # noqa: BLE001  (reported, and the next one is called)
                    self._report(error)
                del call, argument
        finally:
            self._task = None
