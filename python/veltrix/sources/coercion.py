"""Text into a value of the type of the lower value that it overrides.

    lower       text
    bool        true false 1 0 yes no on off, in any case
    int         decimal digits with an optional sign
    float       decimal, with an optional exponent; inf and nan
    list        JSON if it begins with `[`, else separated by commas, each item typed like the lower items
    mapping     a JSON object
    datetime    ISO 8601, as are date and time
    str, null   the text itself, as where there is no lower value
    bytes       the UTF-8 bytes of the text

How each of these is read, `binding.texts` says. White space round the text counts for str and bytes only. No
error here repeats the text: it may be a secret.
"""

from __future__ import annotations

from collections.abc import Mapping

from veltrix._limits import VALUE_LIMIT
from veltrix.binding.texts import (
    UnfitError,
    bool_of,
    bytes_of,
    date_of,
    datetime_of,
    float_of,
    int_of,
    items_of,
    mapping_of,
    parse_json,
    time_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

__all__ = ["UnfitError", "coerce", "parse_json"]

_MOMENTS = {"datetime": datetime_of, "date": date_of, "time": time_of}
"""By name: most loads meet none, and their module is not imported for them."""


def coerce(text: str, lower: Any) -> Any:
    """The text as a value of the type of `lower`; raises `UnfitError`."""
    if len(text) > VALUE_LIMIT:
        raise UnfitError(f"a text of at most {VALUE_LIMIT} characters")
    if isinstance(lower, Mapping):
        return mapping_of(text)
    if type(lower) is tuple:
        return _list(text, lower)
    scalar = _scalar(type(lower))
    if scalar is None:
        raise UnfitError(f"no text: a {type(lower).__name__} object cannot be written as one")
    return scalar(text)


def _list(text: str, lower: tuple[Any, ...]) -> list[Any]:
    items = items_of(text)
    if not items or text.lstrip().startswith("["):
        return items
    like = _of_items(lower)
    if like is None:
        raise UnfitError("a list (JSON, in brackets)")
    return [_item(part, like) for part in items]


def _item(text: str, like: Callable[[str], Any]) -> Any:
    expected = ""
    try:
        return like(text)
    except UnfitError as unfit:
        expected = unfit.expected
    raise UnfitError(f"a list whose items are each {expected}")


def _of_items(items: tuple[Any, ...]) -> Callable[[str], Any] | None:
    """How the text of an item is read: as those that are there, if they are of one type."""
    types = {type(item) for item in items}
    return _scalar(types.pop()) if len(types) == 1 else str


_SCALARS: dict[type, Callable[[str], Any]] = {
    type(None): str,
    str: str,
    bytes: bytes_of,
    bool: bool_of,
    int: int_of,
    float: float_of,
}


def _scalar(kind: type) -> Callable[[str], Any] | None:
    """How a text of this type is read; None for a type that no text is of."""
    return _SCALARS.get(kind) or (_MOMENTS.get(kind.__name__) if kind.__module__ == "datetime" else None)
