"""What is the same for all that stands in a list, and so is asked of the list, once.

The definitions of a list explain every path into it, and an item costs as much to ask for as all of it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    Segments = tuple[str | int, ...]


def names(path: Segments) -> Segments:
    """The part of a path before its first index."""
    for at, segment in enumerate(path):
        if not isinstance(segment, str):
            return path[:at]
    return path
