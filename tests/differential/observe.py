"""What a call does, and whether two kernels did the same.

`observe(call)` gives `("value", what it returned)` or `("error", class, text, attributes, cause, context,
whether that is hidden)`, and `same` compares two of these, or any two values, by their shapes. A shape keeps
all that a user can tell apart: the type of every part, order, the sign of zero, the identity of an opaque
object. Classes of the two kernels have one name, so that theirs are compared by name; of a view only the
names of its children count, as what stands below is seen in the snapshot.

Cases are compared by the million, so `same` walks plain data itself, and asks for a shape only where it meets
what is not plain.
"""

from __future__ import annotations

import datetime
import struct
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from veltrix.errors import ConfigError, MissingKeyError
from veltrix.operators import Append, Delete, Prepend, Replace
from veltrix.types import Definition, Explanation, FrozenMapping, Name, Origin

Shape = Any
Outcome = tuple[Any, ...]


class HandledError(Exception):
    """What is being handled while a call is observed: the context of its error, as Python users expect."""


def observe(call: Callable[..., Any], *args: Any) -> Outcome:
    """The outcome of a call; only what is no `Exception` passes through."""
    try:
        raise HandledError
    except HandledError:
        try:
            return ("value", call(*args))
        except Exception as error:  # noqa: BLE001  every error is an outcome
            return error_parts(error)


def error_parts(error: BaseException) -> Outcome:
    """Class, text, public attributes, the cause and the context of an error, and whether that is hidden."""
    attributes: tuple[Any, ...] = ()
    if isinstance(error, ConfigError):
        attributes = tuple(
            (name, value) for name, value in sorted(vars(error).items()) if not name.startswith("_")
        )
        if isinstance(error, MissingKeyError):
            attributes += (error.path, error.prefix, error.key, error.items, error.args)
            attributes += (error.siblings, error.nearest, repr(error))
    cause, context = (
        None if other is None else type(other).__qualname__ for other in (error.__cause__, error.__context__)
    )
    hidden = error.__suppress_context__
    return ("error", type(error).__qualname__, str(error), attributes, cause, context, hidden)


def same(left: Any, right: Any) -> bool:
    """Whether two values have one shape."""
    return _all_same((left,), (right,))


def _all_same(left: Iterable[Any], right: Iterable[Any]) -> bool:
    """Whether the values of two iterables of one length have the same shapes."""
    for one, other in zip(left, right, strict=True):
        if one is other:
            continue
        kind = type(one)
        if kind is not type(other):
            equal = shape(one) == shape(other)
        elif kind in _COMPARED_WHOLE:
            equal = one == other
        elif kind in _COMPARED_BY_ITEM:
            equal = len(one) == len(other) and _all_same(one, other)
        elif kind is dict:
            equal = (
                len(one) == len(other) and _all_same(one, other) and _all_same(one.values(), other.values())
            )
        else:
            equal = shape(one) == shape(other)
        if not equal:
            return False
    return True


def shape(value: Any) -> Shape:
    """What a value is, down to the last part."""
    kind = type(value)
    make = _SHAPES.get(kind)
    if make is None:
        make = _SHAPES[kind] = _maker(kind)
    return make(value)


def _maker(kind: type) -> Callable[[Any], Shape]:
    if kind.__module__ == "veltrix":
        return _KERNEL_SHAPES[kind.__name__]
    return lambda value: ("opaque", kind.__name__, id(value))


def _itself(value: Any) -> Shape:
    return value


def _tagged(value: Any) -> Shape:
    return (type(value).__name__, value)


def _float(value: float) -> Shape:
    return ("float", struct.pack(">d", value))


def _items(value: Any) -> Shape:
    return (type(value).__name__, *[item if type(item) is str else shape(item) for item in value])


def _mapping(value: Mapping[str, Any]) -> Shape:
    return (
        type(value).__name__,
        *[(key if type(key) is str else shape(key), shape(item)) for key, item in value.items()],
    )


def _moment(value: Any) -> Shape:
    zone = getattr(value, "tzinfo", None)
    return (
        type(value).__name__,
        value.isoformat(),
        getattr(value, "fold", None),
        zone if zone is None else repr(zone),
    )


def _reader(value: Any) -> Shape:
    return (type(value).__name__, *[shape(name) for name in value])


def _key(value: Any) -> Shape:
    return ("Key", value.path, shape(value.value), repr(value))


def _layer(value: Any) -> Shape:
    return ("Layer", value.name, repr(value))


def _difference(value: Any) -> Shape:
    said = bool(value), repr(value)  # before anybody looks at its dicts
    dicts = map(shape, (value.added, value.removed, value.changed))
    return ("Difference", said, *dicts, bool(value), repr(value))


_COMPARED_WHOLE = frozenset((str, bytes, int))
_COMPARED_BY_ITEM = frozenset((tuple, list, Origin, Definition, Explanation))
_KERNEL_SHAPES: dict[str, Callable[[Any], Shape]] = {
    "Snapshot": _reader,
    "View": _reader,
    "Key": _key,
    "Layer": _layer,
    "Difference": _difference,
}
_SHAPES: dict[type, Callable[[Any], Shape]] = {
    type(None): _itself,
    str: _itself,
    bool: _tagged,
    int: _tagged,
    bytes: _tagged,
    Name: lambda value: ("Name", str(value)),
    float: _float,
    tuple: _items,
    list: _items,
    dict: _mapping,
    FrozenMapping: _mapping,
    Origin: _items,
    Definition: _items,
    Explanation: _items,
    Delete: lambda value: ("DELETE",),
    Replace: lambda value: ("replace", shape(value.value)),
    Append: lambda value: ("append", shape(value.value)),
    Prepend: lambda value: ("prepend", shape(value.value)),
    datetime.datetime: _moment,
    datetime.date: _moment,
    datetime.time: _moment,
}
