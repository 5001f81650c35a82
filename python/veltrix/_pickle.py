"""What a pickle names: it loads into the selected implementation, whichever wrote it.

Pickles outlive the process that wrote them, so the path of this module and the names of its functions never
change. A pickle names a function, and gives it the format that it was written in and the state in it.
"""

from __future__ import annotations

from veltrix.errors import ParseError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

FORMAT = 1
"""The format of what is written: another one for whatever an older version could not restore."""

kernel: Any = None
"""The selected implementation; `_backend` puts it here."""


def restore_difference(format: int, *state: Any) -> Any:
    """A difference from its pickled state."""
    _check(format)
    return kernel.restore_difference(*state)


def restore_layer(format: int, *state: Any) -> Any:
    """A layer from its pickled state."""
    _check(format)
    return kernel.restore_layer(*state)


def restore_snapshot(format: int, *state: Any) -> Any:
    """A snapshot from its pickled state."""
    _check(format)
    return kernel.restore_snapshot(*state)


def restore_view(format: int, *state: Any) -> Any:
    """A view from its pickled state."""
    _check(format)
    return kernel.restore_view(*state)


class _Folded:
    """Stands for a time in the second pass of an hour: pickles of protocols below 4 know no fold."""

    __slots__ = ("moment",)

    def __init__(self, moment: Any) -> None:
        self.moment = moment

    def __reduce__(self) -> tuple[Any, ...]:
        return (restore_fold, (self.moment.replace(fold=0),))


def restore_fold(moment: Any) -> Any:
    """The same time in the second pass of its hour."""
    return moment.replace(fold=1)


def keeping_folds(state: Any, protocol: int) -> Any:
    """What to pickle in the place of a value, so that times in it keep their fold."""
    return state if protocol >= 4 else _keeping_folds(state)


def _keeping_folds(value: Any) -> Any:
    import datetime as dt

    from veltrix.operators import Append, Prepend, Replace
    from veltrix.types import FrozenMapping

    kind = type(value)
    if kind in (dict, FrozenMapping):
        return kind({name: _keeping_folds(item) for name, item in value.items()})
    if kind in (tuple, list):
        return kind(map(_keeping_folds, value))
    if kind in (Append, Prepend, Replace):
        return kind(_keeping_folds(value.value))
    return _Folded(value) if kind in (dt.datetime, dt.time) and value.fold else value


def __getattr__(name: str) -> Callable[..., Any]:
    """A function that a later version writes: its pickles have another format, and are refused for that."""
    if not name.startswith("restore_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def restore_unknown(format: object = None, *_: Any) -> Any:
        raise _unknown(format)

    return restore_unknown


def _check(format: object) -> None:
    if type(format) is not int or format != FORMAT:
        raise _unknown(format)


def _unknown(format: object) -> ParseError:
    """The error for a format; what is no number is not shown, as it may be data."""
    shown = f"format {format}" if type(format) is int else "a format that is no number"
    return ParseError(f"a pickle of {shown} cannot be read: this veltrix reads format {FORMAT}")
