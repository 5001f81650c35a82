"""Whether two bound objects are the same in every value and type, whatever their own `==` leaves out."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_KINDS = 1024
"""How many models' attributes are kept."""
_SCALARS = {"bool", "int", "float", "str", "bytes", "NoneType"}
_MODULES = {"datetime", "pathlib", "pathlib._local", "uuid"}


def same(old: Any, new: Any) -> bool:
    """Whether everything in two objects is the same; False of what cannot be looked into."""
    if old is new:
        return True
    kind: Any = type(old)
    if kind is not type(new) or isinstance(old, Enum):
        return False
    if kind.__module__ == "builtins" and kind.__name__ in _SCALARS:
        return _same_scalar(old, new)
    if kind.__module__ in _MODULES:
        return bool(old == new) and getattr(old, "fold", 0) == getattr(new, "fold", 0)
    if isinstance(old, Mapping):
        return [*old] == [*new] and all(same(old[name], new[name]) for name in old)
    if isinstance(old, (list, tuple)):
        return len(old) == len(new) and all(map(same, old, new))
    if kind in (set, frozenset):
        return len(old) == len(new) and {(type(one), one) for one in old} == {(type(one), one) for one in new}
    if hasattr(kind, "get_secret_value"):
        return same(old.get_secret_value(), new.get_secret_value())
    model: Any = kind
    names = _fields(model)
    if names is None:
        return False
    try:
        return all(same(getattr(old, name), getattr(new, name)) for name in names)
    except AttributeError:
        return False


def _same_scalar(old: Any, new: Any) -> bool:
    if type(old) is float:
        return repr(old) == repr(new)  # a NaN is the same as another, and 0.0 is not -0.0
    return bool(old == new)


@lru_cache(_KINDS)
def _fields(kind: Any) -> Iterable[str] | None:
    """The attributes that objects of a model have."""
    if hasattr(kind, "__dataclass_fields__"):
        fields = kind.__dataclass_fields__.values()
        # No field shows what became of an argument of `__post_init__`.
        has_arguments = any(field._field_type.name == "_FIELD_INITVAR" for field in fields)
        return None if has_arguments else tuple(kind.__dataclass_fields__)
    if hasattr(kind, "__pydantic_fields_set__"):
        return ("__dict__", "__pydantic_extra__", "__pydantic_fields_set__", "__pydantic_private__")
    if hasattr(kind, "__struct_fields__"):
        return tuple(kind.__struct_fields__)
    if hasattr(kind, "__attrs_attrs__"):
        return tuple(one.name for one in kind.__attrs_attrs__)
    return None
