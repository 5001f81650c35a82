"""Models whose objects can be changed: one object goes to all threads, and nobody else hears of a change."""

from __future__ import annotations

from weakref import WeakSet

from veltrix._text import printable
from veltrix.binding.warned import warn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SAID: WeakSet[type] = WeakSet()


def warn_if_mutable(model: type) -> None:
    """Warn, once for each model, of objects whose attributes can be set."""
    if model not in _SAID and _is_mutable(model):
        text = f"{printable(model.__qualname__)} can be changed, and one object of it goes to all threads"
        warn(f"{text}: declare it frozen")
        _SAID.add(model)


def _is_mutable(model: Any) -> bool:
    if issubclass(model, (tuple, dict)):
        return False  # a `TypedDict` says itself that it is a dict, and cannot be frozen
    if hasattr(model, "__struct_config__"):
        return not model.__struct_config__.frozen
    if hasattr(model, "__pydantic_validator__"):
        config = getattr(model, "model_config", {})
        parameters = getattr(model, "__dataclass_params__", None)
        return not (config.get("frozen") if parameters is None else parameters.frozen)
    # What validates and converts, attrs does in a `__setattr__` of the class.
    return model.__setattr__ is object.__setattr__ or getattr(model, "__attrs_own_setattr__", False)
