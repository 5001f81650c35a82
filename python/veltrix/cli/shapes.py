"""What shape data has: the types of its values, and the fields of its mappings."""

from __future__ import annotations

from datetime import date, datetime, time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    Path = tuple[str | int, ...]

_SCALARS: tuple[type, ...] = (bool, int, float, str, datetime, date, time)
_TOGETHER = ("bool", "int", "float", "str")
"""The types that every library can tell apart in a union."""


class Simple:
    """A value without parts; None stands for null, and no name for anything at all."""

    __slots__ = ("names",)

    def __init__(self, names: frozenset[str] = frozenset()) -> None:
        self.names = names


class Many:
    """A list of items of one shape."""

    __slots__ = ("item",)

    def __init__(self, item: Shape) -> None:
        self.item = item


class Fields:
    """A mapping with fields, which stands at a path."""

    __slots__ = ("fields", "path")

    def __init__(self, path: Path, fields: dict[str, Member]) -> None:
        self.path = path
        self.fields = fields


class Table:
    """A mapping of which nothing is known."""

    __slots__ = ()


class Member:
    """A field: its shape, where it stands first, and whether every mapping has it."""

    __slots__ = ("is_required", "path", "shape")

    def __init__(self, path: Path, shape: Shape, is_required: bool) -> None:
        self.path = path
        self.shape = shape
        self.is_required = is_required


ANYTHING = Simple()
Shape = Simple | Many | Fields | Table


def shape_of(value: Any, path: Path = ()) -> Shape:
    """The shape of plain data that stands at a path."""
    if isinstance(value, dict):
        if not value and path:
            return Table()
        members = {key: Member((*path, key), shape_of(one, (*path, key)), True) for key, one in value.items()}
        return Fields(path, members)
    if isinstance(value, (list, tuple)):
        items = [shape_of(one, (*path, at)) for at, one in enumerate(value)]
        return Many(_common(items) if items else ANYTHING)
    if value is None:
        return Simple(frozenset({"None"}))
    is_odd = type(value) is int and not -(2**63) <= value < 2**63  # which msgspec takes for no int
    if type(value) in _SCALARS and not is_odd:
        return Simple(frozenset({type(value).__name__}))
    return ANYTHING


def _common(shapes: Iterable[Shape]) -> Shape:
    """The one shape that all values of several have."""
    found: Shape | None = None
    for shape in shapes:
        found = shape if found is None else _both(found, shape)
    return ANYTHING if found is None else found


def _both(one: Shape, other: Shape) -> Shape:
    if isinstance(one, Fields) and isinstance(other, Fields):
        return _all_fields(one, other)
    if isinstance(one, Many) and isinstance(other, Many):
        return Many(_both(one.item, other.item))
    if isinstance(one, Table) and isinstance(other, Table):
        return one
    if isinstance(one, Simple) and isinstance(other, Simple) and one.names and other.names:
        names = one.names | other.names
        if names >= {"int", "float"}:
            names -= {"int"}  # which is a float as well
        kinds = names - {"None"}
        if len(kinds) < 2 or kinds <= {*_TOGETHER}:
            return Simple(names)
    return ANYTHING


def _all_fields(one: Fields, other: Fields) -> Fields:
    members: dict[str, Member] = {}
    for key in dict.fromkeys((*one.fields, *other.fields)):
        found = [fields.fields[key] for fields in (one, other) if key in fields.fields]
        is_required = len(found) == 2 and all(member.is_required for member in found)
        members[key] = Member(found[0].path, _common(member.shape for member in found), is_required)
    return Fields(one.path, members)
