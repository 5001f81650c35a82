"""What only Python unpacks and iterates over as Python does, for both kernels."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any


def unpack_pair(pair: Iterable[Any]) -> tuple[Any, Any]:
    """Both items of a pair, or the error that unpacking it raises."""
    first, second = pair
    return first, second


def iterator(iterable: Iterable[Any]) -> Iterator[Any] | None:
    """What iterates over an object, or None where its class gives anything but an iterator for it.

    `iter()` says so in words of its own, which are not the same in each version.
    """
    make = getattr(type(iterable), "__iter__", None)
    if make is None:
        return iter(iterable)
    made: Iterator[Any] = make(iterable)
    return _passed_on(made) if hasattr(type(made), "__next__") else None


def _passed_on(made: Iterator[Any]) -> Iterator[Any]:
    """The items of what need not be iterable itself, as no iterator of a `for` need be."""
    while True:
        try:
            item = next(made)
        except StopIteration:
            return
        yield item
