"""What needs no second look: data that a parser of the standard library made of a document."""

from __future__ import annotations

from math import isfinite

from veltrix._limits import KEY_LIMIT, MAX_DEPTH, VALUE_LIMIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_INTEGERS = range(-(2**63), 2**63)
_WIDEST = 4
"""The most bytes that a character has in UTF-8."""


def is_usual(data: Any) -> bool:
    """Whether data is a mapping without operators, within all limits: integers of 64 bits, finite floats.

    A document that is not usual may well be good; only a reader that knows can tell.
    """
    if type(data) is not dict:
        return False
    level: list[Any] = [data]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for container in level:
            if type(container) is dict and not all(map(_is_usual_key, container)):
                return False
            for value in container.values() if type(container) is dict else container:
                if type(value) is dict or type(value) is list:
                    below.append(value)
                elif not _is_usual_scalar(value):
                    return False
        if not below:
            return True
        level = below
    return not any(level)


def _is_usual_scalar(value: Any) -> bool:
    kind = type(value)
    if kind is str:
        return len(value) <= VALUE_LIMIT // _WIDEST
    if kind is int:
        return value in _INTEGERS
    return kind is not float or isfinite(value)


def _is_usual_key(key: str) -> bool:
    return len(key) <= KEY_LIMIT // _WIDEST and not key.startswith("$")
