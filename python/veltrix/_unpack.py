"""Unpacking as Python does it, with Python's own errors, for the native kernel."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def unpack_pair(pair: Iterable[Any]) -> tuple[Any, Any]:
    """Both items of a pair, or the error that unpacking it raises."""
    first, second = pair
    return first, second
