"""`with config.pin(…)`: one snapshot for one request, one test, one connection."""

from __future__ import annotations

from contextvars import copy_context
from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Generic

    from typing_extensions import TypeVar

    from veltrix._pure import Current, Snapshot
    from veltrix._pure.current import Pin
    from veltrix.allowed import Allowed

    S = TypeVar("S", default=Any)

    class _Pinning(Generic[S]):
        """For type checkers."""

else:
    S = None
    _Pinning = {S: object}


def unpinned(call: Callable[..., object], *arguments: object) -> None:
    """Calls in this context, or in a copy that pins nothing: who publishes may pin, as a request does."""
    context = copy_context()
    # Both implementations pin by a variable of this name; its value may be a pin that is over.
    pins = [one for one in context if one.name == "veltrix.pinned" and context[one] is not None]
    if not pins:
        call(*arguments)
        return
    for one in pins:
        context.run(one.set, None)
    context.run(call, *arguments)


class Pinning(_Pinning[S]):
    """A context manager, for `with` and `async with`, that gives the snapshot that it pins."""

    __slots__ = ("_allowed", "_config", "_max_age", "_override", "_pin", "_scope")
    __module__ = "veltrix"

    def __init__(
        self,
        config: Current,
        scope: Mapping[str, Any] | None,
        override: Mapping[Any, Any] | None,
        allowed: Allowed | None,
        max_age: float | None,
    ) -> None:
        if max_age is not None and not max_age > 0:
            raise ValueError("max_age is a number of seconds above 0")
        self._config = config
        self._scope = scope
        self._override = override
        self._allowed = allowed
        self._max_age = max_age
        self._pin: Pin | None = None

    def __enter__(self) -> Snapshot[S]:
        if self._pin is not None:
            raise RuntimeError("this pin is in use; another one is made by config.pin()")
        outer = self._config.current()
        snapshot = self._derived(outer)
        renew = None
        if self._max_age is not None:
            renew = _Renewal(self._config.current, outer, self._derived, self._max_age)
        self._pin = self._config._pin(snapshot, renew)
        return snapshot

    def __exit__(self, *_: object) -> None:
        pin, self._pin = self._pin, None
        if pin is not None:
            pin.end()

    async def __aenter__(self) -> Snapshot[S]:
        return self.__enter__()

    async def __aexit__(self, *_: object) -> None:
        self.__exit__()

    def _derived(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot to pin, of the one that would be read without this pin."""
        if self._scope is not None:
            snapshot = snapshot.scope(self._scope)
        if self._override is not None:
            snapshot = snapshot.override(self._override, allowed=self._allowed)
        return snapshot


class _Renewal:
    """Gives what is pinned until it is old, and then the same of what would be read without the pin."""

    __slots__ = ("_context", "_current", "_derive", "_max_age", "_outer", "_until")

    def __init__(
        self,
        current: Callable[[], Snapshot],
        outer: Snapshot,
        derive: Callable[[Snapshot], Snapshot],
        max_age: float,
    ) -> None:
        self._current = current
        self._context = copy_context()  # that of the outside
        self._outer = outer
        self._derive = derive
        self._max_age = max_age
        self._until = monotonic() + max_age

    def __call__(self, held: Snapshot) -> Snapshot:
        now = monotonic()
        if now < self._until:
            return held
        self._until = now + self._max_age
        outer = self._context.copy().run(self._current)
        if outer is self._outer:
            return held
        try:
            snapshot = self._derive(outer)
        except Exception:  # noqa: BLE001  (a mapping of the program's own may raise anything)
            return held  # what is pinned stays where the new configuration does not fit the pin any more
        self._outer = outer
        return snapshot
