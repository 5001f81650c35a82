"""Origins as a caller gives them: every field is checked, and what is kept is a plain `Origin`."""

from __future__ import annotations

from collections.abc import Mapping

from veltrix._pure.path import surrogate, type_name
from veltrix.types import Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Origins = Mapping[Any, Origin]

_LAST_PLACE = 2**32 - 1


def text_argument(what: str, text: str) -> str:
    """The plain text of an argument that must be a `str`."""
    if not isinstance(text, str):
        raise TypeError(f"{what} is a str, not {type_name(text)}")
    plain = str.__str__(text)
    if surrogate(plain) is not None:
        raise ValueError(f"{what} holds a lone surrogate, which UTF-8 cannot carry")
    return plain


def number_argument(what: str, number: int, last: int, first: int = 1) -> int:
    """The plain value of an argument that must be an `int` of a range."""
    if not isinstance(number, int) or isinstance(number, bool):
        raise TypeError(f"{what} is an int, not {type_name(number)}")
    plain = int.__add__(number, 0)  # plain; PyPy's `int.__index__` asks a subclass
    if not first <= plain <= last:
        raise ValueError(f"{what} is from {first} to {last}")
    return plain


def file_name(file: str | None) -> str | None:
    """The name of a file as text; bytes in it that are no UTF-8 are written with a backslash."""
    if file is None:
        return None
    if not isinstance(file, str):
        raise TypeError(f"a file's name is a str, not {type_name(file)}")
    return str.encode(file, "utf-8", "backslashreplace").decode("utf-8")


def checked_origins(layer: str, origins: Origins | None) -> Origins:
    """Origins of single paths, all of this layer."""
    if origins is None:
        return {}
    if not isinstance(origins, Mapping):
        raise TypeError(f"origins are a mapping, not {type_name(origins)}")
    checked = {}
    for path, origin in origins.items():
        names = _names(path)
        checked[names] = _of_layer(layer, _fields(origin))
    return checked


def _names(path: tuple[str, ...]) -> tuple[str, ...]:
    """The plain path of an origin: a tuple of names; text could be meant as a name or as a path."""
    if not isinstance(path, tuple):
        raise TypeError(f"a path of origins is a tuple of str, not {type_name(path)}")
    for name in tuple.__iter__(path):
        if not isinstance(name, str):
            raise TypeError(f"a name in a path of origins is a str, not {type_name(name)}")
    return tuple(str.__str__(name) for name in tuple.__iter__(path))


def layer_origin(origin: Origin) -> Origin:
    """The origin that a pickled layer gives for itself."""
    fields = _fields(origin)
    return _of_layer(text_argument("a layer's name", fields[0]), fields)


def _fields(origin: Origin) -> tuple[Any, ...]:
    """What an origin holds, whatever its class says."""
    if not issubclass(type(origin), Origin):
        raise TypeError(f"an origin is a veltrix.Origin, not {type_name(origin)}")
    fields = tuple(tuple.__iter__(origin))
    if len(fields) != len(Origin._fields):
        raise TypeError(f"an origin has {len(Origin._fields)} fields, not {len(fields)}")
    return fields


def _of_layer(layer: str, fields: tuple[Any, ...]) -> Origin:
    """The plain origin of these fields, the layer's apart."""
    _, source, file, line, column, variable = fields
    source = text_argument("an origin's source", source)
    file = file_name(file)
    if line is not None:
        line = number_argument("an origin's line", line, _LAST_PLACE)
    if column is not None:
        column = number_argument("an origin's column", column, _LAST_PLACE)
        if line is None:
            raise ValueError("an origin's column needs a line")
    if variable is not None:
        variable = text_argument("an origin's variable", variable)
    return Origin(layer, source, file, line, column, variable)
