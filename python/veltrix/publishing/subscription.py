"""Who is asked before a change is published, and notified after."""

from __future__ import annotations

from veltrix.publishing.callbacks import (
    LoopClosedError,
    Mailbox,
    call_on,
    call_plainly,
    is_async,
    name_of,
    running_loop,
)
from veltrix.publishing.change import Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable, Coroutine
    from typing import Any, Self

    from veltrix.publishing.change import AnyPath, Change

    Told = Coroutine[Any, Any, None] | None

PARTS = ("prepare", "commit", "abort", "failed")


class Subscriber:
    """What acts on changes: a class of your own has those of these methods that it needs.

    Each may be an `async def`. None of them is called on a thread that reads.

    Example:
        >>> class Pool(veltrix.Subscriber):
        ...     def prepare(self, change):
        ...         if change.snapshot["server.port"] < 1024:
        ...             raise ValueError("a port below 1024 needs root")
        >>> subscription = config.subscribe(Pool(), "server")
    """

    __slots__ = ()
    __module__ = "veltrix"

    def prepare(self, change: Change) -> Told:
        """Called before a change is published. Whatever it raises refuses the change.

        Args:
            change: The change; its snapshot is the candidate.

        Raises:
            Exception: Whatever says why the change is refused.

        Example:
            >>> veltrix.Subscriber().prepare(config.history[-1])
        """

    def commit(self, change: Change) -> Told:
        """Called once the change is published.

        Args:
            change: The change.

        Raises:
            Exception: It is logged, and undoes nothing.

        Example:
            >>> veltrix.Subscriber().commit(config.history[-1])
        """

    def abort(self, change: Change) -> Told:
        """Called in the place of `commit` if a change that was prepared for is not published.

        Args:
            change: The change.

        Raises:
            Exception: It is logged.

        Example:
            >>> veltrix.Subscriber().abort(config.history[-1])
        """

    def failed(self, error: Exception) -> Told:
        """Called once for what kept a pass, or a source, from bringing anything new.

        Args:
            error: What went wrong.

        Raises:
            Exception: It is logged.

        Example:
            >>> veltrix.Subscriber().failed(veltrix.ConfigError())
        """


class Subscription:
    """What `Config.subscribe` gives: it lasts until `cancel()`, or until a `with` block ends.

    Attributes:
        is_active: Whether the subscriber is still called.
        name: How reports call the subscriber.

    Example:
        >>> with config.subscribe(print) as subscription:
        ...     subscription.is_active
        True
    """

    __slots__ = ("_calls", "_forget", "_mailbox", "is_active", "loop", "made_in", "name", "place")
    __module__ = "veltrix"

    def __init__(
        self,
        subscriber: object,
        path: AnyPath | None,
        forget: Callable[[Subscription], None],
        report: Callable[[str, BaseException], None],
        made_in: object,
    ) -> None:
        self._calls = _calls(subscriber)
        self._forget = forget
        self.name = f"subscriber {name_of(subscriber)!r}"
        self.place = None if path is None else Place(path)
        self.made_in = made_in
        self.loop: AbstractEventLoop | None = None
        self._mailbox: Mailbox | None = None
        if any(is_async(call) for call in self._calls.values()):
            self.loop = running_loop()
            if self.loop is None:
                raise RuntimeError("a subscriber with coroutine functions is subscribed where its loop runs")
            self._mailbox = Mailbox(self.loop, lambda error: report(f"commit of {self.name}", error))
        self.is_active = True

    def __repr__(self) -> str:
        return f"<veltrix.Subscription of {self.name}{'' if self.is_active else ', cancelled'}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.cancel()

    def cancel(self) -> None:
        """From now on it is called no more, not even by a pass that runs.

        Example:
            >>> subscription = config.subscribe(print)
            >>> subscription.cancel()
            >>> subscription.is_active
            False
        """
        self.is_active = False
        self._forget(self)

    @property
    def awaits_to_prepare(self) -> bool:
        """Whether its loop has to run while it prepares."""
        return is_async(self._calls.get("prepare"))

    def has(self, part: str) -> bool:
        """Whether the subscriber has that method."""
        return part in self._calls

    def prepare(self, change: Change, seconds: float) -> None:
        """Asks it; it refuses by raising."""
        call = self._calls["prepare"]
        if self.loop is not None and is_async(call):
            call_on(self.loop, call, change, seconds)
        else:
            call_plainly(call, change)

    def tell(self, part: str, argument: object) -> None:
        """Calls another of its methods, or has it called on its loop."""
        call = self._calls.get(part)
        if call is None:
            return
        if self._mailbox is not None and is_async(call):
            self._mailbox.put(call, argument, can_skip=part == "commit" and not self.has("prepare"))
        else:
            call_plainly(call, argument)


class Subscriptions:
    """The subscriptions of one configuration, in the order in which they were made."""

    def __init__(self, report: Callable[[str, BaseException], None]) -> None:
        # Each step is one of the dict: any thread, and the handler of a signal, adds and takes away.
        self._all: dict[Subscription, None] = {}
        self._report = report

    def add(self, subscriber: object, path: AnyPath | None, made_in: object) -> Subscription:
        """One more; `made_in` is the pass that it is made in."""
        one = Subscription(subscriber, path, self._forget, self._report, made_in)
        self._all[one] = None
        return one

    def active(self) -> list[Subscription]:
        """All that can be called; one whose loop is closed ends here, and that is reported."""
        for one in list(self._all):
            if one.loop is not None and one.loop.is_closed():
                one.cancel()
                self._report(one.name, LoopClosedError("its loop is closed"))
        return list(self._all)

    def prepares_on(self, loop: AbstractEventLoop) -> bool:
        """Whether one of them prepares on this loop."""
        return any(one.loop is loop and one.awaits_to_prepare for one in list(self._all))

    def _forget(self, one: Subscription) -> None:
        self._all.pop(one, None)


def _calls(subscriber: object) -> dict[str, Callable[[Any], Any]]:
    """The methods of a subscriber that do something, by their names."""
    if isinstance(subscriber, type):
        raise TypeError(f"a subscriber is an object, not the class {name_of(subscriber)!r}")
    found = {part: getattr(subscriber, part, None) for part in PARTS}
    calls = {part: call for part, call in found.items() if callable(call) and not _does_nothing(call)}
    if calls or isinstance(subscriber, Subscriber):
        return calls
    if callable(subscriber):
        return {"commit": subscriber}
    kind = type(subscriber).__name__
    raise TypeError(f"a subscriber is a callable, or has prepare, commit, abort or failed; not {kind}")


def _does_nothing(call: object) -> bool:
    own = getattr(call, "__func__", None)
    return own is not None and own in vars(Subscriber).values()
