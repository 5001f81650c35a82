"""What `Annotated` says of a type beyond the type: constraints, and that its values are secret."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    Bound = tuple[str, Any]


class _Secret:
    """The class of `SECRET`, its only object."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "veltrix.SECRET"

    def __reduce__(self) -> str:
        return "SECRET"


SECRET: Final = _Secret()
"""Says that the values of a field are secret: `password: Annotated[str, veltrix.SECRET]`."""

_CONSTRAINTS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "gt": lambda value, bound: value > bound,
    "ge": lambda value, bound: value >= bound,
    "lt": lambda value, bound: value < bound,
    "le": lambda value, bound: value <= bound,
    "multiple_of": lambda value, bound: value % bound == 0,
    "min_length": lambda value, bound: len(value) >= bound,
    "max_length": lambda value, bound: len(value) <= bound,
    "pattern": lambda value, bound: re.search(bound, value) is not None,
    "func": lambda value, bound: bool(bound(value)),
}
"""What is known of constraints: the attributes in which annotated-types, msgspec and pydantic have them."""
_TAKEN_FIRST = ("BeforeValidator", "WrapValidator", "PlainValidator", "Json")


def constraints_in(one: Any) -> list[Bound]:
    """The constraints that a piece of metadata has; a text has none, and is for people."""
    if isinstance(one, str):
        return []
    found = [(name, getattr(one, name, None)) for name in _CONSTRAINTS]
    known = [(name, bound) for name, bound in found if bound is not None]
    for inner in getattr(one, "metadata", ()):
        known += constraints_in(inner)
    return known


def meets(value: Any, bounds: Iterable[Bound]) -> bool:
    """Whether a value meets all of these constraints; what cannot be compared does not."""
    try:
        return all(_CONSTRAINTS[name](value, bound) for name, bound in bounds)
    except Exception:  # noqa: BLE001  (a value, or a check of anybody's own, may raise anything)
        return False


def words_of(bounds: Iterable[Bound]) -> str:
    """The constraints in words; none of them is a value of a configuration."""
    return ", ".join(f"{name}={_name(bound) if name == 'func' else repr(bound)}" for name, bound in bounds)


def _name(given: Any) -> str:
    return str(getattr(given, "__name__", type(given).__name__))


def is_taken_first(metadata: Iterable[Any]) -> bool:
    """Whether metadata of pydantic's takes a value before pydantic has looked at it."""
    return any(name in _TAKEN_FIRST for name in _kinds(metadata))


def is_of_json(metadata: Iterable[Any]) -> bool:
    """Whether metadata of pydantic's says that a value is a text of JSON."""
    return "Json" in _kinds(metadata)


def _kinds(metadata: Iterable[Any]) -> list[str]:
    return [(one if isinstance(one, type) else type(one)).__name__ for one in metadata]
