"""What a live configuration is read from: the latest snapshot, or the one that this context pins.

    Current ── snapshot       the latest, which `_swap` publishes
    context ── Pin ──► Pin    what it pins, the innermost first, of any number of configurations

A pin that is over holds nothing and is passed over, by whatever task still has it in its context.
"""

from __future__ import annotations

from contextvars import ContextVar

from veltrix._limits import MAX_PINS
from veltrix._pure.path import type_name
from veltrix._pure.snapshot import Snapshot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, NoReturn, Self

    Path = str | tuple[str | int, ...]
    Renew = Callable[[Snapshot], Snapshot]


class Pin:
    """One link of the chain that a context pins; the pin is over when it has no configuration."""

    __slots__ = ("_config", "_lower", "_renew", "_snapshot")
    __module__ = "veltrix"

    _config: Current | None
    _snapshot: Snapshot | None
    _renew: Renew | None
    _lower: Pin | None

    def __new__(cls, *_: object, **__: object) -> Self:
        raise TypeError("cannot create 'Pin' instances")

    def end(self) -> None:
        """The pin is over, for every task that has it in its context."""
        self._config = self._snapshot = self._renew = None
        if _innermost() is self:
            _pinned.set(_live(self._lower))


_pinned: ContextVar[Pin | None] = ContextVar("veltrix.pinned", default=None)


class Current:
    """The base of a live configuration: it holds what is published, and reads what its context pins.

    Specified in docs/semantics.md#publishing.

    Example:
        >>> isinstance(config, kernel.Current)
        True
    """

    __slots__ = {
        "__weakref__": "",
        "snapshot": "The snapshot that was published last, whatever is pinned. It never changes.",
    }
    __module__ = "veltrix"

    snapshot: Snapshot

    def __init__(self, *_: object, **__: object) -> None:
        """A class below takes what it likes."""

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"a {type(self).__name__} is read-only")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"a {type(self).__name__} is read-only")

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"cannot pickle {type(self).__name__!r} object")

    def __getitem__(self, path: Path) -> Any:
        return self.current()[path]

    def __contains__(self, path: object) -> bool:
        return path in self.current()

    def get(self, path: Path, default: Any = None) -> Any:
        """The value at a path, or the default where the path is missing; a stored null is no missing path.

        Specified in docs/semantics.md#reading.

        Args:
            path: The path, as a text or a tuple of `str` and `int`.
            default: What is given where nothing stands at the path.

        Raises:
            PathError: The path is malformed.
            TypeError: The path is of a wrong type.

        Example:
            >>> config.get("server.timeout", 30)
            30
        """
        return self.current().get(path, default)

    def current(self) -> Snapshot:
        """The snapshot that this context pins; the latest where it pins none.

        Specified in docs/semantics.md#publishing.

        Example:
            >>> with config.pin(override={"server.port": 80}):
            ...     config.current()["server.port"]
            80
        """
        pin = _innermost()
        while pin is not None:
            held, renew = pin._snapshot, pin._renew
            if pin._config is self and held is not None:
                return held if renew is None else _renewed(pin, held, renew)
            pin = pin._lower
        return self.snapshot

    @property
    def settings(self) -> Any:
        """The whole as the type that is its schema; an `AttributeError` without one."""
        return self.current().settings

    def _swap(self, snapshot: Snapshot) -> None:
        """Publishes a snapshot: every read from now on is of it, but where a context pins another one."""
        _set_snapshot(self, _checked(snapshot))

    def _pin(self, snapshot: Snapshot, renew: Renew | None = None) -> Pin:
        """Pins a snapshot in this context until the pin is ended.

        With `renew`, each read first gives it the snapshot that is pinned and pins what it returns instead.
        """
        pin = object.__new__(Pin)
        pin._config, pin._snapshot, pin._renew = self, _checked(snapshot), renew
        pin._lower = _live(_innermost())
        pins, below = 1, pin._lower
        while below is not None:
            # What is over is cut out here, so that no chain grows from task to task.
            below._lower = _live(below._lower)
            pins, below = pins + 1, below._lower
        if pins > MAX_PINS:
            raise RuntimeError(f"more than {MAX_PINS} pins are inside of one another")
        _pinned.set(pin)
        return pin


_set_snapshot = vars(Current)["snapshot"].__set__


def _innermost() -> Pin | None:
    """The innermost pin of this context, perhaps one that is over."""
    pin = _pinned.get()
    return pin if type(pin) is Pin else None  # whoever copies contexts can put another object there


def _live(pin: Pin | None) -> Pin | None:
    """The innermost pin that is not over."""
    while pin is not None and pin._config is None:
        pin = pin._lower
    return pin


def _renewed(pin: Pin, held: Snapshot, renew: Renew) -> Snapshot:
    snapshot = _checked(renew(held))
    if pin._snapshot is held:  # else it is over, or another reader was faster
        pin._snapshot = snapshot
    return snapshot


def _checked(snapshot: object) -> Snapshot:
    if not isinstance(snapshot, Snapshot):
        raise TypeError(f"a Current reads a Snapshot, not {type_name(snapshot)}")
    return snapshot
