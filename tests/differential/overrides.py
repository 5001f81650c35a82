"""Overrides of a case: values by path, and what is allowed from outside."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from tests.differential import hostile
from tests.differential.generate import Source
from veltrix import Allowed


class Below:
    """A constraint."""

    def __init__(self, lt: int) -> None:
        self.lt = lt


def halved(value: Any) -> Any:
    """Gives another value, and takes only numbers: half a duration is a new object each time."""
    if not isinstance(value, (int, float)):
        raise TypeError
    return value // 2


TYPES: dict[str, Any] = {
    "bool": bool,
    "int": int,
    "str": str,
    "float": float,
    "any": object,
    "optional": int | str | None,
    "literal": Literal[0, "eu", True],
    "list": list[int],
    "mapping": dict[str, object],
    "below": Annotated[int, Below(5)],
    "halved": halved,
}


def overrides(source: Source, definitions: Iterable[tuple[Any, Any]]) -> Any:
    """Values by path; now and then anything else."""
    if source.chance(0.04):
        return source.pick((*hostile.WRONG_DATA, *hostile.OTHERS))
    values = {}
    for path, value in definitions:
        try:
            values[path] = value
        except TypeError:
            values[source.pick((1, None, b"a"))] = value
    return values


def allowance(source: Source, values: Any, paths: Iterable[Any]) -> Any:
    """What is allowed: mostly all, else some of the paths, with some type each, and the bounds."""
    if source.chance(0.6):
        return None
    if source.chance(0.05):
        return source.pick(hostile.OTHERS)
    open_paths = [path for path in values if source.chance(0.9)] if type(values) is dict else []
    types = [(path, source.pick(tuple(TYPES))) for path in (*open_paths, *paths)]
    anything = source.chance(0.5)
    types = [(path, "any" if anything else name) for path, name in types]
    bounds = (source.pick((32, 32, 2, 0)), source.pick((4096, 4096, 100, 10)))
    return types, bounds


def allowed(spec: Any) -> Any:
    """The `Allowed` of an allowance; what is none is given as it is."""
    if not isinstance(spec, tuple) or len(spec) != 2 or not isinstance(spec[0], list):
        return spec
    types, (most, size) = spec
    return Allowed({path: TYPES[name] for path, name in types}, max_overrides=most, max_bytes=size)
