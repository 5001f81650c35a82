"""Overrides: definitions by path as the data of a layer.

{"db.port": 1, ("db", "host"): "x"}  ──►  {"db": {"port": 1, "host": "x"}}
"""

from __future__ import annotations

from veltrix._pure.edit import settable
from veltrix._pure.path import join, parse_path, type_name
from veltrix.errors import PathError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from veltrix.allowed import Allowed

    Pairs = Iterable[tuple[Any, Any]]


def checker(allowed: Allowed) -> Callable[[Pairs], Pairs]:
    """What checks overrides that come from outside."""
    from veltrix.allowed import Allowed

    if not isinstance(allowed, Allowed):
        raise TypeError(f"allowed is a veltrix.Allowed, not {type_name(allowed)}")
    return allowed._checked


def nested(pairs: Pairs) -> dict[str, Any]:
    """The data whose definitions are given by path; no path is another one, or lies in it."""
    root: dict[str, Any] = {}
    made = {id(root)}
    """The mappings on the way. Any other one is a value that was given."""
    for path, value in pairs:
        segments = settable(parse_path(path))
        mapping = root
        for segment in segments[:-1]:
            name = str(segment)
            if name not in mapping:
                mapping[name] = {}
                made.add(id(mapping[name]))
            mapping = mapping[name]
            if id(mapping) not in made:
                raise PathError(join(segments), None, "overlaps another given path")
        name = str(segments[-1])
        if name in mapping:
            is_way = id(mapping[name]) in made
            raise PathError(join(segments), None, "overlaps another given path" if is_way else "given twice")
        mapping[name] = value
    return root
