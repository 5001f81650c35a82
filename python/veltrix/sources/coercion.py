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
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, time

from veltrix._limits import DIGIT_LIMIT, MAX_DEPTH, VALUE_LIMIT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

_TRUE = frozenset(("true", "1", "yes", "on"))
_FALSE = frozenset(("false", "0", "no", "off"))
_INT = re.compile(r"[+-]?[0-9]+")
_FLOAT = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?(?:inf|nan)")


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
    scalar = _SCALARS.get(type(lower))
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
    with suppress(UnicodeEncodeError):
        return text.encode()
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
    if not _INT.fullmatch(digits):
        raise UnfitError("an int (decimal digits)")
    return int(digits)


def _float(text: str) -> float:
    digits = text.strip()
    if len(digits) > DIGIT_LIMIT or not _FLOAT.fullmatch(digits):
        raise UnfitError("a float (a decimal number)")
    value = float(digits)
    if math.isinf(value) and not digits.endswith("inf"):
        raise UnfitError("a float in range")
    return value


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
    like = _item_type(lower)
    return [_item(part.strip(), like) for part in text.split(",")]


def _item(text: str, like: type) -> Any:
    expected = ""
    try:
        return _SCALARS[like](text)
    except UnfitError as unfit:
        expected = unfit.expected
    raise UnfitError(f"a list whose items are each {expected}")


def _item_type(items: tuple[Any, ...]) -> type:
    types = {type(item) for item in items}
    only = types.pop() if len(types) == 1 else str
    return only if only in _SCALARS else str


_SCALARS: dict[type, Callable[[str], Any]] = {
    type(None): str,
    str: str,
    bytes: _bytes,
    bool: _bool,
    int: _int,
    float: _float,
    datetime: _iso("a datetime (ISO 8601)", datetime.fromisoformat),
    date: _iso("a date (ISO 8601)", date.fromisoformat),
    time: _iso("a time (ISO 8601)", time.fromisoformat),
}


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
