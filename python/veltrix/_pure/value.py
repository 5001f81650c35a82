"""Values: what Python data becomes on the way in, and its copy on the way out.

Plain values have one of the exact types below. A list becomes a tuple, a mapping inside a list a
FrozenMapping. Anything else is opaque: kept by identity, never looked into.
"""

from __future__ import annotations

from collections.abc import Mapping

from veltrix._pure.path import Segments, check_depth, join, surrogate, type_name, where
from veltrix.errors import ParseError
from veltrix.operators import Operator
from veltrix.types import NAN, FrozenMapping

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

SCALARS = frozenset((type(None), bool, int, float, str, bytes))
"""The types of most data: what has one of these is neither an operator nor a mapping."""
_SURROGATE = "a lone surrogate, which UTF-8 cannot carry, in the text"
_WORDS = {
    type(None): "null",
    bool: "bool",
    int: "int",
    float: "float",
    str: "str",
    bytes: "bytes",
    tuple: "list",
    dict: "mapping",
    FrozenMapping: "mapping",
}


def type_word(value: Any) -> str:
    """The word for the type of a frozen value."""
    return _WORDS.get(type(value)) or _time_word(value) or "object"


def _time_word(value: Any) -> str | None:
    import datetime as dt

    kind = type(value)
    if kind is dt.date:
        return "date"
    if kind is not dt.datetime and kind is not dt.time:
        return None
    zone = value.tzinfo
    return kind.__name__ if zone is None or _is_offset(zone) else None


def _is_offset(zone: Any) -> bool:
    """Whether a time zone is only an offset, without a name of its own."""
    import datetime as dt

    return type(zone) is dt.timezone and len(zone.__getinitargs__()) == 1  # type: ignore[attr-defined]


def is_list(data: Any) -> bool:
    """Whether Python data is a list: any list, but no subclass of tuple (a named tuple is opaque).

    What is no list and only says so of its class, as a mock does, is opaque, too.
    """
    return issubclass(type(data), list) or type(data) is tuple


def freeze(data: Any, path: Segments) -> Any:
    """Data that is neither an operator nor a mapping, copied so that nobody can change it."""
    kind = type(data)
    if kind is str:
        if surrogate(data) is not None:
            raise ParseError(_SURROGATE, path=where(path))
        return data
    if kind not in SCALARS and is_list(data):
        return freeze_list(data, path)
    return NAN if kind is float and data != data else data


def freeze_list(data: list[Any] | tuple[Any, ...], path: Segments) -> tuple[Any, ...]:
    """A list, and all that stands in it."""
    return tuple([_freeze_item(item, (*path, index)) for index, item in enumerate(data)])


def _freeze_item(item: Any, path: Segments) -> Any:
    check_depth(path)
    if type(item) in SCALARS:
        return freeze(item, path)
    if isinstance(item, Operator):
        raise TypeError(f"an operator cannot stand inside a list (at {join(path)})")
    if isinstance(item, Mapping):
        return FrozenMapping({key: _freeze_item(value, (*path, key)) for key, value in entries(item, path)})
    return freeze(item, path)


def entries(data: Mapping[str, Any], path: Segments) -> Iterator[tuple[str, Any]]:
    """Keys and values of a mapping, keys made plain and checked; of keys with one text the last counts."""
    # A dict is copied in one step: while it is read, garbage may go whose finalizer changes it.
    pairs = data.copy() if type(data) is dict else data
    plain = {str.__str__(key) if isinstance(key, str) else key: value for key, value in pairs.items()}
    for key, value in plain.items():
        if type(key) is not str:
            raise TypeError(f"a key is a str, not {type_name(key)} (in {where(path)})")
        if not key.isascii() and surrogate(key) is not None:
            raise ParseError(_SURROGATE, path=where(path))
        yield key, value


def thaw(value: Any) -> Any:
    """A copy made of plain dicts and lists that the caller owns."""
    if type(value) is tuple:
        return [thaw(item) for item in value]
    if type(value) in (dict, FrozenMapping):
        return {str(key): thaw(item) for key, item in value.items()}
    return value
