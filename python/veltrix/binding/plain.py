"""Values of a snapshot as plain dicts and lists, which plans read."""

from __future__ import annotations

from collections.abc import Mapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container
    from typing import Any

_READERS: set[type] = set()
"""The classes of snapshots and views that were met."""


def is_reader(value: Any) -> bool:
    """Whether a value is a snapshot or a view."""
    kind = type(value)
    if kind not in _READERS:
        if not isinstance(value, Mapping) or not hasattr(value, "to_dict"):
            return False
        _READERS.add(kind)
    return True


def thawed(value: Any) -> Any:
    """A value as plain dicts and lists."""
    if is_reader(value):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {str(name): thawed(child) for name, child in value.items()}
    return [thawed(item) for item in value] if type(value) is tuple else value


def opened(value: Any, sections: Container[str]) -> Any:
    """A value as a plain dict in which the sections of these names stay views."""
    if not sections or not is_reader(value):
        return thawed(value)
    return {
        str(name): child if name in sections and is_reader(child) else thawed(child)
        for name, child in value.items()
    }
