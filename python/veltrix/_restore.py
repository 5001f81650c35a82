"""What a pickle names: it loads into the selected implementation, whichever wrote it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

kernel: Any = None
"""The selected implementation; `_select` puts it here."""


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


def restore_difference(*state: Any) -> Any:
    """A difference from its pickled state."""
    return kernel.restore_difference(*state)


def restore_layer(*state: Any) -> Any:
    """A layer from its pickled state."""
    return kernel.restore_layer(*state)


def restore_snapshot(*state: Any) -> Any:
    """A snapshot from its pickled state."""
    return kernel.restore_snapshot(*state)


def restore_view(*state: Any) -> Any:
    """A view from its pickled state."""
    return kernel.restore_view(*state)
