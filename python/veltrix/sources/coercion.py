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

White space round the text counts for str and bytes only. No error here repeats the text: it may be a secret.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from veltrix._limits import DIGIT_LIMIT, MAX_DEPTH, VALUE_LIMIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_TRUE = frozenset(("true", "1", "yes", "on"))
_FALSE = frozenset(("false", "0", "no", "off"))
_SIGNS = ("+", "-")
_OF_FLOATS = frozenset("0123456789.eE+-")


class UnfitError(Exception):
    """A text that is not of the expected form; says which that is, never the text."""

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected


def coerce(text: str, lower: Any) -> Any:
    """The text as a value of the type of `lower`; raises `UnfitError`."""
    if len(text) > VALUE_LIMIT:
        raise UnfitError(f"a text of at most {VALUE_LIMIT} characters")
    if isinstance(lower, Mapping):
        return _mapping(text.strip())
    if type(lower) is tuple:
        return _list(text.strip(), lower)
    scalar = _scalar(type(lower))
    if scalar is None:
        raise UnfitError(f"no text: a {type(lower).__name__} object cannot be written as one")
    return scalar(text)


def parse_json(text: str, expected: str = "JSON") -> Any:
    """The value of a JSON text, under the rules that hold for documents; raises `UnfitError`."""
    import json

    problem, value = "", None
    try:
        value = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_constant,
            parse_int=_json_int,
            parse_float=_json_float,
        )
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except UnfitError as unfit:
        problem = unfit.expected
    except UnicodeEncodeError:
        problem = "without lone surrogates"
    except RecursionError:
        problem = f"of at most {MAX_DEPTH} levels"
    except ValueError:
        problem = "well-formed"
    if problem:
        raise UnfitError(expected if problem == "well-formed" else f"{expected} {problem}")
    return value


def _bytes(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        pass
    raise UnfitError("bytes (a text that UTF-8 can carry)")


def _bool(text: str) -> bool:
    word = text.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise UnfitError("a bool (true, false, 1, 0, yes, no, on, off)")


def _int(text: str) -> int:
    digits = text.strip()
    if len(digits) > DIGIT_LIMIT:
        raise UnfitError(f"an int of at most {DIGIT_LIMIT} digits")
    if not _unsigned(digits).isdecimal() or not digits.isascii():
        raise UnfitError("an int (decimal digits)")
    return int(digits)


def _float(text: str) -> float:
    digits = text.strip()
    value = _decimal(digits) if len(digits) <= DIGIT_LIMIT else None
    if value is None:
        raise UnfitError("a float (a decimal number)")
    if math.isinf(value) and not digits.endswith("inf"):
        raise UnfitError("a float in range")
    return value


def _decimal(digits: str) -> float | None:
    """The number; None for what Python alone takes for one, such as `1_0` and `Infinity`."""
    if _unsigned(digits) in ("inf", "nan") or _OF_FLOATS.issuperset(digits):
        try:
            return float(digits)
        except ValueError:
            pass
    return None


def _unsigned(digits: str) -> str:
    return digits[1:] if digits.startswith(_SIGNS) else digits


def _moment(kind: type) -> Callable[[str], Any] | None:
    """How a text of one of the types of `datetime` is read, if `kind` is one: most loads meet none."""
    from datetime import date, datetime, time

    moments = {
        datetime: _iso("a datetime (ISO 8601)", datetime.fromisoformat),
        date: _iso("a date (ISO 8601)", date.fromisoformat),
        time: _iso("a time (ISO 8601)", time.fromisoformat),
    }
    return moments.get(kind)


def _iso(expected: str, parse: Callable[[str], Any]) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        try:
            return parse(text.strip())
        except ValueError:
            pass
        raise UnfitError(expected)

    return read


def _mapping(text: str) -> dict[str, Any]:
    value = parse_json(text, "a mapping (a JSON object)") if text.startswith("{") else None
    if not isinstance(value, dict):
        raise UnfitError("a mapping (a JSON object)")
    return value


def _list(text: str, lower: tuple[Any, ...]) -> list[Any]:
    if text.startswith("["):
        items: list[Any] = parse_json(text, "a list (JSON, or separated by commas)")
        return items
    if not text:
        return []
    like = _of_items(lower)
    return [_item(part.strip(), like) for part in text.split(",")]


def _item(text: str, like: Callable[[str], Any]) -> Any:
    expected = ""
    try:
        return like(text)
    except UnfitError as unfit:
        expected = unfit.expected
    raise UnfitError(f"a list whose items are each {expected}")


def _of_items(items: tuple[Any, ...]) -> Callable[[str], Any]:
    """How the text of an item is read: as those that are there, if they are of one type."""
    types = {type(item) for item in items}
    return (_scalar(types.pop()) if len(types) == 1 else None) or str


_SCALARS: dict[type, Callable[[str], Any]] = {
    type(None): str,
    str: str,
    bytes: _bytes,
    bool: _bool,
    int: _int,
    float: _float,
}


def _scalar(kind: type) -> Callable[[str], Any] | None:
    """How a text of this type is read; None for a type that no text is of."""
    return _SCALARS.get(kind) or (_moment(kind) if kind.__module__ == "datetime" else None)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise UnfitError("without duplicate keys")
    return value


def _constant(_: str) -> Any:
    raise UnfitError("without NaN and Infinity")


def _json_int(digits: str) -> int:
    if len(digits) > DIGIT_LIMIT:
        raise UnfitError(f"with numbers of at most {DIGIT_LIMIT} digits")
    return int(digits)


def _json_float(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise UnfitError("with numbers in range")
    return value
