"""A layer as a line of JSON, and back: its data, where each of it comes from, and which paths are secret.

    {"t": "bytes", "v": "AA=="}     a tag and a text, for what JSON does not have
    {"t": "int", "v": "-ff"}        an int of many digits: those who read it may not read so many as decimals
    {"t": "mapping", "v": {...}}    so that no key of a program is taken for one

Objects of Python are left out, and secrets unless they are asked for.
"""

from __future__ import annotations

import base64
import datetime as dt
import math

from veltrix._pickle import FORMAT, restore_layer
from veltrix.operators import DELETE, Append, Delete, Prepend, Replace
from veltrix.sources._kernel import Layer
from veltrix.types import FrozenMapping, Origin

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from typing import Any

    Segments = tuple[str, ...]

_SHORT_BITS = 2000
"""Ints of so many bits have fewer digits than the lowest limit that Python can be given, 640."""
_EXTENDING = {"append": Append, "prepend": Prepend}
_TIMES: dict[str, Any] = {"datetime": dt.datetime, "date": dt.date, "time": dt.time}


class _LeftOutError(Exception):
    """A value that is not saved."""


def secret_places(layers: Iterable[Layer]) -> set[Segments]:
    """The paths that any layer marks as secret, for itself and all others."""
    places: set[Segments] = set()
    for layer in layers:
        _, _, data, _, secret = layer.__reduce__()[1]
        places.update(_leaves(data, ()) if secret is True else secret or ())
    return places


def _leaves(data: Any, path: Segments) -> Iterator[Segments]:
    """Where a layer defines anything but a mapping."""
    inner = data.value if type(data) is Replace else data
    if type(inner) is not dict:
        yield path
        return
    for name, value in inner.items():
        yield from _leaves(value, (*path, name))


def saved(layer: Layer, secrets: Collection[Segments]) -> dict[str, Any]:
    """The layer for `json`; what is left out is listed by path."""
    _, origin, data, origins, secret = layer.__reduce__()[1]
    left_out: list[Segments] = []
    return {
        "origin": list(origin),
        "data": _mapping(data, (), secrets, left_out),
        "origins": [[list(path), list(where)] for path, where in origins.items()],
        "secret": secret if isinstance(secret, bool) else [list(path) for path in secret],
        "left_out": [list(path) for path in left_out],
    }


def restored(line: dict[str, Any]) -> tuple[Layer, list[Segments]]:
    """The layer, and the paths that it lacks; raises whatever Python does for what is no such line."""
    origin = Origin(*line["origin"])
    origins = {tuple(path): Origin(*where) for path, where in line["origins"]}
    secret = line["secret"] if isinstance(line["secret"], bool) else tuple(map(tuple, line["secret"]))
    layer = restore_layer(FORMAT, origin, _value(line["data"]), origins, secret)
    return layer, [tuple(path) for path in line["left_out"]]


def _mapping(
    data: dict[str, Any], path: Segments, secrets: Collection[Segments], left_out: list[Segments]
) -> dict[str, Any]:
    kept = {}
    for name, value in data.items():
        place = (*path, name)
        try:
            if place in secrets:
                raise _LeftOutError
            kept[name] = _saved(value, place, secrets, left_out)
        except _LeftOutError:
            left_out.append(place)
    return {"t": "mapping", "v": kept}


def _saved(value: Any, path: Segments, secrets: Collection[Segments], left_out: list[Segments]) -> Any:
    """A value for `json`."""
    kind = type(value)
    if kind is dict:
        return _mapping(value, path, secrets, left_out)
    if kind is Delete:
        return {"t": "delete", "v": None}
    if kind is Replace:
        return {"t": "replace", "v": _saved(value.value, path, secrets, left_out)}
    if kind in (Append, Prepend):
        return {"t": kind.__name__.lower(), "v": _item(value.value)}
    return _item(value)


def _item(value: Any) -> Any:
    """A value in which no path leads: a list, with what stands in it, or a leaf."""
    kind = type(value)
    if kind is int and value.bit_length() > _SHORT_BITS:
        return {"t": "int", "v": f"{value:x}"}
    if kind in (str, int, bool, type(None)) or (kind is float and math.isfinite(value)):
        return value
    if kind in (list, tuple):
        return [_item(item) for item in value]
    if kind is float:
        return {"t": "float", "v": repr(value)}
    if kind is bytes:
        return {"t": "bytes", "v": base64.b64encode(value).decode()}
    if kind is _TIMES.get(kind.__name__) and _is_written_whole(value):
        return {"t": kind.__name__, "v": value.isoformat(), "fold": getattr(value, "fold", 0)}
    if kind in (dict, FrozenMapping):
        return {"t": "mapping", "v": {str(name): _item(item) for name, item in value.items()}}
    raise _LeftOutError


def _is_written_whole(moment: Any) -> bool:
    """Whether the text of a time says all of it: a time zone may have a name of its own."""
    zone = getattr(moment, "tzinfo", None)
    return zone is None or (type(zone) is dt.timezone and len(zone.__getinitargs__()) == 1)  # type: ignore[attr-defined]


def _value(line: Any) -> Any:
    """The value that was saved."""
    if isinstance(line, list):
        return [_value(item) for item in line]
    if not isinstance(line, dict):
        return line
    tag, value = line["t"], line["v"]
    if tag == "mapping":
        return {name: _value(item) for name, item in value.items()}
    if tag == "delete":
        return DELETE
    if tag == "replace":
        return Replace(_value(value))
    if tag in _EXTENDING:
        return _EXTENDING[tag](_value(value))
    if tag == "int":
        return int(value, 16)
    if tag == "float":
        return float(value)
    if tag == "bytes":
        return base64.b64decode(value)
    moment = _TIMES[tag].fromisoformat(value)
    return moment.replace(fold=1) if line["fold"] else moment
